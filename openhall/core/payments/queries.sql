-- name: insert_order
insert into payments.orders (id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, state, created_at,
                             expires_at, reference, taken_by)
values (:id, :payee_kind, :payee, :payee_name, :account, :owner, :stream, :amount, :currency, 'open', :now,
        :expires_at, :reference, :taken_by);

-- name: lock_orders
-- In the order of ids, like every lock on many rows, so that two batches never wait for each other in a circle. One that
-- waits for a payer's yes is only read: nobody can pay it here, and the yes takes the accounts before the order.
with wanted as materialized (
  select id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, state, expires_at, reference, taken_by
    from payments.orders
   where id = any(:ids::uuid[]) and state <> 'asked'
   order by id for update
)
select * from wanted union all
select id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, state, expires_at, reference, taken_by
  from payments.orders
 where id = any(:ids::uuid[]) and state = 'asked';

-- name: take_receipt_numbers
select nextval('payments.receipt_numbers') from generate_series(1, :count);

-- name: write_paid
-- What was paid, and its orders: made by the payment when it is fresh, marked when it waited.
with paid as materialized (
  select * from json_to_recordset(:rows) as r(
    id uuid, fresh boolean, order_id uuid, payer uuid, payer_masked text, payee_kind text, payee uuid, payee_name text,
    account uuid, owner uuid, stream text, amount bigint, currency text, receipt_no text, business_date date,
    at timestamptz, reference text, taken_by uuid)
), fresh as (
  insert into payments.orders (id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, state, created_at,
                               reference, taken_by)
  select order_id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, 'paid', :now, reference,
         taken_by
    from paid where paid.fresh
), waited as (
  update payments.orders set state = 'paid' where id = any(array(select order_id from paid where not paid.fresh))
)
insert into payments.payments (id, order_id, payer, payer_masked, payee_kind, payee, payee_name, amount, currency,
                               receipt_no, business_date, at, taken_by)
select id, order_id, payer, payer_masked, payee_kind, payee, payee_name, amount, currency, receipt_no, business_date, at,
       taken_by
  from paid;

-- name: payment
-- Whose it is comes with it: who may see it is for the caller to find out.
select * from payments.seen_payments where id = :id;

-- name: refundable
-- The payment and the two accounts, its order locked.
select p.id, p.payer, p.payer_masked, r.wallet, p.payee, p.amount, p.currency, o.id as order_id, o.owner, o.account,
       o.stream, o.refunded
  from payments.payments p
  join payments.orders o on o.id = p.order_id
  join people.residents r on r.id = p.payer
 where p.id = :payment
   for update of o;

-- name: give_back
-- Nothing when it would be more than was paid: the second of two guards, the constraint is the third.
update payments.orders set refunded = refunded + :amount
 where id = :order_id and :amount > 0 and refunded + :amount <= amount and state = 'paid';

-- name: insert_refund
insert into payments.refunds (id, payment, payee, amount, currency, reason, refunded_by, receipt_no, business_date, at)
values (:id, :payment, :payee, :amount, :currency, :reason, :refunded_by, :receipt_no, :business_date, :at);

-- name: refunds_of_payment
select id, payment, amount, currency, reason, receipt_no, business_date, at, refunded_by, payer_masked, to_payer,
       of_discount, of_bounty
  from payments.given_back
 where payment = :payment and id > :after order by id limit :limit::int;

-- name: refunds_named
-- Which payments these refunds belong to, and to whom those went.
select f.id, f.payment, p.payee_name as name
  from payments.refunds f join payments.payments p on p.id = f.payment
 where f.id = any(:ids);

-- name: recent_of_payer
select id, order_id, state, payer, payer_masked, payee_kind, payee, payee_name, amount, currency, receipt_no, business_date,
       at, taken_by, refunded, discount
  from payments.seen_payments where payer = :payer order by id desc limit :limit;

-- name: payee_names
select id, payee_name as name from payments.payments where id = any(:ids::uuid[]);

-- name: payments_to
select id, order_id, state, payer, payer_masked, payee_kind, payee, payee_name, amount, currency, receipt_no, business_date,
       at, taken_by, refunded, discount
  from payments.seen_payments
 where payee = :payee and business_date = :business_date and id < :before
 order by id desc limit :limit;

-- name: totals_to
-- A refund counts on the day on which it was given, whenever the payment was.
select count(*) as count, coalesce(sum(amount), 0)::bigint as total,
       (select coalesce(sum(amount), 0)::bigint from payments.refunds
         where payee = :payee and business_date = :business_date) as refunded
  from payments.payments
 where payee = :payee and business_date = :business_date;

