-- name: insert_order
insert into payments.orders (id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, state, created_at, expires_at)
values (:id, :payee_kind, :payee, :payee_name, :account, :owner, :stream, :amount, :currency, 'open', :now, :expires_at);

-- name: lock_orders
-- In the order of ids, like every lock on many rows, so that two batches never wait for each other in a circle.
select id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, state, expires_at
  from payments.orders
 where id = any(:ids::uuid[])
 order by id
   for update;

-- name: take_receipt_numbers
select nextval('payments.receipt_numbers') from generate_series(1, :count);

-- name: write_paid
-- What was paid, and its orders: made by the payment when it is fresh, marked when it waited.
with paid as materialized (
  select * from json_to_recordset(:rows) as r(
    id uuid, fresh boolean, order_id uuid, payer uuid, payer_masked text, payee_kind text, payee uuid, payee_name text,
    account uuid, owner uuid, stream text, amount bigint, currency text, receipt_no text, business_date date,
    at timestamptz)
), fresh as (
  insert into payments.orders (id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, state, created_at)
  select order_id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, 'paid', :now
    from paid where paid.fresh
), waited as (
  update payments.orders set state = 'paid' where id = any(array(select order_id from paid where not paid.fresh))
)
insert into payments.payments (id, order_id, payer, payer_masked, payee_kind, payee, payee_name, amount, currency,
                               receipt_no, business_date, at)
select id, order_id, payer, payer_masked, payee_kind, payee, payee_name, amount, currency, receipt_no, business_date, at
  from paid;

-- name: payment
-- Only for the two sides: who paid, and whoever owns the payee.
select p.id, p.order_id, 'succeeded' as state, p.payer, p.payer_masked, p.payee_kind, p.payee, p.payee_name, p.amount,
       p.currency, p.receipt_no, p.business_date, p.at, o.refunded
  from payments.payments p join payments.orders o on o.id = p.order_id
 where p.id = :id and (p.payer = :resident or o.owner = :resident);

-- name: refundable
-- The payment and the two accounts, its order locked: only for whoever owns the payee, or paid.
select p.id, p.payer, p.payer_masked, r.wallet, p.payee, p.amount, p.currency, o.id as order_id, o.owner, o.account,
       o.stream, o.refunded
  from payments.payments p
  join payments.orders o on o.id = p.order_id
  join people.residents r on r.id = p.payer
 where p.id = :payment and (o.owner = :resident or p.payer = :resident)
   for update of o;

-- name: give_back
-- Nothing when it would be more than was paid: the second of two guards, the constraint is the third.
update payments.orders set refunded = refunded + :amount
 where id = :order_id and :amount > 0 and refunded + :amount <= amount and state = 'paid';

-- name: insert_refund
insert into payments.refunds (id, payment, payee, amount, currency, reason, refunded_by, receipt_no, business_date, at)
values (:id, :payment, :payee, :amount, :currency, :reason, :refunded_by, :receipt_no, :business_date, :at);

-- name: refunds_of_payment
select f.id, f.payment, f.amount, f.currency, f.reason, f.receipt_no, f.business_date, f.at
  from payments.refunds f where f.payment = :payment order by f.id limit 200;

-- name: refunds_named
-- Which payments these refunds belong to, and to whom those went.
select f.id, f.payment, p.payee_name as name
  from payments.refunds f join payments.payments p on p.id = f.payment
 where f.id = any(:ids);

-- name: recent_of_payer
select p.id, p.order_id, 'succeeded' as state, p.payer, p.payer_masked, p.payee_kind, p.payee, p.payee_name, p.amount,
       p.currency, p.receipt_no, p.business_date, p.at, o.refunded
  from payments.payments p join payments.orders o on o.id = p.order_id
 where p.payer = :payer
 order by p.id desc limit :limit;

-- name: payee_names
select id, payee_name as name from payments.payments where id = any(:ids::uuid[]);

-- name: payments_to
select p.id, p.order_id, 'succeeded' as state, p.payer, p.payer_masked, p.payee_kind, p.payee, p.payee_name, p.amount,
       p.currency, p.receipt_no, p.business_date, p.at, o.refunded
  from payments.payments p join payments.orders o on o.id = p.order_id
 where p.payee = :payee and p.business_date = :business_date and p.id < :before
 order by p.id desc limit :limit;

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
-- The ledger transfer of a payment has its id, its amount and its business date, and goes from its payer's wallet to its
-- payee's account.
select p.id, p.amount, t.amount as moved
  from payments.payments p
  join payments.orders o on o.id = p.order_id
  left join people.residents r on r.id = p.payer
  left join ledger.transfers t on t.id = p.id
 where t.id is null or t.kind <> 'posted' or t.amount <> p.amount or t.currency <> p.currency
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
          from base.idempotency where scope = 'POST /payments' and status = 201) a
  full join payments.payments p on p.id = a.id
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
  from payments.payments p
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
-- A refund is one ledger transfer of its amount from the payee's account to the payer's wallet, and the ledger moved
-- nothing as a refund that is none.
select coalesce(f.id, t.id) as id, f.amount, t.amount as moved
  from (select f.id, f.amount, f.currency, f.business_date, o.account, r.wallet
          from payments.refunds f
          join payments.payments p on p.id = f.payment
          join payments.orders o on o.id = p.order_id
          join people.residents r on r.id = p.payer) f
  full join (select * from ledger.transfers where reason = 'refund') t on t.id = f.id
 where (t.kind, t.debit, t.credit, t.amount, t.currency, t.business_date)
       is distinct from ('posted', f.account, f.wallet, f.amount, f.currency, f.business_date)
 limit 100;
