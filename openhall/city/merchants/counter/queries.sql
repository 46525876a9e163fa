-- name: workplaces
-- Of many residents and shops at once; who does not work there has no row.
select r.ord, r.resident, s.id as shop, m.owner, s.account, s.name, s.state,
       case m.owner when r.resident then 'owner' else t.role end as role
  from json_to_recordset(:rows) as r(ord int, shop uuid, resident uuid)
  join merchants.shops s on s.id = r.shop
  join merchants.merchants m on m.id = s.merchant
  left join merchants.staff t on t.shop = s.id and t.resident = r.resident and t.until is null
 where m.owner = r.resident or t.id is not null;
