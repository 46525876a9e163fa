create schema webhooks;

-- Where a resident's own program wants to hear of what happens.
create table webhooks.endpoints (
  id         uuid primary key,
  resident   uuid not null,
  url        text not null,
  events     text[] not null,       -- types such as payment.succeeded, whole groups such as payment.*, or *
  state      text not null default 'active',
  why        text,                  -- of a disabled one: it said that it is gone, or it was silent for too long
  created_at timestamptz not null,
  heard_at   timestamptz,           -- when it last took a delivery
  slow_until timestamptz,           -- it asked for a pause
  slow_count int not null default 0,
  constraint state_exists check (state in ('active', 'paused', 'disabled')),
  constraint why_when_disabled check ((state = 'disabled') = (why is not null)),
  constraint why_exists check (why in ('gone', 'silent')),
  constraint url_has_a_length check (char_length(url) between 8 and 500),
  constraint events_are_named check (cardinality(events) between 1 and 20)
);
create index endpoints_of_a_resident on webhooks.endpoints (resident, id);
create index endpoints_to_tell on webhooks.endpoints (id) where state = 'active';

-- A signing key is made of its salt and the hall's secret, so that this table alone signs nothing.
create table webhooks.keys (
  salt       bytea primary key,
  endpoint   uuid not null references webhooks.endpoints on delete cascade,
  made_at    timestamptz not null,
  expires_at timestamptz,           -- null: the key of now; else an older one that still signs for a while
  constraint salt_is_long check (length(salt) = 32)
);
create unique index one_key_of_now on webhooks.keys (endpoint) where expires_at is null;
create index keys_of_an_endpoint on webhooks.keys (endpoint, made_at desc);

-- How far an endpoint was told of a stream: all that it wants of the numbers after `begun`, up to `number`, has a
-- delivery, written in the transaction that moved the number.
create table webhooks.cursors (
  endpoint uuid not null references webhooks.endpoints on delete cascade,
  stream   text not null,
  begun    bigint not null,
  number   bigint not null,
  primary key (endpoint, stream),
  constraint cursor_moves_forward check (number >= begun)
) with (fillfactor = 50);

-- One event for one endpoint. The body is written once, so that every attempt sends the same bytes.
create table webhooks.deliveries (
  id          uuid primary key,     -- the receiver knows it as webhook-id
  endpoint    uuid not null references webhooks.endpoints on delete cascade,
  stream      text not null,
  number      bigint not null,
  type        text not null,
  event_at    timestamptz not null,
  body        text not null,
  state       text not null default 'pending',
  attempts    int not null default 0,
  tries       int not null default 0,         -- attempts since `since`: its place in the schedule
  since       timestamptz not null,           -- when it was written, or last asked for by hand
  next_at     timestamptz,
  lease_until timestamptz,                    -- a worker has it, until then at the latest
  finished_at timestamptz,
  constraint told_once unique (endpoint, stream, number),
  constraint state_exists check (state in ('pending', 'delivered', 'failed')),
  constraint next_while_pending check ((state = 'pending') = (next_at is not null)),
  constraint finished_when_over check ((state = 'pending') = (finished_at is null)),
  constraint leased_while_pending check (state = 'pending' or lease_until is null)
);
create index deliveries_log on webhooks.deliveries (endpoint, id desc);
create index deliveries_due on webhooks.deliveries (endpoint, next_at) where state = 'pending';
create index deliveries_under_way on webhooks.deliveries (endpoint, lease_until) where lease_until is not null;
create index deliveries_finished on webhooks.deliveries (finished_at) where finished_at is not null;

-- Every call, written before it is made. One without an outcome was cut short: it may have arrived or not.
create table webhooks.attempts (
  delivery uuid not null references webhooks.deliveries on delete cascade,
  number   int not null,
  at       timestamptz not null,
  status   smallint,
  error    text,
  took_ms  int,
  primary key (delivery, number),
  constraint outcome_is_one check (status is null or error is null),
  constraint outcome_is_whole check ((took_ms is null) = (status is null and error is null))
);

create function webhooks.wants(patterns text[], type text) returns boolean language sql immutable as $$
  select exists (
    select 1 from unnest(patterns) as p
     where p in ('*', type) or (right(p, 2) = '.*' and starts_with(type, left(p, -1))))
$$;
