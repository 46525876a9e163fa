"""Withdrawals in every state, with the demo bank at the folder of the served hall; its files and its differences."""

import json
from typing import Any

from openhall.demo.bank import number
from openhall.demo.clearing import Clearing
from openhall.demo.run import HALL_ACCOUNT
from tests.browser.city import Person
from tests.served import openhall, wait_for

URL, WALLET_URL = "/merchants/me/withdrawals", "/me/withdrawals"


def payday(keeper: Person, saver: Person, operator: Person, shop: dict[str, Any]) -> dict[str, str]:
    """The places: `arrived`, `rejected`, `under_way` withdrawals of the keeper's shop; `home` and `not_home` of the
    saver's wallet; a `batch` and a `difference`."""
    folder = keeper.hall.folder
    said = openhall(keeper.hall.environment, "operator", "add", operator.phone)
    assert said.returncode == 0, said.stderr
    data = folder / "clearing"
    data.mkdir()
    # Only with the keeper's own: the demo city has a withdrawal on its way too.
    account = number(f"+86{keeper.phone}")
    plans = [{"what": what, "account": account} for what in ("double", "reject")]
    plans.append({"what": "reject", "account": number(f"+86{saver.phone}"), "reason": "AC04"})
    (data / "plans.jsonl").write_text("\n".join(map(json.dumps, plans)), encoding="utf-8")
    bank = Clearing(folder / "bank", data, account=HALL_ACCOUNT)
    try:
        arrived = _withdraw(keeper, shop, 500, bank, "settled")
        rejected = _withdraw(keeper, shop, 205, bank, "rejected")
        not_home = _sent_off(saver, WALLET_URL, {"amount": 300}, bank, "rejected")
        home = _sent_off(saver, WALLET_URL, {"amount": 200}, bank, "settled")
        (folder / "bank" / "in" / "broken.xml").write_bytes(b"<Document")
        (data / "end-day").touch()
        bank.step()
        difference = _found(operator, "/operator/bank", "/operator/bank/breaks/")
    finally:
        bank.close()
    under_way = _withdraw(keeper, shop, 100, None, "sent")
    batch = _found(operator, "/operator/bank", "/operator/bank/batches/")
    return {
        "arrived": arrived,
        "rejected": rejected,
        "under_way": under_way,
        "home": home,
        "not_home": not_home,
        "batch": batch,
        "difference": difference,
    }


def _withdraw(keeper: Person, shop: dict[str, Any], amount: int, bank: Clearing | None, state: str) -> str:
    return _sent_off(keeper, URL, {"amount": amount, "shop_id": shop["id"]}, bank, state)


def _sent_off(person: Person, url: str, wish: dict[str, Any], bank: Clearing | None, state: str) -> str:
    made = person.api("POST", url, wish)
    assert made.status_code == 201, made.text
    path = f"{url}/{made.json()['id']}"

    def is_there() -> bool:
        if bank is not None:
            bank.step()
        return bool(person.api("GET", path).json()["state"] == state)

    wait_for(is_there, f"the withdrawal to be {state}")
    return str(made.json()["id"])


def _found(operator: Person, page: str, link: str) -> str:
    """The id at the end of the first such link of a page; the page is asked again until it has one."""
    client = operator.hall.client()
    client.cookies.set("openhall_session", operator.new_session())
    found: list[str] = []

    def look() -> bool:
        found[:] = [part.partition('"')[0] for part in client.get(page).text.split(f'href="{link}')[1:]]
        return bool(found)

    wait_for(look, link)
    client.close()
    return found[0]
