-- The promises of payouts, as queries that return what breaks them.

-- name: check_clearing
-- The clearing account has exactly what is under way.
select r.name, a.posted, coalesce(u.total, 0) as under_way
  from payouts.rails r
  cross join lateral (
    select coalesce(sum(case when t.credit = r.clearing then t.amount else -t.amount end), 0) as posted
      from ledger.transfers t
     where t.kind = 'posted' and (t.credit = r.clearing or t.debit = r.clearing)) a
  left join (select rail, sum(amount) as total from payouts.payouts
              where state in ('requested', 'batched', 'sent', 'accepted') group by rail) u on u.rail = r.name
 where a.posted <> coalesce(u.total, 0)
 limit 100;

-- name: check_transfers
-- The transfers of a payout are exactly those of its state (what came back for a closed wallet came for it all the same); its rail's accounts moved for nothing else.
with wanted as (
  select p.id, p.account as debit, r.clearing as credit, p.amount, p.currency
    from payouts.payouts p join payouts.rails r on r.name = p.rail
   union all
  select p.settling, r.clearing, r.bank, p.amount, p.currency
    from payouts.payouts p join payouts.rails r on r.name = p.rail where p.settling is not null
   union all
  select p.giving_back, case when p.state = 'returned' then r.bank else r.clearing end, p.account, p.amount, p.currency
    from payouts.payouts p join payouts.rails r on r.name = p.rail where p.giving_back is not null
), moved as (
  select t.id, t.debit, coalesce(u.wallet, t.credit) as credit, t.amount, t.currency, t.kind
    from ledger.transfers t left join closing.unclaimed u on u.id = t.id
   where exists (select from payouts.rails r where t.debit in (r.clearing, r.bank) or t.credit in (r.clearing, r.bank))
)
select coalesce(w.id, m.id) as id, w.amount, m.amount as moved
  from wanted w full join moved m on m.id = w.id
 where (w.debit, w.credit, w.amount, w.currency, 'posted')
       is distinct from (m.debit, m.credit, m.amount, m.currency, m.kind)
 limit 100;

-- name: check_batches
-- A batch has as many payouts, and as much, as it says.
select b.id, b.count, b.total, count(p.id) as found, coalesce(sum(p.amount), 0) as found_total
  from payouts.batches b
  left join payouts.payouts p on p.batch = b.id and p.rail = b.rail and p.currency = b.currency
 group by b.id
having count(p.id) <> b.count or coalesce(sum(p.amount), 0) <> b.total
 limit 100;

-- name: check_states
-- A payout stands where its batch does: not sent before it, and under way in none that is finished.
select p.id, p.state, b.state as batch
  from payouts.payouts p join payouts.batches b on b.id = p.batch
 where (b.state = 'sent' and p.state = 'batched')
    or (b.state = 'ready' and p.state = 'sent')
    or (b.state = 'finished' and p.state in ('batched', 'sent', 'accepted'))
 limit 100;

-- name: check_breaks
-- Every break was opened once, and is resolved exactly when somebody said why.
select k.id, k.state
  from payouts.breaks k
  left join payouts.break_steps s on s.break = k.id
 group by k.id
having count(*) filter (where s.what = 'opened') <> 1
    or count(*) filter (where s.what = 'resolved') <> case k.state when 'resolved' then 1 else 0 end
 limit 100;

-- name: check_exits
-- What operators ended was asked for by one and confirmed by another, and ended so.
select k.id, k.payout, s.way, s.resident
  from payouts.break_steps s
  join payouts.breaks k on k.id = s.break
  left join payouts.break_steps a on a.break = s.break and a.number = s.number - 1 and a.what = 'asked' and a.way = s.way
  left join payouts.payouts p on p.id = k.payout
 where s.what = 'resolved' and s.way is not null
   and (a.resident is null or s.resident is null or a.resident = s.resident
        or coalesce(p.state, '') not in ('returned', case s.way when 'settled' then 'settled' else 'rejected' end))
 limit 100;

-- name: check_forgotten
-- No batch lies unsent for an hour, and nothing waits for a batch for three days.
select b.id, b.made_at as since from payouts.batches b where b.state = 'ready' and b.made_at < now() - interval '1 hour'
 union all
select p.id, p.requested_at from payouts.payouts p
 where p.state = 'requested' and p.requested_at < now() - interval '3 days'
 limit 100;

-- name: check_stuck
-- Nothing is under way for a week without an open difference, on which people can end it.
select p.id, p.state, b.sent_at as since
  from payouts.payouts p join payouts.batches b on b.id = p.batch
 where p.state in ('sent', 'accepted') and b.sent_at < now() - interval '7 days'
   and not exists (select from payouts.breaks k where k.payout = p.id and k.state = 'open'
                      and k.kind in ('amount', 'missing_theirs', 'second_copy', 'contradiction'))
 limit 100;

-- name: check_wallets
-- What goes by its owner's id left their wallet, and nothing else did.
select p.id, p.source, p.account
  from payouts.payouts p join people.residents r on r.id = p.owner
 where (p.source = p.owner) <> (p.account = r.wallet)
 limit 100;

-- name: check_twice
-- What is in its account again did not leave the bank all the same, or people know of it (of the last two months).
select p.id, p.state, t.booked
  from payouts.payouts p
  cross join lateral (
    select coalesce(sum(l.amount), 0) as booked, max(f.at) as at
      from payouts.lines l
      join payouts.reports r on r.id = l.report and r.kind = 'statement'
      join payouts.files f on f.id = r.file
     where l.payout = p.id) t
 where p.ended_at > now() - interval '59 days' and p.ended_at < now() - interval '3 days'
   and t.booked < 0 and t.at < now() - interval '3 hours'
   and not exists (select from payouts.breaks k
                    where k.payout = p.id and k.kind = 'contradiction' and k.state = 'open')
   and not exists (select from payouts.breaks k join payouts.break_steps s on s.break = k.id
                    where k.payout = p.id and s.what = 'resolved' and s.resident is not null and s.at >= t.at
                      and (s.way is not null or k.kind = 'contradiction'))
 limit 100;

-- name: check_told
-- A payout that ended was told to its owner once (of the last two days).
with told as materialized (
  select (data ->> 'id')::uuid as payout, type, count(*) as times
    from base.events
   where type in ('withdrawal.settled', 'withdrawal.rejected', 'withdrawal.returned') and at > now() - interval '2 days'
   group by 1, 2
)
select p.id, p.state, coalesce(t.times, 0) as times
  from payouts.payouts p left join told t on t.payout = p.id and t.type = 'withdrawal.' || p.state
 where p.state in ('settled', 'rejected', 'returned')
   and coalesce(p.ended_at, p.settled_at) > now() - interval '1 day 23 hours' and coalesce(t.times, 0) <> 1
 limit 100;
