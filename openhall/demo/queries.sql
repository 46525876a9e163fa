-- name: first_sealed
select min(business_date) as day from payments.sealed_dates;

-- name: insert_stalls
insert into demo.stalls (place, shop, owner, account, name, trade, wholesale, adopted)
select place, shop, owner, account, name, trade, wholesale, adopted
  from json_to_recordset(:rows) as r(place int, shop uuid, owner uuid, account uuid, name text, trade int,
                                     wholesale int, adopted date);

-- name: insert_buyers
insert into demo.buyers (number, resident, wallet, masked)
select number, resident, wallet, masked
  from json_to_recordset(:rows) as r(number int, resident uuid, wallet uuid, masked text);

-- name: insert_days
insert into demo.days (place, business_date, begins, busy)
select place, business_date, begins, busy
  from json_to_recordset(:rows) as r(place int, business_date date, begins timestamptz, busy int);

-- name: analyze_sales
select demo.analyze_sales()::text;

-- name: sell
-- The sales of some days. Each has a number of its own, from which all about it follows: whether it is large, who buys,
-- when, for how much, and whether some of it is given back.
with sold as materialized (
  select s.*, d.business_date, d.begins, (s.place::bigint * 1000 + d.place) * 1000 + n as key
    from demo.days d
    join demo.stalls s on s.adopted <= d.business_date
   cross join lateral (select demo.pick(:seed, s.place::bigint * 1000 + d.place) as luck) l
   cross join lateral generate_series(
     1, case when l.luck % 25 = 0 then 0 else (s.trade::bigint * d.busy / 100 + l.luck / 25 % 1000) / 1000 end) n
   where d.place between :first and :last
), drawn as materialized (
  select o.*, demo.pick(:seed + 1, o.key) % 1000 < o.wholesale as large, demo.pick(:seed + 2, o.key) as who,
         demo.pick(:seed + 3, o.key) % 1000 as much, demo.pick(:seed + 5, o.key) as back,
         o.begins + make_interval(hours => (:hours::int[])[1 + demo.pick(:seed + 4, o.key) % 100],
                                  secs => demo.pick(:seed + 6, o.key) % 3600) as at
    from sold o
), priced as materialized (
  select w.*, case when large then 50000 + much * much / 1000 * 450 / 1000 * 1000
                   else 300 + much * much / 1000 * 14 / 50 * 50 end as amount
    from drawn w
)
insert into demo.sales (id, order_id, payer, wallet, payer_masked, payee, payee_name, account, owner, stream, amount,
                        currency, business_date, at, refund_id, refunded, reason, refunded_at)
select demo.time_id(p.at, p.key * 3), demo.time_id(p.at, p.key * 3 + 1), b.resident, b.wallet, b.masked, p.shop, p.name,
       p.account, p.owner, 'shop:' || p.shop, p.amount, :currency, p.business_date, p.at,
       case when p.back % 300 = 0 then demo.time_id(p.at + interval '15 minutes', p.key * 3 + 2) end,
       case p.back % 600 when 0 then p.amount when 300 then p.amount / 2 end,
       case p.back % 600 when 0 then 'Sold out' when 300 then 'Wrong amount' end,
       case when p.back % 300 = 0 then p.at + interval '15 minutes' end
  from priced p
  join demo.buyers b on b.number = case when p.large then p.who % :large_buyers
                                        else :large_buyers + p.who % :small_buyers end;

-- name: fill_purses
insert into demo.purses (id, opening, wallet, amount, currency, business_date, at)
select demo.time_id(d.begins, -b.number - 1), :opening, b.wallet, t.amount / 10000 * 10000 + 20000, :currency,
       d.business_date, d.begins
  from (select wallet, sum(amount)::bigint as amount from demo.sales group by wallet) t
  join demo.buyers b on b.wallet = t.wallet
  join demo.days d on d.place = 0;

-- name: forget
select demo.forget()::text;
