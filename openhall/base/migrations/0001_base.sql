create schema base;
-- The job queue's own tables (procrastinate's SQL) go here; see base/db.py, SEARCH_PATH.
create schema jobs;

create table base.migrations (
  package    text not null,
  number     int not null,
  name       text not null,
  sha256     text not null,
  applied_at timestamptz not null,
  primary key (package, number)
);

-- Answers already given, so that a retry gets the same one. A principal is who asked; a scope is the method and path.
create table base.idempotency (
  principal  text not null,
  scope      text not null,
  key        text not null check (length(key) between 1 and 255),
  body_hash  bytea not null,
  status     smallint not null,
  body       text not null,
  at         timestamptz not null,
  expires_at timestamptz,           -- null: kept as long as the payment it made
  primary key (principal, scope, key)
);
create index idempotency_expires on base.idempotency (expires_at) where expires_at is not null;

-- Takes the keys for this transaction, and then reads what was answered under them: in two statements, so that the
-- answer of a transaction that has just let go of a key is seen. A key that another transaction holds is not waited for.
create function base.claim(principals text[], asked_scope text, keys text[])
returns table (held boolean, body_hash bytea, status smallint, body text) language plpgsql set enable_seqscan = off as $$
declare
  locks boolean[];
begin
  select array_agg(pg_try_advisory_xact_lock(hashtextextended(k.principal || ' ' || asked_scope || ' ' || k.key, 0))
                   order by k.ord)
    into locks from unnest(principals, keys) with ordinality as k(principal, key, ord);
  -- The offset, and the setting above, keep the planner to one look into the index for each key, however small the
  -- table was when it planned.
  return query
    select locks[k.ord], i.body_hash, i.status, i.body
      from unnest(principals, keys) with ordinality as k(principal, key, ord)
      left join lateral (
        select a.body_hash, a.status, a.body from base.idempotency a
         where a.principal = k.principal and a.scope = asked_scope and a.key = k.key
        offset 0) as i on true
     order by k.ord;
end
$$;

create table base.limits (
  key         text primary key,
  window_ends timestamptz not null,
  count       int not null check (count > 0)
);
create index limits_window_ends on base.limits (window_ends);

-- Facts for whoever watches: a stream is numbered without gaps by its head.
create table base.streams (
  stream text primary key check (length(stream) <= 200 and stream !~ '\s'),
  head   bigint not null check (head > 0)
) with (fillfactor = 50);         -- the head of a busy stream is rewritten often: room for updates on the same page

create table base.events (
  stream text not null,
  number bigint not null,
  type   text not null,
  data   json not null,
  at     timestamptz not null,
  primary key (stream, number)
);
create index events_at on base.events using brin (at);
