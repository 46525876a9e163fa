-- Who works at a shop besides its owner, who needs no row. A row is never changed but for its end and the name on
-- receipts: another role is another row, so that it stays known in which role somebody did a thing.

create table merchants.staff (
  id       uuid primary key,
  shop     uuid not null references merchants.shops,
  resident uuid not null references people.residents,
  role     text not null,
  shown_as text,                                    -- what receipts call them; null: nothing
  since    timestamptz not null,
  until    timestamptz,
  constraint role_exists check (role in ('manager', 'cashier')),
  constraint shown_as_has_a_length check (char_length(shown_as) between 1 and 20),
  constraint staff_leave_after_they_came check (until >= since)
);
create unique index one_role_per_person_and_shop on merchants.staff (shop, resident) where until is null;
create index staff_of_a_shop on merchants.staff (shop, resident);
create index workplaces_of_a_resident on merchants.staff (resident) where until is null;

-- Somebody is asked to work at a shop. The number is kept only while the answer is waited for; whether it belongs to a
-- resident is looked up by nobody but that resident.
create table merchants.invitations (
  id         uuid primary key,
  shop       uuid not null references merchants.shops,
  phone      text,
  role       text not null,
  shown_as   text,
  invited_by uuid not null references people.residents,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at   timestamptz,
  outcome    text,
  constraint invitation_role_exists check (role in ('manager', 'cashier')),
  constraint invitation_shown_as_has_a_length check (char_length(shown_as) between 1 and 20),
  constraint invitation_ends_once check ((ended_at is null) = (outcome is null)),
  constraint outcome_exists check (outcome in ('accepted', 'declined', 'withdrawn', 'expired')),
  constraint number_is_kept_while_it_waits check ((phone is null) = (ended_at is not null))
);
create unique index one_invitation_per_number_and_shop on merchants.invitations (shop, phone) where ended_at is null;
create index invitations_of_a_number on merchants.invitations (phone) where ended_at is null;

-- What all cashiers of a shop together are not: each may give back so much in one shift, in minor units.
alter table merchants.shops
  add column cashier_refund_max bigint not null default 10000
    constraint cashier_refund_max_is_an_amount check (cashier_refund_max between 0 and 1000000000000000);

-- A shift: somebody stands at a shop's till. It is bounded by numbers of the entries of the shop's account and not by
-- the clock, so that each movement belongs to it or does not, whatever commits in which order. What came in is written
-- down when it is closed.
create table merchants.shifts (
  id              uuid primary key,
  shop            uuid not null references merchants.shops,
  resident        uuid not null references people.residents,
  opened_at       timestamptz not null,
  opened_after    bigint not null,                  -- the account's newest entry when it was opened: not part of it
  closed_at       timestamptz,
  closed_after    bigint,                           -- the account's newest entry when it was closed: the last of it
  payments        int,                              -- taken by this person
  taken           bigint,
  refunds         int,                              -- given back by this person
  refunded        bigint,
  poster_payments int,                              -- paid meanwhile by the printed code, taken by nobody
  poster_taken    bigint,
  scanner_payments int,                             -- charged and given back meanwhile by the shop's scanners
  scanner_taken    bigint,
  scanner_refunds  int,
  scanner_refunded bigint,
  constraint a_shift_has_numbers_when_it_is_closed check (
    num_nulls(closed_at, closed_after, payments, taken, refunds, refunded, poster_payments, poster_taken,
              scanner_payments, scanner_taken, scanner_refunds, scanner_refunded) in (0, 12)
    and (closed_at is null) = (payments is null)),
  constraint a_shift_ends_after_it_began check (closed_at >= opened_at and closed_after >= opened_after)
);
create unique index one_open_shift_per_person_and_shop on merchants.shifts (shop, resident) where closed_at is null;
create index shifts_of_a_shop on merchants.shifts (shop, id desc);

create function merchants.refuse_closed_shift() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.closed_at is null then
    return new;
  end if;
  raise exception 'a closed shift never changes: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger closed_shifts_stay before update or delete on merchants.shifts
  for each row execute function merchants.refuse_closed_shift();
create trigger shifts_are_kept before truncate on merchants.shifts
  for each statement execute function merchants.refuse_closed_shift();
