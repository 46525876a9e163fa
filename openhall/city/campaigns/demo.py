"""The offers of the demo city: what the city's own office pays for breakfast."""

from datetime import date, timedelta
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.base.i18n import N_
from openhall.base.package import City
from openhall.city.campaigns import actions
from openhall.city.campaigns.types import Kind, NewCampaign, Rules, State
from openhall.core import ledger, people
from openhall.core.payments.offers import Group

_BUDGET = 2_000_000
_FRIDAY = 1 << 4
_BREAKFAST = Group("category", "5814", N_("Breakfast stall, snacks"))
_TITLES = {
    "friday": ("周五早餐一分钱", "Friday breakfast"),
    "off": ("早餐立减三元五", "Breakfast for less"),
    "bounty": ("付款红包", "Red packet for paying"),
}


async def load(conn: db.Conn, city: City) -> None:
    """Breakfast for one fen on Fridays, 3.50 off every day, and a small bounty; once."""
    office = city.residents["city_office"]
    if await actions.campaigns_of(conn, sponsor=office):
        return
    resident = await people.resident(conn, office)
    await _grant(conn, resident.wallet, 3 * _BUDGET, city.settings.currency)
    today = ledger.local(clock.now()).date()
    for name, rules in _plans(today, today + timedelta(days=365)).items():
        await _run(conn, city, resident, _TITLES[name], rules)


def _plans(first: date, last: date) -> dict[str, Rules]:
    return {
        "friday": Rules(
            kind=Kind.FIXED_PRICE,
            amount=1,
            most_off=1000,
            weekdays=_FRIDAY,
            from_minute=300,
            to_minute=600,
            per_day=1,
            first_day=first,
            last_day=last,
        ),
        "off": Rules(kind=Kind.AMOUNT_OFF, amount=350, min_spend=351, per_day=1, first_day=first, last_day=last),
        "bounty": Rules(kind=Kind.BOUNTY, low=1, high=88, min_spend=88, per_day=3, first_day=first, last_day=last),
    }


async def _run(conn: db.Conn, city: City, sponsor: people.Resident, titles: tuple[str, str], rules: Rules) -> None:
    groups = [] if rules.kind is Kind.BOUNTY else [_BREAKFAST]
    title, title_en = titles
    new = NewCampaign(title, rules, groups, sponsor.wallet, _BUDGET, city.settings.currency, title_en)
    made = await actions.create(conn, sponsor=sponsor.id, new=new, most=city.settings.campaigns_per_resident)
    await actions.change(conn, sponsor=sponsor.id, campaign=made.id, to=State.RUNNING)


async def _grant(conn: db.Conn, wallet: UUID, amount: int, currency: str) -> None:
    """Play money from outside, as a top-up of the city's office."""
    bank = await ledger.open_account(conn, kind="demo.grant", owner=None, currency=currency, floor=None)
    transfer = ledger.Transfer(
        id=ids.new(), debit=bank, credit=wallet, amount=amount, currency=currency, reason="demo_grant"
    )
    (outcome,) = await ledger.post(conn, [transfer], fresh=True)
    if not outcome.ok:
        raise RuntimeError(f"the city's office got no money: {outcome.code}")
