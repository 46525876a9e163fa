-- name: insert_merchant
-- Two first requests of one resident may race: one of them makes the merchant, both then find it.
insert into merchants.merchants (id, owner, created_at) values (:id, :owner, :now)
    on conflict (owner) do nothing;

-- name: lock_merchant
-- The lock makes requests of one owner follow one another, so that the limit of shops holds.
select id from merchants.merchants where owner = :owner for update;

-- name: count_shops
-- A shop opened lately counts even when it is closed again: each takes a short code for ever.
select count(*) from merchants.shops where merchant = :merchant and (state = 'open' or opened_at > :lately);

-- name: insert_shop
insert into merchants.shops (id, merchant, name, category, city, account, opened_at)
values (:id, :merchant, :name, :category, :city, :account, :now);

-- name: insert_code
-- No row when the short code is taken: then another one is drawn.
insert into merchants.codes (id, shop, short_code, payload, issued_at)
values (:id, :shop, :short_code, :payload, :now)
    on conflict (short_code) do nothing;

-- name: shop_of_owner
-- A shop with its newest code. Somebody else's shop is not found, like one that does not exist.
select * from merchants.coded_shops where id = :shop and owner = :owner;

-- name: owner_of_shop
select m.owner from merchants.shops s join merchants.merchants m on m.id = s.merchant where s.id = :shop;

-- name: shops_of_owner
select * from merchants.coded_shops where owner = :owner order by state desc, opened_at, id;

-- name: close_shop
update merchants.shops s set state = 'closed', closed_at = :now
  from merchants.merchants m
 where m.id = s.merchant and m.owner = :owner and s.id = :shop and s.state = 'open';

-- name: revoke_codes
update merchants.codes set revoked_at = :now where shop = :shop and revoked_at is null;

-- name: resolve
-- Every code of the list that is registered here, by its id or by its short code, in one statement.
select r.ord, s.id as shop, m.owner, s.account, s.name, s.category, s.city, s.state, c.id as code,
       case when c.revoked_at is null then 'active' else 'revoked' end as code_state
  from json_to_recordset(:rows) as r(ord int, id text, short_code text)
  join lateral (select * from merchants.codes where id = r.id
                 union all
                select * from merchants.codes where short_code = r.short_code) c on true
  join merchants.shops s on s.id = c.shop
  join merchants.merchants m on m.id = s.merchant;

-- name: shops_of_owners
-- For many residents at once, in one statement. Closed shops too: what they took can still be refunded.
select m.owner, s.id as shop
  from merchants.merchants m join merchants.shops s on s.merchant = m.id
 where m.owner = any(:owners)
 order by s.id;

-- name: check_accounts
-- Every shop has exactly one ledger account of its own, which cannot go below zero.
select s.id as shop, count(a.id) as accounts
  from merchants.shops s
  left join ledger.accounts a on a.owner = s.id and a.kind = 'merchant'
 group by s.id, s.account
having count(a.id) <> 1 or min(a.floor) is distinct from 0 or not bool_and(a.id = s.account)
 limit 100;

-- name: check_orders
-- What is paid to a shop goes to the account of that shop.
select o.id as order_id, o.payee as shop, o.account
  from payments.orders o
  left join merchants.shops s on s.id = o.payee
 where o.payee_kind = 'shop' and o.account is distinct from s.account
 limit 100;

-- name: check_codes
-- Every open shop has exactly one active code, and a closed one has none.
select s.id as shop, s.state, count(c.id) as active
  from merchants.shops s
  left join merchants.codes c on c.shop = s.id and c.revoked_at is null
 group by s.id
having count(c.id) <> case s.state when 'open' then 1 else 0 end
 limit 100;

-- name: workplace
-- A shop with its newest code, for who works there. Anybody else does not find it, as if it did not exist.
select s.*, case s.owner when :resident then 'owner' else t.role end as role
  from merchants.coded_shops s
  left join merchants.staff t on t.shop = s.id and t.resident = :resident and t.until is null
 where s.id = :shop and (s.owner = :resident or t.id is not null);

