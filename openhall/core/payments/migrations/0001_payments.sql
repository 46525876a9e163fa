create schema payments;

-- What is to be paid. A static shop code makes an order that is paid at once; other orders wait until they are paid.
create table payments.orders (
  id         uuid primary key,
  payee_kind text not null,
  payee      uuid not null,
  payee_name text not null,
  account    uuid not null,         -- the payee's ledger account; the ledger itself proves that it exists
  owner      uuid,
  stream     text not null,
  amount     bigint not null constraint order_amount_positive check (amount > 0),
  currency   char(3) not null,
  state      text not null constraint order_state check (state in ('open', 'paid', 'closed')),
  created_at timestamptz not null,
  expires_at timestamptz
);

create table payments.payments (
  id            uuid primary key,   -- also the id of its ledger transfer
  order_id      uuid not null constraint order_paid_once unique references payments.orders,
  payer         uuid not null,
  payer_masked  text not null,
  payee_kind    text not null,
  payee         uuid not null,
  payee_name    text not null,
  amount        bigint not null constraint payment_amount_positive check (amount > 0),
  currency      char(3) not null,
  receipt_no    text not null constraint receipt_no_unique unique,
  business_date date not null,
  at            timestamptz not null
);
-- Ids are time-ordered, so these serve "newest first" of a payer, and of a payee on one day.
create index payments_of_payer on payments.payments (payer, id desc);
create index payments_to_payee on payments.payments (payee, business_date, id desc) include (amount);

create sequence payments.receipt_numbers;

create function payments.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'payments are append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger payments_append_only before update or delete or truncate on payments.payments
  for each statement execute function payments.refuse_change();
