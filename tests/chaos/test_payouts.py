"""kill -9 of the worker in the middle of withdrawals: each arrives once, and the books agree."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from openhall.demo.clearing import Clearing
from openhall.demo.run import HALL_ACCOUNT
from tests.browser.city import Person
from tests.served import Served, wait_for

URL = "/merchants/me/withdrawals"


@pytest.fixture
def bank(hall: Served) -> Iterator[Clearing]:
    opened = Clearing(hall.folder / "bank", hall.folder / "clearing", account=HALL_ACCOUNT)
    yield opened
    opened.close()


def test_a_killed_worker_loses_and_doubles_no_withdrawal(hall: Served, bank: Clearing) -> None:
    with closing(Person(hall, "13500000001")) as payer, closing(Person(hall, "13500000002")) as keeper:
        shop = keeper.open_shop()
        payer.top_up(100_000)
        for _ in range(2):
            payer.pay(shop, 50_000)
        for round_ in range(6):
            for _ in range(5):
                assert keeper.api("POST", URL, {"amount": 100}).status_code == 201
            if round_ % 2:
                wait_for(lambda: any(bank.out.iterdir()), "a file for the bank")
            hall.worker.kill()
            bank.step()
            hall.worker.start()

        def all_arrived() -> bool:
            bank.step()
            states = [one["state"] for one in keeper.api("GET", URL).json()["withdrawals"]]
            return set(states) == {"settled"}

        wait_for(all_arrived, f"every withdrawal to arrive; the worker said {hall.worker.words()[-3000:]}")
        money = keeper.api("GET", "/merchants/me/money").json()
        assert money["shops"][0]["available"] == 100_000 - 30 * 100
    assert hall.check().returncode == 0, hall.check().stdout
