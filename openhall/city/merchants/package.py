"""What merchants offer the hall."""

from openhall.base import db
from openhall.base.i18n import N_
from openhall.base.package import Check, Package, Tile
from openhall.city.merchants import api, pages
from openhall.city.merchants.book import api as book_api
from openhall.city.merchants.book import jobs as book_jobs
from openhall.city.merchants.book import pages as book_pages
from openhall.city.merchants.closing import CLOSING
from openhall.city.merchants.counter import api as counter_api
from openhall.city.merchants.counter import pages as counter_pages
from openhall.city.merchants.demo import load
from openhall.city.merchants.exports import EXPORTS
from openhall.city.merchants.groups import groups
from openhall.city.merchants.keys import api as keys_api
from openhall.city.merchants.keys import elsewhere
from openhall.city.merchants.keys import pages as keys_pages
from openhall.city.merchants.markets import api as market_api
from openhall.city.merchants.markets import pages as market_pages
from openhall.city.merchants.money import api as money_api
from openhall.city.merchants.money import pages as money_pages
from openhall.city.merchants.orders import api as orders_api
from openhall.city.merchants.orders import pages as orders_pages
from openhall.city.merchants.registry import payees, streams
from openhall.city.merchants.shifts import api as shifts_api
from openhall.city.merchants.shifts import pages as shifts_pages
from openhall.city.merchants.staff import ShopDesk, jobs, notices
from openhall.city.merchants.staff import api as staff_api
from openhall.city.merchants.staff import pages as staff_pages
from openhall.city.merchants.staff.telling import JOINED
from openhall.city.merchants.trust import api as trust_api
from openhall.city.merchants.trust import pages as trust_pages
from openhall.city.merchants.trust.alerts import CODE_REPLACED, LEFT_MARKET, RENAMED

q = db.load("openhall.city.merchants")
market_q = db.load("openhall.city.merchants.markets")

PACKAGE = Package(
    name="merchants",
    module="openhall.city.merchants",
    routes=(
        api.router,
        pages.router,
        staff_api.router,
        staff_pages.router,
        shifts_api.router,
        shifts_pages.router,
        orders_api.router,
        orders_pages.router,
        counter_api.router,
        counter_pages.router,
        keys_api.router,
        keys_pages.router,
        book_api.router,
        book_pages.router,
        money_api.router,
        money_pages.router,
        market_api.router,
        market_pages.router,
        trust_api.router,
        trust_pages.router,
    ),
    tasks=(jobs.tasks, book_jobs.tasks),
    tiles=(Tile(slot="services", title=N_("My shops"), icon="store", href="/shops", order=20),),
    payees=(payees,),
    tokens=(elsewhere,),
    notices=(notices,),
    desks=(ShopDesk(),),
    groups=(groups,),
    streams=(streams,),
    exports=EXPORTS,
    closing=CLOSING,
    messages=(CODE_REPLACED, RENAMED, LEFT_MARKET, JOINED),
    demo=load,
    checks=(
        Check(
            "merchants.accounts",
            "Every shop has exactly one ledger account of its own, never below zero.",
            q.check_accounts,
        ),
        Check("merchants.orders", "What is paid to a shop goes to the account of that shop.", q.check_orders),
        Check(
            "merchants.closings",
            "A closed day of a shop is exactly what was paid and given back on it.",
            q.check_closings,
        ),
        Check(
            "merchants.closing_numbers",
            "Closings are numbered without gaps in the order of their dates, and their hashes recompute.",
            q.check_closing_numbers,
        ),
        Check("merchants.keys", "No shop has more keys than it may.", q.check_keys),
        Check(
            "merchants.market_members",
            "A shop is in one market at a time.",
            market_q.check_market_members,
        ),
        Check(
            "merchants.market_sums",
            "What a market took on a closed date is what its members took, and its wholesale orders are payments.",
            market_q.check_market_sums,
        ),
        Check(
            "merchants.market_days", "A market has every closed date from its first one on.", market_q.check_market_days
        ),
        Check("merchants.codes", "An open shop has exactly one active code, a closed shop none.", q.check_codes),
        Check("merchants.shifts", "The numbers of a closed shift are what went through it.", q.check_shifts),
        Check("merchants.open_shifts", "Whoever has an open shift at a shop works there.", q.check_open_shifts),
        Check(
            "merchants.open_orders",
            "A closed shop shows no order that could still be paid, and waits for no payer.",
            q.check_open_orders,
        ),
    ),
)