-- name: lock_shops_to_close
-- One closing after the other for each shop, in the order of ids; what is read comes in the statement after this.
select id from merchants.shops where id = any(:shops) order by id for no key update;

-- name: close_days
-- Closes business dates of many shops: those with trade that come after a shop's last closing. The dates are sealed.
with taken as materialized (
  select t.* from payments.takings(:shops, :first, :last, :zone) t
   where t.business_date > coalesce((select max(c.business_date) from merchants.closings c where c.shop = t.payee),
                                    '-infinity')
), days as (
  select payee as shop, business_date, sum(count)::int as count, sum(total)::bigint as total,
         sum(refund_count)::int as refund_count, sum(refund_total)::bigint as refund_total,
         string_agg(merchants.closing_line(hour, taken_by, count, total, refund_count, refund_total), e'\n'
                    order by hour, taken_by nulls first) as lines
    from taken group by payee, business_date
), numbered as (
  select d.*, coalesce((select max(c.number) from merchants.closings c where c.shop = d.shop), 0)
              + row_number() over (partition by d.shop order by d.business_date) as number
    from days d
), closed as (
  insert into merchants.closings (shop, business_date, number, count, total, refund_count, refund_total, hash, closed_at,
                                  closed_by)
  select shop, business_date, number, count, total, refund_count, refund_total,
         merchants.closing_hash(shop, business_date, number::int, lines), :now, :closed_by
    from numbered
  returning shop, business_date
), hours as (
  insert into merchants.closed_hours (shop, business_date, hour, taken_by, count, total, refund_count, refund_total)
  select payee, business_date, hour, taken_by, count, total, refund_count, refund_total from taken
)
select count(*) from closed;

-- name: shops_to_close
-- The next shops in the order of ids, closed ones too: they may have traded before.
select id from merchants.shops where id > :after order by id limit :limit;

-- name: last_day_close
select max(business_date) as day from merchants.day_closes;

-- name: first_opening
select min(opened_at) as at from merchants.shops;

-- name: insert_day_close
insert into merchants.day_closes (business_date, shops, closed_at)
values (:business_date, (select count(*) from merchants.closings where business_date = :business_date), :now)
    on conflict do nothing;

-- name: last_closing
select business_date from merchants.closings where shop = :shop order by number desc limit 1;

-- name: closing
select business_date, number, count, total, refund_count, refund_total, encode(hash, 'hex') as hash, closed_at
  from merchants.closings where shop = :shop and business_date = :business_date;

-- name: closings_of_shop
select business_date, number, count, total, refund_count, refund_total, encode(hash, 'hex') as hash, closed_at
  from merchants.closings
 where shop = :shop and business_date between :first and :last
 order by business_date;

-- name: hours_of_shop
-- What a shop took, by hour and hand: closed dates as they were written, the later ones live.
with live as materialized (
  select greatest(:first::date, max(business_date) + 1) as first from merchants.closings where shop = :shop
)
select business_date, hour, taken_by, count, total, refund_count, refund_total
  from merchants.closed_hours
 where shop = :shop and business_date between :first and :last
 union all
select t.business_date, t.hour, t.taken_by, t.count, t.total, t.refund_count, t.refund_total
  from live, payments.takings(array[:shop::uuid], live.first, :last::date, :zone) t
 order by business_date, hour, taken_by nulls first;

-- name: closed_by_date
-- What many shops took on closed business dates, by date.
select business_date, count(*) as shops, sum(count)::bigint as count, sum(total)::bigint as total,
       sum(refund_count)::bigint as refund_count, sum(refund_total)::bigint as refund_total
  from merchants.closings
 where shop = any(:shops) and business_date between :first and :last
 group by business_date order by business_date;

-- name: closed_by_shop
select shop, sum(count)::bigint as count, sum(total)::bigint as total,
       sum(refund_count)::bigint as refund_count, sum(refund_total)::bigint as refund_total
  from merchants.closings
 where shop = any(:shops) and business_date between :first and :last
 group by shop order by total desc, shop;

