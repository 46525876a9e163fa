"""The ground floor: everything a hall needs that knows nothing of a city.

Configuration, the database, migrations, errors, money, ids, the clock, idempotency, group commit, jobs, events and
their live streams, logs, metrics and languages. Nothing here imports from the floors above.
"""
