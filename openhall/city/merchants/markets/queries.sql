-- name: insert_market
insert into merchants.markets (id, name, city, manager, wholesale_from, founded_at)
values (:id, :name, :city, :manager, :wholesale_from, :now);

-- name: count_markets
select count(*) from merchants.markets where manager = :manager;

-- name: market_of_manager
-- Another manager's market is not found, like one that does not exist. With the last date that is rolled up.
select k.id, k.name, k.city, k.manager, k.wholesale_from, k.founded_at,
       (select max(business_date) from merchants.market_days d where d.market = k.id) as closed_until
  from merchants.markets k where k.id = :market and k.manager = :manager;

-- name: lock_market
select id from merchants.markets where id = :market and manager = :manager for no key update;

-- name: markets_of_manager
select k.id, k.name, k.city, k.manager, k.wholesale_from, k.founded_at,
       (select max(business_date) from merchants.market_days d where d.market = k.id) as closed_until
  from merchants.markets k where k.manager = :manager order by k.founded_at, k.id;

-- name: find_markets
-- By the beginning of the name, for owners who look for theirs.
select id, name, city from merchants.markets
 where lower(name) >= lower(:name) and lower(name) < lower(:name) || chr(1114111)
 order by lower(name), id limit 20;

-- name: markets_with_shops
-- What sponsors can choose from. One without shops would be an offer that nobody gets.
select k.id, k.name, k.city from merchants.markets k
 where exists (select from merchants.memberships m where m.market = k.id and m.until is null)
 order by lower(k.name), k.id;

-- name: change_market
update merchants.markets set wholesale_from = :wholesale_from where id = :market;

-- name: hand_market_over
update merchants.markets set manager = :manager where id = :market;

-- name: insert_handover
insert into merchants.handovers (id, market, from_whom, phone, offered_at)
values (:id, :market, :from_whom, :phone, :now);

-- name: end_handovers
update merchants.handovers set outcome = 'withdrawn', ended_at = :now where market = :market and outcome is null;

-- name: open_handover
select h.id, h.market, k.name, k.city, h.from_whom, h.phone
  from merchants.handovers h join merchants.markets k on k.id = h.market
 where h.market = :market and h.outcome is null;

-- name: handovers_to
select h.id, h.market, k.name, k.city, h.from_whom, h.phone
  from merchants.handovers h join merchants.markets k on k.id = h.market
 where h.phone = :phone and h.outcome is null order by h.offered_at;

-- name: end_handover
-- Only whoever it was offered to, and only once.
update merchants.handovers set outcome = :outcome, ended_at = :now
 where market = :market and phone = :phone and outcome is null
returning from_whom;

-- name: shop_by_short_code
select s.id from merchants.codes c join merchants.shops s on s.id = c.shop
 where c.short_code = :short_code and c.revoked_at is null and s.state = 'open';

-- name: lock_shop
select id from merchants.shops where id = :shop for no key update;

-- name: membership
select m.market, k.name, k.city, m.since
  from merchants.memberships m join merchants.markets k on k.id = m.market
 where m.shop = :shop and m.until is null;

-- name: insert_membership
insert into merchants.memberships (id, market, shop, since, joined_at) values (:id, :market, :shop, :since, :now);

-- name: member
-- A shop that is in the market now.
select m.shop, s.name, s.category, m.since, c.owner
  from merchants.memberships m
  join merchants.shops s on s.id = m.shop
  join merchants.merchants c on c.id = s.merchant
 where m.market = :market and m.shop = :shop and m.until is null;

-- name: end_membership
update merchants.memberships set until = :until, left_at = :now where shop = :shop and until is null;

-- name: insert_request
insert into merchants.market_requests (id, market, shop, asked_by, asked_at)
values (:id, :market, :shop, :asked_by, :now);

-- name: market_exists
select id from merchants.markets where id = :market;

-- name: request_between
select id, asked_by from merchants.market_requests where market = :market and shop = :shop and outcome is null;

-- name: count_requests
select count(*) from merchants.market_requests where market = :market and asked_by = 'market' and outcome is null;

-- name: requests_of_market
select r.id, r.market, k.name as market_name, k.city, r.shop, s.name as shop_name, r.asked_by, r.asked_at
  from merchants.market_requests r
  join merchants.markets k on k.id = r.market
  join merchants.shops s on s.id = r.shop
 where r.market = :market and r.outcome is null order by r.asked_at, r.id limit 200;

