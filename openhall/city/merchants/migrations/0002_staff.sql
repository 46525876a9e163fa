-- Who works at a shop besides its owner, who needs no row. A row is never changed but for its end: another role is
-- another row, so that it stays known in which role somebody did a thing.

create table merchants.staff (
  id       uuid primary key,
  shop     uuid not null references merchants.shops,
  resident uuid not null references people.residents,
  role     text not null,
  since    timestamptz not null,
  until    timestamptz,
  constraint role_exists check (role in ('manager', 'cashier')),
  constraint staff_leave_after_they_came check (until >= since)
);
create unique index one_role_per_person_and_shop on merchants.staff (shop, resident) where until is null;
create index workplaces_of_a_resident on merchants.staff (resident) where until is null;
