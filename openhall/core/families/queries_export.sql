-- name: export_links
select id, kind, scopes, payment_max, month_max, evidence, state, proposed_at, starts_at, ends_at, channel, ended_at,
       case when holder = :resident then 'holder' else 'dependant' end as i_am,
       coalesce(case when holder = :resident then dependant_real else holder_real end, proposed_to) as other_masked
  from families.seen_links where holder = :resident or dependant = :resident order by id desc limit :limit;

-- name: export_acts
select id, link, scope, about, title, amount, currency, at,
       case when actor = :resident then 'actor' else 'subject' end as i_was
  from families.acts where actor = :resident or subject = :resident order by id desc limit :limit;

-- name: export_cards
select number, made_at from families.cards where resident = :resident limit :limit;
