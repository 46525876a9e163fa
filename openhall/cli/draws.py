"""`openhall draws`."""

import asyncio
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter

app = App(
    name="draws",
    help_epilogue="Examples:\n\n    openhall draws 0197a0c8-4f5e-7c33-a1f2-0a9b8f6f2c11",
)


@app.default
def run(campaign: Annotated[UUID, Parameter(help="The id of a campaign.")]) -> int:
    """Draw every red packet of a campaign again, and compare it with what was paid.

    Changes nothing. A packet is the least amount plus the first eight bytes of HMAC-SHA256(seed, payment id), as a
    big-endian number, modulo the number of possible amounts. Exit status 1 when one differs.
    """
    from rich.console import Console

    from openhall.base import config

    commitment, drawn, wrong = asyncio.run(_verify(config.load().database_url, campaign))
    console = Console()
    console.print(f"sha256(seed) = {commitment}", highlight=False)
    for line in wrong:
        console.print(line, markup=False)
    console.print(f"{drawn} red packets, {len(wrong)} of them not as the seed draws them.")
    return 1 if wrong else 0


async def _verify(dsn: str, campaign: UUID) -> tuple[str, int, list[str]]:
    from openhall.base import db
    from openhall.city import campaigns

    pool = db.Pool(dsn, 1)
    await pool.open()
    try:
        async with pool.read() as reader:
            checked = await campaigns.verify(reader, campaign)
    finally:
        await pool.close()
    wrong = [f"payment {one.draw.payment}: paid {one.draw.amount}, drawn {one.drawn}" for one in checked.wrong]
    return checked.commitment, checked.count, wrong
