-- name: end_subscriptions
delete from messages.subscriptions where resident = :resident;

-- name: erase_habits
delete from messages.habits where resident = :resident;

-- name: erase_preferences
delete from messages.preferences where resident = :resident;