-- name: check_paid_orders
-- A paid order has exactly one payment (at most one by its unique constraint), and only a paid order has one.
select coalesce(o.id, p.order_id) as order_id, o.state, p.id as payment
  from payments.orders o full join payments.payments p on p.order_id = o.id
 where (o.state = 'paid') <> (p.id is not null)
 limit 100;

-- name: check_amounts
select p.id, p.amount, o.amount as order_amount
  from payments.payments p join payments.orders o on o.id = p.order_id
 where p.amount <> o.amount or p.currency <> o.currency or p.payee <> o.payee
 limit 100;

-- name: check_transfers
-- The ledger transfer of a payment has its id, its amount less its discount and its business date, and goes from its
-- payer's wallet to its payee's account.
select p.id, p.amount, d.amount as discount, t.amount as moved
  from payments.payments p
  join payments.orders o on o.id = p.order_id
  left join payments.subsidies d on d.payment = p.id and d.kind = 'discount'
  left join people.residents r on r.id = p.payer
  left join ledger.transfers t on t.id = p.id
 where t.id is null or t.kind <> 'posted' or t.amount <> p.amount - coalesce(d.amount, 0) or t.currency <> p.currency
    or t.debit is distinct from r.wallet or t.credit <> o.account or t.business_date <> p.business_date
 limit 100;

-- name: check_unexplained
-- What the ledger moved as a payment is one.
select t.id, t.debit, t.credit, t.amount
  from ledger.transfers t left join payments.payments p on p.id = t.id
 where t.reason = 'payment' and p.id is null
 limit 100;

-- name: check_answers
-- Every acknowledged payment is there, and of every payment its answer, so that a retry cannot pay again: the two stand
-- or fall together.
select a.id as answered, p.id as payment
  from (select (body::json ->> 'id')::uuid as id, (body::json ->> 'amount')::bigint as amount
          from base.idempotency where scope in ('POST /payments', 'POST /charges') and status = 201) a
  full join payments.made_here p on p.id = a.id
 where a.id is null or p.id is null or a.amount <> p.amount
 limit 100;

-- name: check_told
-- The payee was told of each payment once. Of the last two days: events are forgotten one day, payments never. Counted
-- first and joined after, or each payment would be held against all events of its stream.
with told as materialized (
  select stream, (data ->> 'id')::uuid as payment, count(*) as times
    from base.events
   where type = 'payment.succeeded' and at > now() - interval '2 days'
   group by stream, payment
)
select p.id, o.stream, coalesce(t.times, 0) as told
  from payments.made_here p
  join payments.orders o on o.id = p.order_id
  left join told t on t.payment = p.id and t.stream = o.stream
 where p.at > now() - interval '2 days' and t.times is distinct from 1
 limit 100;

-- name: check_refunds
-- What an order says was given back is the sum of its refunds.
select o.id as order_id, o.refunded, coalesce(sum(f.amount), 0) as refunds
  from payments.orders o
  left join payments.payments p on p.order_id = o.id
  left join payments.refunds f on f.payment = p.id
 where o.refunded > 0 or f.id is not null
 group by o.id
having o.refunded <> coalesce(sum(f.amount), 0)
 limit 100;

-- name: check_refund_transfers
-- A refund is one ledger transfer, of its amount less what went back to budgets, from the payee's account to the payer's
-- wallet, or for it when it was closed; where all of it went back to budgets there is none. And the ledger moved nothing as
-- a refund that is none.
select coalesce(f.id, t.id) as id, f.amount, f.to_payer, t.amount as moved
  from (select f.id, f.amount, f.to_payer, f.currency, f.business_date, o.account, r.wallet
          from payments.given_back f
          join payments.payments p on p.id = f.payment
          join payments.orders o on o.id = p.order_id
          join people.residents r on r.id = p.payer) f
  full join (select * from ledger.transfers where reason = 'refund') t on t.id = f.id
  left join closing.unclaimed u on u.id = t.id
 where case when f.to_payer = 0 then t.id is not null
            else (t.kind, t.debit, coalesce(u.wallet, t.credit), t.amount, t.currency, t.business_date)
                 is distinct from ('posted', f.account, f.wallet, f.to_payer, f.currency, f.business_date) end
 limit 100;

-- name: check_pay_codes
-- What was paid by a code was paid by whoever showed it, to the shop that read it.
select u.charge, u.resident, p.payer, u.shop, p.payee
  from payments.pay_code_uses u join payments.payments p on p.id = u.charge
 where p.payer <> u.resident or p.payee <> u.shop
 limit 100;

-- name: check_live_pay_codes
select c.resident, count(*) as live
  from payments.pay_codes c
 where c.expires_at > now() and not exists (select from payments.pay_code_uses u where u.code = c.code)
 group by c.resident
having count(*) > 3
 limit 100;

