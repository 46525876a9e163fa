"""The pages of the demo city: who lives there, what can be tried, and the phones the messages arrive on."""

from typing import Any

import segno
from litestar import Request, Response, get
from litestar.params import FromPath
from markupsafe import Markup
from msgspec import Struct

from openhall.core import people
from openhall.core.people.demo import PEOPLE
from openhall.demo import lan, phone
from openhall.web import edge
from openhall.web.problems import wants_json
from openhall.web.render import language_of, translate


class Person(Struct, frozen=True):
    """Somebody one can be in the demo city."""

    name: str
    phone: str
    note: str


class Shop(Struct, frozen=True):
    """A shop to try, and where."""

    name: str
    note: str
    till_href: str | None
    poster_href: str | None
    pay_href: str


@get("/demo", opt=edge.DEMO)
async def demo(request: Request[Any, Any, Any], reader: edge.Reader) -> Response[Any]:
    """The city at a glance."""
    language = language_of(request)
    residents = [
        Person(name=name, phone=number.removeprefix("+86"), note=translate(request, language, note))
        for _, number, name, note in PEOPLE
    ]
    address = lan.address()
    url = f"{request.url.scheme}://{address}:{request.url.port or 80}/" if address else None
    qr = Markup(segno.make(url).svg_inline(scale=4)) if url else None  # noqa: S704  our own drawing of our own address
    return edge.page(request, "demo/demo.html", people=residents, shops=[], lan_url=url, lan_qr=qr)


@get("/demo/phone/{number:str}", opt=edge.DEMO)
async def demo_phone(
    request: Request[Any, Any, Any], number: FromPath[str], settings: edge.HallSettings
) -> Response[Any]:
    """The messages sent to a phone, newest first; as JSON when that is asked for. Refusals: `people.phone_invalid`."""
    canonical = people.phone(number)
    if canonical is None:
        raise people.phone_invalid()
    texts = await phone.texts(settings, canonical)
    if wants_json(request):
        return Response(texts, media_type="application/json", headers={"Cache-Control": "no-store"})
    return edge.page(request, "demo/phone.html", number=people.spaced(canonical), messages=texts)


router = edge.pages(demo, demo_phone)
