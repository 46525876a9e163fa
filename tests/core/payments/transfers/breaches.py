"""What breaks the promises about money between people, and the check that finds it."""

BREACHES = [
    ("update payments.transfers set amount = amount + 1", "payments.transfers_wait"),
    ("update payments.transfers set amount = amount + 1", "payments.transfers_moved"),
    ("delete from payments.transfers", "payments.transfers_moved"),
    (
        "update payments.transfers set shown_as = null, state = 'completed', ended_at = now(), moved = id",
        "payments.transfers_taken",
    ),
]
