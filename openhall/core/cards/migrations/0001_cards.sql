-- Cards: money into wallets by card, and back to the same card.

create schema cards;

-- The one ledger account through which card money enters and leaves the hall.
create table cards.rails (
    name    text primary key,
    account uuid not null unique,
    constraint rail_exists check (name = 'card')
);

-- The id is our reference at the processor and the id of the ledger transfer. No number of a card is ever here.
create table cards.top_ups (
    id            uuid primary key,
    resident      uuid not null,
    wallet        uuid not null,
    amount        bigint not null,
    currency      text not null,
    state         text not null default 'processing',
    page          text,
    card          text,
    reason        text,
    returned      bigint not null default 0,    -- went back to the card, or is on its way there
    attempts      int not null default 0,
    next_query_at timestamptz,
    at            timestamptz not null,
    finished_at   timestamptz,
    constraint amount_is_positive check (amount > 0),
    constraint state_exists check (state in ('processing', 'succeeded', 'failed')),
    constraint asked_again_while_processing check ((state = 'processing') = (next_query_at is not null)),
    constraint finished_when_final check ((state = 'processing') = (finished_at is null)),
    constraint reason_when_failed check ((state = 'failed') = (reason is not null)),
    constraint card_is_masked check (
        char_length(card) <= 40 and char_length(regexp_replace(card, '[^0-9]', '', 'g')) <= 4),
    constraint no_more_goes_back_than_came check (returned between 0 and case when state = 'succeeded' then amount else 0 end)
);

create index top_ups_of_a_resident on cards.top_ups (resident, at, id);
create index top_ups_to_ask_about on cards.top_ups (next_query_at) where state = 'processing';

create table cards.leavings (
    id       uuid primary key,
    resident uuid not null,
    wallet   uuid not null,
    amount   bigint not null,
    rest     bigint not null,
    currency text not null,
    at       timestamptz not null,
    constraint something_goes_back check (amount > 0 and rest >= 0)
);

create index leavings_of_a_resident on cards.leavings (resident, at desc);

-- The id is our reference at the processor and the id of the hold that sets the money aside.
create table cards.refunds (
    id            uuid primary key,
    leaving       uuid not null references cards.leavings,
    top_up        uuid not null references cards.top_ups,
    resident      uuid not null,
    wallet        uuid not null,
    amount        bigint not null,
    currency      text not null,
    state         text not null default 'processing',
    reason        text,
    attempts      int not null default 0,
    next_query_at timestamptz,
    at            timestamptz not null,
    finished_at   timestamptz,
    constraint one_refund_per_top_up_and_leaving unique (leaving, top_up),
    constraint amount_is_positive check (amount > 0),
    constraint state_exists check (state in ('processing', 'succeeded', 'failed')),
    constraint asked_again_while_processing check ((state = 'processing') = (next_query_at is not null)),
    constraint finished_when_final check ((state = 'processing') = (finished_at is null)),
    constraint reason_when_failed check ((state = 'failed') = (reason is not null))
);

create index refunds_of_a_top_up on cards.refunds (top_up);
create index refunds_to_ask_about on cards.refunds (next_query_at) where state = 'processing';

create function cards.keep_final() returns trigger language plpgsql as $$
begin
    raise exception '% % is %: that is for ever', tg_table_name, old.id, old.state;
end
$$;

create trigger a_final_top_up_stays before update on cards.top_ups
    for each row when (old.state <> 'processing' and (new.state, new.amount) is distinct from (old.state, old.amount))
    execute function cards.keep_final();
create trigger a_final_refund_stays before update on cards.refunds
    for each row when (old.state <> 'processing') execute function cards.keep_final();

-- What the processor told us by itself, once by its own id.
create table cards.inbox (
    event_id    text primary key,
    received_at timestamptz not null,
    reference   text not null,
    state       text not null,
    verdict     text not null,
    constraint event_id_is_bounded check (length(event_id) between 1 and 255),
    constraint reference_is_bounded check (length(reference) <= 255)
);

create index inbox_contradictions on cards.inbox (reference) where verdict = 'contradiction';
