-- name: export_webhooks
select id, url, events, state, why, created_at, heard_at from webhooks.endpoints
 where resident = :resident order by id desc limit :limit;
