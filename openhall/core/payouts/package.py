"""What payouts offer the hall."""

from openhall.base import db
from openhall.base.closing import Closing, Obstacle
from openhall.base.exporting import Export
from openhall.base.i18n import N_
from openhall.base.package import Check, Package
from openhall.core.payouts import pages
from openhall.core.payouts.jobs import tasks
from openhall.core.payouts.telling import (
    BANK_ACCOUNT_CHANGED,
    BATCH,
    GIVEN_BACK,
    NOT_ARRIVED,
    STOPPED,
    WALLET_GIVEN_BACK,
    WALLET_NOT_ARRIVED,
    WALLET_STOPPED,
    WALLET_WITHDRAWN,
    streams,
)
from openhall.core.payouts.wallets import api
from openhall.core.payouts.wallets import pages as wallet_pages

q = db.load("openhall.core.payouts")

CHECKS = (
    Check("payouts.clearing", "The clearing account has exactly what is under way.", q.check_clearing),
    Check("payouts.transfers", "The transfers of a payout are exactly those of its state.", q.check_transfers),
    Check("payouts.batches", "A batch has as many payouts, and as much, as it says.", q.check_batches),
    Check("payouts.states", "A payout stands where its batch does.", q.check_states),
    Check(
        "payouts.breaks", "A difference was opened once, and resolved exactly when somebody said why.", q.check_breaks
    ),
    Check("payouts.exits", "What operators ended was asked for by one and confirmed by another.", q.check_exits),
    Check(
        "payouts.forgotten", "Nothing lies unsent: no batch for an hour, no payout for three days.", q.check_forgotten
    ),
    Check("payouts.stuck", "Nothing is under way for a week without an open difference.", q.check_stuck),
    Check("payouts.wallets", "What a resident withdraws leaves their wallet, and nothing else does.", q.check_wallets),
    Check(
        "payouts.twice",
        "What was given back did not leave the bank as well, or a difference says so (of the last two months).",
        q.check_twice,
    ),
    Check("payouts.told", "A payout that ended was told to its owner once (of the last two days).", q.check_told),
)

PACKAGE = Package(
    name="payouts",
    module="openhall.core.payouts",
    routes=(pages.router, api.router, wallet_pages.router),
    tasks=(tasks,),
    streams=(streams,),
    messages=(
        BANK_ACCOUNT_CHANGED,
        NOT_ARRIVED,
        GIVEN_BACK,
        WALLET_WITHDRAWN,
        WALLET_NOT_ARRIVED,
        STOPPED,
        WALLET_STOPPED,
        WALLET_GIVEN_BACK,
    ),
    looks=(BATCH,),
    exports=(
        Export("bank_accounts", q.export_bank_accounts),
        Export("withdrawals", q.export_withdrawals),
        Export("standing", q.export_standing),
    ),
    withheld={
        "break_steps": N_("What operators wrote about differences at the bank."),
        "batches": N_("Which operator had a file sent to the bank again."),
    },
    closing=Closing(
        obstacles=(
            Obstacle(
                code="payouts.under_way",
                title=N_("Money is on its way to your bank: {amount}"),
                remedy=N_("Wait until your bank has it, mostly until the next working day."),
                href="/wallet/withdrawals",
                query=q.obstacle_under_way,
            ),
        ),
        ends=(q.end_standing, q.end_bank_accounts),
        erases=(q.erase_bank_accounts,),
    ),
    checks=CHECKS,
)
