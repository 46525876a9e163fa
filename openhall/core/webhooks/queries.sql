-- name: lock_resident
-- The endpoints of one resident are made one after the other, so that they can be counted in the next statement.
select pg_advisory_xact_lock(hashtextextended('webhooks.endpoints ' || :resident::text, 0))::text;

-- name: count_endpoints
select count(*) from webhooks.endpoints where resident = :resident;

-- name: insert_endpoint
insert into webhooks.endpoints (id, resident, url, events, created_at)
values (:id, :resident, :url, :events, :now);

-- name: insert_key
insert into webhooks.keys (salt, endpoint, made_at) values (:salt, :endpoint, :now);

-- name: drop_older_keys
delete from webhooks.keys where endpoint = :endpoint and expires_at is not null;

-- name: retire_key
update webhooks.keys set expires_at = :expires_at where endpoint = :endpoint and expires_at is null;

-- name: begin_at_head
-- What is told from now on: of the streams that there are.
insert into webhooks.cursors (endpoint, stream, begun, number)
select :endpoint, r.stream, coalesce(s.head, 0), coalesce(s.head, 0)
  from json_to_recordset(:streams) as r(stream text)
  left join base.streams s on s.stream = r.stream;

-- name: endpoint
select e.id, e.url, e.events, e.state, e.why, e.created_at, e.heard_at, e.slow_until,
       (select max(k.expires_at) from webhooks.keys k where k.endpoint = e.id and k.expires_at > :now) as old_key_until
  from webhooks.endpoints e
 where e.id = :id and e.resident = :resident;

-- name: endpoints
select e.id, e.url, e.events, e.state, e.why, e.created_at, e.heard_at, e.slow_until,
       (select max(k.expires_at) from webhooks.keys k where k.endpoint = e.id and k.expires_at > :now) as old_key_until
  from webhooks.endpoints e
 where e.resident = :resident
 order by e.id;

-- name: lock_endpoint_of
select id from webhooks.endpoints where id = :id and resident = :resident for no key update;

-- name: delete_endpoint
delete from webhooks.endpoints where id = :id and resident = :resident;

-- name: pause_endpoint
update webhooks.endpoints set state = 'paused' where id = :id and resident = :resident and state = 'active';

-- name: resume_endpoint
update webhooks.endpoints set state = 'active', why = null, slow_until = null, slow_count = 0
 where id = :id and resident = :resident and state <> 'active';

-- name: active_endpoints
select id, resident from webhooks.endpoints where state = 'active';

-- name: behind
-- Of pairs of endpoint and stream those where something was told since; without a cursor, it is a new stream.
select r.endpoint, r.stream, s.head
  from json_to_recordset(:pairs) as r(endpoint uuid, stream text)
  join base.streams s on s.stream = r.stream
  left join webhooks.cursors c on c.endpoint = r.endpoint and c.stream = r.stream
 where c.number is distinct from s.head
 limit :limit;

-- name: keep_endpoints
-- Held until the cursors have moved: who deletes an endpoint waits, and one that is deleted or paused is left out.
select id from webhooks.endpoints where id = any(:ids) and state = 'active' order by id for key share;

-- name: begin_cursors
-- A stream that was opened after its endpoint is told from the endpoint's first day on.
insert into webhooks.cursors (endpoint, stream, begun, number)
select e.id, r.stream, seen.number, seen.number
  from json_to_recordset(:pairs) as r(endpoint uuid, stream text)
  join webhooks.endpoints e on e.id = r.endpoint
 cross join lateral (
   select coalesce(max(v.number), 0) as number from base.events v
    where v.stream = r.stream and v.at < e.created_at) as seen
 order by e.id, r.stream
    on conflict (endpoint, stream) do nothing;

-- name: lock_cursors
select c.endpoint, c.stream, c.number
  from json_to_recordset(:pairs) as r(endpoint uuid, stream text)
  join webhooks.cursors c on c.endpoint = r.endpoint and c.stream = r.stream
 order by c.endpoint, c.stream for update of c;

