-- name: acting_visit
-- Who comes with this token, and for whom they act if they may: the link is of this very moment.
select s.id as session, s.kind, s.way, s.device, s.created_at, s.seen_at, s.expires_at, s.proved_at, s.strong_at,
       r.id, coalesce(r.phone, '') as phone, r.wallet, r.name, r.lang, r.theme, r.mode, r.state, r.joined_at, r.named_at,
       r.email, r.visitor,
       l.id as link, l.scopes, d.id as d_id, coalesce(d.phone, '') as d_phone, d.wallet as d_wallet, d.name as d_name,
       d.lang as d_lang, d.theme as d_theme, d.mode as d_mode, d.state as d_state, d.joined_at as d_joined_at,
       d.named_at as d_named_at, d.email as d_email, d.visitor as d_visitor,
       l.id is not null and exists (
         select from families.acts a
          where a.link = l.id and a.scope = :scope and a.day = :day and a.about is null) as looked
  from people.sessions s
  join people.residents r on r.id = s.resident
  left join (families.links l join people.residents d on d.id = l.dependant and d.state = 'active')
    on l.holder = r.id and l.dependant = :subject and l.state = 'active' and l.starts_at <= :now
   and (l.ends_at is null or l.ends_at > :now)
 where s.token_hash = :token_hash and s.kind = :kind and s.ended_at is null and s.expires_at > :now
   and r.state = 'active';

-- name: look
-- Written once a day for each scope.
insert into families.acts (id, link, actor, subject, scope, month, day, at)
values (:id, :link, :actor, :subject, :scope, :month, :day, :now)
    on conflict (link, scope, day) where about is null do nothing;

-- name: lock_links
-- The links by which these people pay for those, until the transaction ends: whoever revokes one waits, or comes first.
-- In the order of ids; the row that was waited for is read as it is then. Each is looked up in the index by itself, however
-- few links there were when this was planned.
with wanted as materialized (
  select f.id
    from json_to_recordset(:rows) as w(holder uuid, dependant uuid)
   cross join lateral (
     select id from families.links
      where holder = w.holder and dependant = w.dependant and state in ('active', 'suspended') offset 0) f
)
select l.id, l.holder, l.dependant, l.scopes, l.payment_max, l.month_max,
       case when l.month = :month then l.spent else 0 end as spent,
       case when l.day = :day then l.day_spent else 0 end as day_spent
  from families.links l
 where l.id = any(array(select id from wanted))
   and l.state = 'active' and l.starts_at <= :now and (l.ends_at is null or l.ends_at > :now)
 order by l.id
   for no key update of l;

-- name: write_acts
-- What was done, and what of it counts to the month of its link. The links are locked.
with done as (
  insert into families.acts (id, link, actor, subject, scope, about, title, amount, currency, month, day, at)
  select id, link, actor, subject, scope, about, title, amount, currency, :month, :day, :now
    from json_to_recordset(:rows) as r(id uuid, link uuid, actor uuid, subject uuid, scope text, about uuid, title text,
                                       amount bigint, currency text)
  returning link, amount
), sums as (
  select link, sum(amount)::bigint as amount from done group by link
)
update families.links l
   set spent = case when l.month = :month then l.spent else 0 end + s.amount, month = :month,
       carried = case when l.month = :month then l.carried else 0 end,
       day_spent = case when l.day = :day then l.day_spent else 0 end + s.amount, day = :day
  from sums s
 where l.id = s.link;

-- name: acts_about
select a.id, a.link, a.actor, a.subject, a.scope, a.about, a.title, a.amount, a.currency, a.at,
       ai.name_masked as actor_name, coalesce(an.phone, an.email, '') as actor_phone,
       coalesce(sn.name, si.name_masked) as subject_name, coalesce(sn.phone, sn.email, '') as subject_phone
  from families.acts a
  join people.residents an on an.id = a.actor
  left join people.identities ai on ai.resident = a.actor
  join people.residents sn on sn.id = a.subject
  left join people.identities si on si.resident = a.subject
 where a.about = any(:ids);

