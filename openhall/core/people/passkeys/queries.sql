-- name: put_challenge
insert into people.challenges (challenge, purpose, session, expires_at)
values (:challenge, :purpose, :session, :expires_at);

-- name: take_challenge
delete from people.challenges where challenge = :challenge
returning purpose = :purpose and session is not distinct from :session::uuid and expires_at > :now;

-- name: lock_owner
-- Whoever adds passkeys to one account at once waits here, so that they are counted one by one.
select id from people.residents where id = :resident for no key update;

-- name: count_passkeys
select count(*) from people.passkeys where resident = :resident and removed_at is null;

-- name: is_capped
-- Whether the PIN was guessed at too often, and this session never gave the right one.
select exists (select from people.pins p join people.sessions s on s.resident = p.resident
                where s.id = :session and s.pin_right_at is null and p.wrong >= :most);

-- name: add_passkey
insert into people.passkeys (id, resident, credential, public_key, sign_count, synced, transports, name, created_at)
values (:id, :resident, :credential, :public_key, :sign_count, :synced, :transports, :name, :now)
    on conflict (credential) do nothing
returning id, name, synced, created_at, used_at, suspended_for;

-- name: is_known
select exists (select from people.passkeys where credential = :credential);

-- name: join_by_passkey
insert into people.residents (id, wallet, name, lang, visitor, joined_at) values (:id, :wallet, :name, :lang, true, :now);

-- name: is_shut_out
-- Whether nothing is left by which this resident could sign in.
select r.phone is null and r.email is null
       and not exists (select from people.passkeys where resident = r.id and removed_at is null and suspended_at is null)
  from people.residents r where r.id = :resident;

-- name: check_everybody_has_a_way_in
-- Whoever ever signed in has a phone, an e-mail address or a passkey.
select distinct s.resident
  from people.sessions s join people.residents r on r.id = s.resident
 where r.phone is null and r.email is null and r.state = 'active'
   and not exists (select from people.passkeys k where k.resident = r.id and k.removed_at is null)
 limit 100;

-- name: passkeys_of
select id, name, synced, created_at, used_at, suspended_for from people.passkeys
 where resident = :resident and removed_at is null
 order by created_at, id;

-- name: passkey
select id, name, synced, created_at, used_at, suspended_for from people.passkeys
 where id = :id and resident = :resident and removed_at is null;

-- name: descriptors_of
-- Those that may be used, or with those that are switched off: of these, too, no device should hold a second one.
select credential, transports from people.passkeys
 where resident = :resident and removed_at is null and (suspended_at is null or :suspended)
 order by created_at, id;

-- name: descriptor
select credential, transports from people.passkeys where id = :id and resident = :resident and removed_at is null;

-- name: is_being_recovered
-- Since a recovery that is still under way something is switched off.
select exists (select from people.recoveries v join people.passkeys k on k.resident = v.resident
                where v.resident = :resident and v.used_at is null and v.ended_at is null
                  and (v.expires_at > :now or v.code_expires_at > :now)
                  and k.suspended_for = 'recovery' and k.suspended_at >= v.opened_at);

-- name: hold_owner
-- Before the key: a recovery changes the resident first and then the keys, and the two must not wait for each other.
select r.id from people.passkeys k join people.residents r on r.id = k.resident
 where k.credential = :credential and k.removed_at is null
   for share of r;

-- name: lock_key
-- Two uses of one passkey at once queue up here: the second one's counter is compared with the first one's.
select id, resident, public_key, sign_count, name, suspended_for from people.passkeys
 where credential = :credential and removed_at is null
   for no key update;

-- name: use_passkey
update people.passkeys set sign_count = :sign_count, used_at = :now, synced = :synced where id = :id;

-- name: rename_passkey
update people.passkeys set name = :name where id = :id and resident = :resident and removed_at is null
returning id, name, synced, created_at, used_at, suspended_for;

-- name: remove_passkey
update people.passkeys set removed_at = :now where id = :id and resident = :resident and removed_at is null
returning id;

-- name: suspend_passkey
update people.passkeys set suspended_at = :now, suspended_for = 'copied' where id = :id;

-- name: suspend_passkeys
-- A copied one stays what it is.
update people.passkeys set suspended_at = :now, suspended_for = 'recovery'
 where resident = :resident and removed_at is null and suspended_at is null;

-- name: confirm_passkey
update people.passkeys set suspended_at = null, suspended_for = null where id = :id and suspended_for = 'recovery';

-- name: end_opened_by
update people.sessions set ended_at = :now
 where passkey = :passkey and way = 'passkey' and id <> :kept and ended_at is null;

-- name: weaken_sessions
-- What a passkey vouched for it no longer vouches for.
update people.sessions s set strong_at = null
  from people.passkeys k
 where k.id = s.passkey and k.resident = :resident and (k.removed_at is not null or k.suspended_at is not null)
   and s.resident = :resident and s.strong_at is not null;

-- name: check_no_session_is_strong_by_a_dead_passkey
select s.id
  from people.sessions s join people.passkeys k on k.id = s.passkey
 where s.strong_at is not null and s.ended_at is null
   and (k.resident <> s.resident or k.removed_at is not null or k.suspended_at is not null)
 limit 100;

-- name: check_no_challenge_outlives_its_life
select purpose, expires_at from people.challenges where expires_at < now() - interval '10 minutes' limit 100;
