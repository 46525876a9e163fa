"""How the ledger joins the hall: no pages and no API of its own; jobs, and the proofs of its promises."""

from openhall.base import db
from openhall.base.exporting import Export
from openhall.base.package import Check, Package
from openhall.core.ledger.jobs import tasks

q = db.load("openhall.core.ledger")

CHECKS = (
    Check(
        "ledger.two_entries", "Every transfer has one debit and one credit entry, of its amount.", q.check_two_entries
    ),
    Check(
        "ledger.entries_have_transfers",
        "Every entry belongs to a transfer and an account, in one currency.",
        q.check_entries_have_transfers,
    ),
    Check("ledger.balances", "Every account's sums equal those of its entries.", q.check_balances),
    Check(
        "ledger.chain", "The entries of an account are numbered without gaps and each balance follows.", q.check_chain
    ),
    Check("ledger.floors", "No account is below its floor, holds counted.", q.check_floors),
    Check("ledger.pending", "What is reserved on an account equals its open holds.", q.check_pending),
    Check("ledger.resolutions", "A hold is resolved at most once and within its amount.", q.check_resolutions),
    Check("ledger.open_holds", "The list of open holds is what the journal says.", q.check_open_holds),
    Check("ledger.sums_are_zero", "All balances of a currency sum to zero.", q.check_sums_are_zero),
    Check("ledger.only_busy_wait", "Only busy accounts have movements waiting to be folded.", q.check_only_busy_wait),
)

PACKAGE = Package(
    name="ledger",
    module="openhall.core.ledger",
    tasks=(tasks,),
    exports=(Export("accounts", q.export_accounts), Export("wallet", q.export_wallet)),
    checks=CHECKS,
)