-- name: unread
-- Asked after the cursors are locked. The numbers of a stream become visible in their order.
select r.endpoint, v.stream, v.number, v.type, v.data, v.at, webhooks.wants(e.events, v.type) as wanted
  from json_to_recordset(:cursors) as r(endpoint uuid, stream text, number bigint)
  join webhooks.endpoints e on e.id = r.endpoint
 cross join lateral (
   select * from base.events b where b.stream = r.stream and b.number > r.number
    order by b.number limit :each) as v
 order by v.at, v.stream, v.number;

-- name: insert_deliveries
insert into webhooks.deliveries (id, endpoint, stream, number, type, event_at, body, since, next_at)
select r.id, r.endpoint, r.stream, r.number, r.type, r.event_at, r.body, :now, :now
  from json_to_recordset(:rows)
    as r(id uuid, endpoint uuid, stream text, number bigint, type text, event_at timestamptz, body text);

-- name: move_cursors
update webhooks.cursors c set number = r.number
  from json_to_recordset(:cursors) as r(endpoint uuid, stream text, number bigint)
 where c.endpoint = r.endpoint and c.stream = r.stream;

-- name: claim
-- For a worker alone until the lease ends, and the attempt is written before it is made. One endpoint has few at a
-- time, and one resident not many, so that silent ones do not keep the others waiting; and everybody's first comes
-- before anybody's second. Calls under way count as turns that were had.
with busy as (
  select e.id, e.resident, e.slow_until, f.flying, sum(f.flying) over (partition by e.resident) as had
    from webhooks.endpoints e
   cross join lateral (
     select count(*) as flying from webhooks.deliveries w
      where w.endpoint = e.id and w.lease_until > :now) as f
   where e.state = 'active'
), turns as (
  select d.id, d.next_at, b.had + row_number() over (partition by b.resident order by d.next_at, d.id) as turn
    from busy b
   cross join lateral (
     select w.id, w.next_at from webhooks.deliveries w
      where w.endpoint = b.id and w.state = 'pending' and w.next_at <= :now
        and (w.lease_until is null or w.lease_until <= :now)
      order by w.next_at, w.id limit greatest(0, :each - b.flying)) as d
   where b.slow_until is null or b.slow_until <= :now
), due as (
  select id from turns where turn <= :share order by turn, next_at, id limit :limit
), claimed as (
  update webhooks.deliveries d
     set attempts = d.attempts + 1, tries = d.tries + 1, lease_until = :lease_ends
    from due
   where d.id = due.id and d.state = 'pending' and (d.lease_until is null or d.lease_until <= :now)
  returning d.id, d.endpoint, d.body, d.attempts, d.tries, d.since
), begun as (
  insert into webhooks.attempts (delivery, number, at) select id, attempts, :now from claimed
)
select c.id, c.endpoint, e.resident, e.url, c.body, c.attempts as number, c.tries, c.since,
       array(select encode(k.salt, 'hex') from webhooks.keys k
              where k.endpoint = c.endpoint and (k.expires_at is null or k.expires_at > :now)
              order by k.made_at desc) as salts
  from claimed c join webhooks.endpoints e on e.id = c.endpoint;

-- name: lock_endpoint
-- Before its deliveries, as whoever deletes it does.
select state, heard_at, slow_count from webhooks.endpoints where id = :id for no key update;

-- name: end_attempt
update webhooks.attempts set status = :status, error = :error, took_ms = :took_ms
 where delivery = :delivery and number = :number and took_ms is null;

-- name: settle
-- Only the attempt that holds the delivery decides: one whose lease ran out has lost it to the next.
update webhooks.deliveries
   set state = :state, next_at = :next_at, finished_at = :finished_at, lease_until = null
 where id = :id and attempts = :number and lease_until is not null;

-- name: heard
update webhooks.endpoints set heard_at = :now, slow_until = null, slow_count = 0 where id = :id;

-- name: slow_down
update webhooks.endpoints set slow_until = :until, slow_count = slow_count + 1 where id = :id;

-- name: disable
update webhooks.endpoints set state = 'disabled', why = :why where id = :id and state = 'active'
returning id, resident, url, why;

-- name: deliveries
select d.id, d.endpoint, d.type, d.stream, d.number, d.state, d.attempts, d.event_at, d.next_at, d.finished_at,
       d.lease_until is not null as under_way, a.at as last_at, a.status, a.error, a.took_ms
  from webhooks.deliveries d
  left join webhooks.attempts a on a.delivery = d.id and a.number = d.attempts
 where d.endpoint = :endpoint and (:before::uuid is null or d.id < :before)
   and (:state::text is null or d.state = :state)
 order by d.id desc limit :limit;