-- name: acts_of
-- Of one who acted, or for whom it was done; newest first.
with found as materialized (
  (select id from families.acts where actor = :resident and id < :before order by id desc limit :limit)
  union
  (select id from families.acts where subject = :resident and id < :before order by id desc limit :limit)
  order by id desc limit :limit
)
select a.id, a.link, a.actor, a.subject, a.scope, a.about, a.title, a.amount, a.currency, a.at,
       ai.name_masked as actor_name, coalesce(an.phone, an.email, '') as actor_phone,
       coalesce(sn.name, si.name_masked) as subject_name, coalesce(sn.phone, sn.email, '') as subject_phone
  from found f
 cross join lateral (select * from families.acts where id = f.id offset 0) a
  join people.residents an on an.id = a.actor
  left join people.identities ai on ai.resident = a.actor
  join people.residents sn on sn.id = a.subject
  left join people.identities si on si.resident = a.subject
 order by a.id desc;

-- name: lock_people
-- In one order: who counts links of somebody, to keep a limit, does so alone.
select pg_advisory_xact_lock(hashtextextended('families.resident ' || one, 0))::text
  from (select one from unnest(:ids::uuid[]) as one order by one) p;

-- name: count_dependants
select count(*) from families.links
 where holder = :holder
   and ((state = 'proposed' and proposed_until > :now)
        or (state in ('active', 'suspended') and (ends_at is null or ends_at > :now)));

-- name: count_holders
select count(*) from families.links
 where dependant = :dependant and state in ('active', 'suspended') and (ends_at is null or ends_at > :now);

-- name: end_overdue_of
-- What ended by its date is in the way of nothing new, whether or not the job came by yet.
update families.links set state = 'expired', ended_at = :now, phone = null, suspended_for = null
 where holder = :holder
   and ((state = 'proposed' and proposed_until <= :now) or (state in ('active', 'suspended') and ends_at <= :now))
returning id;

-- name: is_linked
select exists (
  select from families.links
   where holder = :holder and ((dependant = :dependant and state in ('active', 'suspended'))
                               or (phone = :phone and state = 'proposed')));

-- name: propose
insert into families.links (id, holder, dependant, phone, proposed_to, kind, scopes, payment_max, month_max, evidence, state,
                            proposed_at, proposed_until, ends_at, seen_by)
values (:id, :holder, :dependant, :phone, :proposed_to, :kind, :scopes, :payment_max, :month_max, :evidence, 'proposed', :now,
        :until, :ends_at, :seen_by);

-- name: begin_by_law
insert into families.links (id, holder, dependant, kind, scopes, payment_max, month_max, evidence, state, proposed_at,
                            proposed_until, starts_at, ends_at, channel, checked_at, check_at)
values (:id, :holder, :dependant, 'parent', :scopes, :payment_max, :month_max, null, 'active', :now, :now, :now, :ends_at,
        'register', :now, :check_at);

-- name: match_phone
-- Somebody joined: what was proposed to their number is theirs to answer. Not by whom they act for already.
update families.links set dependant = :resident, told_at = :now
 where phone = :phone and dependant is null and state = 'proposed' and proposed_until > :now and holder <> :resident
returning id, holder;

-- name: lock_link
select id from families.links where id = :id for no key update;

-- name: carry
-- A link that begins goes on where the one before it between the same two stopped: ending it begins no new month.
update families.links l
   set month = o.month, spent = o.spent, carried = o.spent, day = o.day, day_spent = o.day_spent
  from (select b.month, b.spent, b.day, b.day_spent
          from families.links n join families.links b on b.holder = n.holder and b.dependant = n.dependant
         where n.id = :id and b.id <> n.id and b.starts_at is not null and b.month is not null
         order by b.starts_at desc, b.id desc limit 1) o
 where l.id = :id and l.month is null;

