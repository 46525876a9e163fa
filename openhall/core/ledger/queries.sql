-- name: insert_account
insert into ledger.accounts (id, kind, owner, currency, floor, busy, opened_at)
values (:id, :kind, :owner, :currency, :floor, :busy, :now)
    on conflict (id) do nothing;

-- name: account
select id, kind, owner, currency, floor, busy, opened_at, closed_at from ledger.accounts where id = :id;

-- name: lock_to_close
-- The full lock also waits for those who only add to a busy account, see lock_accounts.
select id, kind, owner, currency, floor, busy, opened_at, closed_at from ledger.accounts where id = :id for update;

-- name: close_account
update ledger.accounts set closed_at = :now, closed_entries = entries
 where id = :id and closed_at is null
   and credits = debits and pending_credits = 0 and pending_debits = 0;

-- name: reopen_account
update ledger.accounts set closed_at = null, closed_entries = null where id = :id and closed_at is not null;

-- name: closed_among
-- The others stay open until the transaction ends: whoever closes one of them waits, and nobody else does.
with held as materialized (
  select id, closed_at from ledger.accounts where id = any(:ids::uuid[]) order by id for key share
)
select id from held where closed_at is not null;

-- name: lock_accounts
-- Locks, in the order of ids, every account whose row will change. A busy account that is only added to is not
-- among them: its key-share lock keeps it from being closed meanwhile and hinders nobody else. `debited` names the
-- accounts from which money may be taken: a busy one with a floor must then be locked too.
with added_to as materialized (
  select *, ctid::text as place from ledger.accounts
   where id = any(:ids::uuid[]) and busy and not (floor is not null and id = any(:debited::uuid[]))
   order by id for key share
), changed as materialized (
  select *, ctid::text as place from ledger.accounts
   where id = any(:ids::uuid[]) and (not busy or (floor is not null and id = any(:debited::uuid[])))
   order by id for no key update
)
select id, currency, floor, busy, false as locked, closed_at is not null as closed,
       credits, debits, pending_credits, pending_debits, entries, place, frozen_at is not null as frozen from added_to
 union all
select id, currency, floor, busy, true, closed_at is not null,
       credits, debits, pending_credits, pending_debits, entries, place, frozen_at is not null from changed;

-- name: freeze_account
-- Whoever is taking money from it right now is waited for.
update ledger.accounts set frozen_at = :now where id = :id and frozen_at is null;

-- name: unfreeze_account
update ledger.accounts set frozen_at = null where id = :id and frozen_at is not null;

-- name: lock_account
select id from ledger.accounts where id = :id for no key update;

-- name: fold
-- Moves waiting movements of one account, whose row is locked, into numbered entries and into the row: all in one
-- statement, so that each is either waiting or folded. Movements not yet committed are not seen, and stay.
with gone as (
  delete from ledger.unfolded u
   where u.account = :account
     and u.id in (select id from ledger.unfolded where account = :account order by id limit :limit)
  returning u.*
), written as (
  insert into ledger.entries (account, number, transfer, amount, balance, business_date, at)
  select a.id, a.entries + row_number() over (order by g.id), g.transfer, g.amount,
         a.credits - a.debits + sum(g.amount) over (order by g.id), g.business_date, g.at
    from gone g join ledger.accounts a on a.id = g.account
   where g.amount <> 0
), sums as (
  select count(*) as movements,
         count(*) filter (where amount <> 0) as entries,
         coalesce(sum(amount) filter (where amount > 0), 0) as credits,
         coalesce(-sum(amount) filter (where amount < 0), 0) as debits,
         coalesce(sum(pending_credits), 0) as pending_credits,
         coalesce(sum(pending_debits), 0) as pending_debits
    from gone
), folded as (
  update ledger.accounts a
     set credits = a.credits + s.credits, debits = a.debits + s.debits, entries = a.entries + s.entries,
         pending_credits = a.pending_credits + s.pending_credits,
         pending_debits = a.pending_debits + s.pending_debits
    from sums s where a.id = :account and s.movements > 0
)
select movements from sums;

-- name: to_fold
select distinct account from ledger.unfolded order by account limit :limit;

-- name: holds
select id, debit, credit, amount, currency, expires_at, kind = 'pending' as pending
  from ledger.transfers where id = any(:ids::uuid[]);

-- name: recorded
-- What the ledger has answered for these ids, and how the named holds were resolved. In a statement of its own: a
-- statement that waits for a lock keeps the snapshot from before it waited.
select json_build_object(
  'records', (select coalesce(json_agg(json_build_array(
                id, kind, debit, credit, amount, currency, hold, reason,
                extract(epoch from expires_at - at)::bigint, refused, at, business_date)), '[]')
                from ledger.journal where id = any(:ids::uuid[])),
  'holds', (select coalesce(json_agg(h), '[]')
                from (select id, debit, credit, amount, currency, expires_at, kind = 'pending' as pending
                        from ledger.transfers where id = any(:holds::uuid[])) h),
  'resolutions', (select coalesce(json_agg(json_build_array(hold, kind)), '[]')
                from ledger.transfers where hold = any(:holds::uuid[]))
)::text;

