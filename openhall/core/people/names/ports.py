"""The register of residents: the port, and the connector that speaks HTTP to it.

A timeout, a cut answer, an error or an answer of another shape all mean that nothing is known. None of them is a no.
"""

import asyncio
from functools import cache
from typing import Literal, Protocol, TypeVar
from uuid import UUID

import httpx
import msgspec
from msgspec import Struct

from openhall.base import ids, tls
from openhall.base.config import Settings
from openhall.core.people.names.types import Answer, Person

_T = TypeVar("_T")

# An answer is a word; whoever sends more is not the register.
_MOST_BYTES = 1024


class RegisterSilentError(Exception):
    """Nothing is known: ask again later. `why` is a word for the log, and holds nothing of what was asked."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Register(Protocol):
    """What knows the names of a country's residents."""

    async def match(self, *, question: UUID, person: Person) -> Answer:
        """Whether the name and the id are those of one living person. `question` stays the same when it is asked again.

        Raises RegisterSilentError.
        """

    async def is_parent(self, *, parent: Person, child: Person) -> bool:
        """Whether the one is mother or father of the other. Raises RegisterSilentError."""


class _Match(Struct, frozen=True, forbid_unknown_fields=True):
    answer: Answer


class _Parent(Struct, frozen=True, forbid_unknown_fields=True):
    answer: Literal["yes", "no"]


class HttpRegister:
    """`POST {url}/matches {"name", "national_id", "document"}` and `POST {url}/parents {"parent", "child"}`, with the
    shared secret as bearer; the answer is 200 and `{"answer": "yes"}`, `"no"` or, of a match, `"deceased"`."""

    def __init__(self, url: str, secret: str, timeout_s: float) -> None:
        self._url = url.rstrip("/")
        self._headers = {"authorization": f"Bearer {secret}"}
        self._timeout_s = timeout_s

    async def match(self, *, question: UUID, person: Person) -> Answer:
        return _read(await self._ask("/matches", question, person), _Match).answer

    async def is_parent(self, *, parent: Person, child: Person) -> bool:
        asked = {"parent": parent.national_id, "child": child.national_id}
        return _read(await self._ask("/parents", ids.new(), asked), _Parent).answer == "yes"

    async def _ask(self, path: str, question: UUID, body: object) -> bytes:
        headers = self._headers | {"idempotency-key": str(question), "content-type": "application/json"}
        try:
            async with (
                # The client's own time-out is for each step; a register that drips its answer must not hold us longer.
                asyncio.timeout(self._timeout_s),
                httpx.AsyncClient(timeout=self._timeout_s, verify=tls.context(), trust_env=False) as client,
                client.stream("POST", self._url + path, content=msgspec.json.encode(body), headers=headers) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    raise RegisterSilentError(f"status {answer.status_code}")
                return await _short(answer)
        except TimeoutError:
            raise RegisterSilentError("timeout") from None
        except (httpx.HTTPError, httpx.InvalidURL) as silent:
            # Without its cause: an error of the client may repeat what was sent.
            raise RegisterSilentError(type(silent).__name__) from None


async def _short(answer: httpx.Response) -> bytes:
    read = b""
    async for part in answer.aiter_bytes():
        read += part
        if len(read) > _MOST_BYTES:
            raise RegisterSilentError("too long")
    return read


def _read(body: bytes, shape: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise RegisterSilentError("unreadable") from None


@cache
def register_of(settings: Settings) -> Register:
    """The connector to the register of this hall."""
    return HttpRegister(settings.register_url, settings.register_secret, settings.register_timeout_s)