-- name: is_younger
-- Whether the register knows this resident, as somebody of fewer years.
select exists (
  select from people.identities
   where resident = :resident and adult_on - make_interval(years => 18 - :age::int) > :today::date);

-- name: to_tell
-- Proposals of which nobody was told yet. Apart from the proposing, which is the same work whether anybody has the number.
select id from families.links
 where state = 'proposed' and told_at is null and dependant is not null and seen_by is null
 order by id limit :limit for no key update skip locked;

-- name: told
update families.links set told_at = :now where id = any(:ids::uuid[]);

-- name: decline
update families.links set declined_at = :now, told_at = coalesce(told_at, :now)
 where id = :id and state = 'proposed' and declined_at is null;

-- name: rest_on_name
-- What rests on this resident's name: all they do for others, and what is done for them but by their own will.
select id from families.links
 where (holder = :resident or (dependant = :resident and kind <> 'voluntary'))
   and state in ('active', 'suspended') and suspended_for is distinct from 'name'
 order by id for no key update;

-- name: rest_on_passkeys
-- What this resident approved with a passkey.
select id from families.links
 where dependant = :resident and channel = 'own' and state = 'active' order by id for no key update;

-- name: suspend
update families.links set state = 'suspended', suspended_for = :why where id = :id;

-- name: resume
update families.links set state = 'active', suspended_for = null
 where id = :id and state = 'suspended' and suspended_for = 'recovery';

-- name: link
select * from families.seen_links where id = :id;

-- name: living_links_of
-- Few, for there are limits; and never hidden behind what is over.
select * from families.seen_links
 where (holder = :resident or dependant = :resident) and state in ('active', 'suspended') order by id desc;

-- name: other_links_of
-- What waits, and what is over; newest first.
select * from families.seen_links
 where (holder = :resident or dependant = :resident) and state not in ('active', 'suspended') and id < :before
 order by id desc limit :limit;

-- name: links_at_the_counter
select * from families.seen_links where seen_by is not null order by state = 'proposed' desc, id desc limit :limit;

-- name: unreachable
-- Living links of people whom no message reaches.
select * from families.seen_links
 where state in ('active', 'suspended') and has_no_phone and not has_letters order by id desc limit :limit;

-- name: approve
update families.links
   set state = 'active', channel = :channel, starts_at = :now, confirmed_by = :confirmed_by, phone = null
 where id = :id and state = 'proposed' and declined_at is null and proposed_until > :now;

-- name: end_link
update families.links set state = 'revoked', ended_at = :now, ended_by = :by, phone = null, suspended_for = null
 where id = :id and state in ('proposed', 'active', 'suspended');

-- name: replace_proposals
-- What is settled at the counter needs no answer on the phone any more.
update families.links set state = 'revoked', ended_at = :now, phone = null
 where holder = :holder and dependant = :dependant and state = 'proposed' and id <> :id
returning id;

-- name: set_caps
update families.links set payment_max = :payment_max, month_max = :month_max where id = :id;

-- name: expire
-- What is over by its date, whatever it waited for.
with due as (
  select id from families.links where state in ('active', 'suspended') and ends_at <= :now
   union all
  select id from families.links where state = 'proposed' and proposed_until <= :now
   order by id limit :limit
), locked as (
  select l.id from families.links l join due on due.id = l.id order by l.id for no key update of l skip locked
)
update families.links l set state = 'expired', ended_at = :now, phone = null, suspended_for = null
  from locked where l.id = locked.id and l.state in ('proposed', 'active', 'suspended')
returning l.id;

-- name: take_parent_to_check
-- One at a time; while the register is silent its turn comes again in an hour.
update families.links set check_at = :again_at
 where id = (select id from families.links
              where kind = 'parent' and state in ('active', 'suspended') and check_at <= :now and ends_at > :now
                and suspended_for is distinct from 'name'
              order by check_at limit 1 for no key update skip locked)
