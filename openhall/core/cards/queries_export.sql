-- name: export_top_ups
select id, amount, currency, state, card, returned, reason, at, finished_at from cards.top_ups
 where resident = :resident order by at desc limit :limit;

-- name: export_leavings
select id, amount, rest, currency, at from cards.leavings where resident = :resident order by at desc limit :limit;

-- name: export_refunds
select id, leaving, top_up, amount, currency, state, reason, at, finished_at from cards.refunds
 where resident = :resident order by at desc limit :limit;
