-- name: obstacle_shops
select count(*) as count, null::bigint as amount
  from merchants.shops s join merchants.merchants m on m.id = s.merchant
 where m.owner = :resident and s.state = 'open';

-- name: obstacle_takings
select count(*) as count, sum(a.credits - a.debits)::bigint as amount
  from merchants.shops s
  join merchants.merchants m on m.id = s.merchant
  join ledger.accounts a on a.id = s.account
 where m.owner = :resident and (a.credits <> a.debits or a.pending_debits <> 0 or a.pending_credits <> 0);

-- name: obstacle_shifts
select count(*) as count, null::bigint as amount from merchants.shifts where resident = :resident and closed_at is null;

-- name: obstacle_staff
select count(*) as count, null::bigint as amount from merchants.staff where resident = :resident and until is null;

-- name: obstacle_markets
select count(*) as count, null::bigint as amount from merchants.markets where manager = :resident;

-- name: end_keys
update merchants.keys set revoked_at = :now
 where revoked_at is null
   and (made_by = :resident
        or shop in (select s.id from merchants.shops s join merchants.merchants m on m.id = s.merchant
                     where m.owner = :resident));

-- name: erase_staff
update merchants.staff set shown_as = null where resident = :resident;

-- name: erase_handovers
-- Markets that were offered to the number.
update merchants.handovers set phone = '' where phone = :phone and outcome is not null;
