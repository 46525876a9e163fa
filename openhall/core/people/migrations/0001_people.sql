-- People: who may sign in, with what, from where.

create schema people;

create table people.residents (
    id        uuid primary key,
    phone     text,                         -- null: a person without a phone, whom others act for
    wallet    uuid not null,
    name      text,
    lang      text,
    theme     text not null default 'auto',
    mode      text not null default 'normal',
    state     text not null default 'active',
    joined_at timestamptz not null,
    constraint one_resident_per_phone unique (phone),
    constraint one_resident_per_wallet unique (wallet),
    constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
    constraint name_has_a_length check (char_length(name) between 1 and 40),
    constraint known_by_phone_or_name check (phone is not null or name is not null),
    constraint lang_is_spoken_here check (lang in ('zh_CN', 'en')),
    constraint theme_exists check (theme in ('auto', 'light', 'dark')),
    constraint mode_exists check (mode in ('normal', 'elder')),
    constraint state_exists check (state in ('active', 'closed'))
);

create table people.sessions (
    id         uuid primary key,
    token_hash bytea not null,
    resident   uuid not null references people.residents,
    kind       text not null,
    device     text not null,
    created_at timestamptz not null,
    seen_at    timestamptz not null,
    expires_at timestamptz not null,
    ended_at   timestamptz,
    constraint one_session_per_token unique (token_hash),
    constraint token_is_hashed check (octet_length(token_hash) = 32),
    constraint session_kind_exists check (kind in ('page', 'api')),
    constraint device_is_short check (char_length(device) <= 60),
    constraint session_has_a_life check (expires_at > created_at)
);

create index sessions_over on people.sessions (least(ended_at, expires_at));
create index sessions_of_a_resident on people.sessions (resident, created_at desc) where ended_at is null;

-- One live code per phone and purpose: a new code takes the place of the old one. Tries from the address that asked for it
-- are counted apart from those from elsewhere, so that a stranger spends nobody's code.
create table people.codes (
    phone      text not null,
    purpose    text not null,
    code_hash  bytea not null,
    asked_from text not null,               -- keyed, not the address itself
    tries      smallint not null default 0,
    strange    smallint not null default 0,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz,
    constraint one_code_per_purpose primary key (phone, purpose),
    constraint code_is_for_something check (purpose in ('sign_in', 'step_up', 'recovery')),
    constraint strange_tries_are_few check (strange between 0 and 10),
    constraint code_is_hashed check (octet_length(code_hash) = 32),
    constraint code_has_few_tries check (tries between 0 and 10),
    constraint code_has_a_short_life check (expires_at > created_at and expires_at <= created_at + interval '1 hour')
);

-- The outbox of text messages. The text is personal (it carries a code, or news): it is here only while it waits.
create table people.messages (
    id            uuid primary key,
    phone         text not null,
    text          text,
    about         text not null,
    state         text not null default 'waiting',
    attempts      smallint not null default 0,
    created_at    timestamptz not null,
    expires_at    timestamptz not null,
    claimed_until timestamptz,
    finished_at   timestamptz,
    constraint message_is_about_something check (about in ('sign_in', 'step_up', 'recovery', 'news')),
    constraint message_state_exists check (state in ('waiting', 'sent', 'dropped')),
    constraint text_only_while_waiting check ((state = 'waiting') = (text is not null)),
    constraint finished_when_not_waiting check ((state = 'waiting') = (finished_at is null))
);

create index messages_waiting on people.messages (phone, created_at desc) where state = 'waiting';

-- What happened to a resident's access, never changed afterwards.
create table people.audit (
    id       uuid primary key,
    at       timestamptz not null,
    resident uuid not null references people.residents,
    session  uuid,                          -- of people.sessions, where it is forgotten long before
    act      text not null,
    constraint act_exists check (act in ('joined', 'signed_in', 'signed_out', 'session_ended'))
);

create index audit_of_a_resident on people.audit (resident, at desc);

create function people.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'people.audit is append-only';
end
$$;

create trigger audit_is_append_only before update or delete or truncate on people.audit
    for each statement execute function people.refuse_change();

-- Who runs the hall. Whoever may write on the hall's machine names them: there is no page for it.
create table people.operators (
    resident uuid primary key references people.residents,
    since    timestamptz not null
);
