-- Closing: accounts that were closed, and money that came for them afterwards.

create schema closing;

-- One closing of one account. It can be taken back until `rest_until`; then its number is free, and at `keep_until` what is
-- kept here of a number is erased with the name.
create table closing.closings (
    id          uuid primary key,
    resident    uuid not null references people.residents,
    phone       text,                   -- as they were, for operators to find it by; null once they are erased
    email       text,
    closed_at   timestamptz not null,
    rest_until  timestamptz not null,
    keep_until  timestamptz not null,
    asked_at    timestamptz,            -- an operator asked to take it back, with the person there
    asked_by    uuid references people.residents,
    seen        text,                   -- the paper that operator saw
    reopened_at timestamptz,
    reopened_by uuid references people.residents,
    freed_at    timestamptz,            -- since when others may join with the number
    erased_at   timestamptz,
    constraint rests_before_it_is_erased check (closed_at <= rest_until and rest_until <= keep_until),
    constraint asked_by_somebody check ((asked_at is null) = (asked_by is null)),
    constraint seen_has_a_length check (char_length(seen) between 1 and 200),
    constraint reopened_by_somebody check ((reopened_at is null) = (reopened_by is null)),
    constraint reopened_by_two check (
        reopened_by is null or (asked_by is not null and asked_by <> reopened_by and asked_by <> resident
                                and reopened_by <> resident)),
    constraint reopened_while_it_rests check (reopened_at < rest_until),
    constraint reopened_or_freed check (reopened_at is null or freed_at is null),
    constraint freed_after_its_rest check (freed_at >= rest_until),
    constraint erased_after_it_was_kept check (erased_at is null or (erased_at >= keep_until and freed_at is not null)),
    constraint nothing_left_when_erased check (erased_at is null or num_nonnulls(phone, email, seen) = 0)
);

create unique index one_closing_at_a_time on closing.closings (resident) where reopened_at is null;
create index closings_by_time on closing.closings (closed_at desc);
create index closings_by_phone on closing.closings (phone) where phone is not null;
create index closings_resting on closing.closings (rest_until) where reopened_at is null and freed_at is null;
create index closings_kept on closing.closings (keep_until) where reopened_at is null and erased_at is null;

-- The hall's account for money that came for a closed wallet.
create table closing.accounts (
    currency  text primary key,
    unclaimed uuid not null
);

-- Money that came for a closed wallet and waits for its owner. The id is the ledger transfer by which it came.
create table closing.unclaimed (
    id       uuid primary key,
    resident uuid not null references people.residents,
    wallet   uuid not null,
    amount   bigint not null,
    currency text not null,
    reason   text not null,             -- that of the transfer: "refund", "top_up"
    at       timestamptz not null,
    given    uuid unique,               -- the ledger transfer by which it went into the wallet after all
    given_at timestamptz,
    constraint amount_is_positive check (amount > 0),
    constraint given_at_a_time check ((given is null) = (given_at is null))
);

create index unclaimed_waiting on closing.unclaimed (at desc) where given is null;
create index unclaimed_of_a_resident on closing.unclaimed (resident, at desc);

create function closing.refuse_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.given is null
       and (new.id, new.resident, new.wallet, new.amount, new.currency, new.reason, new.at)
         = (old.id, old.resident, old.wallet, old.amount, old.currency, old.reason, old.at) then
        return new;
    end if;
    raise exception 'closing.unclaimed: what came is only ever given, once';
end
$$;

create trigger unclaimed_is_only_given before update or delete on closing.unclaimed
    for each row execute function closing.refuse_change();
