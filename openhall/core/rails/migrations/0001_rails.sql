-- Rails: the ways of money into the hall.

create schema rails;

-- Each rail's own ledger account, from which money enters the hall.
create table rails.rails (
    name    text primary key,
    account uuid not null unique,
    constraint rail_exists check (name in ('bank'))
);

-- Accounts at banks whose holders agreed that the hall may charge them.
create table rails.bank_accounts (
    id         uuid primary key,
    resident   uuid not null,
    name       text not null,
    bank       text not null,
    masked     text not null,
    agreement  text not null,
    created_at timestamptz not null,
    constraint one_bank_account_per_name unique (resident, name),
    constraint name_has_a_length check (char_length(name) between 1 and 40),
    constraint masked_is_masked check (char_length(masked) <= 20)
);

-- The id is our reference at the bank and the id of the ledger transfer.
create table rails.top_ups (
    id            uuid primary key,
    resident      uuid not null,
    wallet        uuid not null,
    bank_account  uuid not null references rails.bank_accounts,
    amount        bigint not null,
    currency      text not null,
    state         text not null default 'processing',
    reason        text,
    attempts      int not null default 0,
    next_query_at timestamptz,
    at            timestamptz not null,
    finished_at   timestamptz,
    constraint amount_is_positive check (amount > 0),
    constraint state_exists check (state in ('processing', 'succeeded', 'failed')),
    constraint asked_again_while_processing check ((state = 'processing') = (next_query_at is not null)),
    constraint finished_when_final check ((state = 'processing') = (finished_at is null)),
    constraint reason_when_failed check ((state = 'failed') = (reason is not null))
);

create index top_ups_of_a_resident on rails.top_ups (resident, at desc);
create index top_ups_to_ask_about on rails.top_ups (next_query_at) where state = 'processing';

create function rails.keep_final() returns trigger language plpgsql as $$
begin
    raise exception 'top-up % is %: that is for ever', old.id, old.state;
end
$$;

create trigger a_final_top_up_stays before update on rails.top_ups
    for each row when (old.state <> 'processing') execute function rails.keep_final();

-- What outside systems told us by themselves, once by their own id.
create table rails.inbox (
    source      text not null,
    event_id    text not null,
    received_at timestamptz not null,
    reference   text not null,
    state       text not null,
    verdict     text not null,
    primary key (source, event_id),
    constraint event_id_is_bounded check (length(event_id) between 1 and 255),
    constraint reference_is_bounded check (length(reference) <= 255)
);

create index inbox_contradictions on rails.inbox (received_at) where verdict = 'contradiction';
