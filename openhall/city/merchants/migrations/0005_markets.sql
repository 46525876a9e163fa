-- Markets: shops that belong together, with somebody who manages what they have in common. A manager sees sums and
-- figures of shops, never a payment and never a payer.

create table merchants.markets (
  id             uuid primary key,
  name           text not null,
  city           text not null,
  manager        uuid not null references people.residents,
  wholesale_from bigint not null,                   -- a payment of this much or more is a wholesale order
  founded_at     timestamptz not null,
  constraint market_name_has_a_length check (char_length(name) between 1 and 40),
  constraint market_city_has_a_length check (char_length(city) between 1 and 40),
  constraint wholesale_from_is_positive check (wholesale_from > 0)
);
create index markets_of_a_manager on merchants.markets (manager);
-- For owners who look for their market by name.
create index markets_by_name on merchants.markets (lower(name), id);

-- Which shop was in which market, on which business dates: from `since` until before `until`. A row is never changed but
-- for its end.
create table merchants.memberships (
  id        uuid primary key,
  market    uuid not null references merchants.markets,
  shop      uuid not null references merchants.shops,
  since     date not null,
  until     date,
  joined_at timestamptz not null,
  left_at   timestamptz,
  constraint shops_leave_after_they_joined check (until >= since),
  constraint membership_has_one_end check ((until is null) = (left_at is null))
);
create unique index one_market_per_shop on merchants.memberships (shop) where until is null;
create index members_of_a_market on merchants.memberships (market, shop) include (since, until);
create index markets_of_a_shop on merchants.memberships (shop, since);

-- What leads to a membership: the manager invites a shop, or its owner asks; the other side accepts.
create table merchants.market_requests (
  id       uuid primary key,
  market   uuid not null references merchants.markets,
  shop     uuid not null references merchants.shops,
  asked_by text not null,
  asked_at timestamptz not null,
  outcome  text,
  ended_at timestamptz,
  constraint request_comes_from_a_side check (asked_by in ('market', 'shop')),
  constraint request_ends_once check (outcome in ('accepted', 'declined') and ended_at is not null
                                      or outcome is null and ended_at is null)
);
create unique index one_open_request on merchants.market_requests (market, shop) where outcome is null;
create index open_requests_of_a_shop on merchants.market_requests (shop) where outcome is null;

-- A market that its manager offers to somebody else, by phone: who has it is nobody's to learn before they accept.
create table merchants.handovers (
  id         uuid primary key,
  market     uuid not null references merchants.markets,
  from_whom  uuid not null references people.residents,
  phone      text not null,
  offered_at timestamptz not null,
  outcome    text,
  ended_at   timestamptz,
  constraint handover_ends_once check (outcome in ('accepted', 'declined', 'withdrawn') and ended_at is not null
                                       or outcome is null and ended_at is null)
);
create unique index one_open_handover on merchants.handovers (market) where outcome is null;
create index handovers_to_a_phone on merchants.handovers (phone) where outcome is null;

-- What the members of a market took on a closed business date, written once, by the day close. `open` shops were members
-- that were open at its end, `paid` were paid on it; `wholesale_from` is the bound that held.
-- `week_paid` were paid on it or on the six dates before, `month_paid` since its month began: who looks at twelve weeks
-- looks at twelve rows.
create table merchants.market_days (
  market         uuid not null references merchants.markets,
  business_date  date not null references payments.sealed_dates,
  open           int not null,
  paid           int not null,
  week_paid      int not null,
  month_paid     int not null,
  wholesale_from bigint not null,
  primary key (market, business_date),
  constraint market_paid_is_a_part
    check (paid between 0 and least(week_paid, month_paid) and greatest(week_paid, month_paid) <= open)
);

-- The same by hour of the day and by category (MCC) of the shop.
create table merchants.market_hours (
  market          uuid not null,
  business_date   date not null,
  hour            smallint not null constraint market_hour_of_a_day check (hour between 0 and 23),
  category        text not null,
  count           int not null,
  total           bigint not null,
  refund_count    int not null,
  refund_total    bigint not null,
  wholesale_count int not null,
  wholesale_total bigint not null,
  primary key (market, business_date, hour, category)
    include (count, total, refund_count, refund_total, wholesale_count, wholesale_total),
  constraint market_hour_has_a_day foreign key (market, business_date) references merchants.market_days,
  constraint wholesale_is_a_part
    check (wholesale_count between 0 and count and wholesale_total between 0 and total)
);
create trigger market_days_append_only before update or delete or truncate on merchants.market_days
  for each statement execute function merchants.refuse_change();
