-- Payment safety: the payment PIN, and accounts that are frozen.

-- Apart from the residents, so that nobody reads the hash who does not mean to. Wrong ones are counted here only of
-- sessions that never gave the right one: who guesses from elsewhere locks nobody out at home.
create table people.pins (
    resident uuid primary key references people.residents,
    hash     text not null,
    wrong    smallint not null default 0,
    capped_at timestamptz,                  -- when wrong ones from elsewhere had become too many
    constraint pin_is_hashed check (hash like '$argon2id$%'),
    constraint wrong_pins_are_counted check (wrong >= 0)
);

alter table people.residents
    add column pin_at   timestamptz,        -- when the payment PIN was set, for those who must only know whether
    add column elder_at timestamptz;        -- when elder mode was first chosen; turning it off does not raise limits

-- Wrong PINs lock the session that typed them.
alter table people.sessions
    add column pin_wrong      smallint not null default 0,
    add column pin_wait_until timestamptz,
    add column pin_right_at   timestamptz,
    add constraint pin_wrong_has_an_end check (pin_wrong between 0 and 5);

create table people.freezes (
    id       uuid primary key,
    resident uuid not null references people.residents,
    at       timestamptz not null,
    by       uuid not null references people.residents,
    note     text,                          -- what an operator wrote; null when the resident did it
    asked_at timestamptz,                   -- an operator asked to lift it, with the person there
    asked_by uuid references people.residents,
    seen     text,                          -- the paper that operator saw
    ended_at timestamptz,
    ended_by uuid references people.residents,
    constraint operators_say_why check ((by = resident) = (note is null)),
    constraint freeze_note_has_a_length check (char_length(note) between 1 and 200),
    constraint seen_has_a_length check (char_length(seen) between 1 and 200),
    constraint asked_by_somebody check ((asked_at is null) = (asked_by is null) and (asked_at is null) = (seen is null)),
    constraint ended_by_somebody check ((ended_at is null) = (ended_by is null)),
    -- The resident's own strong proof, or two operators who are not the resident.
    constraint lifted_by_the_owner_or_by_two check (
        ended_by is null or ended_by = resident
        or (asked_by is not null and asked_by <> ended_by and asked_by <> resident))
);

create unique index one_freeze_at_a_time on people.freezes (resident) where ended_at is null;
create index freezes_by_time on people.freezes (at desc);

alter table people.audit
    drop constraint act_exists,
    add constraint act_exists check (act in (
        'joined', 'signed_in', 'signed_out', 'session_ended', 'signed_out_everywhere', 'stepped_up', 'named',
        'passkey_added', 'passkey_renamed', 'passkey_removed', 'passkey_suspended', 'passkey_confirmed',
        'recovery_opened', 'recovery_confirmed', 'recovery_stopped', 'recovery_expired', 'phone_changed',
        'pin_set', 'pin_locked', 'pin_cleared', 'frozen', 'unfreeze_asked', 'unfrozen'));
