-- Passkeys, how surely a session knows whom it serves, and the way back in for who lost the number.

alter table people.residents add column named_at timestamptz;

create table people.passkeys (
    id            uuid primary key,
    resident      uuid not null references people.residents,
    credential    bytea not null,
    public_key    bytea not null,
    sign_count    bigint not null,
    synced        boolean not null,
    transports    text[] not null default '{}',
    name          text not null,
    created_at    timestamptz not null,
    used_at       timestamptz,
    suspended_at  timestamptz,
    suspended_for text,
    removed_at    timestamptz,
    constraint one_passkey_per_credential unique (credential),
    constraint credential_has_a_length check (octet_length(credential) between 16 and 1023),
    constraint sign_count_is_counted check (sign_count >= 0),
    constraint passkey_name_has_a_length check (char_length(name) between 1 and 40),
    constraint suspension_has_a_reason check ((suspended_at is null) = (suspended_for is null)),
    constraint suspension_reason_exists check (suspended_for in ('copied', 'recovery'))
);

create index passkeys_of_a_resident on people.passkeys (resident, created_at) where removed_at is null;

-- How a session came to be, when it last proved itself, and which browser it lives in.
alter table people.sessions
    add column way        text not null default 'code',
    add column proved_at  timestamptz,
    add column strong_at  timestamptz,
    add column passkey    uuid references people.passkeys,
    add column device_key bytea;
update people.sessions set proved_at = created_at;
alter table people.sessions
    alter column proved_at set not null,
    add constraint way_exists check (way in ('code', 'passkey', 'recovery')),
    add constraint strong_by_a_passkey check (strong_at is null or passkey is not null),
    add constraint device_key_is_hashed check (octet_length(device_key) = 32);

create index sessions_by_device on people.sessions (resident, device_key);
create index sessions_by_passkey on people.sessions (passkey) where strong_at is not null;

-- What an authenticator is asked to sign. Taken, and thereby gone, by the first answer to it, right or wrong.
create table people.challenges (
    challenge  bytea primary key,
    purpose    text not null,
    session    uuid references people.sessions,
    expires_at timestamptz not null,
    constraint challenge_is_long check (octet_length(challenge) = 32),
    constraint purpose_exists check (purpose in ('register', 'sign_in', 'step_up', 'confirm')),
    constraint challenge_belongs_to_a_session check ((purpose = 'sign_in') = (session is null))
);

create index challenges_expire on people.challenges (expires_at);

-- Staff-assisted recovery: opened by one operator, confirmed by another, used once by the resident.
create table people.recoveries (
    id              uuid primary key,
    resident        uuid not null references people.residents,
    evidence        text not null,
    note            text not null,
    opened_by       uuid not null references people.residents,
    opened_at       timestamptz not null,
    confirm_from    timestamptz not null,
    expires_at      timestamptz not null,
    confirmed_by    uuid references people.residents,
    confirmed_at    timestamptz,
    code_hash       bytea,
    code_expires_at timestamptz,
    tries           smallint not null default 0,
    used_at         timestamptz,
    ended_at        timestamptz,
    ended_by        uuid references people.residents,
    constraint evidence_exists check (evidence in ('identity_card', 'passport', 'household_register', 'social_card')),
    constraint note_has_a_length check (char_length(note) between 1 and 200),
    constraint two_persons_recover check (confirmed_by <> opened_by),
    constraint nobody_recovers_themselves check (opened_by <> resident and confirmed_by <> resident),
    constraint confirmed_with_a_code check (
        (confirmed_at is null) = (confirmed_by is null) and (confirmed_at is null) = (code_hash is null)
        and (confirmed_at is null) = (code_expires_at is null)),
    constraint not_confirmed_early check (confirmed_at >= confirm_from),
    constraint recovery_code_is_hashed check (octet_length(code_hash) = 32),
    constraint recovery_code_is_short_lived check (code_expires_at <= confirmed_at + interval '1 hour'),
    constraint recovery_code_has_few_tries check (tries between 0 and 5),
    constraint used_when_confirmed check (used_at is null or confirmed_at is not null),
    constraint used_or_ended check (used_at is null or ended_at is null),
    constraint ended_by_somebody check ((ended_at is null) = (ended_by is null))
);

create unique index one_open_recovery on people.recoveries (resident) where used_at is null and ended_at is null;
create index recoveries_by_time on people.recoveries (opened_at desc);

-- Who did it, where it was not the resident; and which passkey or recovery it was about.
alter table people.audit
    add column actor uuid references people.residents,
    add column about uuid,
    drop constraint act_exists,
    add constraint act_exists check (act in (
        'joined', 'signed_in', 'signed_out', 'session_ended', 'signed_out_everywhere', 'stepped_up', 'named',
        'passkey_added', 'passkey_renamed', 'passkey_removed', 'passkey_suspended', 'passkey_confirmed',
        'recovery_opened', 'recovery_confirmed', 'recovery_stopped', 'recovery_expired', 'phone_changed'));
