"""A father, his daughter, a shop, and the steps by which the one lets the other act."""

from typing import Any
from uuid import UUID

from openhall.core import people
from openhall.core.families.actions import counter
from openhall.core.families.actions.links import Wish
from openhall.core.families.types import Caps, Kind
from tests.core.people.names.people import DAUGHTER, FATHER, be, id_of
from tests.core.people.pins.steps import has_pin
from tests.hall import Hall, Headers, fresh_key

DAUGHTERS, FATHERS, SELLERS, STRANGERS = "13800000001", "13800000002", "13800000003", "13800000004"
OPERATORS = ("13800000008", "13800000009")
ALL = ["wallet.read", "wallet.pay", "messages.read"]
CAPS = {"payment_max": 10_000, "month_max": 30_000}
LINKS = "/api/v1/families/links"


class Family:
    """Both named; the father has money, and a passkey in the session of `father`."""

    def __init__(self, hall: Hall, daughter: Headers, father: Headers, shop: dict[str, Any]) -> None:
        self.hall, self.daughter, self.father, self.shop = hall, daughter, father, shop
        self.father_id = self.daughter_id = UUID(int=0)

    async def propose(self, who: Headers | None = None, **said: Any) -> Any:
        body = {"dependant": FATHERS, "kind": "voluntary", "scopes": ALL, "limits": CAPS} | said
        return await self.hall.client.post(LINKS, json=body, headers=who or self.daughter)

    async def approve(self, link: str, who: Headers | None = None) -> Any:
        return await self.hall.client.post(f"{LINKS}/{link}/approve", headers=who or self.father)

    async def revoke(self, link: str, who: Headers | None = None) -> Any:
        return await self.hall.client.post(f"{LINKS}/{link}/revoke", headers=who or self.father)

    async def linked(self, **said: Any) -> str:
        """A link that lives; its id."""
        made = await self.propose(**said)
        assert made.status_code == 201, made.text
        approved = await self.approve(made.json()["id"])
        assert approved.status_code == 200, approved.text
        return str(approved.json()["id"])

    def behalf(self, who: Headers | None = None, subject: Any = None) -> Headers:
        return (who or self.daughter) | {"On-Behalf-Of": str(subject or self.father_id)}

    async def pay(self, amount: int, key: str | None = None, **said: Any) -> Any:
        """The daughter pays the shop for her father."""
        headers = self.behalf() | ({"Idempotency-Key": key} if key else fresh_key())
        body = {"code": self.shop["code"], "amount": amount} | said
        return await self.hall.client.post("/api/v1/payments", json=body, headers=headers)

    async def get(self, path: str, headers: Headers | None = None) -> Any:
        return await self.hall.client.get(f"/api/v1{path}", headers=headers or self.behalf())

    async def operators(self) -> list[UUID]:
        found = [await id_of(self.hall, await self.hall.sign_in(phone)) for phone in OPERATORS]
        async with self.hall.pool.write() as conn:
            for one in found:
                await people.add_operator(conn, one)
        return found

    async def at_counter(self, kind: Kind = Kind.VOLUNTARY, **more: Any) -> UUID:
        """Settled by two operators, for the daughter; the link."""
        first, second = await self.operators()
        papers = counter.Papers(kind, DAUGHTERS, more.pop("dependant", FATHERS), "both identity cards")
        wish = Wish(more.pop("scopes", ALL), Caps(**CAPS), **more)
        async with self.hall.pool.write() as conn:
            opened = await counter.see(conn, self.hall.settings, operator=first, papers=papers, wish=wish)
        async with self.hall.pool.write() as conn:
            await counter.confirm(conn, self.hall.settings, operator=second, link=opened.id)
        return opened.id


async def strong(hall: Hall, who: Headers) -> None:
    """The session uses a passkey, just now."""
    _, device = await hall.add_passkey(who)
    asked = await hall.client.post("/api/v1/passkeys/step-up-options", headers=who)
    assert asked.status_code == 200, asked.text
    answer = await hall.client.post(
        "/api/v1/passkeys/step-ups", json={"credential": device.use(asked.json())}, headers=who
    )
    assert answer.status_code == 201, answer.text


async def family(hall: Hall) -> Family:
    daughter, father = await hall.sign_in(DAUGHTERS), await hall.sign_in(FATHERS)
    shop = await hall.open_shop(await hall.sign_in(SELLERS))
    assert (await be(hall, daughter, DAUGHTER)).status_code == 200
    assert (await be(hall, father, FATHER)).status_code == 200
    await strong(hall, father)
    await has_pin(hall, daughter)
    await hall.give(father, 100_000)
    made = Family(hall, daughter, father, shop)
    made.father_id, made.daughter_id = await id_of(hall, father), await id_of(hall, daughter)
    return made