-- name: closed_by_hour
select hour, sum(count)::bigint as count, sum(total)::bigint as total,
       sum(refund_count)::bigint as refund_count, sum(refund_total)::bigint as refund_total
  from merchants.closed_hours
 where shop = any(:shops) and business_date between :first and :last
 group by hour order by hour;

-- name: check_closings
-- A closing is what was paid and given back on its date, and so are its lines by hand; and nothing was traded up to the
-- last closing of a shop, or up to the last day close of the hall, that is in no closing.
with last as materialized (
  select s.id as shop, greatest(max(c.business_date), (select max(business_date) from merchants.day_closes)) as last
    from merchants.shops s left join merchants.closings c on c.shop = s.id group by s.id
), traded as (
  select t.payee as shop, t.business_date, t.taken_by, sum(t.count) as count, sum(t.total) as total,
         sum(t.refund_count) as refund_count, sum(t.refund_total) as refund_total
    from last, payments.takings(array[last.shop], '-infinity', last.last, 'UTC') t
   group by t.payee, t.business_date, t.taken_by
), written as (
  select shop, business_date, taken_by, sum(count) as count, sum(total) as total, sum(refund_count) as refund_count,
         sum(refund_total) as refund_total
    from merchants.closed_hours group by shop, business_date, taken_by
), by_hand as (
  select coalesce(t.shop, w.shop) as shop, coalesce(t.business_date, w.business_date) as business_date
    from traded t
    full join written w on t.shop = w.shop and t.business_date = w.business_date
                       and coalesce(t.taken_by::text, '') = coalesce(w.taken_by::text, '')
   where (t.count, t.total, t.refund_count, t.refund_total)
         is distinct from (w.count, w.total, w.refund_count, w.refund_total)
), by_day as (
  select c.shop, c.business_date
    from merchants.closings c
    left join (select shop, business_date, sum(count) as count, sum(total) as total, sum(refund_count) as refund_count,
                      sum(refund_total) as refund_total
                 from merchants.closed_hours group by shop, business_date) h using (shop, business_date)
   where (c.count, c.total, c.refund_count, c.refund_total)
         is distinct from (h.count, h.total, h.refund_count, h.refund_total)
)
select * from by_hand union select * from by_day
 limit 100;

-- name: check_closing_numbers
-- The closings of a shop are numbered 1, 2, 3 in the order of their dates, and the hash of each recomputes.
select c.shop, c.business_date, c.number
  from (select *, row_number() over (partition by shop order by business_date) as place from merchants.closings) c
 where c.number <> c.place
    or c.hash is distinct from (
         select merchants.closing_hash(c.shop, c.business_date, c.number, string_agg(
                  merchants.closing_line(h.hour, h.taken_by, h.count, h.total, h.refund_count, h.refund_total), e'\n'
                  order by h.hour, h.taken_by nulls first))
           from merchants.closed_hours h where h.shop = c.shop and h.business_date = c.business_date)
 limit 100;

-- name: lock_code
-- The active printing of a shop, if it is still this one: of two who replace it, the second finds it gone.
select id from merchants.codes where shop = :shop and short_code = :short_code and revoked_at is null for update;

-- name: replace_code
update merchants.codes set revoked_at = :now, revoked_by = :revoked_by where id = :id;

-- name: printings_of_shop
select short_code, issued_at, revoked_at from merchants.codes where shop = :shop
 order by revoked_at is null desc, issued_at desc limit 100;

-- name: printing
-- What the registry says of a printing, by its id or by its short code.
select s.id as shop, m.owner, s.name, s.category, s.city, s.state, c.short_code, c.issued_at, c.revoked_at
  from merchants.codes c
  join merchants.shops s on s.id = c.shop
  join merchants.merchants m on m.id = s.merchant
 where c.id = :id or c.short_code = :short_code;

-- name: rename_shop
-- No row when it is called so already.
update merchants.shops set name = :name where id = :shop and name <> :name;

