-- name: pin_state
select r.pin_at, s.pin_wrong as wrong, s.pin_wait_until as wait_until, s.pin_right_at is not null as is_known,
       coalesce(p.wrong, 0) as account_wrong,
       exists (select from people.passkeys k
                where k.resident = r.id and k.removed_at is null
                  and (k.suspended_at is null or (k.suspended_for = 'recovery' and s.way <> 'recovery'))) as has_passkey
  from people.sessions s
  join people.residents r on r.id = s.resident
  left join people.pins p on p.resident = r.id
 where s.id = :session;

-- name: ends_cap
-- Whether the session used a passkey lately that is older than the cap. Without a date, because the setting was lowered,
-- nothing is old enough.
select exists (select from people.pins p
                 join people.sessions s on s.resident = p.resident
                 join people.passkeys k on k.id = s.passkey
                where s.id = :session and s.strong_at >= :since and k.created_at < p.capped_at);

-- name: take_pin_try
-- Counted as wrong before it is looked at. Both rows are locked until the commit, so parallel guesses queue up.
with tried as (
  update people.sessions set pin_wrong = pin_wrong + 1
   where id = :session and ended_at is null and pin_wrong < :tries
     and (pin_wait_until is null or pin_wait_until <= :now)
     and exists (select from people.pins p
                  where p.resident = sessions.resident and (sessions.pin_right_at is not null or p.wrong < :most))
  returning resident, pin_wrong, pin_right_at
)
update people.pins p set wrong = p.wrong + (t.pin_right_at is null)::int,
       capped_at = case when t.pin_right_at is null and p.wrong + 1 >= :most then :now::timestamptz else p.capped_at end
  from tried t where p.resident = t.resident and (t.pin_right_at is not null or p.wrong < :most)
returning p.hash, t.pin_wrong as wrong, p.wrong as account_wrong;

-- name: wait_after_pin
update people.sessions set pin_wait_until = :until where id = :session;

-- name: pin_was_right
with forgiven as (
  update people.sessions set pin_wrong = 0, pin_wait_until = null, pin_right_at = :now where id = :session
)
update people.pins set wrong = 0, capped_at = null where resident = :resident;

-- name: put_pin
-- The other sessions have yet to show that they know the new one.
with changed as (
  insert into people.pins (resident, hash) values (:resident, :hash)
      on conflict (resident) do update set hash = excluded.hash, wrong = 0, capped_at = null
), known as (
  update people.sessions
     set pin_wrong = 0, pin_wait_until = null,
         pin_right_at = case when id = :session then :now::timestamptz end
   where resident = :resident and ended_at is null and (id = :session or pin_right_at is not null)
)
update people.residents set pin_at = :now where id = :resident;

-- name: clear_wrong_pins
update people.pins set wrong = 0, capped_at = null where resident = :resident and wrong > 0;

-- name: check_pins_are_marked
-- Whoever must only know whether there is a PIN is told the truth.
select r.id from people.residents r left join people.pins p on p.resident = r.id
 where (r.pin_at is null) <> (p.resident is null)
 limit 100;

-- name: check_pins_in_the_trail
select p.resident from people.pins p
 where not exists (select from people.audit a where a.resident = p.resident and a.act = 'pin_set')
 limit 100;
