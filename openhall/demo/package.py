"""How the demo city joins the hall; a real city never loads it."""

from openhall.base.package import Package
from openhall.demo import bank, pages
from openhall.demo.agreements import PENSION_REMINDER

PACKAGE = Package(
    name="demo",
    module="openhall.demo",
    routes=(pages.router,),
    agreements=(PENSION_REMINDER,),
    on_joined=(bank.link,),
    demo_only=True,
)
