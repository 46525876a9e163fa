"""A crowd that pays and tops up over HTTP while the hall is being killed, and remembers every promise it was given.

Each wish carries a key of its own. A wish whose answer never came is unknown: asked again with the same key it must
come true once, whatever had become of it.
"""

import asyncio
import itertools
import random
from collections.abc import Callable
from types import TracebackType
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from msgspec import Struct

from tests.served import PATIENCE_S, Served

CLIENTS = 32
GIVEN = 200_000
OPENING_BALANCE = 100_000_000
# The hall lets nobody have more than ten top-ups waiting for the bank.
MOST_TOP_UPS = 8
# Answers that leave a wish unknown: being asked at the same moment, and a hall that cannot answer now.
LATER = {409, 503}
# The bank's books outlive a hall: nobody comes twice.
_numbers = itertools.count(13700000000)


class Wish(Struct):
    """A payment or a top-up that somebody wants: asked for at `path` under `key`, promised when `answer` is there.

    `later`: why it was not answered when it was last in vain.
    """

    path: str
    key: str
    amount: int
    answer: str | None = None
    later: str = ""


class Client:
    """One resident with one phone."""

    def __init__(self, http: httpx.AsyncClient, phone: str, shop: str) -> None:
        self.phone = phone
        self.wishes: list[Wish] = []
        self._http = http
        self._shop = shop
        # Another server of the same hall, if this client speaks to another.
        self.at = ""
        self._bearer: dict[str, str] = {}

    async def sign_in(self) -> None:
        self._bearer = await sign_in(self._http, self.phone)

    @property
    def may_top_up(self) -> bool:
        return sum(wish.path != "/payments" for wish in self.wishes) <= MOST_TOP_UPS

    async def pay(self) -> Wish:
        return await self._want("/payments", random.randint(1, 50))

    async def top_up(self, amount: int) -> Wish:
        return await self._want("/wallet/top-ups", amount)

    async def _want(self, path: str, amount: int) -> Wish:
        wish = Wish(path, str(uuid4()), amount)
        self.wishes.append(wish)
        await self.ask(wish)
        return wish

    async def ask(self, wish: Wish) -> bool:
        """Ask for it, or ask again; whether the hall answered. A promise that changes fails the test."""
        about = {"code": self._shop} if wish.path == "/payments" else {"bank_account": "demo"}
        headers = self._bearer | {"Idempotency-Key": wish.key}
        try:
            answer = await self._http.post(
                f"{self.at}/api/v1{wish.path}", json=about | {"amount": wish.amount}, headers=headers
            )
        except httpx.TransportError as lost:
            wish.later = repr(lost)
            return False
        if answer.status_code in LATER:
            wish.later = f"{answer.status_code}: {answer.text}"
            return False
        assert answer.status_code in (201, 202), f"{answer.status_code}: {answer.text}"
        told = str(answer.json()["id"])
        assert wish.answer in (None, told), f"{wish} was answered with {told}"
        wish.answer = told
        return True

    async def get(self, path: str) -> Any:
        answer = await self._http.get(f"/api/v1{path}", headers=self._bearer)
        assert answer.status_code == 200, answer.text
        return answer.json()


