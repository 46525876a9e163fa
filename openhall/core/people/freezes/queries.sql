-- name: put_freeze
insert into people.freezes (id, resident, at, by, note) values (:id, :resident, :now, :by, :note)
    on conflict (resident) where ended_at is null do nothing
returning id;

-- name: open_freeze
select id, at, by <> resident as by_hall from people.freezes where resident = :resident and ended_at is null;

-- name: is_proved
select exists (select from people.sessions s join people.passkeys k on k.id = s.passkey
                where s.id = :session and s.strong_at >= :since and k.created_at < :frozen_at);

-- name: has_older_passkey
select exists (select from people.passkeys k join people.freezes f on f.resident = k.resident
                where f.id = :id and k.created_at < f.at and k.removed_at is null and k.suspended_at is null);

-- name: hold_resident
-- Whoever freezes is waited for, and nobody freezes until this commits.
select id from people.residents where id = :resident for share;

-- name: lock_resident
select id from people.residents where id = :resident for no key update;

-- name: end_freeze
update people.freezes set ended_at = :now, ended_by = :by where id = :id and ended_at is null returning resident;

-- name: ask_to_lift
update people.freezes set asked_at = :now, asked_by = :by, seen = :seen where id = :id and ended_at is null;

-- name: freeze
select f.id, f.resident, coalesce(r.phone, r.email, '') as phone, r.name, f.at, f.by, f.note, f.asked_at, f.asked_by,
       f.seen, f.ended_at, f.ended_by
  from people.freezes f join people.residents r on r.id = f.resident
 where f.id = :id;

-- name: lock_freeze
select id from people.freezes where id = :id for update;

-- name: freezes
select f.id, f.resident, coalesce(r.phone, r.email, '') as phone, r.name, f.at, f.by, f.note, f.asked_at, f.asked_by,
       f.seen, f.ended_at, f.ended_by
  from people.freezes f join people.residents r on r.id = f.resident
 order by f.ended_at is not null, f.at desc, f.id desc limit :limit;

-- name: check_freezes_are_kept_by_the_ledger
select r.id from people.residents r
  join ledger.accounts a on a.id = r.wallet
  left join people.freezes f on f.resident = r.id and f.ended_at is null
 where (f.id is null) <> (a.frozen_at is null)
 limit 100;

-- name: check_freezes_in_the_trail
-- Who froze, who asked to lift it, and who lifted it.
select f.id from people.freezes f
  left join people.audit b on b.about = f.id and b.act = 'frozen' and coalesce(b.actor, b.resident) = f.by
  left join people.audit q on q.about = f.id and q.act = 'unfreeze_asked' and q.actor = f.asked_by
  left join people.audit e on e.about = f.id and e.act = 'unfrozen' and coalesce(e.actor, e.resident) = f.ended_by
 where b.id is null or (f.ended_by is not null and e.id is null)
    or (f.ended_by <> f.resident and q.id is null)
 limit 100;
