"""Through whose hands the trade of a shop went: people who work there, and its scanners."""

from collections.abc import Callable, Collection
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.base import db
from openhall.base.i18n import N_
from openhall.city.merchants import keys, staff

_SCANNER = N_("Scanner: %(name)s")


class HandKind(StrEnum):
    """What a hand is: `person` (who works at the shop), `scanner` (a key of it), `code` (none: payers scanned the
    printed code)."""

    PERSON = "person"
    SCANNER = "scanner"
    CODE = "code"


class Hand(Struct, frozen=True):
    """What took or gave back money for a shop. `name` as the shop calls it; a scanner is called as its key is."""

    kind: HandKind
    name: str | None

    def called(self, say: Callable[[str], str]) -> str | None:
        """What people read of it; `say` puts words into the reader's language. None for no hand at all."""
        return say(_SCANNER) % {"name": self.name} if self.kind is HandKind.SCANNER else self.name


NOBODY = Hand(HandKind.CODE, None)


async def hands_at(conn: db.ReadConn, *, shop: UUID, hands: Collection[UUID | None]) -> dict[UUID | None, Hand]:
    """These hands, as they stand on payments and refunds of the shop; None is that of the printed code."""
    known = [hand for hand in hands if hand is not None]
    scanners = await keys.names_at(conn, shop=shop, keys=known)
    people = await staff.names_at(conn, shop=shop, residents=[hand for hand in known if hand not in scanners])
    found: dict[UUID | None, Hand] = {None: NOBODY}
    found |= {hand: Hand(HandKind.SCANNER, name) for hand, name in scanners.items()}
    found |= {hand: Hand(HandKind.PERSON, people.get(hand)) for hand in known if hand not in scanners}
    return found