class Crowd:
    """`CLIENTS` residents before one shop."""

    def __init__(self, hall: Served) -> None:
        self.hall = hall
        self.clients: list[Client] = []
        self.keeper: dict[str, str] = {}
        self.shop: dict[str, Any] = {}
        self._http = httpx.AsyncClient(
            base_url=hall.url, timeout=30, trust_env=False, limits=httpx.Limits(max_connections=CLIENTS + 8)
        )
        self._stop = asyncio.Event()
        self._running: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Crowd":
        self.keeper = await sign_in(self._http, str(next(_numbers)))
        body = {"shop_name": "混沌早餐", "category": "breakfast", "city": "长安"}
        headers = self.keeper | {"Idempotency-Key": str(uuid4())}
        self.shop = (await self._http.post("/api/v1/merchants", json=body, headers=headers)).json()["shop"]
        self.clients = [Client(self._http, str(next(_numbers)), self.shop["code"]) for _ in range(CLIENTS)]
        await asyncio.gather(*(client.sign_in() for client in self.clients))
        await asyncio.gather(*(client.top_up(GIVEN) for client in self.clients))
        await self._until_final()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._http.aclose()

    def spread(self, *urls: str) -> None:
        """Let the clients speak to these servers in turn."""
        for client, url in zip(self.clients, itertools.cycle(urls), strict=False):
            client.at = url

    def start(self, top_ups: float = 0.0) -> None:
        """Everybody pays, one payment after the other; now and then, at the given share, they top up instead."""
        self._stop.clear()
        self._running = [asyncio.create_task(self._live(client, top_ups)) for client in self.clients]

    async def stop(self) -> None:
        """Nobody begins anything new."""
        self._stop.set()
        await asyncio.gather(*self._running)
        self._running = []

    async def _live(self, client: Client, top_ups: float) -> None:
        while not self._stop.is_set():
            wish = await (client.top_up(100) if client.may_top_up and random.random() < top_ups else client.pay())
            if wish.answer is None:
                await asyncio.sleep(0.1)

    def answered(self, path: str = "/payments") -> int:
        return sum(wish.answer is not None for wish in self._wishes(path))

    def unknown(self) -> int:
        return sum(wish.answer is None for wish in self._wishes())

    async def until_answered(self, more: int, path: str = "/payments") -> None:
        """Wait until so many more were answered."""
        wanted = self.answered(path) + more
        await self._until(lambda: self.answered(path) >= wanted, f"{more} more of {path}")

    async def until_unknown(self, more: int) -> None:
        """Wait until so many more got no answer."""
        wanted = self.unknown() + more
        await self._until(lambda: self.unknown() >= wanted, f"{more} without an answer")

    async def insist(self) -> None:
        """Ask again for what is unknown until each was answered, and once more for everything: no answer changes."""
        for wish, client in self._owned():
            if wish.answer is None:
                await self._until_answered(wish, client)
        owned = self._owned()
        for start in range(0, len(owned), CLIENTS):
            group = owned[start : start + CLIENTS]
            await asyncio.gather(*(self._until_answered(wish, client) for wish, client in group))

    async def _until_answered(self, wish: Wish, client: Client) -> None:
        """Ask until there is an answer: a connection that the server closes as idle at this moment gives none."""
        for _ in range(20):
            if await client.ask(wish):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"no answer to {wish}")

    async def settled(self) -> None:
        """Every promise is kept once, on every book there is."""
        await self.insist()
        await self._until_final()
        promised = {wish.answer: wish.amount for wish in self._wishes("/payments")}
        assert len(promised) == len(self._wishes("/payments"))
        with psycopg.connect(self.hall.database_url) as conn:
            kept = conn.execute("select id::text, amount from payments.payments").fetchall()
        assert sorted(kept) == sorted(promised.items())
        for client in self.clients:
            paid = sum(wish.amount for wish in client.wishes if wish.path == "/payments")
            taken = sum(wish.amount for wish in client.wishes if wish.path != "/payments")
            assert (await client.get("/wallet"))["balance"] == taken - paid
            # The bank gave each top-up once: its accounts open with the same round sum.
            assert self.hall.outside.balance(f"demo:+86{client.phone}") == OPENING_BALANCE - taken
        check = await asyncio.to_thread(self.hall.check)
        assert check.returncode == 0, check.stdout + check.stderr

    async def _until_final(self) -> None:
        """Every top-up has come to its end, and the bank said yes to all of them."""
        for wish, client in self._owned():
            if wish.path == "/payments" or wish.answer is None:
                continue
            path = f"/wallet/top-ups/{wish.answer}"
            deadline = asyncio.get_running_loop().time() + PATIENCE_S
            while (state := (await client.get(path))["state"]) == "processing":
                assert asyncio.get_running_loop().time() < deadline, f"{path} stays {state}"
                await asyncio.sleep(0.2)
            assert state == "succeeded"

    async def _until(self, done: Callable[[], bool], what: str) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not done():
            for task in self._running:
                if task.done():
                    task.result()
            assert asyncio.get_running_loop().time() < deadline, f"{what} did not come\n{self.hall.web.words()}"
            await asyncio.sleep(0.01)

    def _wishes(self, path: str | None = None) -> list[Wish]:
        return [wish for wish, _ in self._owned() if path in (None, wish.path)]

    def _owned(self) -> list[tuple[Wish, Client]]:
        return [(wish, client) for client in self.clients for wish in client.wishes]


async def sign_in(http: httpx.AsyncClient, phone: str) -> dict[str, str]:
    """The header of a new session, by the code that arrived on the demo phone."""
    assert (await http.post("/api/v1/auth/otp", json={"phone": phone})).status_code == 202
    texts = (await http.get(f"/demo/phone/{phone}", headers={"Accept": "application/json"})).json()
    signed_in = await http.post("/api/v1/auth/session", json={"phone": phone, "code": texts[0]["code"]})
    assert signed_in.status_code == 201, signed_in.text
    return {"Authorization": f"Bearer {signed_in.json()['token']}"}
