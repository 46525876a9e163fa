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
select s.id, s.merchant, m.owner, s.name, s.category, s.city, s.account, s.state, s.opened_at,
       c.payload as code, c.short_code, c.issued_at
  from merchants.shops s
  join merchants.merchants m on m.id = s.merchant
  join lateral (select * from merchants.codes c where c.shop = s.id order by c.issued_at desc limit 1) c on true
 where s.id = :shop and m.owner = :owner;

-- name: shops_of_owner
select s.id, s.merchant, m.owner, s.name, s.category, s.city, s.account, s.state, s.opened_at,
       c.payload as code, c.short_code, c.issued_at
  from merchants.shops s
  join merchants.merchants m on m.id = s.merchant
  join lateral (select * from merchants.codes c where c.shop = s.id order by c.issued_at desc limit 1) c on true
 where m.owner = :owner
 order by s.state desc, s.opened_at, s.id;

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
select s.id, s.merchant, m.owner, s.name, s.category, s.city, s.account, s.state, s.opened_at,
       c.payload as code, c.short_code, c.issued_at, case m.owner when :resident then 'owner' else t.role end as role
  from merchants.shops s
  join merchants.merchants m on m.id = s.merchant
  join lateral (select * from merchants.codes c where c.shop = s.id order by c.issued_at desc limit 1) c on true
  left join merchants.staff t on t.shop = s.id and t.resident = :resident and t.until is null
 where s.id = :shop and (m.owner = :resident or t.id is not null);
