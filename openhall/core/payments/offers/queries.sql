-- name: write_subsidies
insert into payments.subsidies (id, payment, kind, offer, title, title_en, account, payer, amount, currency,
                                business_date, at)
select id, payment, kind, offer, title, title_en, account, payer, amount, currency, business_date, at
  from json_to_recordset(:rows) as r(
    id uuid, payment uuid, kind text, offer uuid, title text, title_en text, account uuid, payer uuid, amount bigint,
    currency text, business_date date, at timestamptz);

-- name: uses
-- How often each payer used each offer. A discount that was wholly given back was not used. A bounty was: otherwise it
-- would be drawn again and again, paid and asked back, until it is a large one.
select s.offer, s.payer, count(*) filter (where s.business_date = :day) as today, count(*) as ever,
       sum(s.amount)::bigint as sum
  from payments.subsidies s
  join payments.payments p on p.id = s.payment
  join payments.orders o on o.id = p.order_id
 where s.offer = any(:offers) and s.payer = any(:payers) and (s.kind = 'bounty' or o.refunded < o.amount)
 group by s.offer, s.payer;

-- name: subsidies_of
select s.id, s.payment, s.kind, s.offer, s.title, s.title_en, s.account, s.amount,
       (select coalesce(sum(r.amount), 0)::bigint from payments.subsidy_returns r where r.subsidy = s.id) as returned
  from payments.subsidies s
 where s.payment = any(:payments)
 order by s.payment, s.kind desc;

-- name: offer_days
-- What went back counts on the day on which it had been given: so each day shows what it cost in the end.
select s.business_date, count(*) as count, sum(s.amount)::bigint as amount,
       coalesce(sum(r.amount), 0)::bigint as returned
  from payments.subsidies s
  left join lateral (
    select sum(amount) as amount from payments.subsidy_returns where subsidy = s.id) r on true
 where s.offer = :offer
 group by s.business_date
 order by s.business_date desc limit :limit;
