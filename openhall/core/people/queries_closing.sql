-- name: lock_to_shut
-- Whoever begins something of which money may come back shares this row, and waits or comes first.
select id from people.residents where id = :resident and state = 'active' for no key update;

-- name: share_state
select state = 'closed' from people.residents where id = :resident for share;

-- name: is_resting
select exists (select from people.residents where phone = :phone and state = 'closed');

-- name: shut
with secret as (
  delete from people.pins where resident = :resident
), keys as (
  update people.passkeys set removed_at = :now where resident = :resident and removed_at is null
)
update people.residents set state = 'closed', pin_at = null where id = :resident and state = 'active';

-- name: open_again
-- Whoever has neither number nor address gets back the passkeys that ended with the account: nothing else opens it.
with keys as (
  update people.passkeys k set removed_at = null
    from people.residents r
   where r.id = :resident and r.phone is null and r.email is null and k.resident = r.id and k.removed_at = :closed_at
)
update people.residents set state = 'active' where id = :resident and state = 'closed';

-- name: free_number
-- The mark of the national id goes too: the same person may join anew, and give their name to the new account.
with marks as (
  delete from people.identity_marks where resident = :resident
)
update people.residents set phone = null, email = null where id = :resident and state = 'closed';

-- name: erase_identity
delete from people.identities where resident = :resident;

-- name: erase_resident
with claims as (
  update people.name_claims set name_masked = '', id_masked = repeat('*', 18) where resident = :resident
), keys as (
  update people.passkeys set name = '-' where resident = :resident
), devices as (
  update people.sessions set device = '', device_key = null where resident = :resident
), recovered as (
  update people.recoveries set note = '-' where resident = :resident
), froze as (
  update people.freezes set note = case when note is not null then '-' end, seen = case when seen is not null then '-' end
   where resident = :resident
)
update people.residents set name = null, phone = null, email = null, named_at = null
 where id = :resident and state = 'closed';

-- name: obstacle_frozen
select count(*) as count, null::bigint as amount from people.freezes where resident = :resident and ended_at is null;

-- name: obstacle_recovery
select count(*) as count, null::bigint as amount from people.recoveries
 where resident = :resident and used_at is null and ended_at is null
   and (expires_at > now() or code_expires_at > now());

-- name: obstacle_name_claim
select count(*) as count, null::bigint as amount from people.name_claims
 where resident = :resident and ended_at is null;

-- name: obstacle_operator
select count(*) as count, null::bigint as amount from people.operators where resident = :resident;