-- name: requests_of_shop
select r.id, r.market, k.name as market_name, k.city, r.shop, s.name as shop_name, r.asked_by, r.asked_at
  from merchants.market_requests r
  join merchants.markets k on k.id = r.market
  join merchants.shops s on s.id = r.shop
 where r.shop = :shop and r.outcome is null order by r.asked_at, r.id limit 200;

-- name: end_request
update merchants.market_requests set outcome = :outcome, ended_at = :now where id = :id and outcome is null
returning id;

-- name: roll_up_markets
select merchants.roll_up_markets(:dates::date[], :ends::timestamptz[], :zone);

-- name: market_sums
-- All sums of a period with one look at its rows: each row has the one thing by which it is summed, the first has none.
select business_date, hour, category, coalesce(sum(count), 0)::bigint as count, coalesce(sum(total), 0)::bigint as total,
       coalesce(sum(refund_count), 0)::bigint as refund_count, coalesce(sum(refund_total), 0)::bigint as refund_total,
       coalesce(sum(wholesale_count), 0)::bigint as wholesale_count,
       coalesce(sum(wholesale_total), 0)::bigint as wholesale_total
  from merchants.market_hours
 where market = :market and business_date between :first and :last
 group by grouping sets ((), (business_date), (hour), (category))
 order by business_date, hour, total desc, category;

-- name: adoption
-- At the end of each of these dates: how many members were open, and how many of those were paid lately.
select business_date, open, week_paid, month_paid
  from merchants.market_days where market = :market and business_date = any(:dates::date[]);

-- name: movers
-- The present members whose trade rose and fell most against the span before, each along its own closings.
with compared as materialized (
  select m.shop, sum(c.total) filter (where c.business_date >= :first) as now,
         sum(c.total) filter (where c.business_date < :first) as before
    from merchants.memberships m
   cross join lateral (
      select c.business_date, c.total from merchants.closings c
       where c.shop = m.shop and c.business_date between greatest(:before_first::date, m.since) and :last
         and (c.business_date >= :first or c.business_date <= :before_last) offset 0) c
   where m.market = :market and m.until is null
   group by m.shop
), moved as materialized (
  select shop, coalesce(now, 0)::bigint as total, coalesce(before, 0)::bigint as before from compared
), rose as (
  select * from moved where total > before order by total - before desc, shop limit :limit
), fell as (
  select * from moved where total < before order by total - before, shop limit :limit
)
select s.id as shop, s.name, s.category, f.total, f.before
  from (select * from rose union all select * from fell) f join merchants.shops s on s.id = f.shop
 order by f.total - f.before desc, s.id;

-- name: market_shops
-- The present members by what they took, most first, in pages. `sought` is a part of the name, or a short code.
with taken as materialized (
  select m.shop, m.since, coalesce(c.count, 0)::bigint as count, coalesce(c.total, 0)::bigint as total,
         coalesce(c.refund_total, 0)::bigint as refund_total
    from merchants.memberships m
   cross join lateral (
      select sum(c.count) as count, sum(c.total) as total, sum(c.refund_total) as refund_total from merchants.closings c
       where c.shop = m.shop and c.business_date between greatest(:first::date, m.since) and :last) c
   where m.market = :market and m.until is null
)
select t.shop, s.name, s.category, s.state, t.since, t.count, t.total, t.refund_total
  from taken t join merchants.shops s on s.id = t.shop
 where (t.total < :before_total or t.total = :before_total and t.shop > :before_shop)
   and (:sought::text is null or strpos(lower(s.name), lower(:sought::text)) > 0
        or s.id in (select shop from merchants.codes where short_code = :sought::text))
 order by t.total desc, t.shop limit :limit;

-- name: market_table
-- One date of a market, one row for each shop that had trade: along the closings of the date.
select c.business_date, s.name, s.category, k.short_code, c.count, c.total, c.refund_count, c.refund_total
  from merchants.memberships m
  join merchants.closings c on c.shop = m.shop and c.business_date = :day
  join merchants.shops s on s.id = m.shop
  join lateral (select short_code from merchants.codes k where k.shop = s.id order by issued_at desc limit 1) k on true
 where m.market = :market and m.since <= :day and (m.until is null or m.until > :day)
 order by s.name, s.id;

-- name: check_market_members
-- A shop is in one market at a time: its memberships follow one another.
select a.shop, a.market, b.market as other
  from merchants.memberships a
  join merchants.memberships b on b.shop = a.shop and b.id > a.id
 where a.since < coalesce(b.until, 'infinity') and b.since < coalesce(a.until, 'infinity')
   and coalesce(a.until, 'infinity') > a.since and coalesce(b.until, 'infinity') > b.since
 limit 100;

