"""`openhall operator`."""

import asyncio

from cyclopts import App

app = App(
    name="operator",
    help="Say who runs this hall: operators see batches, files and differences at /operator/bank.\n\n"
    "They are residents: they must have signed in once.",
    help_epilogue="Examples:\n\n"
    "    openhall operator list\n\n"
    "    openhall operator add 13800138000\n\n"
    "    openhall operator remove 13800138000",
)


@app.command(name="list")
def show() -> int:
    """List the phones of the operators."""
    return asyncio.run(_act("list", None))


@app.command
def add(phone: str) -> int:
    """Let a resident run the hall.

    Parameters
    ----------
    phone
        The phone they sign in with.
    """
    return asyncio.run(_act("add", phone))


@app.command
def remove(phone: str) -> int:
    """Take that back.

    Parameters
    ----------
    phone
        The phone they sign in with.
    """
    return asyncio.run(_act("remove", phone))


async def _act(what: str, phone: str | None) -> int:
    from openhall.base import config, db
    from openhall.core import people

    settings = config.load()
    pool = db.Pool(settings.database_url, 2)
    await pool.open()
    try:
        async with pool.write() as conn:
            if phone is None:
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
