"""What cannot be written into a file holds up nobody else, and what the bank says is read whatever goes wrong."""

from pathlib import Path
from uuid import UUID

import pytest

from openhall.base import db
from openhall.core.payouts import rules
from openhall.core.payouts.actions import breaks, exchange
from openhall.core.payouts.types import Rail, ToPay
from tests.core.payouts.stage import Stage

pytestmark = pytest.mark.anyio

RAIL = Rail(Path("bank"), "6200000100000000000", "长安", "changan", "CNY", at_once=True)
# Joined by U+200D; no letter yet; turns the direction of writing; breaks the line; is too long.
NAMES = {
    "👨\u200d🍳早餐": "长安 👨🍳早餐",
    "早\u0378餐": "长安 早餐",
    "\u202e早餐": "长安 早餐",
    "早\u2028餐": "长安 早 餐",
    "x" * 300: "长安 " + "x" * 137,
}


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_a_shop_is_written_without_what_banks_cannot_write(name: str) -> None:
    payout = ToPay(UUID(int=1), name, 100, "CNY", "王小明", "6200000138000000032")
    assert rules.unwritable_payout(RAIL, payout) is None
    assert rules._written_payout(RAIL, payout).remittance == NAMES[name]


async def test_a_shop_named_with_joined_signs_is_paid_with_all_others(stage: Stage) -> None:
    odd = await stage.shop(1_000, "👨\u200d🍳早餐")
    made = [await stage.withdraw(1, odd), await stage.withdraw(200)]
    await stage.go()
    assert [await stage.state(payout) for payout in made] == ["settled", "settled"]


async def test_a_payout_that_cannot_be_written_is_left_out_and_told_to_operators(stage: Stage) -> None:
    bad, good = await stage.withdraw(100), await stage.withdraw(200)
    await rename_holder(stage, "王\u200d小明", only=bad)
    await stage.go()
    assert (await stage.state(bad), await stage.state(good)) == ("requested", "settled")
    (one,) = await stage.breaks()
    assert (one.kind, one.payout, one.ours, one.state) == ("unwritable", bad, 100, "open")
    await rename_holder(stage, "王小明", only=bad)
    await stage.go()
    assert await stage.state(bad) == "requested", "it waits for the operator"
    async with stage.pool.write() as conn:
        await breaks.resolve(conn, break_id=one.id, resident=stage.source.owner, reason="The name is right now.")
    await stage.go()
    assert (await stage.state(bad), len(await stage.breaks())) == ("settled", 1)


async def rename_holder(stage: Stage, holder: str, *, only: UUID) -> None:
    """Behind the hall's back: a name that was written when the account was linked, and cannot be written now."""
    async with stage.pool.write() as conn:
        await conn.execute(
            b"with a as (insert into payouts.bank_accounts (id, owner, holder, number, added_at, usable_at, ended_at)"
            b" select gen_random_uuid(), owner, %s, number, added_at, usable_at, now() from payouts.bank_accounts"
            b" where ended_at is null returning id)"
            b" update payouts.payouts set bank_account = (select id from a) where id = %s",
            [holder, only],
        )


async def test_a_hall_that_cannot_write_its_own_name_marks_nobody(stage: Stage) -> None:
    stage.rail = Rail(stage.rail.folder, stage.rail.account, "长\u200d安", "changan", "CNY", at_once=True)
    payout = await stage.withdraw(100)
    with pytest.raises(Exception, match="U\\+200D"):
        await stage.exchange()
    assert (await stage.state(payout), await stage.breaks()) == ("requested", [])


@pytest.mark.parametrize("step", ["sweep", "close", "send"])
async def test_the_banks_answers_are_read_though_another_step_fails(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    payout = await stage.withdraw(100)
    await stage.exchange()
    stage.bank.step()

    async def broken(pool: db.Pool, *_: object) -> None:
        raise RuntimeError(step)

    monkeypatch.setattr(exchange, step, broken)
    with pytest.raises(RuntimeError, match=step):
        await stage.exchange()
    assert await stage.state(payout) == "settled"