-- name: workplaces
-- Every shop that a resident owns or works at.
select s.*, case s.owner when :resident then 'owner' else t.role end as role
  from (select s.id as shop from merchants.merchants m join merchants.shops s on s.merchant = m.id where m.owner = :resident
         union select shop from merchants.staff where resident = :resident and until is null) mine
  join merchants.coded_shops s on s.id = mine.shop
  left join merchants.staff t on t.shop = s.id and t.resident = :resident and t.until is null
 order by s.state desc, (s.owner = :resident) desc, s.opened_at, s.id;

-- name: lock_shop
-- Who changes what all its staff share waits for whoever does so already. Also says whether it is open.
select state from merchants.shops where id = :shop for no key update;

-- name: hold_shop
-- A shop that is being closed is waited for, and then is closed; one that is open stays so until this commits.
select state from merchants.shops where id = :shop for share;

-- name: staff_of
select t.id, t.shop, t.resident, t.role, t.shown_as, t.since, r.phone, r.name
  from merchants.staff t join people.residents r on r.id = t.resident
 where t.shop = :shop and t.until is null
 order by t.role desc, t.since, t.id;

-- name: lock_worker
select t.id, t.shop, t.resident, t.role, t.shown_as, t.since, r.phone, r.name
  from merchants.staff t join people.residents r on r.id = t.resident
 where t.id = :worker and t.shop = :shop and t.until is null
   for no key update of t;

-- name: insert_worker
insert into merchants.staff (id, shop, resident, role, shown_as, since)
values (:id, :shop, :resident, :role, :shown_as, :now);

-- name: end_role
update merchants.staff set until = :now where shop = :shop and resident = :resident and until is null;

-- name: name_worker
update merchants.staff set shown_as = :shown_as where id = :worker and until is null;

-- name: names_on_receipts
-- The newest name of each, also of those who left.
select distinct on (resident) resident, shown_as
  from merchants.staff where shop = :shop and resident = any(:residents)
 order by resident, since desc, id desc;

-- name: invite
-- Inviting a number again replaces what it was invited for.
insert into merchants.invitations as i (id, shop, phone, role, shown_as, invited_by, created_at, expires_at)
values (:id, :shop, :phone, :role, :shown_as, :invited_by, :now, :expires_at)
    on conflict (shop, phone) where ended_at is null do update
   set role = excluded.role, shown_as = excluded.shown_as, invited_by = excluded.invited_by,
       expires_at = excluded.expires_at
returning id, shop, phone, role, shown_as, expires_at;

-- name: invitations_of
select id, shop, phone, role, shown_as, expires_at
  from merchants.invitations where shop = :shop and ended_at is null and expires_at > :now order by id;

-- name: invitations_for
select i.id, i.shop, i.role, i.shown_as, i.expires_at, s.name, s.category, s.city
  from merchants.invitations i join merchants.shops s on s.id = i.shop
 where i.phone = :phone and i.ended_at is null and i.expires_at > :now and s.state = 'open'
 order by i.id;

-- name: lock_invitation
select i.id, i.shop, i.role, i.shown_as, i.expires_at, s.name, s.category, s.city
  from merchants.invitations i join merchants.shops s on s.id = i.shop
 where i.id = :id and i.phone = :phone and i.ended_at is null and i.expires_at > :now and s.state = 'open'
   for update of i;

-- name: end_invitation
update merchants.invitations set ended_at = :now, outcome = :outcome, phone = null
 where id = :id and shop = :shop and ended_at is null;

-- name: end_late_invitations
-- Elsewhere the shop is locked before its invitations. Here no shop is, so nobody is waited for: what somebody has in hand
-- is left for the next hour.
update merchants.invitations set ended_at = :now, outcome = 'expired', phone = null
 where id in (select id from merchants.invitations where ended_at is null and expires_at <= :now
               order by id for update skip locked);

-- name: cashier_refund_max
select cashier_refund_max from merchants.shops where id = :shop;

-- name: set_cashier_refund_max
update merchants.shops set cashier_refund_max = :amount where id = :shop;

