"""What has to add up in a statement: details to their entry, entries to the totals, all of it to the balances."""

from collections.abc import Sequence

from openhall.base import money
from openhall.core.rails.iso20022 import parts, values
from openhall.core.rails.iso20022.refusals import Refusal
from openhall.core.rails.iso20022.types import Detail, Entry, Statement
from openhall.core.rails.iso20022.xml import Node


def check_balance(node: Node, statement: Statement) -> None:
    """Opening balance + entries = closing balance."""
    moved = sum(entry.amount for entry in statement.entries)
    opening, closing = statement.opening.amount, statement.closing.amount
    if opening + moved != closing:
        numbers = [money.plain(number, statement.currency) for number in (opening, moved, closing)]
        raise node.refused(Refusal.UNBALANCED, "{} and {} is not {}".format(*numbers))


def check_details(node: Node, entry: Entry, currency: str) -> None:
    """Details add up to their entry, and each batch has as many and as much as it says.

    A batch without details is right as it is: they come in a file of their own, or never.
    """
    _compare_details(node, entry.details, entry.amount, currency)
    for place, group in zip(node.all("NtryDtls"), entry.groups, strict=True):
        if group.batch is None:
            continue
        count, total = group.batch.number_of_transactions, group.batch.total
        if count is not None and len(group.transactions) not in (0, count):
            raise place.refused(Refusal.DETAILS_DIFFER, f"{count} transactions, listed are {len(group.transactions)}")
        if total is not None:
            _compare_details(place, group.transactions, total, currency)
    totals = [group.batch.total for group in entry.groups if group.batch and group.batch.total is not None]
    if totals and len(totals) == len(entry.groups) and sum(totals) != entry.amount:
        raise node.refused(Refusal.DETAILS_DIFFER, f"its batches are {money.plain(sum(totals), currency)}")


def _compare_details(node: Node, details: Sequence[Detail], amount: int, currency: str) -> None:
    listed = [detail.amount for detail in details if detail.amount is not None]
    if listed and sum(listed) != amount:
        found, said = money.plain(sum(listed), currency), money.plain(amount, currency)
        raise node.refused(Refusal.DETAILS_DIFFER, f"listed are {found} instead of {said}")


def check_totals(node: Node, entries: Sequence[Entry], currency: str) -> None:
    """The summary of a statement, as far as there is one: numbers and sums of all, of what came and of what went."""
    if node.maybe("TxsSummry") is None:
        return
    came: list[int] = []
    went: list[int] = []
    for place, entry in zip(node.all("Ntry"), entries, strict=True):
        # An entry of nothing still has its direction.
        (came if parts.read_sign(place) > 0 else went).append(abs(entry.amount))
    for name, amounts in (("TtlNtries", came + went), ("TtlCdtNtries", came), ("TtlDbtNtries", went)):
        summary = node.maybe("TxsSummry", name)
        if summary is None:
            continue
        count = summary.read_at("NbOfNtries", by=values.count)
        if count not in (None, len(amounts)):
            raise summary.refused(Refusal.TOTALS_DIFFER, f"{count} entries, listed are {len(amounts)}")
        _check_sum(summary.maybe("Sum"), sum(amounts), currency)
        if name == "TtlNtries":
            _check_net(summary, sum(came) - sum(went), currency)


def _check_sum(said: Node | None, listed: int, currency: str) -> None:
    if said is None:
        return
    amount = said.read(lambda text: values.amount(text, currency), Refusal.BAD_AMOUNT)
    if amount != listed:
        raise said.refused(Refusal.TOTALS_DIFFER, f"listed are {money.plain(listed, currency)}")


def _check_net(summary: Node, net: int, currency: str) -> None:
    """The net of all entries: in later versions wrapped once more."""
    wrapped = summary.maybe("TtlNetNtry")
    said = wrapped.one("Amt") if wrapped else summary.maybe("TtlNetNtryAmt")
    _check_sum(said, abs(net), currency)
    if said is not None and net and parts.read_sign(wrapped or summary) != (1 if net > 0 else -1):
        raise said.refused(Refusal.TOTALS_DIFFER, "the net has the wrong direction")
