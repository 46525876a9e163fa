-- The books of the demo bank's file door, in SQLite. Dates are ISO texts, amounts minor units.

-- name: schema
create table if not exists messages (
    id    text primary key,
    bytes blob not null
);
create table if not exists payouts (
    end_to_end_id text primary key,
    message       text not null references messages,
    amount        integer not null,
    currency      text not null,
    creditor      text not null,
    account       text not null,
    fate          text not null,
    reason        text not null,
    step          text not null default 'taken'
);
create table if not exists entries (
    id            integer primary key autoincrement,
    end_to_end_id text not null,
    message       text not null,
    creditor      text not null,
    amount        integer not null,
    reason        text,
    day           text not null,
    told          integer not null default 0,
    stated        integer not null default 0
);
create table if not exists statements (
    id      text primary key,
    day     text not null,
    opening integer not null,
    closing integer not null
);
create table if not exists files (
    name  text primary key,
    bytes blob not null,
    times integer not null default 1,
    laid  integer not null default 0
);
create table if not exists counters (
    name  text primary key,
    value integer not null
);
create table if not exists used_plans (
    number integer primary key,
    times  integer not null
);

-- name: message
select id from messages where id = :id;

-- name: add_message
insert into messages (id, bytes) values (:id, :bytes);

-- name: add_payout
insert into payouts (end_to_end_id, message, amount, currency, creditor, account, fate, reason)
values (:end_to_end_id, :message, :amount, :currency, :creditor, :account, :fate, :reason);

-- name: unanswered
select distinct message as id from payouts where step = 'taken' order by message;

-- name: payouts_of
select end_to_end_id, amount, currency, creditor, account, fate, reason, step from payouts where message = :message
 order by end_to_end_id;

-- name: answered
update payouts set step = case fate when 'reject' then 'over' when 'missing' then 'over' else 'answered' end
 where message = :message and step = 'taken';

-- name: to_book
select end_to_end_id, message, amount, creditor, fate, reason from payouts where step = 'answered' order by end_to_end_id;

-- name: to_give_back
select end_to_end_id, message, amount, creditor, reason from payouts where step = 'booked' and fate = 'give_back'
 order by end_to_end_id;

-- name: set_step
update payouts set step = :step where end_to_end_id = :end_to_end_id;

-- name: add_entry
insert into entries (end_to_end_id, message, creditor, amount, reason, day, told)
values (:end_to_end_id, :message, :creditor, :amount, :reason, :day, :told);

-- name: to_tell
select id, end_to_end_id, message, creditor, amount, reason, day from entries where told = 0 order by id;

-- name: told
update entries set told = 1 where told = 0;

-- name: open_days
select distinct day from entries where stated = 0 and day <= :until order by day;

-- name: entries_of_day
select id, end_to_end_id, message, creditor, amount, reason, day from entries where stated = 0 and day = :day order by id;

-- name: stated
update entries set stated = 1 where stated = 0 and day = :day;

-- name: late_to_book
update payouts set step = 'answered', fate = 'was_late' where step = 'held';

-- name: balance
select closing from statements order by rowid desc limit 1;

-- name: add_statement
insert into statements (id, day, opening, closing) values (:id, :day, :opening, :closing);

-- name: add_file
insert into files (name, bytes, times) values (:name, :bytes, :times);

-- name: to_lay
select name, bytes, times, laid from files where laid < times order by rowid;

-- name: laid
update files set laid = :laid where name = :name;

-- name: count
insert into counters (name, value) values (:name, 1) on conflict (name) do update set value = value + 1
returning value;

-- name: used
select times from used_plans where number = :number;

-- name: use_plan
insert into used_plans (number, times) values (:number, 1) on conflict (number) do update set times = times + 1;