-- name: check_waiting_charges
select w.charge, w.state, p.id as payment
  from payments.waiting_charges w left join payments.payments p on p.id = w.charge
 where (w.state = 'confirmed') <> (p.id is not null)
    or p.payer <> w.resident or p.payee <> w.payee or p.amount <> w.amount or p.currency <> w.currency
 limit 100;

-- name: lock_dates_to_seal
-- In the order of dates, each alone. Those who wrote on one of them are waited for.
with dates as materialized (
  select d::date as business_date
    from generate_series(:first::date::timestamp, :last::date::timestamp, interval '1 day') d
   where not exists (select from payments.sealed_dates s where s.business_date = d::date)
   order by d
)
select pg_advisory_xact_lock(payments.lock_of(business_date))::text from dates;

-- name: seal_dates
insert into payments.sealed_dates (business_date, sealed_at)
select d::date, :now from generate_series(:first::date::timestamp, :last::date::timestamp, interval '1 day') d
    on conflict do nothing;

-- name: book_page
-- The ids of a page of a payee's book. Each half is read backwards along its index and ends at the limit.
with paid as materialized (
  select p.business_date, p.id from payments.payments p
   where p.payee = :payee and p.business_date >= :first
     and (p.business_date, p.id) < (:before_date::date, :before::uuid)
   order by p.business_date desc, p.id desc limit :limit
), given as materialized (
  select f.business_date, f.id from payments.refunds f
   where f.payee = :payee and f.business_date >= :first
     and (f.business_date, f.id) < (:before_date::date, :before::uuid)
   order by f.business_date desc, f.id desc limit :limit
)
select id from (select * from paid union all select * from given) found
 order by business_date desc, id desc limit :limit;

-- name: book_search
-- The same for those that are looked for: every entry of the payee on these dates is looked at, and no other. A statement
-- of its own, because the planner takes the filters for so choosy that it would sort all days of every page.
with paid as materialized (
  select p.business_date, p.id from payments.payments p
   where p.payee = :payee and p.business_date >= :first
     and (p.business_date, p.id) < (:before_date::date, :before::uuid)
     and p.amount between :least and :most
     and (p.at at time zone :zone)::time >= :since::time
     and (:until::time is null or (p.at at time zone :zone)::time < :until::time)
     and right(replace(p.receipt_no, '-', ''), length(:receipt_end::text)) = :receipt_end::text
   order by p.business_date desc, p.id desc limit :limit
), given as materialized (
  select f.business_date, f.id from payments.refunds f
   where f.payee = :payee and f.business_date >= :first
     and (f.business_date, f.id) < (:before_date::date, :before::uuid)
     and f.amount between :least and :most
     and (f.at at time zone :zone)::time >= :since::time
     and (:until::time is null or (f.at at time zone :zone)::time < :until::time)
     and right(replace(f.receipt_no, '-', ''), length(:receipt_end::text)) = :receipt_end::text
   order by f.business_date desc, f.id desc limit :limit
)
select id from (select * from paid union all select * from given) found
 order by business_date desc, id desc limit :limit;

-- name: book_by_receipt
select id from payments.payments where receipt_no = :receipt_no and payee = :payee
 union all
select id from payments.refunds where receipt_no = :receipt_no and payee = :payee;

-- name: book_by_reference
with paid as materialized (
  select p.id from payments.orders o join payments.payments p on p.order_id = o.id
   where o.payee = :payee and o.reference = :reference
)
select id from paid
 union all
select f.id from paid join payments.refunds f on f.payment = paid.id;

-- name: book_entries
select 'payment' as kind, p.id, p.id as payment, p.order_id, p.amount, p.currency, p.receipt_no, p.business_date, p.at,
       p.payer_masked, p.taken_by, o.reference, null as reason, o.refunded
  from payments.payments p join payments.orders o on o.id = p.order_id
 where p.id = any(:ids)
 union all
select 'refund', f.id, p.id, p.order_id, f.amount, f.currency, f.receipt_no, f.business_date, f.at,
       p.payer_masked, f.refunded_by, o.reference, f.reason, o.refunded
  from payments.refunds f
  join payments.payments p on p.id = f.payment
  join payments.orders o on o.id = p.order_id
 where f.id = any(:ids)
 order by business_date desc, id desc;

-- name: lock_reference
-- The same key as for charges: under one reference a payee asks once, whichever way it asks.
select pg_advisory_xact_lock(hashtextextended('payments.reference ' || :payee::uuid || ' ' || :reference, 0))::text;

-- name: insert_order_code
insert into payments.order_codes (order_id, code, payload, lives_s, note)
values (:order_id, :code, :payload, :lives_s, :note);

-- name: reference_is_taken
select exists (select from payments.orders where payee = :payee and reference = :reference);

