"""For each check of pay codes: what breaks it."""

BREACHES = {
    "payments.pay_codes": [
        "update payments.pay_code_uses set resident = gen_random_uuid()",
        "update payments.pay_code_uses set shop = gen_random_uuid()",
    ],
    "payments.live_pay_codes": [
        """insert into payments.pay_codes (code, resident, issued_at, expires_at)
           select sha256(n::text::bytea), resident, now(), now() + interval '1 minute'
             from payments.pay_codes, generate_series(1, 4) n""",
    ],
    "payments.waiting_charges": [
        "update payments.waiting_charges set state = 'refused'",
        "update payments.waiting_charges set amount = amount + 1",
        "update payments.waiting_charges set resident = gen_random_uuid()",
        "delete from payments.payments",
    ],
}
