-- Families: who may act for whom, by what right, how far, and what they did.

create schema families;

create table families.links (
    id             uuid primary key,
    holder         uuid not null references people.residents,   -- who acts
    dependant      uuid references people.residents,            -- for whom; null while nobody has the phone
    phone          text,                                        -- as it was proposed to; wiped once that is decided
    proposed_to    text,                                        -- the same, masked, for its holder to know it by
    kind           text not null,
    scopes         text[] not null,
    payment_max    bigint not null,                             -- for one payment, in minor units
    month_max      bigint not null,                             -- for all payments of a month
    evidence       text,                                        -- what the operators saw, or the register said
    state          text not null,
    proposed_at    timestamptz not null,
    proposed_until timestamptz not null,
    starts_at      timestamptz,
    ends_at        timestamptz,
    channel        text,                                        -- how it was approved
    seen_by        uuid references people.residents,            -- the operator who saw the evidence
    confirmed_by   uuid references people.residents,            -- and the other one
    checked_at     timestamptz,                                 -- when the register last said that it is so
    check_at       timestamptz,                                 -- and when it is asked again
    ended_at       timestamptz,
    ended_by       uuid references people.residents,
    month          date,                                        -- the month that `spent` is of
    spent          bigint not null default 0,
    carried        bigint not null default 0,                   -- what of it links before this one paid, between the same two
    day            date,                                        -- the day that `day_spent` is of
    day_spent      bigint not null default 0,
    told_at        timestamptz,                                 -- when whoever it was proposed to was told, if anybody was
    declined_at    timestamptz,                                 -- their no, which its holder sees only when the time is over
    suspended_for  text,
    constraint nobody_acts_for_themselves check (holder <> dependant),
    constraint kind_exists check (kind in ('parent', 'guardian', 'voluntary', 'institution')),
    constraint state_exists check (state in ('proposed', 'active', 'suspended', 'revoked', 'expired')),
    constraint channel_exists check (channel in ('register', 'own', 'counter')),
    constraint phone_only_while_proposed check (phone is null or state = 'proposed'),
    constraint somebody_concerned check (dependant is not null or phone is not null or state in ('revoked', 'expired')),
    constraint approved_before_it_lives check (
        state not in ('active', 'suspended') or (channel is not null and starts_at is not null and dependant is not null)),
    constraint by_law_ends check (
        kind not in ('parent', 'guardian') or state not in ('active', 'suspended') or ends_at is not null),
    constraint parents_are_registered check (
        kind <> 'parent' or channel is null or (channel = 'register' and checked_at is not null and check_at is not null)),
    constraint counter_has_two check (
        channel is distinct from 'counter'
        or (seen_by is not null and confirmed_by is not null and seen_by <> confirmed_by and evidence is not null)),
    constraint operators_are_no_party check (
        seen_by not in (holder, dependant) and confirmed_by not in (holder, dependant)),
    constraint suspended_for_a_reason check ((state = 'suspended') = (suspended_for is not null)),
    constraint reason_exists check (suspended_for in ('register', 'name', 'recovery')),
    constraint declined_by_somebody check (declined_at is null or (dependant is not null and starts_at is null)),
    constraint ended_when_over check ((state in ('revoked', 'expired')) = (ended_at is not null)),
    constraint limits_are_amounts check (payment_max >= 0 and payment_max <= month_max),
    constraint within_the_month check (spent >= 0 and carried >= 0 and day_spent >= 0),
    constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
    constraint proposed_to_is_masked check (proposed_to like '%****%'),
    constraint evidence_is_short check (char_length(evidence) between 1 and 200)
);