create trigger market_hours_append_only before update or delete or truncate on merchants.market_hours
  for each statement execute function merchants.refuse_change();

-- Who counts for which market on a business date.
create function merchants.market_members(first date, last date)
returns table (market uuid, shop uuid, category text, business_date date) language sql stable as $$
  select m.market, m.shop, s.category, d::date
    from generate_series(first::timestamp, last::timestamp, interval '1 day') d
    join merchants.memberships m on m.since <= d::date and (m.until is null or m.until > d::date)
    join merchants.shops s on s.id = m.shop
$$;

-- The parts of the roll-up of closed dates: sums from the closings, and the orders of wholesale from the payments.
create function merchants.market_sums(first date, last date, zone text)
returns table (market uuid, business_date date, hour int, category text, count int, total bigint, refund_count int,
               refund_total bigint, wholesale_count int, wholesale_total bigint)
language sql stable as $$
  select market, business_date, hour, category, sum(count)::int, sum(total)::bigint, sum(refund_count)::int,
         sum(refund_total)::bigint, sum(wholesale_count)::int, sum(wholesale_total)::bigint
    from (select m.market, m.business_date, h.hour::int, m.category, h.count, h.total, h.refund_count, h.refund_total,
                 0 as wholesale_count, 0::bigint as wholesale_total
            from merchants.market_members(first, last) m
            join merchants.closed_hours h on h.shop = m.shop and h.business_date = m.business_date
           union all
          select m.market, m.business_date, extract(hour from p.at at time zone zone)::int, m.category, 0, 0, 0, 0,
                 1, p.amount
            from merchants.market_members(first, last) m
            join merchants.market_days d on d.market = m.market and d.business_date = m.business_date
            join payments.payments p on p.payee = m.shop and p.business_date = m.business_date
                                    and p.amount >= d.wholesale_from) parts
   group by market, business_date, hour, category
$$;

-- Roll up closed business dates, aligned with the instants at which they ended, for every market; for a market that has
-- one already, nothing: who comes second waits for the first, and then finds it. Returns how many it wrote.
create function merchants.roll_up_markets(dates date[], ends timestamptz[], zone text) returns int language plpgsql as $$
declare
  made   uuid[];
  rolled date[];
begin
  with written as (
    insert into merchants.market_days (market, business_date, open, paid, week_paid, month_paid, wholesale_from)
    select k.id, d.business_date, count(s.id), count(*) filter (where c.last_paid = d.business_date),
           count(*) filter (where c.last_paid > d.business_date - 7),
           count(*) filter (where c.last_paid >= date_trunc('month', d.business_date::timestamp)::date), k.wholesale_from
      from unnest(dates, ends) as d(business_date, ended)
      join merchants.markets k on k.founded_at < d.ended
      left join merchants.memberships m on m.market = k.id and m.since <= d.business_date
                                        and (m.until is null or m.until > d.business_date)
      left join merchants.shops s on s.id = m.shop and (s.closed_at is null or s.closed_at >= d.ended)
      left join lateral (
        select c.business_date as last_paid from merchants.closings c
         where c.shop = s.id and c.business_date between m.since and d.business_date and c.count > 0
         order by c.business_date desc limit 1) c on true
     group by k.id, d.business_date
        on conflict do nothing
    returning market, business_date
  )
  select coalesce(array_agg(market), '{}'), array_agg(business_date) into made, rolled from written;
  insert into merchants.market_hours (market, business_date, hour, category, count, total, refund_count, refund_total,
                                      wholesale_count, wholesale_total)
  select t.* from merchants.market_sums((select min(d) from unnest(dates) d), (select max(d) from unnest(dates) d), zone) t
    join unnest(made, rolled) as r(market, business_date) using (market, business_date);
  return cardinality(made);
end $$;

-- Whoever wrote many closings at once, and reads on in that transaction, is planned for what is there now.
create function merchants.analyze_closings() returns void language plpgsql as $$
begin
  analyze merchants.closings, merchants.closed_hours, merchants.memberships, merchants.shops;
end $$;
