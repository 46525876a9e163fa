-- name: export_campaigns
select id, title, title_en, kind, state, currency, amount, low, high, first_day, last_day, funded, returned, uses,
       created_at, started_at, ended_at
  from campaigns.campaigns where sponsor = :resident order by id desc limit :limit;

-- name: export_promoter
select code from campaigns.promoters where resident = :resident limit :limit;

-- name: export_invited
select shop_name, at from campaigns.invitations where inviter = :resident order by at desc limit :limit;

-- name: export_came_by
select shop_name, at from campaigns.invitations where owner = :resident order by at desc limit :limit;

-- name: export_earnings
select i.shop_name, e.amount, e.business_date, e.at
  from campaigns.earnings e join campaigns.invitations i on i.shop = e.shop
 where e.inviter = :resident order by e.id desc limit :limit;
