-- name: export_accounts
select kind, currency, credits - debits as balance, opened_at, frozen_at, closed_at from ledger.accounts
 where owner = :resident order by opened_at desc, id limit :limit;

-- name: export_wallet
select e.number, e.amount, e.balance, j.currency, j.reason, e.business_date, e.at, e.transfer
  from ledger.accounts a
  join ledger.entries e on e.account = a.id
  join ledger.journal j on j.id = e.transfer
 where a.owner = :resident and a.kind = 'wallet'
 order by e.number desc limit :limit;
