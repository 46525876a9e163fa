-- name: tell
-- The words first, once for each wording; then the messages; and with each the fact that its inbox has it.
with kept as (
  insert into messages.templates (id, code, version, category, texts, kept_at)
  select t.id, t.code, t.version, t.category, t.texts, :now
    from json_to_recordset(:templates) as t(id uuid, code text, version int, category text, texts jsonb)
   order by t.id
      on conflict (id) do nothing
), told as (
  insert into messages.messages (id, template, recipient, subject, category, safety, facts, link, told_at, expires_at)
  select r.id, r.template, r.recipient, r.subject, r.category, r.safety, r.facts, r.link, :now, r.expires_at
    from json_to_recordset(:rows)
      as r(id uuid, template uuid, recipient uuid, subject uuid, category text, safety boolean, facts jsonb, link text,
           expires_at timestamptz)
  returning id
)
insert into messages.states (message, channel, state, at) select id, 'inbox', 'delivered', :now from told;

-- name: inbox
select m.id, t.code, t.version, m.category, t.texts, m.facts, m.link, m.recipient, m.subject, m.told_at, m.expires_at,
       m.read_at
  from messages.messages m join messages.templates t on t.id = m.template
 where m.recipient = :resident and (:before::uuid is null or m.id < :before)
   and (:category::text is null or m.category = :category)
   and (not :unread or (m.read_at is null and (m.expires_at is null or m.expires_at > :now)))
 order by m.id desc limit :limit;

-- name: message
select m.id, t.code, t.version, m.category, t.texts, m.facts, m.link, m.recipient, m.subject, m.told_at, m.expires_at,
       m.read_at
  from messages.messages m join messages.templates t on t.id = m.template
 where m.id = :id and m.recipient = :resident;

-- name: unread
-- Of many more nobody wants to know the number; so it costs the same for everybody.
select count(*) from (
  select from messages.messages
   where recipient = :resident and read_at is null and (expires_at is null or expires_at > :now) limit :most) as found;

-- name: read
update messages.messages set read_at = :now where id = :id and recipient = :resident and read_at is null;

-- name: read_all
update messages.messages set read_at = :now
 where recipient = :resident and read_at is null and (:until::uuid is null or id <= :until);

-- name: states
select channel, state, why, at from messages.states where message = :message order by id;

-- name: habits
select quiet_from, quiet_to, letter_to from messages.habits where resident = :resident;

-- name: preferences
select category, channel, wanted from messages.preferences where resident = :resident;

-- name: put_habits
insert into messages.habits (resident, quiet_from, quiet_to, letter_to)
values (:resident, :quiet_from, :quiet_to, :letter_to)
    on conflict (resident) do update
   set quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, letter_to = excluded.letter_to;

-- name: put_preferences
insert into messages.preferences (resident, category, channel, wanted)
select :resident, r.category, r.channel, r.wanted
  from json_to_recordset(:rows) as r(category text, channel text, wanted boolean)
 order by r.category, r.channel
    on conflict (resident, category, channel) do update set wanted = excluded.wanted;

-- name: subscribe
-- A browser belongs to whoever subscribed last with it.
insert into messages.subscriptions (id, resident, session, endpoint, p256dh, auth, device, made_at)
values (:id, :resident, :session, :endpoint, :p256dh, :auth, :device, :now)
    on conflict (endpoint) do update
   set resident = excluded.resident, session = excluded.session, p256dh = excluded.p256dh, auth = excluded.auth,
       device = excluded.device, made_at = excluded.made_at
returning id, device, made_at;

-- name: drop_oldest_subscriptions
delete from messages.subscriptions
 where id in (select id from messages.subscriptions where resident = :resident
               order by made_at desc, id desc offset :most);

-- name: subscriptions
select s.id, s.device, s.made_at
  from messages.subscriptions s join people.sessions n on n.id = s.session
 where s.resident = :resident and n.ended_at is null and n.expires_at > :now
 order by s.made_at, s.id;

-- name: unsubscribe
delete from messages.subscriptions where id = :id and resident = :resident;

