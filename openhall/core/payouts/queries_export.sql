-- name: export_bank_accounts
select holder, '**** ' || right(number, 4) as number_masked, bank_code, added_at, usable_at, ended_at
  from payouts.bank_accounts where owner = :resident order by added_at desc limit :limit;

-- name: export_withdrawals
select id, source_name, amount, currency, state, automatic, business_date, reason_code, reason, requested_at, settled_at,
       ended_at
  from payouts.payouts where owner = :resident order by id desc limit :limit;

-- name: export_standing
select source_name, keep, done_for from payouts.standing where owner = :resident order by source limit :limit;
