-- name: try_references
-- One row for each reference, in their order: whether this transaction now holds it. Nobody waits.
select pg_try_advisory_xact_lock(hashtextextended('payments.reference ' || payee || ' ' || reference, 0)) as held
  from json_to_recordset(:rows) as r(payee uuid, reference text);

-- name: charges_by_reference
select o.id as order_id, o.state as order_state, o.payee_kind, o.payee, o.payee_name, o.amount, o.currency, o.reference,
       o.refunded, coalesce(p.id, w.charge) as id, coalesce(p.payer, w.resident) as payer, p.payer_masked, p.receipt_no,
       p.at, case when p.id is not null then
         (select coalesce(sum(amount), 0)::bigint from payments.subsidies where payment = p.id and kind = 'discount')
       end as discount, w.expires_at, case when w.state = 'waiting' and w.expires_at <= :now then 'expired' else w.state end as waiting
  from json_to_recordset(:rows) as r(payee uuid, reference text)
  join lateral (select * from payments.orders where payee = r.payee and reference = r.reference offset 0) o on true
  left join lateral (select * from payments.payments where order_id = o.id offset 0) p on true
  left join lateral (select * from payments.waiting_charges where order_id = o.id offset 0) w on true;

-- name: charge_of_payee
select o.id as order_id, o.state as order_state, o.payee_kind, o.payee, o.payee_name, o.amount, o.currency, o.reference,
       o.refunded, coalesce(p.id, w.charge) as id, coalesce(p.payer, w.resident) as payer, p.payer_masked, p.receipt_no,
       p.at, case when p.id is not null then
         (select coalesce(sum(amount), 0)::bigint from payments.subsidies where payment = p.id and kind = 'discount')
       end as discount, w.expires_at, case when w.state = 'waiting' and w.expires_at <= :now then 'expired' else w.state end as waiting
  from payments.orders o
  left join payments.payments p on p.order_id = o.id
  left join payments.waiting_charges w on w.order_id = o.id
 where o.payee = :payee
   and o.id = (select order_id from payments.payments where id = :charge
                union
               select order_id from payments.waiting_charges where charge = :charge);

-- name: payee_of_charge
select payee from payments.payments where id = :charge
 union
select payee from payments.waiting_charges where charge = :charge;

-- name: insert_given_up
-- A reference under which nothing was charged, and nothing will be.
insert into payments.orders (id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, state, created_at,
                             reference)
values (:id, :payee_kind, :payee, :payee_name, :account, :owner, :stream, 0, :currency, 'closed', :now, :reference);

-- name: give_up_order
update payments.orders set state = 'closed' where id = :id and state = 'open';

-- name: check_charges_answered
-- Who was told that a payer was asked finds the charge, with the amount that was told.
select a.id as answered, w.charge
  from (select (body::json ->> 'id')::uuid as id, (body::json ->> 'amount')::bigint as amount
          from base.idempotency where scope = 'POST /charges' and status = 202) a
  left join payments.waiting_charges w on w.charge = a.id
 where w.charge is null or w.amount <> a.amount
 limit 100;

-- name: check_charge_orders
-- A charge that waits has an order that was asked, and no other order is. Once it is over, its order is paid or closed.
select coalesce(w.order_id, o.id) as order_id, w.state as charge, o.state
  from payments.waiting_charges w full join payments.orders o on o.id = w.order_id
 where (w.order_id is not null and o.state is distinct from
          case w.state when 'waiting' then 'asked' when 'confirmed' then 'paid' else 'closed' end)
    or (w.order_id is null and o.state = 'asked')
    or (w.payee, w.amount, nullif(w.reference, '')) is distinct from (o.payee, o.amount, o.reference)
       and w.order_id is not null
 limit 100;

-- name: check_codes_used
-- What used up a pay code was paid, or was put to its payer.
select u.charge, u.shop, u.at
  from payments.pay_code_uses u
 where not exists (select from payments.payments where id = u.charge)
   and not exists (select from payments.waiting_charges where charge = u.charge)
 limit 100;