returning id, holder, dependant;

-- name: checked
update families.links
   set state = :state, suspended_for = case when :state = 'suspended' then 'register' end, check_at = :check_at,
       checked_at = case when :state = 'active' then :now else checked_at end
 where id = :id and state in ('active', 'suspended') and suspended_for is distinct from 'name';

-- name: record
insert into families.trail (id, at, link, act, by, note) values (:id, :now, :link, :act, :by, :note);

-- name: record_many
insert into families.trail (id, at, link, act, by)
select id, :now, link, :act, null from json_to_recordset(:rows) as r(id uuid, link uuid);

-- name: put_card
insert into families.cards (number, resident, made_by, made_at) values (:number, :resident, :made_by, :now)
    on conflict do nothing;

-- name: card_of
select c.number, c.resident, r.name, i.name_masked, i.id_masked, c.made_at
  from families.cards c
  join people.residents r on r.id = c.resident
  left join people.identities i on i.resident = c.resident
 where c.resident = :resident;

-- name: resident_of_card
select resident from families.cards where number = :number;

-- name: check_approved
-- Whatever lives or lived was approved: the trail says by whom. At the counter by two, in the register's name by none.
select l.id, l.channel
  from families.links l
 where l.starts_at is not null and not case l.channel
         when 'own' then exists (select from families.trail t
                                  where t.link = l.id and t.act = 'approved' and t.by = l.dependant)
         when 'register' then l.kind = 'parent' and exists (
                                 select from families.trail t where t.link = l.id and t.act = 'approved' and t.by is null)
         when 'counter' then exists (select from families.trail t
                                      where t.link = l.id and t.act = 'seen' and t.by = l.seen_by)
                         and exists (select from families.trail t
                                      where t.link = l.id and t.act = 'confirmed' and t.by = l.confirmed_by)
         else false end
 limit 100;

-- name: check_spent
-- What a link has paid in its month is the sum of its acts, with what it took over from the one before it; and within its limit of then: limits may have been lowered.
select l.id, l.spent, l.carried + coalesce(a.amount, 0) as acted
  from families.links l
  left join lateral (
    select sum(amount) as amount from families.acts where link = l.id and month = l.month) a on true
 where l.spent <> l.carried + coalesce(a.amount, 0)
 limit 100;

-- name: check_acts_moved_money
-- What was paid on somebody's behalf left their own wallet, once, for just this amount.
select a.id, a.amount, t.amount as moved
  from families.acts a
  join people.residents r on r.id = a.subject
  left join ledger.transfers t on t.id = a.about
 where a.amount is not null
   and (t.id is null or t.kind <> 'posted' or t.debit <> r.wallet or t.amount <> a.amount or t.currency <> a.currency)
 limit 100;

-- name: check_acts_had_a_link
-- Whoever acted held a link to this person, with this scope, that was alive then. (Whoever pays in its last moment may have
-- to wait for others who pay the same shop.)
select a.id, a.link
  from families.acts a join families.links l on l.id = a.link
 where l.holder <> a.actor or l.dependant <> a.subject or not a.scope = any(l.scopes)
    or l.starts_at is null or a.at < l.starts_at
    or a.at > least(l.ends_at, l.ended_at) + interval '1 minute'
 limit 100;

-- name: check_ended
-- The job looks every few minutes; two hours after its end no link may still count as alive.
select id, ends_at from families.links
 where state in ('active', 'suspended') and ends_at < now() - interval '2 hours'
 limit 100;

-- name: check_told
-- Whoever somebody paid for was told of it once.
select a.id from families.acts a
 where a.amount is not null
   and (select count(*) from messages.messages m join messages.templates t on t.id = m.template
         where m.recipient = a.subject and t.code = 'families.paid' and m.facts ->> 'payment' = a.about::text) <> 1
 limit 100;