-- name: open_shift
-- Nothing when one is open already.
insert into merchants.shifts (id, shop, resident, opened_at, opened_after)
values (:id, :shop, :resident, :now, :after)
    on conflict (shop, resident) where closed_at is null do nothing;

-- name: my_open_shift
select * from merchants.shifts
 where shop = :shop and resident = :resident and closed_at is null;

-- name: lock_my_open_shift
select * from merchants.shifts
 where shop = :shop and resident = :resident and closed_at is null
   for no key update;

-- name: lock_shift
select * from merchants.shifts where id = :shift and shop = :shop for no key update;

-- name: shift_totals
-- What the entries of the shop's account between two numbers are: taken or given back by one person, paid by the
-- printed code, or taken or given back by a scanner. Null for `upto`: to this moment. Of a refund that went wholly to the budgets of offers the ledger has no
-- entry under the refund's own id: it is counted once, by the first of its returns.
select count(p.id) filter (where p.taken_by = :resident) as payments,
       coalesce(sum(p.amount) filter (where p.taken_by = :resident), 0)::bigint as taken,
       count(f.id) filter (where f.refunded_by = :resident) as refunds,
       coalesce(sum(f.amount) filter (where f.refunded_by = :resident), 0)::bigint as refunded,
       count(p.id) filter (where p.taken_by is null) as poster_payments,
       coalesce(sum(p.amount) filter (where p.taken_by is null), 0)::bigint as poster_taken,
       count(p.id) filter (where k.id = p.taken_by) as scanner_payments,
       coalesce(sum(p.amount) filter (where k.id = p.taken_by), 0)::bigint as scanner_taken,
       count(f.id) filter (where k.id = f.refunded_by) as scanner_refunds,
       coalesce(sum(f.amount) filter (where k.id = f.refunded_by), 0)::bigint as scanner_refunded
  from ledger.entries e
  left join payments.payments p on p.id = e.transfer
  left join lateral (
    select f.id, f.amount, f.refunded_by from payments.refunds f where f.id = e.transfer
     union all
    select f.id, f.amount, f.refunded_by
      from payments.subsidy_returns b join payments.refunds f on f.id = b.refund
     where b.id = e.transfer
       and not exists (select from payments.subsidy_returns o where o.refund = b.refund and o.id < b.id)
       and f.amount = (select sum(o.amount) from payments.subsidy_returns o where o.refund = b.refund)) f on true
  left join merchants.keys k on k.id = coalesce(p.taken_by, f.refunded_by)
 where e.account = :account and e.number > :after and (:upto::bigint is null or e.number <= :upto);

-- name: close_shift
update merchants.shifts
   set closed_at = :now, closed_after = :after, payments = :payments, taken = :taken, refunds = :refunds,
       refunded = :refunded, poster_payments = :poster_payments, poster_taken = :poster_taken,
       scanner_payments = :scanner_payments, scanner_taken = :scanner_taken, scanner_refunds = :scanner_refunds,
       scanner_refunded = :scanner_refunded
 where id = :shift and closed_at is null;

-- name: shifts_of
-- Those of one person, or of everybody, newest first.
select h.*, t.shown_as, r.name, coalesce(r.phone, r.email, '') as phone
  from merchants.shifts h
  join people.residents r on r.id = h.resident
  left join lateral (select shown_as from merchants.staff t where t.shop = h.shop and t.resident = h.resident
                      order by since desc limit 1) t on true
 where h.shop = :shop and h.id < :before and (:resident::uuid is null or h.resident = :resident)
 order by h.id desc limit :limit;

-- name: shift
select h.*, t.shown_as, r.name, coalesce(r.phone, r.email, '') as phone
  from merchants.shifts h
  join people.residents r on r.id = h.resident
  left join lateral (select shown_as from merchants.staff t where t.shop = h.shop and t.resident = h.resident
                      order by since desc limit 1) t on true
 where h.shop = :shop and h.id = :shift;

