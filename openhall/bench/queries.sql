-- name: richest
select s.id, s.name, m.owner, s.account
  from merchants.shops s
  join merchants.merchants m on m.id = s.merchant
  join ledger.accounts a on a.id = s.account
 order by a.credits - a.debits desc
 limit :limit;
