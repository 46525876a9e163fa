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
  taken_by   uuid,                  -- the hand that took it for the payee, a resident or a machine of the payee's; null
                                    -- when the payer did it alone
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
-- Ids are time-ordered, so these serve "newest first" of a payer, and of a payee over any business dates.
create index payments_of_payer on payments.payments (payer, id desc);
create index payments_to_payee on payments.payments (payee, business_date, id) include (amount);

-- Giving money back: each refund is a row and a ledger transfer of its own; `orders.refunded` is their sum.
create table payments.refunds (
  id            uuid primary key,   -- also the id of its ledger transfer
  payment       uuid not null references payments.payments,
  payee         uuid not null,      -- that of the payment, for the payee's book
  amount        bigint not null constraint refund_amount_positive check (amount > 0),
  currency      char(3) not null,
  reason        text not null constraint refund_reason_has_a_length check (char_length(reason) between 1 and 200),
  refunded_by   uuid not null,      -- the hand that gave it back on behalf of the payee, as in orders
  receipt_no    text not null constraint refund_receipt_no_unique unique,
  business_date date not null,
  at            timestamptz not null
);
create index refunds_of_payment on payments.refunds (payment, id);
create index refunds_of_payee on payments.refunds (payee, business_date, id) include (amount);

create sequence payments.receipt_numbers;

create function payments.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'payments are append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger payments_append_only before update or delete or truncate on payments.payments
  for each statement execute function payments.refuse_change();
create trigger refunds_append_only before update or delete or truncate on payments.refunds
  for each statement execute function payments.refuse_change();

-- Business dates that are over for good: no payment and no refund is dated on them any more. Whoever closes a day stands
-- on this table.
create table payments.sealed_dates (
  business_date date primary key,
  sealed_at     timestamptz not null
);
create trigger sealed_dates_append_only before update or delete or truncate on payments.sealed_dates
  for each statement execute function payments.refuse_change();

-- The key of a business date among the advisory locks.
create function payments.lock_of(business_date date) returns bigint language sql immutable
return hashtextextended('payments.business_date', business_date - date '2000-01-01');

-- Whoever writes holds the dates it wrote, shared, until it commits, and looks only then whether one is sealed; whoever
-- seals takes the date alone. So everything of a sealed date is committed, and nothing follows: whatever the clocks of
-- the machines say. The error is one that asks to try again: by then the clock has moved on to the next date.
create function payments.refuse_sealed() returns trigger language plpgsql as $$
declare
  day date;
begin
  for day in select distinct business_date from written order by business_date loop
    perform pg_advisory_xact_lock_shared(payments.lock_of(day));
    if exists (select from payments.sealed_dates s where s.business_date = day) then
      raise exception 'the business date % is sealed', day using errcode = 'serialization_failure';
    end if;
  end loop;
  return null;
end $$;
create trigger payments_not_on_sealed_dates after insert on payments.payments
  referencing new table as written for each statement execute function payments.refuse_sealed();
create trigger refunds_not_on_sealed_dates after insert on payments.refunds
  referencing new table as written for each statement execute function payments.refuse_sealed();

-- What payees took and gave back: one row for each payee, business date, hour of the day in `zone`, and hand, which is
-- who or what took a payment for the payee or gave a refund (null: the payer scanned a poster).
create function payments.takings(payees uuid[], first date, last date, zone text)
returns table (payee uuid, business_date date, hour int, taken_by uuid,
               count int, total bigint, refund_count int, refund_total bigint)
language sql stable as $$
  select payee, business_date, hour, taken_by, sum(paid)::int, sum(amount)::bigint, sum(given)::int, sum(back)::bigint
    from (select p.payee, p.business_date, extract(hour from p.at at time zone zone)::int as hour, p.taken_by,
                 1 as paid, p.amount, 0 as given, 0::bigint as back
            from payments.payments p
           where p.payee = any(payees) and p.business_date between first and last
           union all
          select f.payee, f.business_date, extract(hour from f.at at time zone zone)::int, f.refunded_by,
                 0, 0, 1, f.amount
            from payments.refunds f
           where f.payee = any(payees) and f.business_date between first and last) as moved
   group by payee, business_date, hour, taken_by
$$;
