-- Pay codes: what a payer shows to a cashier.

-- Online codes, while they live and a day longer, so that an old one is called old and not unknown.
create table payments.pay_codes (
  code       bytea primary key constraint pay_code_is_hashed check (octet_length(code) = 32),
  resident   uuid not null,
  issued_at  timestamptz not null,
  expires_at timestamptz not null,
  constraint pay_code_has_a_short_life check (expires_at between issued_at and issued_at + interval '1 minute')
);
create index pay_codes_of_resident on payments.pay_codes (resident, expires_at);
create index pay_codes_expires on payments.pay_codes (expires_at);

-- Running numbers of devices: as many as eight digits name.
create sequence payments.pay_device_numbers as int minvalue 0 maxvalue 99999999 no cycle;

-- Devices that make codes offline. Their secrets are derived from the hall's own and stand nowhere.
create table payments.pay_devices (
  id          uuid primary key,
  number      int not null default nextval('payments.pay_device_numbers') constraint pay_device_number_unique unique,
  resident    uuid not null,
  name        text not null constraint pay_device_name_has_a_length check (char_length(name) between 1 and 40),
  enrolled_at timestamptz not null,
  revoked_at  timestamptz,
  session     uuid,                   -- of people.sessions: who signs out there pays nothing from there any more
  day         date not null,          -- the business date of `spent`
  spent       bigint not null default 0 constraint pay_device_spent_is_not_negative check (spent >= 0)
);
create unique index one_pay_device_per_session on payments.pay_devices (session) where revoked_at is null;
create index pay_devices_of_resident on payments.pay_devices (resident) where revoked_at is null;

-- A code that was shown to a shop, bound to its first charge: the row is the using, and it is there once. For an
-- offline code `code` stands for its device and step.
create table payments.pay_code_uses (
  code            bytea primary key,
  charge          uuid not null,
  resident        uuid not null,
  device          uuid references payments.pay_devices,
  step            bigint,
  shop            uuid not null,
  amount          bigint not null constraint pay_code_amount_positive check (amount > 0),
  requires_action boolean not null,
  at              timestamptz not null,
  constraint offline_code_has_device_and_step check ((device is null) = (step is null))
);
-- Partial: online codes, of which there are far more, cost this index nothing.
create unique index offline_code_used_once on payments.pay_code_uses (device, step) where device is not null;
create index pay_code_uses_of_device on payments.pay_code_uses (device, charge) where device is not null;
create index pay_code_uses_at on payments.pay_code_uses (at);

-- Wrong codes of a shop in the present window.
create table payments.pay_code_guesses (
  shop        uuid primary key,
  window_ends timestamptz not null,
  count       int not null check (count > 0)
);

-- Charges that their payer must confirm on the phone.
create table payments.waiting_charges (
  charge     uuid primary key,        -- also the id of the payment, once it is confirmed
  resident   uuid not null,
  payee_kind text not null,
  payee      uuid not null,
  payee_name text not null,
  account    uuid not null,
  owner      uuid,
  stream     text not null,
  amount     bigint not null constraint waiting_amount_positive check (amount > 0),
  currency   char(3) not null,
  reference  text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  state      text not null constraint waiting_state check (state in ('waiting', 'confirmed', 'refused', 'closed')),
  ended_at   timestamptz,
  constraint waiting_until_it_ends check ((state = 'waiting') = (ended_at is null))
);
create index waiting_charges_of_resident on payments.waiting_charges (resident, expires_at) where state = 'waiting';
create index waiting_charges_of_payee on payments.waiting_charges (payee) where state = 'waiting';