-- name: shown_by_reference
select * from payments.shown_orders where payee = :payee and reference = :reference;

-- name: shown_by_code
select * from payments.shown_orders where code = :code;

-- name: shown_order
select * from payments.shown_orders where id = :id and payee = :payee;

-- name: shown_orders
select * from payments.shown_orders where payee = :payee and id < :before order by id desc limit :limit;

-- name: close_shown_orders
-- All that a payee shows, or one of them. Who is paying one right now is waited for, and has paid it then. In the order
-- of ids, as a batch of payments locks its orders, so that nobody waits in a circle.
with found as materialized (
  select o.id from payments.orders o
   where o.payee = :payee and o.state = 'open' and (:order_id::uuid is null or o.id = :order_id)
     and exists (select from payments.order_codes c where c.order_id = o.id)
   order by o.id
     for update
)
update payments.orders set state = 'closed' where id in (select id from found);

-- name: refunds_to
-- What a payee gave back on one business date, newest first.
select id, payment, amount, currency, reason, receipt_no, business_date, at, refunded_by, payer_masked, to_payer,
       of_discount, of_bounty
  from payments.given_back
 where payee = :payee and business_date = :business_date
 order by id desc limit :limit;

-- name: check_shown_orders
-- An order that is shown ends some time, and nobody pays it after its end. (Whoever pays in its last moment may have to
-- wait for others who pay the same shop.)
select id, state, expires_at, paid_at
  from payments.shown_orders
 where expires_at is null or expires_at <= created_at or paid_at > expires_at + interval '1 minute'
 limit 100;

-- name: insert_subsidy_returns
insert into payments.subsidy_returns (id, refund, subsidy, amount)
select id, refund, subsidy, amount
  from json_to_recordset(:rows) as r(id uuid, refund uuid, subsidy uuid, amount bigint);

-- name: check_subsidies
-- A subsidy is one ledger transfer of its amount on its payment's business date, out of its budget: a discount to the
-- payee's account, a bounty to the payer's wallet. And the ledger moved nothing as a subsidy that is none.
select coalesce(s.id, t.id) as id, s.amount, t.amount as moved
  from (select s.id, s.kind, s.account, s.amount, s.currency, p.business_date,
               case s.kind when 'discount' then o.account else r.wallet end as target
          from payments.subsidies s
          join payments.payments p on p.id = s.payment and p.payer = s.payer and p.business_date = s.business_date
          join payments.orders o on o.id = p.order_id
          join people.residents r on r.id = p.payer) s
  full join (select * from ledger.transfers where reason in ('discount', 'bounty')) t on t.id = s.id
 where (t.kind, t.reason, t.debit, t.credit, t.amount, t.currency, t.business_date)
       is distinct from ('posted', s.kind, s.account, s.target, s.amount, s.currency, s.business_date)
 limit 100;

-- name: check_subsidy_sums
-- The payer paid something, and gave at least what the bounty gave back.
select p.id, p.amount, sum(s.amount) as subsidies
  from payments.payments p join payments.subsidies s on s.payment = p.id
 group by p.id
having sum(s.amount) > p.amount or coalesce(sum(s.amount) filter (where s.kind = 'discount'), 0) >= p.amount
 limit 100;

-- name: check_subsidy_returns
-- What of a refund went back to a budget is one ledger transfer from the payee's account; and the other way round.
select coalesce(b.id, t.id) as id, b.amount, t.amount as moved
  from (select b.id, b.amount, s.account, s.currency, o.account as payee, f.business_date
          from payments.subsidy_returns b
          join payments.subsidies s on s.id = b.subsidy
          join payments.refunds f on f.id = b.refund and f.payment = s.payment
          join payments.payments p on p.id = s.payment
          join payments.orders o on o.id = p.order_id) b
  full join (select * from ledger.transfers where reason = 'subsidy_return') t on t.id = b.id
 where (t.kind, t.debit, t.credit, t.amount, t.currency, t.business_date)
       is distinct from ('posted', b.payee, b.account, b.amount, b.currency, b.business_date)
 limit 100;

-- name: check_pro_rata
-- Of what was given back the budgets have their share, to the fen.
select o.id as order_id, o.amount, o.refunded, sum(s.amount) as subsidies, sum(coalesce(r.amount, 0)) as returned
  from payments.subsidies s
  join payments.payments p on p.id = s.payment
  join payments.orders o on o.id = p.order_id
  left join lateral (select sum(amount) as amount from payments.subsidy_returns where subsidy = s.id) r on true
 group by o.id
having sum(coalesce(r.amount, 0)) <> div(o.refunded::numeric * sum(s.amount), o.amount::numeric)
 limit 100;

-- name: import_history
select payments.import_history(:source::text::regclass);
