"""For each check of charges and keys: what breaks it."""

BREACHES = {
    # The answer to a charge is an acknowledged payment like any other.
    "payments.answers": [
        "delete from base.idempotency where scope = 'POST /charges' and status = 201",
        "update base.idempotency set body = replace(body, '350', '351') where scope = 'POST /charges'",
    ],
    "payments.charges_answered": [
        "update payments.waiting_charges set amount = amount + 1 where state = 'waiting'",
        "delete from payments.waiting_charges where state = 'waiting'",
    ],
    "payments.charge_orders": [
        "update payments.orders set state = 'open' where state = 'asked'",
        "update payments.orders set state = 'closed' where state = 'asked'",
        "update payments.orders set state = 'asked' where reference = 'closed'",
        "update payments.orders set reference = 'another' where state = 'asked'",
        "update payments.waiting_charges set amount = amount + 1 where state = 'waiting'",
        "delete from payments.waiting_charges where state = 'waiting'",
    ],
    "payments.codes_used": [
        "delete from payments.payments where amount = 350",
        "delete from payments.waiting_charges where state = 'closed'",
    ],
    "merchants.keys": [
        """insert into merchants.keys (id, shop, name, scopes, key_hash, hint, made_by, made_at)
           select gen_random_uuid(), shop, name, scopes, sha256(n::text::bytea), hint, made_by, made_at
             from merchants.keys, generate_series(1, 50) n"""
    ],
}
