-- Where the history of the demo market is made up, before the ledger, the payments and the merchants take it in. Empty
-- but during that transaction, and only in a demo hall.

create schema demo;

-- Who sells: `trade` is payments a day in thousandths, `wholesale` the share of large ones in thousandths; the first
-- payment by code comes on the date `adopted`.
create unlogged table demo.stalls (
  place     int primary key,
  shop      uuid not null,
  owner     uuid not null,
  account   uuid not null,
  name      text not null,
  trade     int not null,
  wholesale int not null,
  adopted   date not null
);
-- Who buys: the first ones by the cart, the others by the bag.
create unlogged table demo.buyers (
  number   int primary key,
  resident uuid not null,
  wallet   uuid not null,
  masked   text not null
);
create unlogged table demo.days (
  place         int primary key,
  business_date date not null,
  begins        timestamptz not null,
  busy          int not null                        -- in hundredths of an ordinary day
);
create unlogged table demo.sales (
  id            uuid not null,
  order_id      uuid not null,
  payer         uuid not null,
  wallet        uuid not null,
  payer_masked  text not null,
  payee_kind    text not null default 'shop',
  payee         uuid not null,
  payee_name    text not null,
  account       uuid not null,
  owner         uuid not null,
  stream        text not null,
  amount        bigint not null,
  currency      text not null,
  business_date date not null,
  at            timestamptz not null,
  refund_id     uuid,
  refunded      bigint,
  reason        text,
  refunded_at   timestamptz
);
-- What buyers bring along: enough for what they will have bought.
create unlogged table demo.purses (
  id            uuid not null,
  opening       uuid not null,
  wallet        uuid not null,
  amount        bigint not null,
  currency      text not null,
  business_date date not null,
  at            timestamptz not null
);
create view demo.transfers as
  select id, opening as debit, wallet as credit, amount, currency, 'opening' as reason, business_date, at
    from demo.purses
   union all
  select id, wallet, account, amount, currency, 'payment', business_date, at from demo.sales
   union all
  select refund_id, account, wallet, refunded, currency, 'refund', business_date, refunded_at
    from demo.sales where refund_id is not null;

-- A number from 0 on that follows from the two numbers alone, on every machine.
create function demo.pick(seed bigint, salt bigint) returns bigint language sql immutable
return hashint8extended(salt, seed) & 9223372036854775807;

-- An id as the hall makes them (UUID version 7): ordered by time, the rest following from the salt.
create function demo.time_id(at timestamptz, salt bigint) returns uuid language sql stable
return (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || left(md5(salt::text), 3) || 'a'
        || right(md5(salt::text), 15))::uuid;

create function demo.analyze_sales() returns void language plpgsql as $$
begin
  analyze demo.stalls, demo.buyers, demo.days, demo.sales, demo.purses;
end $$;

create function demo.forget() returns void language plpgsql as $$
begin
  truncate demo.stalls, demo.buyers, demo.days, demo.sales, demo.purses;
end $$;
