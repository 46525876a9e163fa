-- Subsidies: what somebody else gave to a payment, out of a budget, in the transaction of the payment itself.

create table payments.subsidies (
  id            uuid primary key,   -- also the id of its ledger transfer
  payment       uuid not null references payments.payments,
  kind          text not null constraint subsidy_kind check (kind in ('discount', 'bounty')),
  offer         uuid not null,      -- what gave it, as the package knows it that made the offer
  title         text not null,      -- its name at that time
  title_en      text,               -- and in English, where it had one
  account       uuid not null,      -- the budget that it came from; the ledger itself proves that it exists
  payer         uuid not null,      -- that of the payment, whose uses it counts
  amount        bigint not null constraint subsidy_amount_positive check (amount > 0),
  currency      char(3) not null,
  business_date date not null,
  at            timestamptz not null,
  constraint one_subsidy_of_a_kind_per_payment unique (payment, kind)
);
create index subsidies_of_offer on payments.subsidies (offer, payer) include (business_date, amount);
create index subsidies_of_offer_by_day on payments.subsidies (offer, business_date) include (amount);

-- What of a refund went back to the budget and not to the payer.
create table payments.subsidy_returns (
  id      uuid primary key,         -- also the id of its ledger transfer
  refund  uuid not null references payments.refunds,
  subsidy uuid not null references payments.subsidies,
  amount  bigint not null constraint subsidy_return_positive check (amount > 0),
  constraint one_return_per_refund_and_subsidy unique (refund, subsidy)
);
create index subsidy_returns_of_subsidy on payments.subsidy_returns (subsidy) include (amount);

-- Payments as their two sides see them, each with what of its price an offer paid, and who owns its payee.
create view payments.seen_payments as
  select p.id, p.order_id, 'succeeded' as state, p.payer, p.payer_masked, p.payee_kind, p.payee, p.payee_name, p.amount,
         p.currency, p.receipt_no, p.business_date, p.at, p.taken_by, o.refunded, coalesce(d.amount, 0) as discount, o.owner
    from payments.payments p
    join payments.orders o on o.id = p.order_id
    left join payments.subsidies d on d.payment = p.id and d.kind = 'discount';

-- Refunds, each with whom it went to: what of it the payer got, and what of it the budgets of the discount and the bounty.
create view payments.given_back as
  select f.*, p.payer_masked, f.amount - b.discount - b.bounty as to_payer, b.discount as of_discount,
         b.bounty as of_bounty
    from payments.refunds f
    join payments.payments p on p.id = f.payment
   cross join lateral (
     select coalesce(sum(r.amount) filter (where s.kind = 'discount'), 0)::bigint as discount,
            coalesce(sum(r.amount) filter (where s.kind = 'bounty'), 0)::bigint as bounty
       from payments.subsidy_returns r join payments.subsidies s on s.id = r.subsidy
      where r.refund = f.id) b;

create trigger subsidies_append_only before update or delete or truncate on payments.subsidies
  for each statement execute function payments.refuse_change();
create trigger subsidy_returns_append_only before update or delete or truncate on payments.subsidy_returns
  for each statement execute function payments.refuse_change();
