-- name: export_messages
select m.id, t.code, m.category, t.texts, m.facts, m.link, m.told_at, m.expires_at, m.read_at
  from messages.messages m join messages.templates t on t.id = m.template
 where m.recipient = :resident order by m.id desc limit :limit;

-- name: export_deliveries
select message, channel, state, made_at from messages.deliveries
 where recipient = :resident order by made_at desc limit :limit;

-- name: export_preferences
select category, channel, wanted from messages.preferences
 where resident = :resident order by category, channel limit :limit;

-- name: export_habits
select quiet_from::text as quiet_from, quiet_to::text as quiet_to, letter_to from messages.habits
 where resident = :resident limit :limit;

-- name: export_browsers
select device, made_at from messages.subscriptions where resident = :resident order by id desc limit :limit;