-- The gate asks by this for whoever acts; it also keeps two links between the same people from living at once.
create unique index one_living_link on families.links (holder, dependant) where state in ('active', 'suspended');
create unique index one_proposal on families.links (holder, phone) where state = 'proposed' and phone is not null;
create index links_of_a_holder on families.links (holder, id desc);
create index links_of_a_dependant on families.links (dependant, id desc);
create index proposals_to_a_phone on families.links (phone) where phone is not null and dependant is null;
create index links_that_end on families.links (ends_at) where state in ('active', 'suspended');
create index proposals_that_end on families.links (proposed_until) where state = 'proposed';
create index parents_to_check on families.links (check_at) where kind = 'parent' and state in ('active', 'suspended');
create index proposals_to_tell on families.links (id)
 where state = 'proposed' and told_at is null and dependant is not null and seen_by is null;
create index links_at_the_counter on families.links (id desc) where seen_by is not null;

-- What was done on somebody's behalf. `about` is the payment; looking is written once a day for each scope.
create table families.acts (
    id       uuid primary key,
    link     uuid not null references families.links,
    actor    uuid not null references people.residents,
    subject  uuid not null references people.residents,
    scope    text not null,
    about    uuid,
    title    text,
    amount   bigint,
    currency text,
    month    date not null,
    day      date not null,
    at       timestamptz not null,
    constraint one_act_for_each_deed unique (about),
    constraint deeds_have_a_title check ((about is null) = (title is null)),
    constraint amounts_are_of_deeds check (amount is null or (about is not null and amount > 0 and currency is not null))
);

create unique index one_look_a_day on families.acts (link, scope, day) where about is null;
create index acts_of_an_actor on families.acts (actor, id desc);
create index acts_for_a_subject on families.acts (subject, id desc);

-- What happened to links, never changed afterwards.
create table families.trail (
    id   uuid primary key,
    at   timestamptz not null,
    link uuid not null references families.links,
    act  text not null,
    by   uuid references people.residents,
    note text,                                                  -- why an operator did it
    constraint note_is_short check (char_length(note) between 1 and 200),
    constraint act_exists check (act in (
        'proposed', 'approved', 'seen', 'confirmed', 'revoked', 'expired', 'suspended', 'resumed', 'limited', 'matched',
        'declined'))
);

create index trail_of_a_link on families.trail (link, at);

-- The printed card of somebody without a phone: it names them at the hall, and opens nothing.
create table families.cards (
    number   text primary key,
    resident uuid not null references people.residents,
    made_by  uuid not null references people.residents,
    made_at  timestamptz not null,
    constraint one_card_each unique (resident),
    constraint number_has_nine_digits check (number ~ '^[1-9][0-9]{8}$')
);

-- Who looked at somebody's affairs on their behalf, as that person reads it.
create view families.looks as
select a.id, a.at, a.subject as resident, a.scope, coalesce(i.name_masked, r.name, '') as called
  from families.acts a
  join people.residents r on r.id = a.actor
  left join people.identities i on i.resident = a.actor
 where a.about is null;

create function families.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'families.% is append-only', tg_table_name;
end
$$;

create trigger acts_are_append_only before update or delete or truncate on families.acts
    for each statement execute function families.refuse_change();
create trigger trail_is_append_only before update or delete or truncate on families.trail
    for each statement execute function families.refuse_change();

-- A link with how both sides are called. Names of the other side are shown only where the state allows it.
create view families.seen_links as
select l.*, h.name as holder_name, coalesce(h.phone, h.email, '') as holder_phone, hi.name_masked as holder_real,
       d.name as dependant_name, coalesce(d.phone, d.email, '') as dependant_phone, di.name_masked as dependant_real,
       d.phone is null and d.email is null and d.id is not null
         and not exists (select from people.passkeys k where k.resident = d.id and k.removed_at is null) as has_no_phone,
       exists (select from messages.habits a where a.resident = d.id and a.letter_to is not null) as has_letters
  from families.links l
  join people.residents h on h.id = l.holder
  left join people.identities hi on hi.resident = l.holder
  left join people.residents d on d.id = l.dependant
  left join people.identities di on di.resident = l.dependant;
