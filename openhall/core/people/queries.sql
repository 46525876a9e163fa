-- name: put_code
-- A new code takes the place of the old one, unless that is live, untried and younger than the resend pause:
-- then nothing is returned, and a double tap sends one message.
insert into people.codes as c (phone, purpose, code_hash, asked_from, created_at, expires_at)
values (:phone, :purpose, :code_hash, :asked_from, :now, :expires_at)
    on conflict (phone, purpose) do update
   set code_hash = excluded.code_hash, asked_from = excluded.asked_from, tries = 0, strange = 0,
       created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = null
 where c.used_at is not null or c.tries + c.strange > 0 or c.expires_at <= :now or c.created_at <= :resend_before
returning c.expires_at;

-- name: live_code_expiry
select expires_at from people.codes where phone = :phone and purpose = :purpose;

-- name: take_try
-- The row is locked from here to the commit, so parallel guesses queue up and each one is counted.
update people.codes set tries = tries + (asked_from = :asker)::int, strange = strange + (asked_from <> :asker)::int
 where phone = :phone and purpose = :purpose and used_at is null and expires_at > :now
   and case when asked_from = :asker then tries < :tries else strange < :strange end
returning code_hash, case when asked_from = :asker then :tries::int - tries else :strange::int - strange end as tries_left;

-- name: code_state
select expires_at, used_at from people.codes where phone = :phone and purpose = :purpose;

-- name: use_code
update people.codes set used_at = :now where phone = :phone and purpose = :purpose;

-- name: put_message
insert into people.messages (id, phone, text, about, created_at, expires_at)
values (:id, :phone, :text, :about, :now, :expires_at);

-- name: drop_older_messages
-- A superseded code must not arrive after the new one.
update people.messages set state = 'dropped', text = null, finished_at = :now
 where phone = :phone and state = 'waiting' and about = :about;

-- name: waiting_message
select id from people.messages
 where phone = :phone and state = 'waiting' and about = :about and expires_at > :now
 order by created_at desc limit 1;

-- name: claim_message
update people.messages set claimed_until = :claimed_until, attempts = attempts + 1
 where id = :id and state = 'waiting' and expires_at > :now
   and (claimed_until is null or claimed_until <= :now)
returning id, phone, text;

-- name: finish_message
update people.messages set state = 'sent', text = null, finished_at = :now
 where id = :id and state = 'waiting';

-- name: release_message
update people.messages set claimed_until = null where id = :id and state = 'waiting';

-- name: message_is_waiting
select exists (select from people.messages where id = :id and state = 'waiting' and expires_at > :now);

-- name: drop_expired_messages
update people.messages set state = 'dropped', text = null, finished_at = :now
 where state = 'waiting' and expires_at <= :now;

-- name: forget_messages
delete from people.messages where state <> 'waiting' and finished_at < :before;

-- name: forget_codes
delete from people.codes where expires_at < :before;

-- name: join_resident
insert into people.residents (id, phone, wallet, lang, visitor, joined_at)
values (:id, :phone, :wallet, :lang, :visitor, :now)
    on conflict (phone) do nothing
returning id;

-- name: join_by_email
insert into people.residents (id, email, wallet, lang, visitor, joined_at)
values (:id, :phone, :wallet, :lang, :visitor, :now)
    on conflict (email) do nothing
returning id;

-- name: resident_by_email
select id, coalesce(phone, '') as phone, wallet, name, lang, theme, mode, state, joined_at, named_at, email, visitor
  from people.residents where email = :phone;

-- name: resident_by_phone
select id, phone, wallet, name, lang, theme, mode, state, joined_at, named_at, email, visitor
  from people.residents where phone = :phone;

-- name: resident_by_id
-- Without a phone it is empty.
select id, coalesce(phone, '') as phone, wallet, name, lang, theme, mode, state, joined_at, named_at, email, visitor
  from people.residents where id = :id;

-- name: hold_address
-- Whoever moves the account to another number is waited for, and then it is no longer found.
select id from people.residents where id = :resident and (phone = :phone or email = :phone) for share;

-- name: put_without_phone
insert into people.residents (id, wallet, name, joined_at) values (:id, :wallet, :name, :now);

-- name: set_preferences
update people.residents
   set lang = coalesce(:lang, lang), theme = coalesce(:theme, theme), mode = coalesce(:mode, mode),
       elder_at = case when :mode = 'elder' then coalesce(elder_at, :now) else elder_at end
 where id = :id;

-- name: set_name
update people.residents set name = coalesce(:name, case when phone is null and email is null then :unnamed end) where id = :id;

-- name: signs_in
select r.phone is not null or r.email is not null
       or exists (select from people.passkeys where resident = r.id and removed_at is null)
  from people.residents r where r.id = :id;

-- name: name_matched
update people.residents set named_at = :at where id = :id;

-- name: open_session
-- None for an account that is closed: whoever is closing it is waited for.
insert into people.sessions
    (id, token_hash, resident, kind, way, device, device_key, passkey, created_at, seen_at, expires_at, proved_at, strong_at)
select :id, :token_hash, r.id, :kind, :way, :device, :device_key, :passkey, :now, :now, :expires_at, :now,
       case when :passkey::uuid is not null then :now::timestamptz end
  from (select id from people.residents where id = :resident and state = 'active' for share) r
returning id, resident, kind, way, device, created_at, seen_at, expires_at, proved_at, strong_at;

