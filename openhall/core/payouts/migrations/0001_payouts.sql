-- Payouts: money on its way from an account of the hall to a bank account.

create schema payouts;

-- Each rail's own two ledger accounts: `clearing` has what is under way, `bank` is what left by it, turned round.
create table payouts.rails (
    name     text primary key,
    clearing uuid not null unique references ledger.accounts,
    bank     uuid not null unique references ledger.accounts,
    constraint rail_exists check (name in ('bank_files'))
);

-- Where an owner's money goes. A row never changes but to be ended by the next one.
create table payouts.bank_accounts (
    id        uuid primary key,
    owner     uuid not null references people.residents,
    holder    text not null,
    number    text not null,
    bank_code text,              -- of the bank that has it, where the owner said: a BIC, or twelve CNAPS digits
    added_at  timestamptz not null,
    usable_at timestamptz not null,
    ended_at  timestamptz,
    constraint holder_has_a_length check (char_length(holder) between 1 and 140),
    constraint number_has_a_length check (char_length(number) between 8 and 34),
    constraint bank_code_has_a_form check (bank_code ~ '^([0-9]{12}|[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?)$'),
    constraint cools_after_it_was_added check (usable_at >= added_at)
);

create unique index one_bank_account_per_owner on payouts.bank_accounts (owner) where ended_at is null;

-- What is to be withdrawn without being asked for: everything above `keep`, after each business date.
-- `done_for` is the last date that was looked at.
create table payouts.standing (
    source      uuid primary key,
    source_name text not null,
    owner       uuid not null references people.residents,
    account     uuid not null references ledger.accounts,
    keep        bigint not null,
    done_for    date not null,
    constraint keep_is_not_negative check (keep >= 0)
);

create index standing_to_do on payouts.standing (done_for);

-- One file to the bank. The bytes are written once, when the batch is made, and sent again as they are.
create table payouts.batches (
    id             uuid primary key,
    rail           text not null references payouts.rails,
    business_date  date not null,
    number         int not null,
    execution_date date not null,
    message_id     text not null,
    count          int not null,
    total          bigint not null,
    currency       text not null,
    content        bytea not null,
    state          text not null default 'ready',
    made_at        timestamptz not null,
    sent_at        timestamptz,
    finished_at    timestamptz,
    resent_at      timestamptz,     -- when an operator last had the same file laid out once more, and who
    resent_by      uuid references people.residents,
    constraint one_number_per_rail_and_date unique (rail, business_date, number),
    constraint message_id_is_never_used_twice unique (message_id),
    constraint batch_has_something_in_it check (count > 0 and total > 0),
    constraint batch_state_exists check (state in ('ready', 'sent', 'finished')),
    constraint batch_was_sent check ((state = 'ready') = (sent_at is null)),
    constraint batch_was_finished check ((state = 'finished') = (finished_at is not null)),
    constraint resent_by_somebody check ((resent_at is null) = (resent_by is null)),
    constraint resent_after_it_was_sent check (resent_at is null or sent_at is not null)
);

create index batches_to_send on payouts.batches (made_at) where state = 'ready';
create index batches_newest on payouts.batches (made_at desc);
create index batches_by_date on payouts.batches (execution_date);

create function payouts.keep_batch() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE'
       or (old.id, old.rail, old.business_date, old.number, old.execution_date, old.message_id, old.count, old.total,
           old.currency, old.content, old.made_at)
          is distinct from
          (new.id, new.rail, new.business_date, new.number, new.execution_date, new.message_id, new.count, new.total,
           new.currency, new.content, new.made_at)
       or array_position(array['ready', 'sent', 'finished'], new.state)
          < array_position(array['ready', 'sent', 'finished'], old.state) then
        raise exception 'batch % is closed: only its state moves, and only forward', old.message_id;
    end if;
    return new;
end
$$;

create trigger a_batch_stays before update or delete on payouts.batches
    for each row execute function payouts.keep_batch();

