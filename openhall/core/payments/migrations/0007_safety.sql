-- Payment safety: what residents may spend, and whom they paid before.

-- A resident's own limits, and where their day and month began. Spent is what the wallet paid out in all, which the
-- ledger counts anyway, less what it had paid out before the day's first payment: so no payment but the day's first
-- writes here, and the ledger itself decides about the limit, under the lock of the wallet.
create table payments.allowances (
  resident          uuid primary key,
  no_pin_max        bigint,
  payment_max       bigint,
  day_max           bigint,
  month_max         bigint,
  new_payee_max     bigint,
  new_payee_day_max bigint,
  day               date,
  day_base          bigint,
  month             date,
  month_base        bigint,
  constraint limits_are_not_negative check (
    no_pin_max >= 0 and payment_max >= 0 and day_max >= 0 and month_max >= 0 and new_payee_max >= 0
    and new_payee_day_max >= 0),
  constraint day_has_a_base check ((day is null) = (day_base is null) and (month is null) = (month_base is null))
);

-- Whom a payer paid more than small money, since when, and how much on the last day of it. Nobody stays new for long, but
-- whom money was only sent to, and taken back before it arrived: `known_at` is when something arrived first.
create table payments.met (
  payer    uuid not null,
  payee    uuid not null,
  first_at timestamptz not null,
  known_at timestamptz,
  day      date not null,
  spent    bigint not null constraint met_by_paying check (spent > 0),
  primary key (payer, payee)
);
create index met_lately on payments.met (payer, day);
