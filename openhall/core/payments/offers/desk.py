"""What a teller asks about offers, and what it posts and writes of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from openhall.base import db, ids
from openhall.core import ledger
from openhall.core.payments.offers import rules
from openhall.core.payments.offers.types import (
    NOTHING,
    Due,
    Gift,
    Given,
    GroupSource,
    Membership,
    Memberships,
    OfferSource,
    SubsidyKind,
    Terms,
)
from openhall.core.payments.types import Payee

q = db.load("openhall.core.payments.offers")


class Look:
    """The first question of a batch, under way: is anything offered at all?"""

    def __init__(self, conn: db.ReadConn, offers: "Offers", replies: Sequence[db.Reply[bool]]) -> None:
        self._conn = conn
        self._offers = offers
        self._replies = replies

    async def terms(self, dues: Sequence[Due], *, lock: bool = True) -> list[Terms]:
        """What each payment gets, aligned. Where nothing is offered, as almost always, nothing more is asked."""
        sources = [
            source for source, reply in zip(self._offers.sources, self._replies, strict=True) if any(await reply.all())
        ]
        if not sources or not dues:
            return [NOTHING] * len(dues)
        groups = await self._offers.groups_of(self._conn, list(dict.fromkeys(due.payee for due in dues)))
        terms = [NOTHING] * len(dues)
        for source in sources:
            # Who was given something by one source is not offered anything by the next.
            places = [place for place, one in enumerate(terms) if one is NOTHING]
            found = await source.terms(self._conn, [dues[place] for place in places], groups, lock)
            for place, one in zip(places, found, strict=True):
                terms[place] = one
        return terms


class Offers:
    """The offers of a hall and the groups that their rules may name."""

    def __init__(self, sources: Sequence[OfferSource] = (), groups: Sequence[GroupSource] = ()) -> None:
        self.sources = sources
        self.groups = groups

    async def look(self, conn: db.ReadConn) -> Look:
        """Ask whether anything is offered; the questions travel with those that follow."""
        return Look(conn, self, [await source.look(conn) for source in self.sources])

    async def quote(self, conn: db.ReadConn, due: Due) -> Terms:
        """What a payment would get now. Nothing is kept for it: another payer may be quicker."""
        (terms,) = await (await self.look(conn)).terms([due], lock=False)
        return terms

    async def groups_of(self, conn: db.ReadConn, payees: Sequence[UUID]) -> Memberships:
        """To which groups each of these payees belongs."""
        found: dict[UUID, list[Membership]] = defaultdict(list)
        for source in self.groups:
            for membership in await source.of(conn, payees):
                found[membership.payee].append(membership)
        return found

    async def staff_of(self, conn: db.ReadConn, payees: Sequence[UUID]) -> Mapping[UUID, Sequence[UUID]]:
        """Who works, or has worked, for each of these payees besides its owner."""
        found: dict[UUID, list[UUID]] = defaultdict(list)
        for source in self.groups:
            for helper in await source.staff(conn, payees):
                found[helper.payee].append(helper.resident)
        return found

    async def owned(self, conn: db.ReadConn, resident: UUID) -> list[Payee]:
        """Every payee that belongs to a resident."""
        return [payee for source in self.groups for payee in await source.owned(conn, resident)]


def legs(payment: ledger.Transfer, terms: Terms) -> list[ledger.Transfer]:
    """The transfers of a payment of `payment.amount`, linked: all of them happen, or none. The payment's own, which
    keeps its id, comes first, less the discount."""
    if terms is NOTHING:
        return [payment]
    chain = [(payment.id, payment.debit, payment.credit, rules.paid(payment.amount, terms), payment.reason)]
    if terms.discount:
        gift = terms.discount
        chain.append((ids.new(), gift.account, payment.credit, gift.amount, "discount"))
    if terms.bounty:
        gift = terms.bounty
        chain.append((ids.new(), gift.account, payment.debit, gift.amount, "bounty"))
    return [
        ledger.Transfer(
            id=id_,
            debit=debit,
            credit=credit,
            amount=amount,
            currency=payment.currency,
            reason=reason,
            linked=place < len(chain),
            debits_max=payment.debits_max if place == 1 else None,
        )
        for place, (id_, debit, credit, amount, reason) in enumerate(chain, start=1)
    ]


def given(due: Due, terms: Terms, chain: Sequence[ledger.Transfer], outcome: ledger.Outcome) -> list[Given]:
    """The gifts of a payment whose chain of `legs` was posted."""
    gifts: list[tuple[SubsidyKind, Gift | None]] = [("discount", terms.discount), ("bounty", terms.bounty)]
    found = [(kind, gift) for kind, gift in gifts if gift]
    return [
        Given(leg.id, kind, gift, due, outcome.business_date, outcome.at)
        for leg, (kind, gift) in zip(chain[1:], found, strict=True)
    ]


async def write(conn: db.Conn, offers: Offers, given: Sequence[Given]) -> None:
    """Keep what was given with payments that are already written, and tell who gave it."""
    if not given:
        return
    rows = [
        {
            "id": one.id,
            "payment": one.due.payment,
            "kind": one.kind,
            "offer": one.gift.offer,
            "title": one.gift.title,
            "title_en": one.gift.title_en,
            "account": one.gift.account,
            "payer": one.due.payer,
            "amount": one.gift.amount,
            "currency": one.due.currency,
            "business_date": one.business_date,
            "at": one.at,
        }
        for one in given
    ]
    await db.send(conn, q.write_subsidies, rows=db.rows(rows))
    for source in offers.sources:
        await source.given(conn, given)