-- name: write
-- Everything a list of transfers changes, by columns: arrays are read far quicker than JSON. Null: it is written.
select ledger.write(
  :now, :business_date, :ids, :kinds, :debits, :credits, :amounts, :currencies, :holds, :reasons, :expires_in, :refused,
  :debit_entries, :debit_balances, :credit_entries, :credit_balances,
  :accounts, :places, :new_credits, :new_debits, :new_pending_credits, :new_pending_debits, :new_entries,
  :moved_accounts, :moved_transfers, :moved_amounts, :moved_pending_credits, :moved_pending_debits,
  :opened, :resolved) as by;

-- name: expired_holds
select id from ledger.open_holds where expires_at <= :now order by expires_at limit :limit;

-- name: balances
-- The row of the account and what waits to be folded, in one snapshot.
select a.id, a.currency,
       a.credits - a.debits + coalesce(w.amount, 0) as posted,
       a.pending_debits + coalesce(w.pending_debits, 0) as held,
       a.pending_credits + coalesce(w.pending_credits, 0) as incoming,
       a.floor, a.closed_at is not null as closed, a.frozen_at is not null as frozen
  from ledger.accounts a
  left join lateral (
    select sum(amount)::bigint as amount, sum(pending_debits)::bigint as pending_debits,
           sum(pending_credits)::bigint as pending_credits
      from ledger.unfolded u where a.busy and u.account = a.id) w on true
 where a.id = any(:ids::uuid[]);

-- name: accounts_of
select id, kind, owner, currency, floor, busy, opened_at, closed_at from ledger.accounts
 where owner = :owner order by kind, opened_at, id;

-- name: transfer
select t.id, t.kind, t.debit, t.credit, t.amount, t.currency, t.hold, t.reason, t.business_date, t.at, t.expires_at,
       r.kind as resolution, r.id as resolved_by, r.amount as resolved_amount
  from ledger.transfers t left join ledger.transfers r on r.hold = t.id
 where t.id = :id;

-- name: statement
-- Numbered entries, and above them what waits to be folded, numbered as the fold will number it. Newest first.
with waiting as (
  select a.id as account, a.entries + row_number() over (order by u.id) as number, u.transfer, u.amount,
         a.credits - a.debits + sum(u.amount) over (order by u.id) as balance, u.business_date, u.at
    from ledger.accounts a join ledger.unfolded u on u.account = a.id
   where a.id = :account and u.amount <> 0
), page as (
  (select account, number, transfer, amount, balance, business_date, at from ledger.entries
    where account = :account and number < :before
      and business_date >= :first_day and business_date < :end_day
    order by number desc limit :limit)
   union all
  (select account, number, transfer, amount, balance, business_date, at from waiting
    where number < :before and business_date >= :first_day and business_date < :end_day
    order by number desc limit :limit)
)
select p.number as id, p.transfer, p.amount, p.balance::bigint as balance, j.currency, j.reason,
       case when p.amount < 0 then j.credit else j.debit end as other, p.business_date, p.at
  from page p join ledger.journal j on j.id = p.transfer
 order by p.number desc limit :limit;

-- name: totals
select coalesce(sum(amount) filter (where amount > 0), 0)::bigint as credits,
       coalesce(-sum(amount) filter (where amount < 0), 0)::bigint as debits
  from (select amount from ledger.entries
         where account = :account and business_date >= :first_day and business_date < :end_day
         union all
        select amount from ledger.unfolded
         where account = :account and business_date >= :first_day and business_date < :end_day) as movements;

-- name: ensure_partitions
select ledger.ensure_partitions(:first, :months);

-- name: check_two_entries
-- Movements that wait to be folded are entries to be, on equal terms.
select t.id as transfer, t.kind, coalesce(e.entries, 0) as entries
  from ledger.transfers t
  left join (
    select transfer, count(*) as entries, min(amount) as debited, max(amount) as credited,
           min(account::text) filter (where amount < 0) as debit, min(account::text) filter (where amount > 0) as credit
      from (select transfer, account, amount from ledger.entries
             union all
            select transfer, account, amount from ledger.unfolded where amount <> 0) as sides
     group by transfer) e on e.transfer = t.id
 where case when t.kind in ('posted', 'capture')
            then (e.entries, e.debited, e.credited, e.debit, e.credit)
                 is distinct from (2::bigint, -t.amount, t.amount, t.debit::text, t.credit::text)
            else e.entries is not null end
 limit 20;

