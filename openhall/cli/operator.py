"""`openhall operator`."""

import asyncio
from typing import Literal

from cyclopts import App

app = App(
    name="operator",
    help_epilogue="Examples:\n\n"
    "    openhall operator\n\n"
    "    openhall operator add 13800138000\n\n"
    "    openhall operator remove 13800138000",
)


@app.default
def run(what: Literal["list", "add", "remove"] = "list", phone: str = "") -> int:
    """Say who runs this hall: operators see batches, files and differences at /operator/bank.

    They are residents: they must have signed in once.

    Parameters
    ----------
    what
        List the operators, add one, or remove one.
    phone
        The phone they sign in with.
    """
    return asyncio.run(_act(what, phone))


async def _act(what: str, phone: str) -> int:
    from openhall.base import config, db
    from openhall.core import people

    settings = config.load()
    pool = db.Pool(settings.database_url, 2)
    await pool.open()
    try:
        async with pool.write() as conn:
            if what == "list":
                print("\n".join(await people.operators(conn)) or "there is no operator")
                return 0
            canonical = people.phone(phone)
            resident = await people.resident_with(conn, canonical) if canonical else None
            if resident is None:
                print(f"nobody signs in with {phone}")
                return 1
            if what == "add":
                await people.add_operator(conn, resident.id)
                print(f"{resident.phone} is an operator now")
                return 0
            was = await people.remove_operator(conn, resident.id)
            print(f"{resident.phone} is an operator no more" if was else f"{resident.phone} was no operator")
            return 0
    finally:
        await pool.close()
