-- name: obstacle_transfers
-- What others send to this resident is no obstacle, or anybody could keep anybody from closing; it goes back to them.
select count(*) as count, sum(amount)::bigint as amount from payments.transfers
 where sender = :resident and state = 'waiting';

-- name: obstacle_charges
select count(*) as count, sum(amount)::bigint as amount from payments.waiting_charges
 where resident = :resident and state = 'waiting' and expires_at > now();

-- name: end_pay_codes
update payments.pay_codes set expires_at = greatest(issued_at, :now) where resident = :resident and expires_at > :now;

-- name: end_pay_devices
update payments.pay_devices set revoked_at = :now where resident = :resident and revoked_at is null;

-- name: erase_pay_devices
update payments.pay_devices set name = '-' where resident = :resident;

-- name: erase_receive_code
delete from payments.receive_codes where resident = :resident;

-- name: erase_to_phone
-- What was sent to the number names it in full.
update payments.transfers set to_phone = ''
 where (receiver = :resident or (receiver is null and to_phone = :phone)) and state <> 'waiting';
