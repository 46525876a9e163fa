-- name: lock_issuing
-- One after the other for each resident: limits on how many there are hold in the statement after this.
select pg_advisory_xact_lock(hashtextextended('payments.issuing ' || :resident, 0))::text;

-- name: end_older_codes
-- The oldest unused codes end now, so that with the next one only so many live.
update payments.pay_codes set expires_at = greatest(issued_at, :now)
 where code in (select c.code from payments.pay_codes c
                 where c.resident = :resident and c.expires_at > :now
                   and not exists (select from payments.pay_code_uses u where u.code = c.code)
                 order by c.issued_at desc offset :keep);

-- name: insert_code
-- None for whose account is frozen. (A code from before that is refused by the ledger.)
insert into payments.pay_codes (code, resident, issued_at, expires_at)
select :code, :resident, :now, :expires_at
 where not exists (select from people.freezes where resident = :resident and ended_at is null);

-- name: recognise_codes
-- One row for each ask, in their order: whose code it is, what it was used for, and how often its shop guessed wrong.
-- Devices are locked, in the order of their ids, because the day's sum of each is decided on. Each offset keeps the
-- planner to one look into an index for each ask, however small the tables were when it planned.
with asked as materialized (
  select * from json_to_recordset(:rows) as r(ord int, code text, number int, charge uuid, shop uuid)
), devices as materialized (
  select id, number, resident, day, spent from payments.pay_devices d
   where number = any (array(select number from asked where number is not null)) and revoked_at is null
     and (session is null or exists (
       select from people.sessions s where s.id = d.session and s.ended_at is null and s.expires_at > :now))
   order by id for update
)
select c.expires_at, d.id as device, d.day, d.spent, r.id as resident, r.wallet, r.phone, r.state, r.visitor,
       coalesce(u.charge, v.charge) as used_charge, coalesce(u.shop, v.shop) as used_shop,
       coalesce(u.amount, v.amount) as used_amount, coalesce(u.requires_action, v.requires_action) as used_requires_action,
       v.step as used_step, coalesce(g.count, 0) as guesses, g.window_ends, r.elder, w.debits, l.no_pin_max,
       l.payment_max, l.day_max, l.month_max, l.new_payee_max, l.new_payee_day_max, l.day as spending_day, l.day_base,
       l.month, l.month_base
  from asked a
  left join lateral (
    select code, resident, expires_at from payments.pay_codes where code = decode(a.code, 'hex') offset 0) c on true
  left join devices d on d.number = a.number
  left join lateral (
    select charge, shop, amount, requires_action from payments.pay_code_uses where code = c.code offset 0) u on true
  left join lateral (
    select charge, shop, amount, requires_action, step from payments.pay_code_uses
     where device = d.id and charge = a.charge
     order by step desc limit 1) v on true
  left join lateral (
    select id, wallet, coalesce(phone, '') as phone, state, elder_at is not null as elder,
           visitor and named_at is null as visitor
      from people.residents where id = coalesce(c.resident, d.resident) offset 0) r on true
  left join lateral (
    select debits + pending_debits as debits from ledger.accounts where id = r.wallet offset 0) w on true
  left join lateral (select * from payments.allowances where resident = r.id offset 0) l on true
  left join lateral (
    select count, window_ends from payments.pay_code_guesses where shop = a.shop and window_ends > :now offset 0) g on true
 order by a.ord;

-- name: use_codes
-- Binds codes to their charges: who inserts first has the code, and of a race all others wait here and find it taken.
-- In the order of codes, so that two batches never wait for each other in a circle. Then the sums of the devices, which
-- are locked already, and the wrong guesses, in the order of shops.
with asked as materialized (
  select * from json_to_recordset(:rows) as r(
    code text, charge uuid, resident uuid, device uuid, step bigint, shop uuid, amount bigint, requires_action boolean,
    at timestamptz, day date)
), used as (
  insert into payments.pay_code_uses (code, charge, resident, device, step, shop, amount, requires_action, at)
  select decode(code, 'hex'), charge, resident, device, step, shop, amount, requires_action, at
    from asked order by code
      on conflict do nothing
  returning code, device, amount
), spent as (
  update payments.pay_devices d
     set spent = case when d.day = s.day then d.spent else 0 end + s.amount, day = s.day
    from (select used.device, sum(used.amount)::bigint as amount, max(asked.day) as day
            from used join asked on decode(asked.code, 'hex') = used.code
           where used.device is not null
           group by used.device) s
   where d.id = s.device
), guessed as (
  insert into payments.pay_code_guesses as g (shop, window_ends, count)
  select shop, :window_ends, count from json_to_recordset(:guesses) as r(shop uuid, count int) order by shop
      on conflict (shop) do update
     set count = case when g.window_ends <= :now then excluded.count else g.count + excluded.count end,
         window_ends = case when g.window_ends <= :now then excluded.window_ends else g.window_ends end
)
select encode(code, 'hex') from used;

-- name: uses_of
-- After the race: to which charge each of these codes went.
select encode(code, 'hex') as code, charge, shop, amount, requires_action
  from payments.pay_code_uses
 where code in (select decode(hex, 'hex') from unnest(:codes::text[]) as hex);