-- name: check_market_sums
-- The roll-up of a market is what the closings of its members and their payments say; the hours are those that were
-- written by the day close. `open` and `paid` are of shops as they were then.
with span as (
  select min(business_date) as first, max(business_date) as last from merchants.market_days
), written as (
  select market, business_date, category, sum(count) as count, sum(total) as total, sum(refund_count) as refund_count,
         sum(refund_total) as refund_total, sum(wholesale_count) as wholesale_count,
         sum(wholesale_total) as wholesale_total
    from merchants.market_hours group by market, business_date, category
), meant as (
  select t.market, t.business_date, t.category, sum(t.count) as count, sum(t.total) as total,
         sum(t.refund_count) as refund_count, sum(t.refund_total) as refund_total,
         sum(t.wholesale_count) as wholesale_count, sum(t.wholesale_total) as wholesale_total
    from span
   cross join lateral merchants.market_sums(span.first, span.last, 'UTC') t
    join merchants.market_days d using (market, business_date)
   group by t.market, t.business_date, t.category
), days as (
  select market, business_date
    from written full join meant using (market, business_date, category)
   where (written.count, written.total, written.refund_count, written.refund_total, written.wholesale_count,
          written.wholesale_total)
         is distinct from (meant.count, meant.total, meant.refund_count, meant.refund_total, meant.wholesale_count,
                           meant.wholesale_total)
), hours as (
  select market, business_date
    from (select market, business_date, hour::int, sum(count) as count, sum(total) as total
            from merchants.market_hours group by 1, 2, 3) w
    full join (select m.market, m.business_date, h.hour::int, sum(h.count) as count, sum(h.total) as total
                 from span
                cross join lateral merchants.market_members(span.first, span.last) m
                 join merchants.market_days d on d.market = m.market and d.business_date = m.business_date
                 join merchants.closed_hours h on h.shop = m.shop and h.business_date = m.business_date
                group by 1, 2, 3) h using (market, business_date, hour)
   where (w.count, w.total) is distinct from (h.count, h.total)
), paid as (
  select d.market, d.business_date
    from merchants.market_days d
    left join (select m.market, m.business_date, count(*) filter (where c.last_paid = m.business_date) as shops,
                      count(*) filter (where c.last_paid > m.business_date - 7) as week,
                      count(*) filter (where c.last_paid >= date_trunc('month', m.business_date::timestamp)) as month
                 from span
                cross join lateral merchants.market_members(span.first, span.last) m
                cross join lateral (
                  select c.business_date as last_paid from merchants.closings c
                   where c.shop = m.shop and c.business_date <= m.business_date and c.count > 0
                   order by c.business_date desc limit 1) c
                group by 1, 2) c using (market, business_date)
   where d.paid > coalesce(c.shops, 0) or d.week_paid > coalesce(c.week, 0)
      or d.month_paid > coalesce(c.month, 0)
)
select * from days union select * from hours union select * from paid
 limit 100;

-- name: check_market_days
-- Every market has every date that is closed for the whole hall, from its first one on.
select k.id as market, c.business_date
  from merchants.markets k
  join merchants.day_closes c
    on c.business_date >= (select min(d.business_date) from merchants.market_days d where d.market = k.id)
  left join merchants.market_days d on d.market = k.id and d.business_date = c.business_date
 where d.market is null
 limit 100;

-- name: import_shops
-- Merchants with one shop each, as if they had opened it at that time.
with asked as materialized (
  select * from json_to_recordset(:rows) as r(merchant uuid, owner uuid, id uuid, name text, category text, city text,
                                              account uuid, code text, short_code text, payload text)
), merchants as (
  insert into merchants.merchants (id, owner, created_at) select merchant, owner, :opened_at from asked
), shops as (
  insert into merchants.shops (id, merchant, name, category, city, account, opened_at)
  select id, merchant, name, category, city, account, :opened_at from asked
)
insert into merchants.codes (id, shop, short_code, payload, issued_at)
select code, id, short_code, payload, :opened_at from asked;

-- name: import_memberships
insert into merchants.memberships (id, market, shop, since, joined_at)
select gen_random_uuid(), :market, shop, :since, :joined_at from unnest(:shops::uuid[]) as shop;

-- name: analyze_closings
-- For whoever reads on in the transaction that wrote many of them.
select merchants.analyze_closings()::text;
