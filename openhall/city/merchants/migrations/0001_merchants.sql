-- Merchants: who is paid, at which place, by which printed code.

create schema merchants;

create table merchants.merchants (
  id         uuid primary key,
  owner      uuid not null references people.residents,
  created_at timestamptz not null,
  constraint one_merchant_per_resident unique (owner)
);

create table merchants.shops (
  id        uuid primary key,
  merchant  uuid not null references merchants.merchants,
  name      text not null,
  category  text not null,                          -- MCC
  city      text not null,
  account   uuid not null references ledger.accounts,
  state     text not null default 'open',
  opened_at timestamptz not null,
  closed_at timestamptz,
  constraint one_shop_per_account unique (account),
  constraint shop_name_has_a_length check (char_length(name) between 1 and 40),
  constraint city_has_a_length check (char_length(city) between 1 and 40),
  constraint category_is_an_mcc check (category ~ '^[0-9]{4}$'),
  constraint shop_is_open_or_closed check (state in ('open', 'closed') and (state = 'closed') = (closed_at is not null))
);
create index shops_of_a_merchant on merchants.shops (merchant, opened_at);

-- One row per printing. A printing can be revoked without touching the shop, so a poster that was tampered with, or
-- whose picture went round, stops working alone. Rows are kept: a revoked code still says what it was.
create table merchants.codes (
  id         text primary key,                      -- random, inside the QR
  shop       uuid not null references merchants.shops,
  short_code text not null,                         -- printed beside the QR, typed when a camera fails
  payload    text not null,                         -- exactly what the QR holds
  issued_at  timestamptz not null,
  revoked_at timestamptz,
  revoked_by uuid,                                  -- the resident who replaced it; null: the shop was closed
  constraint short_code_is_never_used_twice unique (short_code),
  constraint short_code_is_nine_digits check (short_code ~ '^[1-9][0-9]{8}$'),
  constraint code_id_is_long check (id ~ '^[2-9A-Z]{17}$')
);
create unique index one_active_code_per_shop on merchants.codes (shop) where revoked_at is null;
create index codes_of_a_shop on merchants.codes (shop, issued_at desc);

-- Shops, each with its owner and its active code; of a closed one the last that it had.
create view merchants.coded_shops as
  select s.id, s.merchant, m.owner, s.name, s.category, s.city, s.account, s.state, s.opened_at, c.payload as code,
         c.short_code, c.issued_at
    from merchants.shops s
    join merchants.merchants m on m.id = s.merchant
    join lateral (select * from merchants.codes c where c.shop = s.id
                   order by c.revoked_at is null desc, c.issued_at desc limit 1) c on true;
