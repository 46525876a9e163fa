-- name: lock_migrations
-- Held until the migrating connection closes, so that two processes starting together migrate one after the other.
select pg_advisory_lock(:lock)::text;

-- name: has_migrations
select to_regclass('base.migrations') is not null;

-- name: applied_migrations
select package, number, sha256 from base.migrations;

-- name: begin_migration
-- The job tables have no schema of their own in their SQL: the search path puts them into `jobs`.
select set_config('lock_timeout', '5s', true), set_config('search_path', 'jobs', true);

-- name: record_migration
insert into base.migrations (package, number, name, sha256, applied_at)
values (:package, :number, :name, :sha256, :now);

-- name: claim
-- One row for each asked key, in the given order: whether this transaction now holds it, and what was answered before.
select held, body_hash, status, body from base.claim(:principals, :scope, :keys);

-- name: recorded_answer
select body_hash, status, body from base.idempotency
 where principal = :principal and scope = :scope and key = :key;

-- name: record_answer
insert into base.idempotency (principal, scope, key, body_hash, status, body, at, expires_at)
values (:principal, :scope, :key, :body_hash, :status, :body, :now, :expires_at);

-- name: record_answers
insert into base.idempotency (principal, scope, key, body_hash, status, body, at, expires_at)
select r.principal, :scope, r.key, decode(r.body_hash, 'hex'), r.status, r.body, :now, :expires_at
  from json_to_recordset(:rows) as r(principal text, key text, body_hash text, status smallint, body text);

-- name: forget_answers
delete from base.idempotency where expires_at < :now;

-- name: take_limit
-- A fixed window per key: the count starts again when the window is over.
insert into base.limits as l (key, window_ends, count) values (:key, :window_ends, 1)
    on conflict (key) do update
   set count = case when l.window_ends <= :now then 1 else l.count + 1 end,
       window_ends = case when l.window_ends <= :now then excluded.window_ends else l.window_ends end
returning count, window_ends;

-- name: clear_limit
delete from base.limits where key = :key;

-- name: forget_limits
delete from base.limits where window_ends < :now;

-- name: publish
-- The head of each stream is locked until commit, in the order of names: numbers have no gap and appear in order,
-- so a reader that has seen number n has seen everything before it.
with incoming as (
  select * from json_to_recordset(:rows) as r(ord int, stream text, type text, data json)
), sizes as (
  select stream, count(*) as size from incoming group by stream
), heads as (
  insert into base.streams as s (stream, head)
  select stream, size from sizes order by stream
      on conflict (stream) do update set head = s.head + excluded.head
  returning s.stream, s.head
), written as (
  insert into base.events (stream, number, type, data, at)
  select i.stream,
         h.head - z.size + row_number() over (partition by i.stream order by i.ord),
         i.type, i.data, :now
    from incoming i join heads h using (stream) join sizes z using (stream)
)
-- One notice names many streams: every notice costs each listening process, and one holds less than 8,000 bytes.
select pg_notify(:channel, string_agg(stream, ' '))::text as told
  from (select stream, (row_number() over () - 1) / 30 as page from heads) as paged
 group by page;

-- name: stream_head
select coalesce((select head from base.streams where stream = :stream), 0);

-- name: events_after
select number, type, data, at from base.events
 where stream = :stream and number > :after
 order by number limit :limit;

-- name: forget_events
delete from base.events where at < :before;

-- name: ready
select 1;