-- name: delivery
select d.id, d.endpoint, d.type, d.stream, d.number, d.state, d.attempts, d.event_at, d.next_at, d.finished_at,
       d.lease_until is not null as under_way, a.at as last_at, a.status, a.error, a.took_ms
  from webhooks.deliveries d
  left join webhooks.attempts a on a.delivery = d.id and a.number = d.attempts
 where d.id = :id and d.endpoint = :endpoint;

-- name: body
select body from webhooks.deliveries where id = :id;

-- name: attempts
select number, at, status, error, took_ms from webhooks.attempts where delivery = :delivery
 order by number desc limit :limit;

-- name: replay
-- What a worker has in its hands right now is on its way already.
update webhooks.deliveries set state = 'pending', tries = 0, since = :now, next_at = :now, finished_at = null
 where id = :id and endpoint = :endpoint and lease_until is null;

-- name: replay_range
update webhooks.deliveries set state = 'pending', tries = 0, since = :now, next_at = :now, finished_at = null
 where endpoint = :endpoint and event_at >= :since and event_at < :until and lease_until is null
   and (state <> 'delivered' or :delivered);

-- name: forget_deliveries
delete from webhooks.deliveries where finished_at < :before;

-- name: forget_waiting
-- What still waits after so long for an endpoint that is told nothing.
delete from webhooks.deliveries d using webhooks.endpoints e
 where e.id = d.endpoint and e.state <> 'active' and d.state = 'pending' and d.since < :before and d.lease_until is null;

-- name: forget_keys
delete from webhooks.keys where expires_at < :now;

-- name: check_keys
-- Every endpoint signs with exactly one key of now, and at most one older one beside it.
select e.id as endpoint, count(k.salt) filter (where k.expires_at is null) as now, count(k.salt) as keys
  from webhooks.endpoints e left join webhooks.keys k on k.endpoint = e.id
 group by e.id
having count(k.salt) filter (where k.expires_at is null) <> 1 or count(k.salt) > 2
 limit 100;

-- name: check_cursors
-- No endpoint's cursor is ahead of its stream.
select c.endpoint, c.stream, c.number, s.head
  from webhooks.cursors c left join base.streams s on s.stream = c.stream
 where c.number > coalesce(s.head, 0)
 limit 100;

-- name: check_events
-- Every delivery is of an event that happened, as it happened, and that its endpoint has been told of. Of 29 days:
-- events are forgotten after 30.
select d.id, d.endpoint, d.stream, d.number
  from webhooks.deliveries d
  left join webhooks.cursors c on c.endpoint = d.endpoint and c.stream = d.stream
  left join base.events v on v.stream = d.stream and v.number = d.number
 where c.number is null or d.number <= c.begun or d.number > c.number
    or (d.event_at > now() - interval '29 days' and v.type is distinct from d.type)
 limit 100;

-- name: check_gaps
-- Every event that an endpoint wants, up to its cursor, has a delivery.
select c.endpoint, v.stream, v.number
  from webhooks.cursors c
  join webhooks.endpoints e on e.id = c.endpoint
  join base.events v on v.stream = c.stream and v.number > c.begun and v.number <= c.number
                    and v.at > now() - interval '29 days'
  left join webhooks.deliveries d on d.endpoint = c.endpoint and d.stream = v.stream and d.number = v.number
 where d.id is null and webhooks.wants(e.events, v.type)
 limit 100;

-- name: check_delivered
-- What counts as delivered was answered with a 2xx.
select d.id, d.endpoint from webhooks.deliveries d
 where d.state = 'delivered'
   and not exists (select 1 from webhooks.attempts a where a.delivery = d.id and a.status between 200 and 299)
 limit 100;

-- name: check_attempts
-- Every attempt that was counted is in the log.
select d.id, d.attempts, count(a.number) as logged
  from webhooks.deliveries d left join webhooks.attempts a on a.delivery = d.id
 group by d.id
having count(a.number) <> d.attempts or coalesce(max(a.number), 0) <> d.attempts
 limit 100;

-- name: end_endpoints
delete from webhooks.endpoints where resident = :resident;
