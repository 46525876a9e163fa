-- name: export_payments
select id, payee_kind, payee_name, amount, amount - discount as paid, refunded, currency, receipt_no, business_date, at
  from payments.seen_payments where payer = :resident order by id desc limit :limit;

-- name: export_refunds
select r.id, r.payment, r.amount, r.currency, r.reason, r.receipt_no, r.business_date, r.at
  from payments.payments p join payments.refunds r on r.payment = p.id
 where p.payer = :resident order by r.id desc limit :limit;

-- name: export_subsidies
select s.payment, s.kind, s.title, s.amount, s.currency, s.business_date, s.at
  from payments.payments p join payments.subsidies s on s.payment = p.id
 where p.payer = :resident order by s.id desc limit :limit;

-- name: export_sent
-- Whoever showed a code gave no number: they are masked here as well.
select id, case when not by_code then to_phone end as to_phone, shown_as, amount, currency, note, state, created_at, due_at, ended_at, receipt_no
  from payments.transfers where sender = :resident order by id desc limit :limit;

-- name: export_received
select id, sender_masked, amount, currency, note, state, created_at, ended_at, receipt_no
  from payments.transfers where receiver = :resident order by id desc limit :limit;

-- name: export_limits
select no_pin_max, payment_max, day_max, month_max, new_payee_max, new_payee_day_max from payments.allowances
 where resident = :resident limit :limit;

-- name: export_pay_devices
select id, name, enrolled_at from payments.pay_devices
 where resident = :resident and revoked_at is null order by id desc limit :limit;

-- name: export_receive_code
select code, made_at from payments.receive_codes where resident = :resident limit :limit;
