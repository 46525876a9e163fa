"""What merchants offer the hall."""

from openhall.base import db
from openhall.base.i18n import N_
from openhall.base.package import Check, Package, Tile
from openhall.city.merchants import api, pages
from openhall.city.merchants.book import api as book_api
from openhall.city.merchants.book import jobs as book_jobs
from openhall.city.merchants.book import pages as book_pages
from openhall.city.merchants.counter import api as counter_api
from openhall.city.merchants.counter import pages as counter_pages
from openhall.city.merchants.demo import load
from openhall.city.merchants.keys import api as keys_api
from openhall.city.merchants.keys import pages as keys_pages
from openhall.city.merchants.registry import payees, streams

q = db.load("openhall.city.merchants")

PACKAGE = Package(
    name="merchants",
    module="openhall.city.merchants",
    routes=(
        api.router,
        pages.router,
        book_api.router,
        book_pages.router,
        counter_api.router,
        keys_api.router,
        counter_pages.router,
        keys_pages.router,
    ),
    tasks=(book_jobs.tasks,),
    tiles=(Tile(slot="services", title=N_("My shops"), icon="store", href="/shops", order=20),),
    payees=(payees,),
    streams=(streams,),
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
        Check("merchants.codes", "An open shop has exactly one active code, a closed shop none.", q.check_codes),
    ),
)
