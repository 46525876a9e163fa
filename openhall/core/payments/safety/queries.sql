-- name: payers
-- Who pays: by the token they show, or named by a page that knows its visitor. Live tokens only. Each offset keeps the
-- planner to one look into an index for each of them, however small the tables were when it planned.
select b.token_hash, b.proved_at, b.strong_at, r.id as resident, r.wallet, coalesce(r.phone, '') as phone, r.state, r.pin_at,
       r.elder_at is not null as elder, r.visitor and r.named_at is null as visitor,
       a.debits, g.no_pin_max, g.payment_max, g.day_max, g.month_max, g.new_payee_max,
       g.new_payee_day_max, g.day, g.day_base, g.month, g.month_base
  from (select s.token_hash, s.proved_at, s.strong_at, s.resident
          from people.sessions s
         where s.token_hash = any(:token_hashes::bytea[]) and s.kind = 'api' and s.ended_at is null
           and s.expires_at > :now
         union all
        select null, null, null, named from unnest(:residents::uuid[]) as named) b
  cross join lateral (select * from people.residents where id = b.resident offset 0) r
  cross join lateral (select debits + pending_debits as debits from ledger.accounts where id = r.wallet offset 0) a
  left join lateral (select * from payments.allowances where resident = r.id offset 0) g on true;

-- name: begin_days
-- The first payment of a day, or of a month, notes where it began. The wallets of these residents are locked.
insert into payments.allowances as g (resident, day, day_base, month, month_base)
select resident, :day, debits, :month, debits from json_to_recordset(:rows) as r(resident uuid, debits bigint)
 order by resident
    on conflict (resident) do update
   set day = excluded.day, day_base = excluded.day_base,
       month = excluded.month,
       month_base = case when g.month = excluded.month then g.month_base else excluded.month_base end
 where g.day is null or g.day < excluded.day;

-- name: lock_payers
-- In one order: whoever pays somebody new does so one after the other, for each payer.
select pg_advisory_xact_lock(hashtextextended('payments.met ' || payer, 0))::text
  from (select payer from unnest(:payers::uuid[]) as payer order by payer) p;

-- name: met
-- Since when each payer knows each payee, and what they paid to new ones on this day.
select a.ord, m.known_at, coalesce(n.spent, 0)::bigint as spent_on_new
  from json_to_recordset(:rows) as a(ord int, payer uuid, payee uuid)
  left join lateral (
    select known_at from payments.met where payer = a.payer and payee = a.payee offset 0) m on true
  left join lateral (
    select sum(spent) as spent from payments.met
     where payer = a.payer and day = :day and (known_at is null or known_at > :since) offset 0) n on true
 order by a.ord;

-- name: meet
insert into payments.met as m (payer, payee, first_at, known_at, day, spent)
select payer, payee, :now, case when arrived then :now::timestamptz end, :day, spent
  from json_to_recordset(:rows) as r(payer uuid, payee uuid, spent bigint, arrived boolean)
 order by payer, payee
    on conflict (payer, payee) do update
   set spent = case when m.day = excluded.day then m.spent + excluded.spent else excluded.spent end,
       day = excluded.day, known_at = coalesce(m.known_at, excluded.known_at);

-- name: with_passkeys
select distinct resident from people.passkeys
 where resident = any(:residents::uuid[]) and removed_at is null and suspended_at is null;

-- name: own_limits
select no_pin_max, payment_max, day_max, month_max, new_payee_max, new_payee_day_max
  from payments.allowances where resident = :resident for update;

-- name: set_limits
insert into payments.allowances (resident, no_pin_max, payment_max, day_max, month_max, new_payee_max, new_payee_day_max)
values (:resident, :no_pin_max, :payment_max, :day_max, :month_max, :new_payee_max, :new_payee_day_max)
    on conflict (resident) do update
   set no_pin_max = excluded.no_pin_max, payment_max = excluded.payment_max, day_max = excluded.day_max,
       month_max = excluded.month_max, new_payee_max = excluded.new_payee_max,
       new_payee_day_max = excluded.new_payee_day_max;

-- name: check_days_begin_where_they_did
-- What counts as spent in a day is what left the wallet since then, as the ledger's entries have it; and in a month.
-- Since the date before, for a payment that another process dated just before midnight may be posted just after it.
select g.resident, g.day, a.debits - g.day_base as counted, e.of_day as spent, a.debits - g.month_base as counted_in_month,
       e.of_month as spent_in_month
  from payments.allowances g
  join people.residents r on r.id = g.resident
  join ledger.accounts a on a.id = r.wallet
 cross join lateral (
   select coalesce(-sum(amount) filter (where business_date >= g.day - 1), 0)::bigint as of_day,
          coalesce(-sum(amount), 0)::bigint as of_month
     from ledger.entries where account = r.wallet and amount < 0 and business_date >= g.month - 1) e
 where a.debits - g.day_base > e.of_day or g.day_base > a.debits
    or a.debits - g.month_base > e.of_month or g.month_base > a.debits
 limit 100;

-- name: check_met_by_paying
-- Whom somebody met by paying they paid.
select m.payer, m.payee from payments.met m
 where not exists (select from payments.payments p where p.payer = m.payer and p.payee = m.payee)
   and not exists (select from payments.transfers t where t.sender = m.payer and t.receiver_key = m.payee)
 limit 100;
