"""What `python -m openhall.demo.load` puts into a new city."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from openhall.base import clock
from openhall.core import ledger, payouts, people
from tests.hall import Hall

pytestmark = pytest.mark.anyio

KEEPER = "13900139000"


def _load(hall: Hall, folder: Path) -> dict[str, object]:
    """What the launcher does; the facts that it prints."""
    given = {name: getattr(hall.settings, name) for name in hall.settings.__struct_fields__}
    given |= {"bank_files": folder, "bank_account": "6222020200112233445"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENHALL_")}
    environment |= {f"OPENHALL_{name.upper()}": str(value) for name, value in given.items()}
    facts = folder / "facts.json"
    subprocess.run([sys.executable, "-m", "openhall.demo.load", str(facts)], env=environment, check=True)
    found: dict[str, object] = msgspec.json.decode(facts.read_bytes())
    return found


async def test_the_stalls_balance_is_what_its_book_and_its_withdrawals_say(hall: Hall, tmp_path: Path) -> None:
    _load(hall, tmp_path)
    facts = _load(hall, tmp_path)
    keeper = await hall.sign_in(KEEPER)
    shop = str(facts["till"]).split("/")[2]
    today = ledger.business_date(clock.now()).isoformat()
    book = await hall.client.get(f"/api/v1/shops/{shop}/book", params={"from": today, "to": today}, headers=keeper)
    taken = sum(entry["amount"] for entry in book.json()["entries"])
    async with hall.pool.read() as reader:
        owner = await people.resident_with(reader, f"+86{KEEPER}")
        assert owner is not None
        withdrawn = [one.amount for one in await payouts.payouts_of(reader, owner=owner.id)]
        guest = await people.resident_with(reader, "+8613500135000")
        assert guest is not None
        brought_home = [one.amount for one in await payouts.payouts_of(reader, owner=guest.id, of_wallet=True)]
        (account,) = await ledger.accounts_of(reader, UUID(shop))
        left = (await ledger.balance(reader, account.id)).posted
    assert (taken, withdrawn) == (68_000, [50_000]), "once, however often it is loaded"
    assert brought_home == [2_000]
    assert left == taken - sum(withdrawn)
    await hall.books_agree()