-- name: refunded_in_shift
select coalesce(sum(f.amount), 0)::bigint
  from payments.refunds f where f.payee = :shop and f.refunded_by = :resident and f.at >= :since
   and f.business_date >= :day;

-- name: check_shifts
-- The numbers of a closed shift are what the entries between its bounds add up to, and the refunds of which any part
-- lies between them.
select h.id as shift, h.shop
  from merchants.shifts h
  join merchants.shops s on s.id = h.shop
  cross join lateral (
    select count(p.id) filter (where p.taken_by = h.resident) as payments,
           coalesce(sum(p.amount) filter (where p.taken_by = h.resident), 0) as taken,
           count(p.id) filter (where p.taken_by is null) as poster_payments,
           coalesce(sum(p.amount) filter (where p.taken_by is null), 0) as poster_taken,
           count(p.id) filter (where p.taken_by in (select id from merchants.keys)) as scanner_payments,
           coalesce(sum(p.amount) filter (where p.taken_by in (select id from merchants.keys)), 0) as scanner_taken
      from ledger.entries e
      left join payments.payments p on p.id = e.transfer
     where e.account = s.account and e.number > h.opened_after and e.number <= h.closed_after) n
  cross join lateral (
    select count(*) filter (where f.refunded_by = h.resident) as refunds,
           coalesce(sum(f.amount) filter (where f.refunded_by = h.resident), 0) as refunded,
           count(k.id) as scanner_refunds, coalesce(sum(f.amount) filter (where k.id is not null), 0) as scanner_refunded
      from payments.refunds f left join merchants.keys k on k.id = f.refunded_by
     where f.payee = h.shop
       and f.id in (select coalesce(b.refund, e.transfer)
                      from ledger.entries e left join payments.subsidy_returns b on b.id = e.transfer
                     where e.account = s.account and e.number > h.opened_after and e.number <= h.closed_after)) r
 where h.closed_at is not null
   and (h.payments, h.taken, h.refunds, h.refunded, h.poster_payments, h.poster_taken,
        h.scanner_payments, h.scanner_taken, h.scanner_refunds, h.scanner_refunded)
       is distinct from (n.payments, n.taken, r.refunds, r.refunded, n.poster_payments, n.poster_taken,
                         n.scanner_payments, n.scanner_taken, r.scanner_refunds, r.scanner_refunded)
 limit 100;

-- name: check_open_shifts
-- Whoever has an open shift works there.
select h.id as shift, h.shop
  from merchants.shifts h
  join merchants.shops s on s.id = h.shop
  join merchants.merchants m on m.id = s.merchant
  left join merchants.staff t on t.shop = h.shop and t.resident = h.resident and t.until is null
 where h.closed_at is null and m.owner <> h.resident and t.id is null
 limit 100;

-- name: check_open_orders
-- A closed shop shows no order that could still be paid, and waits for no payer.
select o.id as order_id, s.id as shop
  from merchants.shops s
  join payments.shown_orders o on o.payee = s.id and o.payee_kind = 'shop'
 where s.state = 'closed' and o.state = 'open'
 union all
select w.order_id, s.id
  from merchants.shops s join payments.waiting_charges w on w.payee = s.id and w.state = 'waiting'
 where s.state = 'closed'
 limit 100;

-- name: end_invitations_by
-- Whoever may no longer invite has invited nobody.
update merchants.invitations set ended_at = :now, outcome = 'withdrawn', phone = null
 where shop = :shop and invited_by = :resident and ended_at is null;

-- name: check_keys
-- A shop has no more keys than it may.
select shop, count(*) as keys from merchants.keys where revoked_at is null
 group by shop
having count(*) > 50
 limit 100;

-- name: groups_of
-- What the rules of offers can name a shop by: itself, its category, the market it is in now.
select s.id as shop, s.category, m.market
  from merchants.shops s left join merchants.memberships m on m.shop = s.id and m.until is null
 where s.id = any(:shops);

-- name: helpers_of
-- Whoever works at one of these shops besides its owner, or ever did.
select distinct shop as payee, resident from merchants.staff where shop = any(:shops::uuid[]);
