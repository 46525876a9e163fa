-- name: export_shops
select s.name, s.category, s.city, s.state, s.opened_at, s.closed_at
  from merchants.merchants m join merchants.shops s on s.merchant = m.id
 where m.owner = :resident order by s.opened_at desc limit :limit;

-- name: export_work
select s.name as shop, w.role, w.shown_as, w.since, w.until
  from merchants.staff w join merchants.shops s on s.id = w.shop
 where w.resident = :resident order by w.since desc limit :limit;

-- name: export_shifts
select s.name as shop, h.opened_at, h.closed_at, h.payments, h.taken, h.refunds, h.refunded
  from merchants.shifts h join merchants.shops s on s.id = h.shop
 where h.resident = :resident order by h.id desc limit :limit;

-- name: export_invitations
select s.name as shop, i.role, i.shown_as, i.created_at, i.expires_at
  from people.residents r
  join merchants.invitations i on i.phone = r.phone and i.ended_at is null
  join merchants.shops s on s.id = i.shop
 where r.id = :resident order by i.id desc limit :limit;

-- name: export_keys
select s.name as shop, k.name, k.scopes, k.hint, k.made_at, k.used_at
  from merchants.keys k join merchants.shops s on s.id = k.shop
 where k.made_by = :resident and k.revoked_at is null order by k.id desc limit :limit;

-- name: export_markets
select name, city, wholesale_from, founded_at from merchants.markets
 where manager = :resident order by id desc limit :limit;

-- name: export_handovers
select m.name as market, h.offered_at
  from people.residents r
  join merchants.handovers h on h.phone = r.phone and h.outcome is null
  join merchants.markets m on m.id = h.market
 where r.id = :resident order by h.id desc limit :limit;
