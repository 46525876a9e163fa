-- name: export_profile
select r.id, r.phone, r.email, r.visitor, r.name, r.lang, r.theme, r.mode, r.state, r.joined_at, r.named_at, r.pin_at, r.elder_at,
       o.resident is not null as is_operator
  from people.residents r left join people.operators o on o.resident = r.id
 where r.id = :resident limit :limit;

-- name: export_sessions
select id, kind, way, device, created_at, seen_at, expires_at, ended_at, proved_at, strong_at from people.sessions
 where resident = :resident order by created_at desc limit :limit;

-- name: export_passkeys
select id, name, synced, created_at, used_at, suspended_at, suspended_for from people.passkeys
 where resident = :resident and removed_at is null order by created_at desc limit :limit;

-- name: export_trail
select at, act, session, about, actor is not null as by_the_hall from people.audit
 where resident = :resident order by at desc limit :limit;

-- name: export_real_name
select name_masked, id_masked, born_band, adult_on, matched_at from people.identities
 where resident = :resident limit :limit;

-- name: export_name_claims
select id, state, reason, name_masked, id_masked, asked_at, ended_at from people.name_claims
 where resident = :resident order by asked_at desc limit :limit;

-- name: export_name_trail
select at, claim, act from people.name_trail where resident = :resident order by at desc limit :limit;

-- name: export_recoveries
select id, evidence, note, opened_at, confirm_from, confirmed_at, used_at, ended_at from people.recoveries
 where resident = :resident order by opened_at desc limit :limit;

-- name: export_freezes
select id, at, by <> resident as by_the_hall, note, asked_at, seen, ended_at from people.freezes
 where resident = :resident order by at desc limit :limit;

-- name: export_accesses
select at, capacity, called, look, about from people.accesses
 where resident = :resident order by id desc limit :limit;
