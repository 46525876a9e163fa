-- name: put_closing
insert into closing.closings (id, resident, phone, email, closed_at, rest_until, keep_until)
values (:id, :resident, :phone, :email, :now, :rest_until, :keep_until);

-- name: closing
select c.id, c.resident, r.name, coalesce(c.phone, c.email, '') as address, c.closed_at, c.rest_until, c.keep_until,
       c.asked_at, c.asked_by, c.seen, c.reopened_at, c.reopened_by, c.freed_at, c.erased_at
  from closing.closings c join people.residents r on r.id = c.resident
 where c.id = :id;

-- name: closings
-- Those of one number when it is given; else those that can still be taken back, newest first, and then the others.
select c.id, c.resident, r.name, coalesce(c.phone, c.email, '') as address, c.closed_at, c.rest_until, c.keep_until,
       c.asked_at, c.asked_by, c.seen, c.reopened_at, c.reopened_by, c.freed_at, c.erased_at
  from closing.closings c join people.residents r on r.id = c.resident
 where :address::text is null or c.phone = :address or c.email = :address
 order by c.freed_at is not null or c.reopened_at is not null, c.closed_at desc, c.id desc limit :limit;

-- name: lock_closing
select id from closing.closings where id = :id for update;

-- name: ask_to_reopen
update closing.closings set asked_at = :now, asked_by = :by, seen = :seen where id = :id;

-- name: reopen
update closing.closings set reopened_at = :now, reopened_by = :by where id = :id;

-- name: take_rested
-- One account whose number is to be free now; whatever another worker is at is left to it.
select id, resident, phone from closing.closings
 where reopened_at is null and freed_at is null and rest_until <= :now
 order by rest_until, id limit 1 for update skip locked;

-- name: free
update closing.closings set freed_at = :now where id = :id;

-- name: take_kept
select id, resident, phone from closing.closings
 where reopened_at is null and freed_at is not null and erased_at is null and keep_until <= :now
 order by keep_until, id limit 1 for update skip locked;

-- name: erase
-- Of an account that was closed twice the first closing knew the number too.
update closing.closings
   set phone = null, email = null, seen = null, erased_at = case when id = :id then :now::timestamptz else erased_at end
 where resident = :resident;

-- name: unclaimed_account
select unclaimed from closing.accounts where currency = :currency;

-- name: lock_opening
select pg_advisory_xact_lock(hashtextextended('closing.accounts ' || :currency, 0))::text;

-- name: put_unclaimed_account
insert into closing.accounts (currency, unclaimed) values (:currency, :unclaimed);

-- name: owners_of
select id as resident, wallet from people.residents where wallet = any(:wallets) and state = 'closed';

-- name: put_unclaimed
insert into closing.unclaimed (id, resident, wallet, amount, currency, reason, at)
select id, resident, wallet, amount, currency, reason, :now
  from json_to_recordset(:rows) as r(id uuid, resident uuid, wallet uuid, amount bigint, currency text, reason text)
    on conflict (id) do nothing;

-- name: unclaimed
select u.id, u.resident, r.name, coalesce(c.phone, c.email, '') as address, c.id as closing, u.wallet, u.amount, u.currency,
       u.reason, u.at
  from closing.unclaimed u
  join people.residents r on r.id = u.resident
  left join closing.closings c on c.resident = u.resident and c.reopened_at is null
 where u.given is null and (:resident::uuid is null or u.resident = :resident)
 order by u.at desc, u.id desc limit :limit;

-- name: lock_unclaimed
select id, wallet, amount, currency from closing.unclaimed where resident = :resident and given is null
 order by id for update;

-- name: give
update closing.unclaimed u set given = r.given, given_at = :now
  from json_to_recordset(:rows) as r(id uuid, given uuid)
 where u.id = r.id;

-- name: obstacle_money
-- In one wallet, what is there and what is set aside of it.
select count(*) as count, sum(credits - debits)::bigint as amount from ledger.accounts
 where owner = :resident and kind = 'wallet' and (credits <> debits or pending_debits <> 0 or pending_credits <> 0);

-- name: check_states
-- Whoever closed their account has one closing that was not taken back, and a closed wallet; everybody else has neither.
select r.id
  from people.residents r
  join ledger.accounts a on a.id = r.wallet
  left join closing.closings c on c.resident = r.id and c.reopened_at is null
 where (r.state = 'closed') <> (c.id is not null) or (r.state = 'closed') <> (a.closed_at is not null)
 limit 100;

-- name: check_nothing_lives
-- Of a closed account nothing works: no session, no passkey, no PIN.
select r.id
  from people.residents r
 where r.state = 'closed'
   and (exists (select from people.sessions s where s.resident = r.id and s.ended_at is null and s.expires_at > now())
        or exists (select from people.passkeys k where k.resident = r.id and k.removed_at is null)
        or exists (select from people.pins p where p.resident = r.id))
 limit 100;

-- name: check_unclaimed
-- The hall's account has exactly what waits, and each thing came by its transfer, and left by its own into its wallet.
select a.currency, l.credits - l.debits + coalesce(f.amount, 0) as has, coalesce(u.amount, 0) as waits
  from closing.accounts a
  join ledger.accounts l on l.id = a.unclaimed
  left join lateral (select sum(amount) as amount from ledger.unfolded where account = a.unclaimed) f on true
  left join lateral (
    select sum(amount) as amount from closing.unclaimed where given is null and currency = a.currency) u on true
 where l.credits - l.debits + coalesce(f.amount, 0) <> coalesce(u.amount, 0)
 limit 100;

-- name: check_unclaimed_moves
select u.id
  from closing.unclaimed u
  left join closing.accounts a on a.currency = u.currency
  left join ledger.transfers t on t.id = u.id
  left join ledger.transfers g on g.id = u.given
 where (t.kind in ('posted') and t.credit = a.unclaimed and t.amount = u.amount) is not true
    or (u.given is not null
        and (g.debit = a.unclaimed and g.credit = u.wallet and g.amount = u.amount) is not true)
 limit 100;

-- name: check_trail
-- The trail says who closed, who asked to take it back, and who did.
select c.id from closing.closings c
 where not exists (select from people.audit a where a.resident = c.resident and a.act = 'closed' and a.actor is null)
    or (c.reopened_at is not null
        and not (exists (select from people.audit a
                          where a.about = c.id and a.act = 'reopen_asked' and a.actor = c.asked_by)
                 and exists (select from people.audit a
                              where a.about = c.id and a.act = 'reopened' and a.actor = c.reopened_by)))
 limit 100;

-- name: check_kept_in_time
-- The job looks every hour: two days after its time a number is free, and a name erased.
select c.id from closing.closings c join people.residents r on r.id = c.resident
 where c.reopened_at is null
   and ((c.rest_until < now() - interval '2 days' and c.freed_at is null)
        or (c.keep_until < now() - interval '2 days' and c.erased_at is null)
        or (c.freed_at is not null and (r.phone is not null or r.email is not null))
        or (c.erased_at is not null
            and (r.name is not null or exists (select from people.identities i where i.resident = r.id))))
 limit 100;
