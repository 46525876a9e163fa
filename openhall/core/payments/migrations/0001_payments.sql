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
  expires_at timestamptz,
  reference  text constraint order_reference_has_a_length check (char_length(reference) between 1 and 64), -- the payee's own
  taken_by   uuid,                  -- the resident who took it for the payee, null when the payer did it alone
  refunded   bigint not null default 0,
  constraint order_refunded_within_what_was_paid
    check (refunded = 0 or (refunded between 0 and amount and state = 'paid'))
);
-- Under one reference a payee asks once.
create unique index order_reference_unique on payments.orders (payee, reference) where reference is not null;

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
  at            timestamptz not null,
  taken_by      uuid                -- as on its order
);
-- Ids are time-ordered, so these serve "newest first" of a payer, and of a payee on one day.
create index payments_of_payer on payments.payments (payer, id desc);
create index payments_to_payee on payments.payments (payee, business_date, id desc) include (amount);

-- Giving money back: each refund is a row and a ledger transfer of its own; `orders.refunded` is their sum.
create table payments.refunds (
  id            uuid primary key,   -- also the id of its ledger transfer
  payment       uuid not null references payments.payments,
  payee         uuid not null,      -- that of the payment, for the payee's book
  amount        bigint not null constraint refund_amount_positive check (amount > 0),
  currency      char(3) not null,
  reason        text not null constraint refund_reason_has_a_length check (char_length(reason) between 1 and 200),
  refunded_by   uuid not null,      -- the resident who gave it back on behalf of the payee
  receipt_no    text not null constraint refund_receipt_no_unique unique,
  business_date date not null,
  at            timestamptz not null
);
create index refunds_of_payment on payments.refunds (payment, id);
create index refunds_of_payee on payments.refunds (payee, business_date, id desc) include (amount);

create sequence payments.receipt_numbers;

create function payments.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'payments are append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger payments_append_only before update or delete or truncate on payments.payments
  for each statement execute function payments.refuse_change();
create trigger refunds_append_only before update or delete or truncate on payments.refunds
  for each statement execute function payments.refuse_change();
