"""Rules of subsidies that need no database."""

from collections.abc import Sequence

from msgspec import Struct

from openhall.core.payments.offers.types import Subsidy, Terms


class Shares(Struct, frozen=True):
    """To whom a refund goes: the payer, the budget of the discount, the budget of the bounty."""

    payer: int
    discount: int
    bounty: int

    def of(self, subsidies: Sequence[Subsidy]) -> list[int]:
        """The share of each subsidy's budget."""
        return [self.discount if subsidy.kind == "discount" else self.bounty for subsidy in subsidies]

    def for_payee(self) -> "Shares":
        """As the payee's side is shown it: a red packet goes back out of the payer's part, and is theirs alone."""
        return Shares(self.payer + self.bounty, self.discount, 0)


def paid(amount: int, terms: Terms) -> int:
    """What leaves the payer's wallet when the payee receives `amount`."""
    return amount - terms.discount.amount if terms.discount else amount


def returned(amount: int, *, discount: int, bounty: int, before: int, more: int) -> Shares:
    """The shares of a refund of `more`, after `before` was given back of a payment of `amount`.

    Everybody gets back what they gave, in proportion: the payer what they paid less their bounty, the budgets theirs.
    Fractions of a fen are the payer's until the end. Of any series of refunds that give back the whole amount each side
    gets exactly its own, because every share is the difference of two running sums.
    """
    gifts = discount + bounty
    if not gifts:
        return Shares(more, 0, 0)

    def running(refunded: int) -> tuple[int, int]:
        back = refunded * gifts // amount
        of_discount = back * discount // gifts
        return of_discount, back - of_discount

    (discount_before, bounty_before), (discount_after, bounty_after) = running(before), running(before + more)
    to_discount, to_bounty = discount_after - discount_before, bounty_after - bounty_before
    return Shares(more - to_discount - to_bounty, to_discount, to_bounty)