-- name: check_entries_have_transfers
select s.transfer, s.account
  from (select transfer, account from ledger.entries
         union all
        select transfer, account from ledger.unfolded) s
  left join ledger.transfers t on t.id = s.transfer
  left join ledger.accounts a on a.id = s.account
 where t.id is null or a.id is null or s.account not in (t.debit, t.credit) or a.currency <> t.currency
 limit 20;

-- name: check_balances
select a.id as account, a.credits, a.debits, a.entries, e.credits as credits_of_entries, e.debits as debits_of_entries,
       e.entries as count_of_entries
  from ledger.accounts a
  left join (
    select account, sum(amount) filter (where amount > 0) as credits, -sum(amount) filter (where amount < 0) as debits,
           count(*) as entries
      from ledger.entries group by account) e on e.account = a.id
 where (a.credits, a.debits, a.entries)
       is distinct from (coalesce(e.credits, 0), coalesce(e.debits, 0), coalesce(e.entries, 0))
 limit 20;

-- name: check_chain
select account, number, balance, expected
  from (select account, number, balance,
               coalesce(lag(balance) over w, 0) + amount as expected,
               coalesce(lag(number) over w, 0) + 1 as next
          from ledger.entries window w as (partition by account order by number)) as chain
 where balance <> expected or number <> next
 limit 20;

-- name: check_floors
select a.id as account, a.floor, a.credits - a.debits - a.pending_debits + coalesce(u.free, 0) as free
  from ledger.accounts a
  left join (select account, sum(amount - pending_debits) as free from ledger.unfolded group by account) u
    on u.account = a.id
 where a.credits - a.debits - a.pending_debits + coalesce(u.free, 0) < a.floor
 limit 20;

-- name: check_pending
select a.id as account, a.pending_debits, a.pending_credits, h.debits as held, h.credits as incoming
  from ledger.accounts a
  left join (select account, sum(pending_debits) as pending_debits, sum(pending_credits) as pending_credits
               from ledger.unfolded group by account) u on u.account = a.id
  left join (
    select account, sum(debit) as debits, sum(credit) as credits
      from (select p.debit as account, p.amount as debit, 0 as credit, p.id from ledger.transfers p
             where p.kind = 'pending'
             union all
            select p.credit, 0, p.amount, p.id from ledger.transfers p where p.kind = 'pending') as sides
     where not exists (select from ledger.transfers r where r.hold = sides.id)
     group by account) h on h.account = a.id
 where a.pending_debits + coalesce(u.pending_debits, 0) <> coalesce(h.debits, 0)
    or a.pending_credits + coalesce(u.pending_credits, 0) <> coalesce(h.credits, 0)
 limit 20;

-- name: check_resolutions
-- A refused resolution is no resolution; of the others there is one per hold, on its accounts and within its amount.
select r.hold, count(*) as resolutions, sum(r.amount) as captured, min(p.amount) as held
  from ledger.transfers r left join ledger.transfers p on p.id = r.hold
 where r.hold is not null
 group by r.hold
having count(*) <> 1
    or bool_or((p.kind, p.debit, p.credit, p.currency) is distinct from ('pending', r.debit, r.credit, r.currency))
    or sum(r.amount) > min(p.amount)
 limit 20;

-- name: check_open_holds
select coalesce(o.id, p.id) as hold, o.id is not null as listed
  from ledger.open_holds o
  full join (select id, expires_at from ledger.transfers p
              where p.kind = 'pending' and not exists (select from ledger.transfers r where r.hold = p.id)) p
    on p.id = o.id
 where o.id is null or p.id is null or o.expires_at is distinct from p.expires_at
 limit 20;

-- name: check_sums_are_zero
select currency, sum(credits - debits + waiting) as sum
  from (select a.currency, a.credits::numeric as credits, a.debits::numeric as debits,
               coalesce((select sum(amount) from ledger.unfolded u where u.account = a.id), 0) as waiting
          from ledger.accounts a) as balances
 group by currency
having sum(credits - debits + waiting) <> 0
 limit 20;

-- name: check_only_busy_wait
-- Only a busy account may have movements outside its row: of any other the bound could be passed unseen.
select u.account, u.id from ledger.unfolded u left join ledger.accounts a on a.id = u.account
 where a.busy is not true
 limit 20;

-- name: last_entry
select entries from ledger.accounts where id = :id;

-- name: insert_accounts
insert into ledger.accounts (id, kind, owner, currency, floor, opened_at)
select id, :kind, owner, :currency, :floor, :opened_at from json_to_recordset(:rows) as r(id uuid, owner uuid);

-- name: import_history
select ledger.import_history(:source::text::regclass);
