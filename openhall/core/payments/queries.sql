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
       p.currency, p.receipt_no, p.business_date, p.at
  from payments.payments p join payments.orders o on o.id = p.order_id
 where p.id = :id and (p.payer = :resident or o.owner = :resident);

-- name: recent_of_payer
select id, order_id, 'succeeded' as state, payer, payer_masked, payee_kind, payee, payee_name, amount, currency,
       receipt_no, business_date, at
  from payments.payments
 where payer = :payer
 order by id desc limit :limit;

-- name: payee_names
select id, payee_name as name from payments.payments where id = any(:ids::uuid[]);

-- name: payments_to
select id, order_id, 'succeeded' as state, payer, payer_masked, payee_kind, payee, payee_name, amount, currency,
       receipt_no, business_date, at
  from payments.payments
 where payee = :payee and business_date = :business_date and id < :before
 order by id desc limit :limit;

-- name: totals_to
select count(*) as count, coalesce(sum(amount), 0)::bigint as total
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
