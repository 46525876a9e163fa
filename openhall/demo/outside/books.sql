-- The outside program's own books, in SQLite. Times are milliseconds since 1970.

-- name: schema
create table if not exists accounts (
    agreement text primary key,
    bank      text not null,
    masked    text not null,
    balance   integer not null check (balance >= 0)
);
create table if not exists charges (
    reference  text primary key,
    agreement  text not null,
    amount     integer not null check (amount >= 0),
    currency   text not null,
    notify_url text,
    state      text not null check (state in ('accepted', 'succeeded', 'declined')),
    reason     text,
    at         integer not null,
    plan       text not null,
    settle_at  integer,
    visible_at integer not null
);
create index if not exists charges_unsettled on charges (settle_at) where state = 'accepted';
create table if not exists notices (
    id        text primary key,
    reference text not null references charges,
    due_at    integer not null,
    remaining integer not null,
    tries     integer not null default 0
);
create table if not exists checkouts (
    reference  text primary key,
    amount     integer not null,
    currency   text not null,
    return_url text not null,
    notify_url text,
    page       text,
    state      text not null default 'open' check (state in ('open', 'accepted', 'succeeded', 'declined')),
    reason     text,
    outcome    text,
    card       text,
    number     text,
    at         integer not null,
    settle_at  integer,
    visible_at integer not null
);
create table if not exists refunds (
    reference  text primary key,
    payment    text not null,
    amount     integer not null,
    currency   text not null,
    reason     text,
    at         integer not null,
    settle_at  integer not null,
    visible_at integer not null
);
create table if not exists plans (
    id   integer primary key,
    kind text not null,
    who  text,
    left integer not null,
    body text not null
);
create table if not exists messages (
    id        integer primary key autoincrement,
    at        integer not null,
    recipient text not null,
    text      text not null,
    key       text unique
);
create index if not exists messages_recipient on messages (recipient, id desc);

-- name: account
select agreement, bank, masked, balance from accounts where agreement = :agreement;

-- name: open_account
insert into accounts (agreement, bank, masked, balance) values (:agreement, :bank, :masked, :balance)
on conflict (agreement) do nothing;

-- name: set_balance
update accounts set balance = :balance where agreement = :agreement;

-- name: take
update accounts set balance = balance - :amount where agreement = :agreement and balance >= :amount;

-- name: charge
select reference, agreement, amount, currency, state, reason, at, visible_at from charges where reference = :reference;

-- name: add_charge
insert into charges (reference, agreement, amount, currency, notify_url, state, reason, at, plan, settle_at, visible_at)
values (:reference, :agreement, :amount, :currency, :notify_url, 'accepted', null, :at, :plan, :settle_at, :visible_at);

-- name: add_tombstone
insert into charges (reference, agreement, amount, currency, state, reason, at, plan, visible_at)
values (:reference, '', 0, '', 'declined', 'cancelled', :at, '{}', :at);

-- name: due_charges
select reference, agreement, amount, plan from charges where state = 'accepted' and settle_at <= :now order by settle_at;

-- name: settle
update charges set state = :state, reason = :reason, settle_at = null where reference = :reference and state = 'accepted';

-- name: add_notice
insert into notices (id, reference, due_at, remaining)
select :id, :reference, :now, :remaining from charges where reference = :reference and notify_url is not null;

-- name: due_notices
select n.id, n.remaining, n.tries, c.notify_url, c.reference, c.amount, c.currency, c.state, c.reason, c.at
  from notices n join charges c on c.reference = n.reference
 where n.remaining > 0 and n.due_at <= :now and (:reference is null or n.reference = :reference)
 order by n.due_at, n.id limit 20;

-- name: notice_delivered
update notices set remaining = remaining - 1, tries = 0 where id = :id;

-- name: notice_failed
update notices set tries = tries + 1, due_at = :due_at, remaining = case when tries >= :most then 0 else remaining end
 where id = :id;

-- name: add_plan
insert into plans (kind, who, left, body) values (:kind, :who, :left, :body);

-- name: plans
select id, left, body from plans where left > 0 order by id;

-- name: next_plan
select id, body from plans where kind = :kind and left > 0 and (who is null or who = :who) order by id limit 1;

-- name: use_plan
update plans set left = left - 1 where id = :id;

-- name: clear_plans
delete from plans;

-- name: add_message
insert into messages (at, recipient, text, key) values (:at, :recipient, :text, :key) on conflict (key) do nothing;

-- name: messages
select at, text from messages where recipient = :recipient order by id desc limit 50;

-- name: checkout
select reference, amount, currency, return_url, page, state, reason, card, number, at, visible_at
  from checkouts where reference = :reference;

-- name: add_checkout
insert into checkouts (reference, amount, currency, return_url, notify_url, page, at, visible_at)
values (:reference, :amount, :currency, :return_url, :notify_url, :page, :at, :visible_at);

-- name: add_cancelled_checkout
insert into checkouts (reference, amount, currency, return_url, state, reason, at, visible_at)
values (:reference, 0, '', '', 'declined', 'cancelled', :at, :at);

-- name: give_card
update checkouts set card = :card, number = :number where reference = :reference and state = 'open';

-- name: accept_checkout
update checkouts set state = 'accepted', outcome = :outcome, settle_at = :settle_at
 where reference = :reference and state = 'open';

-- name: settle_checkouts
update checkouts
   set state = case when outcome is null then 'succeeded' else 'declined' end, reason = outcome, settle_at = null
 where state = 'accepted' and settle_at <= :now;

-- name: end_checkout
update checkouts set state = :state, reason = :reason where reference = :reference and state = :was;

-- name: add_card_notice
insert into notices (id, reference, due_at, remaining)
select :id, :reference, :due_at, :remaining from checkouts where reference = :reference and notify_url is not null;

-- name: due_card_notices
select n.id, n.remaining, n.tries, c.notify_url, c.reference, c.amount, c.currency, c.state, c.reason, c.at, c.card
  from notices n join checkouts c on c.reference = n.reference
 where n.remaining > 0 and n.due_at <= :now and c.state in ('succeeded', 'declined')
 order by n.due_at, n.id limit 20;

-- name: refund
select reference, payment, amount, currency, case when reason is null then 'succeeded' else 'declined' end as state,
       reason, at, settle_at, visible_at
  from refunds where reference = :reference;

-- name: add_refund
insert into refunds (reference, payment, amount, currency, reason, at, settle_at, visible_at)
values (:reference, :payment, :amount, :currency, :reason, :at, :settle_at, :visible_at);

-- name: refunded
select coalesce(sum(amount), 0) as amount from refunds where payment = :payment and reason is null;