-- The id is the transfer into the clearing account and, without dashes, the end-to-end id at the bank.
create table payouts.payouts (
    id            uuid primary key,
    rail          text not null references payouts.rails,
    source        uuid not null,
    source_name   text not null,
    owner         uuid not null references people.residents,
    account       uuid not null references ledger.accounts,
    bank_account  uuid not null references payouts.bank_accounts,
    amount        bigint not null,
    currency      text not null,
    business_date date not null,
    automatic     boolean not null,
    state         text not null default 'requested',
    batch         uuid references payouts.batches,
    reason_code   text,
    reason        text,
    by_hand       text,             -- the kind of break on which two operators ended it; frozen: a freeze did; null: the bank
    settling      uuid unique,      -- the transfer out of the clearing account, to the bank
    giving_back   uuid unique,      -- the transfer back to the account it came from
    requested_at  timestamptz not null,
    accepted_at   timestamptz,
    settled_at    timestamptz,
    ended_at      timestamptz,      -- when it was rejected or returned
    constraint amount_is_positive check (amount > 0),
    constraint state_exists
        check (state in ('requested', 'batched', 'sent', 'accepted', 'settled', 'rejected', 'returned')),
    -- Rejected without a batch: it could not be written, and operators gave it back.
    constraint batched_when_no_longer_requested
        check (case when batch is null then state in ('requested', 'rejected') else state <> 'requested' end),
    constraint settled_by_a_transfer check ((state in ('settled', 'returned')) = (settling is not null)),
    constraint given_back_by_a_transfer check ((state in ('rejected', 'returned')) = (giving_back is not null)),
    constraint settled_at_a_time check ((settling is null) = (settled_at is null)),
    constraint ended_at_a_time check ((giving_back is null) = (ended_at is null)),
    constraint ended_by_hand_when_ended check (by_hand is null or state in ('settled', 'rejected', 'returned'))
);

create unique index one_automatic_payout_a_day on payouts.payouts (source, business_date) where automatic;
create index payouts_of_an_owner on payouts.payouts (owner, id desc);
create index payouts_of_a_batch on payouts.payouts (batch);
create index payouts_requested on payouts.payouts (business_date) where state = 'requested';
create index payouts_given_back on payouts.payouts (ended_at) where ended_at is not null;
create index payouts_under_way on payouts.payouts (rail) where state in ('requested', 'batched', 'sent', 'accepted');

create function payouts.keep_final() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.state = 'returned' and old.state = 'settled' then
        return new;
    end if;
    raise exception 'payout % is %: that is for ever', old.id, old.state;
end
$$;

create trigger a_final_payout_stays before update on payouts.payouts
    for each row when (old.state in ('settled', 'rejected', 'returned')) execute function payouts.keep_final();
create trigger a_payout_is_never_deleted before delete on payouts.payouts
    for each row execute function payouts.keep_final();

-- Every file that lay in the folder. `filed`: it was carried away to done/ or refused/.
create table payouts.files (
    id         uuid primary key,
    rail       text not null references payouts.rails,
    name       text not null,
    sha256     text not null,
    size       bigint not null,
    kind       text,
    message_id text,
    state      text not null,
    code       text,
    path       text not null default '',
    detail     text not null default '',
    at         timestamptz not null,
    filed      boolean not null default false,
    constraint file_state_exists check (state in ('read', 'refused')),
    constraint refused_for_a_reason check ((state = 'refused') = (code is not null)),
    constraint read_as_something check (state = 'refused' or (kind is not null and message_id is not null)),
    constraint kind_exists check (kind in ('status', 'statement', 'notification'))
);

create unique index a_file_is_read_once on payouts.files (rail, sha256) where state = 'read';
create unique index a_message_is_read_once on payouts.files (rail, kind, message_id) where state = 'read';
create index files_newest on payouts.files (at desc);
create index files_not_filed on payouts.files (at) where not filed;

-- The statements and notices inside the files, by the bank's own id of them. A bank may begin to number anew each year.
create table payouts.reports (
    id         uuid primary key,
    file       uuid not null references payouts.files,
    kind       text not null,
    number     text not null,
    account    text not null,
    year       int not null,     -- of its closing balance, or in which the notice was made
    booked_on  date,             -- of a statement: the date of its closing balance
    opening    bigint,
    closing    bigint,
    constraint a_report_is_read_once unique (kind, account, year, number),
    constraint report_kind_exists check (kind in ('statement', 'notification')),
    constraint a_statement_has_balances
        check ((kind = 'statement') = (booked_on is not null and opening is not null and closing is not null))
);

