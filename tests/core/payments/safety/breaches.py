"""What breaks the promises about limits, and the check that finds it."""

BREACHES = [
    ("update payments.allowances set day_base = day_base - 1", "payments.spent"),
    ("update payments.allowances set month_base = month_base + 1000000", "payments.spent"),
    ("insert into payments.met values (gen_random_uuid(), gen_random_uuid(), now(), now(), now(), 1)", "payments.met"),
]
