-- name: obstacle_under_way
select count(*) as count, sum(amount)::bigint as amount from payouts.payouts
 where owner = :resident and state in ('requested', 'batched', 'sent', 'accepted');

-- name: end_standing
delete from payouts.standing where owner = :resident;

-- name: end_bank_accounts
update payouts.bank_accounts set ended_at = :now where owner = :resident and ended_at is null;

-- name: erase_bank_accounts
-- The files that went to the bank keep what stood in them: they are records of the bank as much as of the hall.
update payouts.bank_accounts set holder = '-', number = '00000000', bank_code = null where owner = :resident;
