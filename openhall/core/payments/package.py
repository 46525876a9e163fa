"""What payments offer the hall."""

from openhall.base import db
from openhall.base.i18n import N_
from openhall.base.package import Check, Package, Scope, Tile
from openhall.core.payments import api, pages, paycodes
from openhall.core.payments.closing import CLOSING
from openhall.core.payments.exports import EXPORTS, WITHHELD
from openhall.core.payments.giving import api as giving_api
from openhall.core.payments.giving import pages as giving_pages
from openhall.core.payments.looks import LOOKS
from openhall.core.payments.paycodes import api as code_api
from openhall.core.payments.paycodes import jobs
from openhall.core.payments.paycodes import pages as code_pages
from openhall.core.payments.refunding import pages as refund_pages
from openhall.core.payments.safety import api as safety_api
from openhall.core.payments.safety import pages as safety_pages
from openhall.core.payments.safety.telling import LARGE_PAYMENT, LIMITS_RAISED
from openhall.core.payments.transfers import api as transfers_api
from openhall.core.payments.transfers import jobs as transfer_jobs
from openhall.core.payments.transfers import pages as transfers_pages
from openhall.core.payments.transfers.telling import TEMPLATES

q = db.load("openhall.core.payments")
of_safety = db.load("openhall.core.payments.safety")
of_transfers = db.load("openhall.core.payments.transfers")
of_charges = db.load("openhall.core.payments.charging")

PACKAGE = Package(
    name="payments",
    module="openhall.core.payments",
    routes=[
        api.router,
        pages.router,
        refund_pages.router,
        code_api.router,
        code_pages.router,
        safety_api.router,
        safety_pages.router,
        transfers_api.router,
        transfers_pages.router,
        giving_api.router,
        giving_pages.router,
    ],
    tasks=[jobs.tasks, transfer_jobs.tasks],
    tiles=[Tile(slot="services", title=N_("Send and receive"), icon="arrow-up-right", href="/transfers", order=15)],
    notices=[paycodes.notices],
    scopes=[
        Scope(
            "wallet.read",
            N_("See the wallet"),
            N_("Balance, statement and receipts."),
            told=N_("Balance, statement and receipts."),
            looked=N_("Looked at the wallet"),
        ),
        Scope(
            "wallet.pay",
            N_("Pay from the wallet"),
            N_("Shops and orders, within the limits of this link. They are told of each payment."),
            told=N_("Shops and orders, within the limits of this link. You are told of each payment."),
            looked=N_("Opened the page for paying"),
            implies=("wallet.read",),
        ),
    ],
    messages=[LARGE_PAYMENT, LIMITS_RAISED, *TEMPLATES],
    looks=LOOKS,
    exports=EXPORTS,
    withheld=WITHHELD,
    closing=CLOSING,
    checks=[
        Check(
            "payments.orders",
            "Each paid order has exactly one payment, and only paid orders have one.",
            q.check_paid_orders,
        ),
        Check("payments.amounts", "A payment has the amount, currency and payee of its order.", q.check_amounts),
        Check(
            "payments.transfers",
            "A payment is one ledger transfer of its amount, from its payer's wallet to its payee.",
            q.check_transfers,
        ),
        Check("payments.unexplained", "The ledger moved nothing as a payment that is none.", q.check_unexplained),
        Check(
            "payments.answers",
            "Every acknowledged payment is there, and every payment was acknowledged.",
            q.check_answers,
        ),
        Check("payments.refunds", "An order was given back what its refunds sum up to, never more.", q.check_refunds),
        Check(
            "payments.refund_transfers",
            "A refund is one ledger transfer of its amount, from its payee to its payer's wallet.",
            q.check_refund_transfers,
        ),
        Check(
            "payments.subsidies",
            "A subsidy is one ledger transfer of its amount, out of its budget, to the payee or to the payer.",
            q.check_subsidies,
        ),
        Check(
            "payments.subsidy_sums",
            "A payer paid something, and no less than their bounty gave back.",
            q.check_subsidy_sums,
        ),
        Check(
            "payments.subsidy_returns",
            "What of a refund went back to a budget is one ledger transfer of its amount, from the payee.",
            q.check_subsidy_returns,
        ),
        Check("payments.pro_rata", "Of what was given back budgets have their share, to the fen.", q.check_pro_rata),
        Check("payments.told", "The payee was told of each payment once (of the last two days).", q.check_told),
        Check(
            "payments.pay_codes",
            "What a pay code paid, whoever showed it paid, to the shop that read it (of the last day).",
            q.check_pay_codes,
        ),
        Check("payments.live_pay_codes", "Nobody has more than three unused pay codes alive.", q.check_live_pay_codes),
        Check(
            "payments.waiting_charges",
            "A charge is confirmed exactly when its payment exists, of its payer, payee and amount.",
            q.check_waiting_charges,
        ),
        Check(
            "payments.shown_orders",
            "An order that is shown has an end, and nobody paid it after that.",
            q.check_shown_orders,
        ),
        Check(
            "payments.charges_answered",
            "Every charge that was acknowledged as waiting for its payer is there.",
            of_charges.check_charges_answered,
        ),
        Check(
            "payments.charge_orders",
            "A waiting charge holds an order for its payer alone; once it is over, the order is paid or closed.",
            of_charges.check_charge_orders,
        ),
        Check(
            "payments.codes_used",
            "A pay code was used up only by what was paid, or put to its payer (of the last day).",
            of_charges.check_codes_used,
        ),
        Check(
            "payments.spent",
            "What counts as spent in a day and a month is what left the wallet since they began.",
            of_safety.check_days_begin_where_they_did,
        ),
        Check("payments.transfers_wait", "The waiting account has exactly what waits.", of_transfers.check_waiting),
        Check(
            "payments.transfers_moved",
            "Money from person to person left once, and arrived or came back once, as its state says.",
            of_transfers.check_legs,
        ),
        Check("payments.transfers_taken", "What had to be taken was, before it arrived.", of_transfers.check_taken),
        Check("payments.met", "Whom somebody met by paying they paid.", of_safety.check_met_by_paying),
    ],
)