-- name: unsubscribe_endpoint
delete from messages.subscriptions where endpoint = :endpoint and resident = :resident;

-- name: end_subscription
-- Its push service says that it is gone.
delete from messages.subscriptions where id = :id;

-- name: end_subscriptions_of_ended
-- In the transaction that ends sessions of a resident: their browsers are rung no more.
delete from messages.subscriptions s
 where s.resident = :resident
   and not exists (select from people.sessions n
                    where n.id = s.session and n.resident = s.resident and n.ended_at is null and n.expires_at > :now);

-- name: forget_subscriptions
-- Of sessions that ended, and of residents who left.
delete from messages.subscriptions s
 where not exists (
   select from people.sessions n join people.residents r on r.id = n.resident
    where n.id = s.session and n.resident = s.resident and n.ended_at is null and n.expires_at > :now
      and r.state = 'active');

-- name: forget_habits
-- Of residents who left: where their letters went.
delete from messages.habits h
 where exists (select from people.residents r where r.id = h.resident and r.state = 'closed');

-- name: take_unplanned
select m.id, m.recipient, t.code, m.category, m.safety, m.expires_at
  from messages.messages m join messages.templates t on t.id = m.template
 where m.planned_at is null
 order by m.id limit :limit for no key update of m skip locked;

-- name: reach
-- How each of these residents can be reached. Who left, or never was, is not in the answer.
select r.id as resident, h.resident is not null as has_habits, h.quiet_from, h.quiet_to,
       h.letter_to is not null as has_address, coalesce(r.phone, r.email) is not null as has_phone,
       coalesce((select json_object_agg(p.category || '.' || p.channel, p.wanted)
                   from messages.preferences p where p.resident = r.id), '{}') as wanted,
       array(select s.id from messages.subscriptions s join people.sessions n on n.id = s.session
              where s.resident = r.id and n.ended_at is null and n.expires_at > :now order by s.id) as subscriptions
  from people.residents r left join messages.habits h on h.resident = r.id
 where r.id = any(:ids) and r.state = 'active';

-- name: lately
-- How many messages of each kind a resident got over each channel since then.
select recipient, category, channel, count(distinct message) as count
  from messages.deliveries
 where recipient = any(:ids) and made_at > :since and state <> 'dropped'
 group by recipient, category, channel;

-- name: lately_alarmed
-- How many alarms of each kind left for a resident over each channel since then, without having been held back.
select d.recipient, t.code, d.channel, count(distinct d.message) as count
  from messages.deliveries d
  join messages.messages m on m.id = d.message
  join messages.templates t on t.id = m.template
 where d.recipient = any(:ids) and d.made_at > :since and m.safety and not d.held and d.state <> 'dropped'
 group by d.recipient, t.code, d.channel;

-- name: plan
with made as (
  insert into messages.deliveries
         (id, message, recipient, category, channel, target, state, held, made_at, due_at, expires_at)
  select r.id, r.message, r.recipient, r.category, r.channel, r.target, r.state, r.held, :now, r.due_at, r.expires_at
    from json_to_recordset(:rows)
      as r(id uuid, message uuid, recipient uuid, category text, channel text, target uuid, state text, held boolean,
           due_at timestamptz, expires_at timestamptz, why text)
  returning id, message, channel, state, held
), noted as (
  insert into messages.states (message, delivery, channel, state, why, at)
  select m.message, m.id, m.channel, m.state,
         case when m.state = 'dropped' then 'late' when m.held then 'held' end, :now
    from made m
)
update messages.messages set planned_at = :now where id = any(:planned);

-- name: end_late
-- Nothing waits beyond its end, and nothing goes to somebody who left.
with ended as (
  update messages.deliveries d set state = 'dropped', due_at = null, lease_until = null
   where d.state = 'waiting' and (d.lease_until is null or d.lease_until <= :now)
     and (d.expires_at <= :now or (d.due_at <= :now and exists (
            select from people.residents r where r.id = d.recipient and r.state = 'closed')))
  returning d.id, d.message, d.channel, d.expires_at
)
insert into messages.states (message, delivery, channel, state, why, at)
select message, id, channel, 'dropped', case when expires_at <= :now then 'late' else 'closed' end, :now from ended;

