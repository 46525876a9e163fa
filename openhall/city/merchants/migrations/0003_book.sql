-- The book of a shop: what it took, by day and hour and hand, written once when the day is closed.

-- One closed business date of a shop, numbered without gaps. That the date is sealed means that nothing can come to it
-- any more; that both tables are append-only, that no number of it changes.
create table merchants.closings (
  shop          uuid not null references merchants.shops,
  business_date date not null references payments.sealed_dates,
  number        int not null constraint closing_is_numbered_from_one check (number >= 1),
  count         int not null,
  total         bigint not null,
  refund_count  int not null,
  refund_total  bigint not null,
  hash          bytea not null,
  closed_at     timestamptz not null,
  closed_by     uuid,                               -- the resident who asked for it; null: the hall, after the cut-off
  primary key (shop, business_date) include (count, total, refund_count, refund_total),
  constraint closing_number_unique unique (shop, number),
  constraint closing_says_what_was_traded check (count >= 0 and refund_count >= 0 and count + refund_count > 0),
  constraint closing_sums_have_counts
    check (total >= 0 and refund_total >= 0 and (total = 0) = (count = 0) and (refund_total = 0) = (refund_count = 0))
);
-- For a market: one date of many shops lies together.
create index closings_of_a_date on merchants.closings (business_date, shop)
  include (count, total, refund_count, refund_total);

-- The same by hour of the day and by hand: `taken_by` as in payments, a resident or a key of the shop, null when payers
-- scanned a poster.
create table merchants.closed_hours (
  shop          uuid not null,
  business_date date not null,
  hour          smallint not null constraint hour_of_a_day check (hour between 0 and 23),
  taken_by      uuid,
  count         int not null,
  total         bigint not null,
  refund_count  int not null,
  refund_total  bigint not null,
  constraint closed_hour_has_a_closing foreign key (shop, business_date) references merchants.closings,
  constraint closed_hour_unique unique nulls not distinct (shop, business_date, hour, taken_by)
    include (count, total, refund_count, refund_total)
);

-- The business dates on which every shop of the hall is closed: where the next day close goes on.
create table merchants.day_closes (
  business_date date primary key references payments.sealed_dates,
  shops         int not null,
  closed_at     timestamptz not null
);

create function merchants.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'a closed day never changes: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger closings_append_only before update or delete or truncate on merchants.closings
  for each statement execute function merchants.refuse_change();
create trigger closed_hours_append_only before update or delete or truncate on merchants.closed_hours
  for each statement execute function merchants.refuse_change();
create trigger day_closes_append_only before update or delete or truncate on merchants.day_closes
  for each statement execute function merchants.refuse_change();

-- One line of the text that is hashed: hour, hand, count, total, refund count, refund total.
create function merchants.closing_line(hour int, taken_by uuid, count int, total bigint, refund_count int,
                                       refund_total bigint)
returns text language sql immutable
return concat_ws(' ', hour, coalesce(taken_by::text, '-'), count, total, refund_count, refund_total);

-- SHA-256 over "shop date number" and the lines by hour and hand, each on a line of its own. Whoever keeps the hash of a
-- closing can show later that none of its numbers has changed.
create function merchants.closing_hash(shop uuid, business_date date, number int, lines text)
returns bytea language sql stable
return sha256(convert_to(concat_ws(' ', shop, to_char(business_date, 'YYYY-MM-DD'), number) || e'\n' || lines, 'UTF8'));
