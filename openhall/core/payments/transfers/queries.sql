-- name: waiting_account
select waiting from payments.transfer_accounts where currency = :currency;

-- name: lock_opening
select pg_advisory_xact_lock(hashtextextended('payments.transfer_accounts ' || :currency, 0))::text;

-- name: put_waiting_account
insert into payments.transfer_accounts (currency, waiting) values (:currency, :waiting);

-- name: receiver_by_code
-- The address is empty for somebody who has only a passkey: they are known by a name.
select r.id, coalesce(r.phone, r.email, '') as address, r.name, r.state = 'active' as is_active
  from payments.receive_codes c join people.residents r on r.id = c.resident
 where c.code = :code;

-- name: own_code
select code from payments.receive_codes where resident = :resident;

-- name: put_code
insert into payments.receive_codes (resident, code, made_at) values (:resident, :code, :now)
    on conflict (resident) do update set code = excluded.code, made_at = excluded.made_at;

-- name: is_familiar
-- Sent alone makes nobody known: it must have arrived.
select exists (select from payments.met where payer = :sender and payee = :key and known_at is not null);

-- name: make_known
-- These arrived: from now on their receivers are known to their senders. In one order, like whoever writes there.
with wanted as (
  select m.payer, m.payee from payments.met m
    join json_to_recordset(:rows) as r(payer uuid, payee uuid) on m.payer = r.payer and m.payee = r.payee
   where m.known_at is null
   order by m.payer, m.payee for no key update of m
)
update payments.met m set known_at = :now from wanted w where m.payer = w.payer and m.payee = w.payee;

-- name: insert_transfer
insert into payments.transfers (id, sender, receiver, receiver_key, to_phone, by_code, shown_as, sender_masked, amount,
                                currency, note, warned, state, created_at, due_at, expires_at, receipt_no, business_date)
values (:id, :sender, :receiver, :receiver_key, :to_phone, :by_code, :shown_as, :sender_masked, :amount,
        :currency, :note, :warned, 'waiting', :now, :due_at, :expires_at, :receipt_no, :business_date);

-- name: transfer
select * from payments.transfers
 where id = :id
   and (sender = :resident or receiver = :resident or (receiver is null and to_phone = :phone and state = 'waiting'));

-- name: lock_transfer
select * from payments.transfers where id = :id for update;

-- name: transfers_of
select * from (
  select * from payments.transfers where sender = :resident
   union all
  select * from payments.transfers where receiver = :resident and state = 'completed') t
 order by id desc limit :limit;

-- name: incoming
-- What waits for somebody to take it.
select * from payments.transfers
 where state = 'waiting' and shown_as is null and accepted_at is null and expires_at > :now and sender <> :resident
   and (receiver = :resident or (receiver is null and to_phone = :phone))
 order by id limit :limit;

-- name: accept_transfer
update payments.transfers set receiver = :resident, accepted_at = :now where id = :id;

-- name: end_transfers
update payments.transfers t set state = r.state, moved = r.moved, ended_at = :now
  from json_to_recordset(:rows) as r(id uuid, state text, moved uuid)
 where t.id = r.id;

-- name: lock_due
-- What is due to arrive, or to go back; whatever somebody is at is left to them. In the order of ids. What waits for
-- days to be taken is not looked at before its end: the index is of when something is to be done.
select t.id
  from payments.transfers t
 where t.state = 'waiting'
   and (case when t.shown_as is null and t.accepted_at is null then t.expires_at else t.due_at end) <= :now
 order by t.id limit :limit
   for update skip locked;

-- name: lock_frozen
-- What waits of those whose account is frozen: it goes back at once, whenever it would have been due.
select t.id
  from people.freezes f join payments.transfers t on t.sender = f.resident and t.state = 'waiting'
 where f.ended_at is null
 order by t.id limit :limit
   for update of t skip locked;

-- name: is_sender_frozen
select exists (
  select from payments.transfers t join people.freezes f on f.resident = t.sender and f.ended_at is null where t.id = :id);

-- name: due
-- Read after they are locked.
select t.*, s.wallet as sender_wallet, a.frozen_at is not null as sender_frozen, r.wallet as receiver_wallet,
       coalesce(r.state = 'active', false) as receiver_active
  from payments.transfers t
  join people.residents s on s.id = t.sender
  join ledger.accounts a on a.id = s.wallet
  left join people.residents r on r.id = t.receiver
 where t.id = any(:ids::uuid[])
 order by t.id;

-- name: titles
-- Of entries of a statement: the transfer they belong to, and both sides as the other one sees them.
select t.id as entry, t.id, t.sender, t.sender_masked, t.shown_as, t.to_phone from payments.transfers t
 where t.id = any(:ids::uuid[])
 union all
select t.moved, t.id, t.sender, t.sender_masked, t.shown_as, t.to_phone from payments.transfers t
 where t.moved = any(:ids::uuid[]);

-- name: check_waiting
select w.currency, a.credits - a.debits + coalesce(u.amount, 0) as has, coalesce(t.amount, 0) as waits
  from payments.transfer_accounts w
  join ledger.accounts a on a.id = w.waiting
  left join lateral (select sum(amount) as amount from ledger.unfolded where account = w.waiting) u on true
  left join lateral (
    select sum(amount) as amount from payments.transfers where state = 'waiting' and currency = w.currency) t on true
 where a.credits - a.debits + coalesce(u.amount, 0) <> coalesce(t.amount, 0)
 limit 100;

-- name: check_legs
-- A transfer is one ledger transfer out of its sender's wallet, and once it is over one out of the waiting account: to its
-- receiver's wallet, or back, or for that wallet when it was closed. And the ledger moved nothing as a transfer that is none.
with legs as (
  select t.id, s.wallet as debit, w.waiting as credit, t.amount, t.currency, 'transfer_sent' as reason
    from payments.transfers t
    join people.residents s on s.id = t.sender
    join payments.transfer_accounts w on w.currency = t.currency
   union all
  select t.moved, w.waiting, case t.state when 'completed' then r.wallet else s.wallet end, t.amount, t.currency,
         case t.state when 'completed' then 'transfer_received' else 'transfer_back' end
    from payments.transfers t
    join people.residents s on s.id = t.sender
    left join people.residents r on r.id = t.receiver
    join payments.transfer_accounts w on w.currency = t.currency
   where t.state <> 'waiting'
)
select coalesce(l.id, t.id) as id, l.reason, t.reason as moved_as
  from legs l
  full join (select * from ledger.transfers where reason in ('transfer_sent', 'transfer_received', 'transfer_back')) t
    on t.id = l.id
  left join closing.unclaimed u on u.id = t.id
 where (t.kind, t.debit, coalesce(u.wallet, t.credit), t.amount, t.currency, t.reason)
       is distinct from ('posted', l.debit, l.credit, l.amount, l.currency, l.reason)
 limit 100;

-- name: check_taken
-- What had to be taken was, before it arrived.
select id from payments.transfers
 where state = 'completed' and shown_as is null and accepted_at is null
 limit 100;
