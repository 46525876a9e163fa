-- name: export_closings
select id, closed_at, rest_until, keep_until, asked_at, seen, reopened_at from closing.closings
 where resident = :resident order by closed_at desc limit :limit;

-- name: export_unclaimed
select id, amount, currency, reason, at, given_at from closing.unclaimed
 where resident = :resident order by at desc limit :limit;
