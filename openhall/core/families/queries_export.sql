-- name: export_links
select id, kind, scopes, payment_max, month_max, evidence, state, proposed_at, starts_at, ends_at, channel, ended_at,
       case when holder = :resident then 'holder' else 'dependant' end as i_am,
       case when holder <> :resident then holder_real
            when starts_at is null and proposed_to is not null then proposed_to  -- whose it is, they know only after a yes
            else coalesce(dependant_real, proposed_to) end as other_masked
  from families.seen_links where holder = :resident or dependant = :resident order by id desc limit :limit;

-- name: export_acts
select id, link, scope, about, title, amount, currency, at,
       case when actor = :resident then 'actor' else 'subject' end as i_was
  from families.acts where actor = :resident or subject = :resident order by id desc limit :limit;

-- name: export_cards
select number, made_at from families.cards where resident = :resident limit :limit;