-- name: end_surplus
-- Of a resident's living sessions the newest used ones stay.
update people.sessions set ended_at = :now
 where id in (select id from people.sessions
               where resident = :resident and ended_at is null and expires_at > :now and id <> :session
               order by seen_at desc, id desc offset :others);

-- name: forget_sessions
-- With the key of the device; the trail keeps that somebody signed in.
delete from people.sessions
 where id in (select id from people.sessions where least(ended_at, expires_at) < :before limit :most);

-- name: visit
select s.id as session, s.kind, s.way, s.device, s.created_at, s.seen_at, s.expires_at, s.proved_at, s.strong_at,
       r.id, coalesce(r.phone, '') as phone, r.wallet, r.name, r.lang, r.theme, r.mode, r.state, r.joined_at, r.named_at,
       r.email, r.visitor
  from people.sessions s join people.residents r on r.id = s.resident
 where s.token_hash = :token_hash and s.kind = :kind and s.ended_at is null and s.expires_at > :now and r.state = 'active';

-- name: bearers
-- Live tokens only; the others are simply not in the answer.
select s.token_hash, s.id as session, r.id as resident, r.wallet, coalesce(r.phone, '') as phone, r.state
  from people.sessions s join people.residents r on r.id = s.resident
 where s.token_hash = any (:token_hashes::bytea[]) and s.kind = :kind and s.ended_at is null and s.expires_at > :now;

-- name: see_session
update people.sessions set seen_at = :now where id = :id and ended_at is null and seen_at < :stale;

-- name: sessions_of
select id, resident, kind, way, device, created_at, seen_at, expires_at, proved_at, strong_at from people.sessions
 where resident = :resident and ended_at is null and expires_at > :now
 order by seen_at desc, id desc;

-- name: end_session
update people.sessions set ended_at = :now
 where id = :id and resident = :resident and ended_at is null and expires_at > :now
returning id;

-- name: end_sessions
-- All of a resident's live sessions but the one that is kept, if one is.
update people.sessions set ended_at = :now
 where resident = :resident and ended_at is null and expires_at > :now and id is distinct from :kept;

-- name: is_new_device
-- Whether somebody who has signed in before never did so from here.
select exists (select from people.sessions where resident = :resident and id <> :session)
   and not exists (select from people.sessions where resident = :resident and id <> :session
                                                 and device_key = :device_key);

-- name: prove_session
update people.sessions
   set proved_at = :now, strong_at = case when :passkey::uuid is null then strong_at else :now::timestamptz end,
       passkey = coalesce(:passkey, passkey)
 where id = :id;

-- name: has_passkey
-- One that a recovery switched off counts too, but for the session that the recovery opened: a report of theft must not
-- make a code to the stolen phone proof enough.
select exists (select from people.passkeys
                where resident = :resident and removed_at is null
                  and (suspended_at is null or (suspended_for = 'recovery' and not :recovered)));

-- name: forget_challenges
delete from people.challenges where expires_at < :now;

-- name: record_act
insert into people.audit (id, at, resident, session, act, actor, about)
values (:id, :now, :resident, :session, :act, :actor, :about);

-- name: check_one_wallet_each
-- Every resident owns exactly one wallet, and it is the one the resident's row names.
select r.id
  from people.residents r
  left join ledger.accounts a on a.owner = r.id and a.kind = 'wallet'
 group by r.id, r.wallet
having count(a.id) <> 1 or bool_and(a.id is distinct from r.wallet)
 limit 100;

-- name: check_codes_do_not_outlive_their_life
-- The times alone: what a check shows is no place for phones.
select created_at, expires_at from people.codes
 where used_at is null and expires_at > now() and created_at < now() - interval '1 hour'
 limit 100;

-- name: check_no_text_outlives_its_message
-- The sweep runs each minute; ten minutes after expiry no text may be left.
select id from people.messages where text is not null and expires_at < now() - interval '10 minutes' limit 100;

-- name: check_every_session_was_signed_in
select s.id
  from people.sessions s
  left join people.audit a on a.session = s.id and a.act = 'signed_in'
 where a.id is null
 limit 100;

-- name: check_no_phone_no_sign_in
-- Whoever has neither phone nor address nor passkey has no session either: others act for them, each under a name of
-- their own.
select s.id from people.sessions s join people.residents r on r.id = s.resident
 where r.phone is null and r.email is null and s.passkey is null and r.state = 'active' limit 100;

-- name: is_operator
select exists (select from people.operators where resident = :resident);

-- name: add_operator
insert into people.operators (resident, since) values (:resident, :now) on conflict (resident) do nothing;

-- name: remove_operator
delete from people.operators where resident = :resident;

-- name: operators
select coalesce(r.phone, '') as phone from people.operators o join people.residents r on r.id = o.resident order by o.since, phone;

-- name: residents_by_id
select id, coalesce(phone, email, '') as phone, name from people.residents where id = any(:ids);

-- name: residents_vouched_for
select r.id, coalesce(r.phone, r.email, '') as phone, i.name_masked as name
  from people.residents r left join people.identities i on i.resident = r.id
 where r.id = any(:ids);

-- name: import_residents
-- As if each had joined at that time, with the trail of it.
with joined as (
  insert into people.residents (id, phone, wallet, name, joined_at)
  select id, phone, wallet, name, :joined_at
    from json_to_recordset(:rows) as r(id uuid, phone text, wallet uuid, name text)
  returning id
)
insert into people.audit (id, at, resident, act) select gen_random_uuid(), :joined_at, id, 'joined' from joined;
