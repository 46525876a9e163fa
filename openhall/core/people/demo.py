"""The residents of the demo city who are there from the start."""

from datetime import timedelta
from uuid import UUID

from openhall.base import db
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.base.package import City
from openhall.core.people import pins
from openhall.core.people.actions import operators, residents
from openhall.core.people.names.actions import claims
from openhall.core.people.names.actions.sealing import ring_of
from openhall.core.people.names.types import Answer
from openhall.core.people.recovery import actions as recovery
from openhall.core.people.recovery.types import Evidence

# role, phone, display name, what the demo page says of them
PEOPLE = (
    ("resident", "+8613800138000", "王小明", N_("A resident with a linked bank account: top up, then pay.")),
    ("stall_owner", "+8613900139000", "李秀英", N_("Keeps the breakfast stall: open the till and listen.")),
    ("operator", "+8613600136000", "赵敏", N_("Runs the hall: looks after what goes to the bank and comes from it.")),
    ("colleague", "+8613600136111", "周强", N_("Also runs the hall: where two are needed, the other one.")),
    ("lost_number", "+8613400134000", "孙桂兰", N_("Lost her number: the second operator confirms her recovery.")),
    (
        "named",
        "+8613300133000",
        "李国强",
        N_("Has a real name and the payment PIN 258036: for large sums, limits, and sending money to people."),
    ),
    ("visitor", "+447700900123", "Emma Clarke", N_("A visitor: tops up with a test card, pays, takes the rest home.")),
    ("city_office", "+8613500135000", "市商务局", N_("The city's own office: pays for the city's offers.")),
)

# Who he is in the demo register, and the PIN that the demo page tells.
NATIONAL_ID, PIN = "610199194110010031", "258036"


async def load(conn: db.Conn, city: City) -> None:
    """Let them join, and tell the packages above who they are."""
    for role, phone, name, _ in PEOPLE:
        resident, joined = await residents.find_or_join(
            conn, phone=phone, lang=None, currency=city.settings.currency, on_joined=city.on_joined
        )
        if joined:
            await residents.rename(conn, resident=resident.id, name=name)
        city.residents[role] = resident.id
        # Somebody who never signed in has nothing to object with, so the second operator may confirm at once.
        if joined and role == "lost_number":
            await _lose_number(conn, city, phone)
        if joined and role == "named":
            await _name(conn, city, resident.id, name)
            await pins.give(conn, city.settings, resident=resident.id, pin=PIN)
    # The office is one of them because only operators make offers that are valid at the shops of others.
    for role in ("operator", "colleague", "city_office"):
        await operators.add_operator(conn, city.residents[role])


async def _lose_number(conn: db.Conn, city: City, phone: str) -> None:
    await recovery.open_recovery(
        conn,
        city.settings,
        operator=city.residents["operator"],
        phone=phone,
        evidence=Evidence.IDENTITY_CARD,
        note="照片相符，尾号 0019",
        stolen=False,
    )


async def _name(conn: db.Conn, city: City, resident: UUID, name: str) -> None:
    """He was at the hall before the demo began: the register said yes. A hall that confirms none has not his."""
    try:
        ring = ring_of(city.settings)
    except Problem:
        return
    person = claims.person_of(name, NATIONAL_ID, None)
    claim = await claims.begin(conn, ring, resident=resident, person=person, lease=timedelta())
    if claim is not None:
        await claims.settle(conn, ring, resident=resident, claim=claim, person=person, answer=Answer.YES)
