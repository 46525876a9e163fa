-- Messages: what the hall tells its residents, and how it reached them.

create schema messages;

-- The words of every template that was ever used, kept for good. The id is made of the words, so another wording is
-- another row, and what was told stays as it was told.
create table messages.templates (
    id       uuid primary key,
    code     text not null,
    version  int not null,
    category text not null,
    texts    jsonb not null,       -- {"en": {"title", "body", "short"}, "zh_CN": {...}}
    kept_at  timestamptz not null,
    constraint category_exists check (category in ('must', 'case', 'reminder', 'news')),
    constraint both_languages check (texts ?& array['en', 'zh_CN'])
);

-- One row is one message in one inbox: its recipient's.
create table messages.messages (
    id         uuid primary key,
    template   uuid not null references messages.templates,
    recipient  uuid not null,      -- for whom it is
    subject    uuid not null,      -- whom it is about: mostly the same resident
    category   text not null,
    safety     boolean not null,
    facts      jsonb not null,
    link       text,
    told_at    timestamptz not null,
    expires_at timestamptz,
    planned_at timestamptz,        -- when it was decided which channels carry it
    read_at    timestamptz,
    constraint category_exists check (category in ('must', 'case', 'reminder', 'news')),
    constraint link_is_inside check (link ~ '^/([A-Za-z0-9_.~?=&-][A-Za-z0-9_./~?=&-]*)?$'),
    constraint expires_later check (expires_at > told_at)
);

create index inbox on messages.messages (recipient, id desc);
create index inbox_of_a_category on messages.messages (recipient, category, id desc);
create index unread on messages.messages (recipient, id desc) where read_at is null;
create index unplanned on messages.messages (id) where planned_at is null;

-- What a resident wants otherwise than the hall's usual way. What must be told cannot be turned off.
create table messages.preferences (
    resident uuid not null,
    category text not null,
    channel  text not null,
    wanted   boolean not null,
    primary key (resident, category, channel),
    constraint category_exists check (category in ('must', 'case', 'reminder', 'news')),
    constraint channel_exists check (channel in ('sms', 'push', 'letter')),
    constraint must_stays_on check (category <> 'must' or channel = 'letter')
);

-- When not to ring, and where letters go. No row: the hall's own quiet hours, and no letters.
create table messages.habits (
    resident   uuid primary key,
    quiet_from time,
    quiet_to   time,
    letter_to  text,
    constraint quiet_is_a_span check ((quiet_from is null) = (quiet_to is null) and quiet_from <> quiet_to),
    constraint quiet_ends_within_half_a_day check (
        case when quiet_from < quiet_to then quiet_to - quiet_from else quiet_to - quiet_from + interval '24 hours' end
        <= interval '12 hours'),
    constraint address_has_a_length check (char_length(letter_to) between 1 and 300)
);

-- A browser that may be rung. It belongs to a session: who signed out there is not shown there any more.
create table messages.subscriptions (
    id       uuid primary key,
    resident uuid not null,
    session  uuid not null,
    endpoint text not null,
    p256dh   bytea not null,
    auth     bytea not null,
    device   text not null,
    made_at  timestamptz not null,
    constraint one_per_endpoint unique (endpoint),
    constraint endpoint_has_a_length check (char_length(endpoint) between 8 and 500),
    constraint key_is_a_point check (octet_length(p256dh) = 65),
    constraint secret_is_long check (octet_length(auth) = 16)
);

create index subscriptions_of_a_resident on messages.subscriptions (resident, id);

-- A message on its way outside: over one channel, to one target (the subscription, else the recipient).
create table messages.deliveries (
    id          uuid primary key,
    message     uuid not null references messages.messages,
    recipient   uuid not null,
    category    text not null,
    channel     text not null,
    target      uuid not null,
    state       text not null default 'waiting',
    held        boolean not null,      -- kept back for the night or for being too many: goes in a digest
    attempts    smallint not null default 0,
    made_at     timestamptz not null,
    due_at      timestamptz,
    lease_until timestamptz,           -- a worker has it, until then at the latest
    expires_at  timestamptz not null,
    constraint once_each unique (message, channel, target),
    constraint channel_exists check (channel in ('sms', 'push', 'letter')),
    constraint state_exists check (state in ('waiting', 'sent', 'delivered', 'failed', 'dropped')),
    constraint due_while_waiting check ((state = 'waiting') = (due_at is not null)),
    constraint leased_while_waiting check (state = 'waiting' or lease_until is null)
);

create index deliveries_due on messages.deliveries (due_at, id) where state = 'waiting';
create index deliveries_ending on messages.deliveries (expires_at) where state = 'waiting';
create index deliveries_lately on messages.deliveries (recipient, made_at desc);

-- What happened to each message on each channel, never changed afterwards.
create table messages.states (
    id       bigint generated always as identity primary key,
    message  uuid not null references messages.messages,
    delivery uuid references messages.deliveries,     -- null: the inbox
    channel  text not null,
    state    text not null,
    why      text,
    at       timestamptz not null,
    constraint channel_exists check (channel in ('inbox', 'sms', 'push', 'letter')),
    constraint inbox_needs_no_delivery check ((channel = 'inbox') = (delivery is null)),
    constraint state_exists check (state in ('waiting', 'sent', 'delivered', 'failed', 'dropped'))
);

create unique index one_inbox on messages.states (message) where channel = 'inbox';
create index states_of_a_message on messages.states (message, id);
create index states_of_a_delivery on messages.states (delivery, id);

create function messages.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'messages.%: what was told stays as it was', tg_table_name;
end
$$;

create trigger states_are_append_only before update or delete or truncate on messages.states
    for each statement execute function messages.refuse_change();

create trigger templates_are_kept before update or delete or truncate on messages.templates
    for each statement execute function messages.refuse_change();

-- Only reading and planning change a message.
create trigger messages_are_kept before update on messages.messages
    for each row when (
        (old.id, old.template, old.recipient, old.subject, old.category, old.safety, old.facts, old.link, old.told_at,
         old.expires_at)
        is distinct from
        (new.id, new.template, new.recipient, new.subject, new.category, new.safety, new.facts, new.link, new.told_at,
         new.expires_at))
    execute function messages.refuse_change();
