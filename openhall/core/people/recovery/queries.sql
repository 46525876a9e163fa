-- name: can_object
-- Whether the owner of the account could stop a recovery, or could before a recovery since then touched the account: what
-- an operator ended shortens no wait.
select exists (select from people.sessions s
                where s.resident = :resident
                  and (s.ended_at is null and s.expires_at > :now
                       or exists (select from people.recoveries v
                                   where v.resident = :resident and v.opened_at > :since
                                     and s.created_at <= v.opened_at and s.expires_at > v.opened_at
                                     and (s.ended_at is null or s.ended_at >= v.opened_at))))
    or exists (select from people.passkeys
                where resident = :resident and removed_at is null
                  and (suspended_at is null or (suspended_for = 'recovery' and suspended_at > :since)));

-- name: give_up_expired
update people.recoveries set ended_at = :now, ended_by = opened_by
 where used_at is null and ended_at is null and expires_at <= :now
   and (code_expires_at is null or code_expires_at <= :now)
returning id, resident;

-- name: open_recovery
insert into people.recoveries (id, resident, evidence, note, opened_by, opened_at, confirm_from, expires_at)
values (:id, :resident, :evidence, :note, :operator, :now, :confirm_from, :expires_at)
    on conflict (resident) where used_at is null and ended_at is null do nothing
returning id;

-- name: recovery
select v.id, v.resident, coalesce(r.phone, r.email, '') as phone, r.name, v.evidence, v.note, v.opened_by, v.opened_at,
       v.confirm_from, v.expires_at, v.confirmed_by, v.confirmed_at, v.code_expires_at, v.used_at, v.ended_at, v.ended_by
  from people.recoveries v join people.residents r on r.id = v.resident
 where v.id = :id;

-- name: lock_recovery
select id from people.recoveries where id = :id for update;

-- name: recoveries
select v.id, v.resident, coalesce(r.phone, r.email, '') as phone, r.name, v.evidence, v.note, v.opened_by, v.opened_at,
       v.confirm_from, v.expires_at, v.confirmed_by, v.confirmed_at, v.code_expires_at, v.used_at, v.ended_at, v.ended_by
  from people.recoveries v join people.residents r on r.id = v.resident
 order by v.opened_at desc, v.id desc limit :limit;

-- name: confirm_recovery
-- A code that was not used in time gives way to a new one, with tries of its own.
update people.recoveries
   set confirmed_by = :operator, confirmed_at = :now, code_hash = :code_hash, code_expires_at = :code_expires_at, tries = 0
 where id = :id;

-- name: end_recovery
update people.recoveries set ended_at = :now, ended_by = :by
 where id = :id and used_at is null and ended_at is null
returning resident;

-- name: open_of
select id, opened_at, confirm_from from people.recoveries
 where resident = :resident and used_at is null and ended_at is null
   and (expires_at > :now or code_expires_at > :now);

-- name: lock_open_of
select id, opened_at, confirm_from from people.recoveries
 where resident = :resident and used_at is null and ended_at is null
   for update;

-- name: live_recovery
-- The row is locked from here to the commit, so parallel guesses queue up and each one is counted.
select v.id, v.resident, v.code_hash
  from people.recoveries v join people.residents r on r.id = v.resident
 where (r.phone = :phone or r.email = :phone) and r.state = 'active' and v.used_at is null and v.ended_at is null
   and v.code_expires_at > :now and v.tries < :tries
   for update of v;

-- name: count_wrong_code
update people.recoveries set tries = tries + 1 where id = :id;

-- name: use_recovery
update people.recoveries set used_at = :now where id = :id;

-- name: change_phone
-- An e-mail address that was the way in is one no more: whoever reads its mail may not be the owner.
update people.residents set phone = :phone, email = null
 where id = :id and not exists (select from people.residents where phone = :phone and id <> :id)
returning id;

-- name: check_recoveries_have_two_persons_in_the_trail
select v.id
  from people.recoveries v
  left join people.audit o on o.about = v.id and o.act = 'recovery_opened' and o.actor = v.opened_by
  left join people.audit c on c.about = v.id and c.act = 'recovery_confirmed' and c.actor = v.confirmed_by
 where o.id is null or (v.confirmed_by is not null and c.id is null)
 limit 100;
