-- name: export_bank_accounts
select name, bank, masked, created_at from rails.bank_accounts where resident = :resident order by id desc limit :limit;

-- name: export_top_ups
select id, amount, currency, state, reason, at, finished_at from rails.top_ups
 where resident = :resident order by at desc limit :limit;
