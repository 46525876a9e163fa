"""The first floor: what every city service stands on (ledger, people, rails, payments)."""
