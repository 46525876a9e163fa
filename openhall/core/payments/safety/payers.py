"""Who pays, and what they have spent: what a batch must know of a payer, by one statement."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from openhall.base import clock, db
from openhall.core.payments.safety.types import Spending
from openhall.core.payments.types import Payer
from openhall.core.people import masked

q = db.load("openhall.core.payments.safety")


class Known(Spending, frozen=True, kw_only=True):
    """A payer. The first three are there for who came with a token."""

    token_hash: bytes | None
    proved_at: datetime | None
    strong_at: datetime | None
    resident: UUID
    wallet: UUID
    phone: str
    state: str
    pin_at: datetime | None

    @property
    def payer(self) -> Payer:
        return Payer(self.resident, self.wallet, masked(self.phone))


class Payers:
    """The payers of a batch: asked for when it is made, read later."""

    def __init__(self, reply: db.Reply[Known]) -> None:
        self._reply = reply

    async def all(self) -> tuple[dict[bytes, Known], dict[UUID, Known]]:
        """By token hash, and by id those who were named."""
        found = await self._reply.all()
        tokens = {known.token_hash: known for known in found if known.token_hash is not None}
        return tokens, {known.resident: known for known in found if known.token_hash is None}


async def ask_payers(conn: db.ReadConn, token_hashes: Sequence[bytes], residents: Collection[UUID]) -> Payers:
    """Ask who comes with these tokens, and what is to be known of these residents, with one statement for all."""
    hashes = db.words(f"\\x{token_hash.hex()}" for token_hash in token_hashes)
    reply = await db.ask(conn, q.payers, Known, token_hashes=hashes, residents=db.ids(residents), now=clock.now())
    return Payers(reply)


async def spending_of(conn: db.ReadConn, resident: UUID) -> Known:
    """The same of one resident; LookupError when there is none."""
    nobody = db.words([])
    found = await db.all(conn, q.payers, Known, token_hashes=nobody, residents=db.ids([resident]), now=clock.now())
    if not found:
        raise LookupError("there is no such resident")
    return found[0]