-- name: claim
-- For this worker alone until the lease ends. One whose browser is gone comes without an endpoint.
with due as (
  select d.id from messages.deliveries d
   where d.state = 'waiting' and d.due_at <= :now and (d.lease_until is null or d.lease_until <= :now)
   order by d.due_at, d.id limit :limit for update skip locked
), claimed as (
  update messages.deliveries d set attempts = d.attempts + 1, lease_until = :lease_ends
    from due where d.id = due.id
  returning d.id, d.message, d.recipient, d.channel, d.target, d.held, d.attempts, d.expires_at
)
select c.id, c.recipient, c.channel, c.target, c.held, c.attempts, c.expires_at,
       t.texts, t.code, m.category, m.facts, m.link, m.safety, m.told_at, m.id as message, coalesce(r.lang, :language) as language,
       coalesce(r.phone, r.email, '') as phone,
       h.letter_to, s.endpoint, s.p256dh, s.auth
  from claimed c
  join messages.messages m on m.id = c.message
  join messages.templates t on t.id = m.template
  join people.residents r on r.id = c.recipient
  left join messages.habits h on h.resident = c.recipient
  left join messages.subscriptions s on s.id = c.target and s.resident = c.recipient
    and exists (select from people.sessions n where n.id = s.session and n.ended_at is null and n.expires_at > :now)
 order by c.id;

-- name: settle
-- Only who still holds the delivery decides: one whose lease ran out has lost it to the next attempt.
with settled as (
  update messages.deliveries d set state = r.state, due_at = r.due_at, lease_until = null
    from json_to_recordset(:rows) as r(id uuid, attempts smallint, state text, due_at timestamptz)
   where d.id = r.id and d.attempts = r.attempts and d.state = 'waiting' and d.lease_until is not null
  returning d.id, d.message, d.channel, d.state
)
insert into messages.states (message, delivery, channel, state, why, at)
select message, id, channel, state, :why, :now from settled;

-- name: printed
with done as (
  update messages.deliveries set state = 'delivered'
   where id = any(:ids) and channel = 'letter' and state = 'sent'
  returning id, message, channel, state
)
insert into messages.states (message, delivery, channel, state, at) select message, id, channel, state, :now from done;

-- name: check_one_inbox
-- Every message is in exactly one inbox: its recipient exists, and it was put there once, when it was told.
select m.id
  from messages.messages m
  left join people.residents r on r.id = m.recipient
  left join messages.states s on s.message = m.id and s.channel = 'inbox'
 group by m.id, m.told_at, r.id
having r.id is null or count(s.id) <> 1 or bool_or(s.state <> 'delivered' or s.at <> m.told_at)
 limit 100;

-- name: check_late
-- Ten minutes after its end, nothing waits.
select id, message, channel from messages.deliveries
 where state = 'waiting' and expires_at < now() - interval '10 minutes' limit 100;

-- name: check_ends
-- Nothing may wait for longer than its message is true.
select d.id, d.message from messages.deliveries d join messages.messages m on m.id = d.message
 where d.expires_at > m.expires_at limit 100;

-- name: check_states
-- A delivery stands where its last fact says, and its first fact is as old as itself.
select d.id, d.state, last.state as said
  from messages.deliveries d
  left join lateral (select s.state, s.channel from messages.states s where s.delivery = d.id
                      order by s.id desc limit 1) as last on true
 where last.state is distinct from d.state or last.channel is distinct from d.channel limit 100;

-- name: check_recipients
-- A delivery goes to the recipient of its message, of the message's category.
select d.id, d.message from messages.deliveries d join messages.messages m on m.id = d.message
 where d.recipient <> m.recipient or d.category <> m.category or m.planned_at is null limit 100;

-- name: check_words
-- Every message is of its template's category.
select m.id, t.code from messages.messages m join messages.templates t on t.id = m.template
 where t.category <> m.category limit 100;
