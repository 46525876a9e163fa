-- name: lock_shop
-- One after the other for each shop: the limit of keys holds in the statement after this.
select id from merchants.shops where id = :shop for no key update;

-- name: count_keys
select count(*) from merchants.keys where shop = :shop and revoked_at is null;

-- name: may_make
-- Asked once the shop is locked: whoever is being removed meanwhile makes no key any more.
select exists (select from merchants.shops s join merchants.merchants m on m.id = s.merchant
                where s.id = :shop and m.owner = :resident)
    or exists (select from merchants.staff
                where shop = :shop and resident = :resident and role = 'manager' and until is null);

-- name: insert_key
insert into merchants.keys (id, shop, name, scopes, key_hash, hint, made_by, made_at)
values (:id, :shop, :name, :scopes, :key_hash, :hint, :made_by, :now);

-- name: keys_of_shop
select id, name, scopes, hint, made_at, used_at from merchants.keys
 where shop = :shop and revoked_at is null
 order by id;

-- name: key_names
-- Also of keys that are revoked: what they did stays.
select id, name from merchants.keys where shop = :shop and id = any(:keys::uuid[]);

-- name: revoke_key
update merchants.keys set revoked_at = coalesce(revoked_at, :now) where id = :key and shop = :shop returning id;

-- name: end_keys_by
-- Who no longer manages the shop takes no power along: the keys that they made end with their role.
update merchants.keys set revoked_at = :now, left_with_maker = true
 where shop = :shop and made_by = :resident and revoked_at is null;

-- name: keys_left_with_maker
select id, name, hint, revoked_at as ended_at from merchants.keys
 where shop = :shop and left_with_maker and revoked_at > :since
 order by revoked_at desc, id desc limit :limit;

-- name: keys_at_work
-- The offset keeps the planner to one look into the index for each key, however small the table was when it planned.
select r.ord, k.id as key, k.scopes, k.used_at, s.id as shop, m.owner, s.account, s.name, s.state
  from json_to_recordset(:rows) as r(ord int, hash text)
  join lateral (select * from merchants.keys where key_hash = decode(r.hash, 'hex') and revoked_at is null offset 0) k
    on true
  join lateral (select * from merchants.shops where id = k.shop offset 0) s on true
  join lateral (select * from merchants.merchants where id = s.merchant offset 0) m on true;

-- name: see_keys
update merchants.keys set used_at = :now
 where id in (select id from merchants.keys where id = any(:keys::uuid[]) order by id for no key update skip locked);
