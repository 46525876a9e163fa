-- name: not_booked
-- What we sent for a date, and by all statements is not booked, or no more: once the statement of that date is here, or is overdue itself.
select p.id, p.amount, b.execution_date
  from payouts.payouts p
  join payouts.batches b on b.id = p.batch
 where p.rail = :rail and p.state in ('sent', 'accepted', 'settled') and b.execution_date < :today
   -- What has its end is looked for in newer batches only: not every hour in all that ever were.
   and p.id in (select u.id from payouts.payouts u where u.rail = :rail and u.state in ('sent', 'accepted')
                 union
                select n.id from payouts.batches d join payouts.payouts n on n.batch = d.id
                 where d.execution_date >= :since and d.execution_date < :today)
   and (b.execution_date <= :overdue
        or exists (select from payouts.reports r where r.kind = 'statement' and r.booked_on >= b.execution_date))
   and (select coalesce(sum(l.amount), 0) >= 0
          from payouts.lines l join payouts.reports r on r.id = l.report and r.kind = 'statement' where l.payout = p.id)
   and not exists (select from payouts.breaks k
                    where k.payout = p.id and k.kind = 'late' and b.execution_date > :lost)
   and not exists (select from payouts.breaks k
                    where k.payout = p.id and k.kind = 'missing_theirs'
                      and (k.state = 'open'
                           or exists (select from payouts.break_steps s
                                       where s.break = k.id and s.what = 'resolved' and s.resident is not null)))
 order by p.id for update of p;

-- name: booked_after_all
-- Whose money is in its account again, and by all statements left the bank all the same: once the statement of the day on
-- which it came back is here, or is overdue itself. Not again what people have decided on since the last of these lines.
select p.id, (p.ended_at at time zone :zone)::date as day, t.booked
  from payouts.payouts p
  cross join lateral (
    select coalesce(sum(l.amount), 0)::bigint as booked, max(f.at) as at
      from payouts.lines l
      join payouts.reports r on r.id = l.report and r.kind = 'statement'
      join payouts.files f on f.id = r.file
     where l.payout = p.id) t
 where p.rail = :rail and p.ended_at >= :since and t.booked < 0
   and ((p.ended_at at time zone :zone)::date <= :overdue
        or exists (select from payouts.reports r
                    where r.kind = 'statement' and r.booked_on >= (p.ended_at at time zone :zone)::date))
   and not exists (select from payouts.breaks k
                    where k.payout = p.id and k.kind = 'contradiction' and k.state = 'open')
   and not exists (select from payouts.breaks k join payouts.break_steps s on s.break = k.id
                    where k.payout = p.id and s.what = 'resolved' and s.resident is not null and s.at >= t.at
                      and (s.way is not null or k.kind = 'contradiction'))
 order by p.id for update of p;

-- name: taken_back
-- Open differences of that kind, which name what all statements say together, of payouts that by all statements did not
-- leave the bank any more.
select k.id from payouts.breaks k
 where k.rail = :rail and k.kind = 'contradiction' and k.state = 'open' and k.line is null and k.theirs < 0
   and (select coalesce(sum(l.amount), 0) >= 0
          from payouts.lines l join payouts.reports r on r.id = l.report and r.kind = 'statement'
         where l.payout = k.payout)
 order by k.id for update of k;