-- name: release_codes
-- What a refused charge took in this transaction is given back: the code, and its part of the device's day.
with freed as (
  delete from payments.pay_code_uses where code in (select decode(hex, 'hex') from unnest(:codes::text[]) as hex)
  returning device, amount
)
update payments.pay_devices d set spent = d.spent - f.amount
  from (select device, sum(amount)::bigint as amount
          from freed where device is not null
         group by device) f
 where d.id = f.device;

-- name: replace_device_of_session
-- A session is one device: it has lost its secret and asks for another.
update payments.pay_devices set revoked_at = :now where session = :session and revoked_at is null;

-- name: insert_device
insert into payments.pay_devices (id, resident, name, enrolled_at, session, day)
values (:id, :resident, :name, :now, :session, :day)
returning number;

-- name: devices_of
-- Those that pay: not revoked, and of no session that is over.
select id, name, enrolled_at, case when day = :day then spent else 0 end as spent_today, session
  from payments.pay_devices d
 where resident = :resident and revoked_at is null
   and (session is null or exists (
     select from people.sessions s where s.id = d.session and s.ended_at is null and s.expires_at > :now))
 order by id;

-- name: revoke_device
update payments.pay_devices set revoked_at = :now where id = :id and resident = :resident and revoked_at is null;

-- name: insert_waiting
-- A charge that waits, and the order that it pays once it is confirmed.
with asked as materialized (
  select * from json_to_recordset(:rows) as r(
    charge uuid, order_id uuid, resident uuid, payee_kind text, payee uuid, payee_name text, account uuid, owner uuid,
    stream text, amount bigint, currency text, reference text, taken_by uuid, expires_at timestamptz)
), kept as (
  insert into payments.waiting_charges (charge, order_id, resident, payee_kind, payee, payee_name, account, owner, stream,
                                        amount, currency, reference, taken_by, created_at, expires_at, state)
  select charge, order_id, resident, payee_kind, payee, payee_name, account, owner, stream, amount, currency, reference,
         taken_by, :now, expires_at, 'waiting'
    from asked
   order by charge
      on conflict (charge) do nothing
  returning charge
), ordered as (
  insert into payments.orders (id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, state, created_at,
                               expires_at, reference, taken_by)
  select order_id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, 'asked', :now, expires_at,
         nullif(reference, ''), taken_by
    from asked where charge in (select charge from kept)
)
select charge from kept;

-- name: waiting_charges
select charge, order_id, resident, payee_kind, payee, payee_name, account, owner, stream, amount, currency, reference,
       taken_by, created_at, expires_at,
       case when state = 'waiting' and expires_at <= :now then 'expired' else state end as state
  from payments.waiting_charges
 where charge = any(:charges::uuid[]);

-- name: lock_waiting_charges
select charge, order_id, resident, payee_kind, payee, payee_name, account, owner, stream, amount, currency, reference,
       taken_by, created_at, expires_at,
       case when state = 'waiting' and expires_at <= :now then 'expired' else state end as state
  from payments.waiting_charges
 where charge = any(:charges::uuid[])
 order by charge
   for update;

-- name: end_waiting_charges
-- The order of a confirmed charge is marked by its payment; any other is closed.
with ended as (
  update payments.waiting_charges set state = :state, ended_at = :now
   where charge = any(:charges::uuid[]) and state = 'waiting'
  returning order_id
)
update payments.orders set state = 'closed'
 where id in (select order_id from ended) and :state <> 'confirmed';

-- name: hold_payees
-- Who puts a charge to its payer shares these; who closes a payee has one alone, and whichever comes second sees what the
-- first did. In one order, so that nobody waits in a circle.
select pg_advisory_xact_lock_shared(hashtextextended('payments.payee ' || payee, 0))::text
  from (select payee from unnest(:payees::uuid[]) as payee order by payee) p;

-- name: close_payee
select pg_advisory_xact_lock(hashtextextended('payments.payee ' || :payee::uuid, 0))::text;

-- name: waiting_charges_of_payee
select charge from payments.waiting_charges where payee = :payee and state = 'waiting';

-- name: next_waiting_charge
select charge from payments.waiting_charges
 where resident = :resident and state = 'waiting' and expires_at > :now
 order by created_at limit 1;

-- name: charges_that_wait
select charge from payments.waiting_charges
 where resident = :resident and state = 'waiting' and expires_at > :now
 order by charge limit :limit;

-- name: charges_waiting_for
select charge, order_id, resident, payee_kind, payee, payee_name, account, owner, stream, amount, currency, reference,
       taken_by, created_at, expires_at, state
  from payments.waiting_charges
 where resident = :resident and state = 'waiting' and expires_at > :now
 order by created_at, charge limit :limit;

-- name: forget_pay_codes
delete from payments.pay_codes where expires_at < :before;

-- name: forget_pay_code_uses
delete from payments.pay_code_uses where at < :before;

-- name: forget_pay_code_guesses
delete from payments.pay_code_guesses where window_ends < :now;