create index statements_by_date on payouts.reports (booked_on, id) where kind = 'statement';

-- What the bank says it booked, one row for each payment; `amount` is below zero where money went.
create table payouts.lines (
    id            uuid primary key,
    report        uuid not null references payouts.reports,
    entry         int not null,
    detail        int not null,
    digest        text not null,
    booked_on     date,
    amount        bigint not null,
    end_to_end_id text,
    returned      boolean not null,
    payout        uuid references payouts.payouts,
    constraint one_line_per_place unique (report, entry, detail)
);

create index lines_of_a_payout on payouts.lines (payout);
create index lines_by_date on payouts.lines (booked_on) where amount < 0 and booked_on is not null;

-- Where our books and the bank's differ.
create table payouts.breaks (
    id            uuid primary key,
    rail          text not null references payouts.rails,
    business_date date not null,
    kind          text not null,
    payout        uuid references payouts.payouts,
    line          uuid references payouts.lines,
    report        uuid references payouts.reports,
    batch         uuid references payouts.batches,
    ours          bigint,
    theirs        bigint,
    state         text not null default 'open',
    opened_at     timestamptz not null,
    constraint break_kind_exists
        check (kind in ('missing_ours', 'missing_theirs', 'amount', 'late', 'duplicate', 'contradiction', 'balance',
                        'second_copy', 'unwritable')),
    constraint break_state_exists check (state in ('open', 'resolved')),
    constraint break_is_about_something
        check (case when batch is null then num_nonnulls(payout, line, report) > 0
                    else num_nonnulls(payout, line, report) = 0 end)
);

create unique index one_open_break_per_payout on payouts.breaks (payout, kind) where state = 'open' and line is null;
create unique index one_open_break_per_batch on payouts.breaks (batch, kind) where state = 'open' and batch is not null;
create unique index one_break_per_statement on payouts.breaks (report) where report is not null;
create unique index one_break_per_line on payouts.breaks (line, kind) where line is not null;
create index breaks_newest on payouts.breaks (state, opened_at desc);
create index breaks_of_a_payout on payouts.breaks (payout) where payout is not null;

-- What was done about a break, and by whom; nobody: the hall itself.
create table payouts.break_steps (
    break    uuid not null references payouts.breaks,
    number   int not null,
    what     text not null,
    way      text,               -- how two operators end the payout
    reason   text not null,
    resident uuid references people.residents,
    asked_in int,                -- of a way that was confirmed: the step in which it was asked for,
    asked_by uuid,               -- and who asked
    at       timestamptz not null,
    primary key (break, number),
    constraint what_was_asked_can_be_confirmed unique (break, number, way, resident),
    constraint confirms_what_was_asked foreign key (break, asked_in, way, asked_by)
        references payouts.break_steps (break, number, way, resident),
    constraint confirmed_by_another_operator check (asked_by <> resident),
    constraint a_way_is_confirmed
        check (num_nulls(asked_in, asked_by) in (0, 2) and (what = 'resolved' and way is not null) = (asked_in is not null)),
    constraint step_exists check (what in ('opened', 'asked', 'declined', 'resolved')),
    constraint way_exists check (way in ('settled', 'give_back')),
    constraint asked_for_a_way
        check (case what when 'asked' then way is not null when 'resolved' then true else way is null end),
    constraint ended_by_people check (way is null or resident is not null),
    constraint reason_has_a_length check (char_length(reason) between 1 and 500)
);

create function payouts.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only', tg_table_schema, tg_table_name;
end
$$;

create trigger break_steps_append_only before update or delete or truncate on payouts.break_steps
    for each statement execute function payouts.refuse_change();
create trigger lines_append_only before update or delete or truncate on payouts.lines
    for each statement execute function payouts.refuse_change();
create trigger reports_append_only before update or delete or truncate on payouts.reports
    for each statement execute function payouts.refuse_change();
