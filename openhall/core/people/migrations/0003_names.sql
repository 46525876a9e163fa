-- Real names: what is asked of the register, who is who, and what happened.

-- One asking of the register. What was written is here, sealed, only while somebody still has to read it.
create table people.name_claims (
    id            uuid primary key,
    resident      uuid not null references people.residents,
    state         text not null,
    reason        text,
    name_masked   text not null,
    id_masked     text not null,
    key           text,
    box           bytea,
    tries         smallint not null default 0,
    asked_at      timestamptz not null,
    next_at       timestamptz,
    gives_up_at   timestamptz not null,
    ended_at      timestamptz,
    -- A code to the phone of the account that has this id already: the hash, and nothing of the number.
    code_hash     bytea,
    code_tries    smallint not null default 0,
    code_until    timestamptz,
    constraint claim_state_exists check (state in ('asking', 'matched', 'refused', 'conflict', 'given_up', 'replaced')),
    constraint refused_for_a_reason check ((state = 'refused') = (reason is not null)),
    constraint reason_exists check (reason in ('no_match', 'deceased', 'kept')),
    constraint sealed_while_needed check ((state in ('asking', 'conflict')) = (box is not null)),
    constraint box_has_a_key check ((box is null) = (key is null)),
    constraint asked_again_while_asking check ((state = 'asking') = (next_at is not null)),
    constraint ended_when_decided check ((state in ('asking', 'conflict')) = (ended_at is null)),
    constraint code_of_a_conflict check (code_hash is null or state = 'conflict'),
    constraint code_has_an_end check ((code_hash is null) = (code_until is null)),
    constraint code_is_hashed check (octet_length(code_hash) = 32),
    constraint masked_is_short check (char_length(name_masked) <= 8 and char_length(id_masked) = 18)
);

create unique index one_open_claim_per_resident on people.name_claims (resident) where ended_at is null;
create index claims_of_a_resident on people.name_claims (resident, asked_at desc);
create index claims_to_ask on people.name_claims (next_at) where state = 'asking';
create index claims_in_conflict on people.name_claims (asked_at) where state = 'conflict';

-- Who somebody is. The eighteenth birthday is kept until it has come; of a grown-up only the decade of birth is known
-- without the key.
create table people.identities (
    resident    uuid primary key references people.residents,
    claim       uuid not null references people.name_claims,
    name_masked text not null,
    id_masked   text not null,
    key         text not null,
    box         bytea not null,
    born_band   smallint not null,
    adult_on    date,
    matched_at  timestamptz not null,
    constraint band_is_a_decade check (born_band between 1900 and 2190 and born_band % 10 = 0)
);

create index identities_by_key on people.identities (key, resident);
create index minors on people.identities (adult_on) where adult_on is not null;

-- One person, one account: the same national id has the same mark under the same key.
create table people.identity_marks (
    key      text not null,
    mark     bytea not null,
    resident uuid not null references people.residents,
    constraint one_account_per_person primary key (key, mark),
    constraint one_mark_per_key unique (resident, key),
    constraint mark_is_a_digest check (octet_length(mark) = 32)
);

-- What the operators said about an id that two accounts claim. Two of them must say the same.
create table people.name_verdicts (
    claim    uuid not null references people.name_claims,
    operator uuid not null references people.residents,
    verdict  text not null,
    reason   text not null,
    at       timestamptz not null,
    constraint one_verdict_per_operator primary key (claim, operator),
    constraint verdict_exists check (verdict in ('move', 'keep')),
    constraint verdict_has_a_reason check (char_length(reason) between 1 and 500)
);

-- What happened to real names, never changed afterwards.
create table people.name_trail (
    id       uuid primary key,
    at       timestamptz not null,
    resident uuid not null references people.residents,
    claim    uuid references people.name_claims,
    act      text not null,
    by       uuid references people.residents,
    constraint name_act_exists check (act in (
        'asked', 'matched', 'refused', 'conflict', 'given_up', 'replaced', 'code_asked', 'code_wrong', 'moved_in',
        'moved_out', 'verdict', 'kept', 'shown', 'came_of_age'
    ))
);

create index name_trail_of_a_resident on people.name_trail (resident, at desc);

create function people.refuse_name_change() returns trigger language plpgsql as $$
begin
    raise exception 'people.% is append-only', tg_table_name;
end
$$;

create trigger name_trail_is_append_only before update or delete or truncate on people.name_trail
    for each statement execute function people.refuse_name_change();
create trigger name_verdicts_are_append_only before update or delete or truncate on people.name_verdicts
    for each statement execute function people.refuse_name_change();
