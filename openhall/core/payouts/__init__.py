"""Payouts: money from accounts of the hall to bank accounts, by files in a folder that the hall and its bank share.

Invariants, kept by the database and proved by `openhall check`:
- the money of a payout leaves its account the moment it is asked for, and lies in the clearing account until the bank
  has decided: that account has exactly what is under way;
- only the bank's own word ends a payout, or two operators where it is lost: settled, rejected or returned; what came
  back is in its account again;
- a batch is one file, whose id, sums and bytes never change; sent again it is the same file;
- a file of the bank is used once and whole, or refused with the reason and nothing happened;
- where our books and the bank's differ there is a break, with a history that is only ever added to.
"""

from openhall.core.payouts import wording
from openhall.core.payouts.actions.accounts import (
    bank_account,
    is_cooling,
    link_bank_account,
    stand,
    stand_down,
    standing_of,
    vouch_bank_account,
)
from openhall.core.payouts.actions.breaks import reconcile
from openhall.core.payouts.actions.exchange import exchange
from openhall.core.payouts.actions.withdraw import payout, payouts_of, withdraw
from openhall.core.payouts.ports import Folder
from openhall.core.payouts.telling import stream_of
from openhall.core.payouts.types import (
    UNDER_WAY,
    BankAccount,
    BreakKind,
    Payout,
    Rail,
    Source,
    Standing,
    State,
)

__all__ = [
    "UNDER_WAY", "BankAccount", "BreakKind", "Folder", "Payout", "Rail", "Source", "Standing", "State", "bank_account",
    "exchange", "is_cooling", "link_bank_account", "payout", "payouts_of", "reconcile", "stand", "stand_down",
    "standing_of", "stream_of", "vouch_bank_account", "withdraw", "wording",
]  # fmt: skip
