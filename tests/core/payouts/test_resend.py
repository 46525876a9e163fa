"""A file that is sent again, and money that is given back: whoever comes second sees the first."""

from uuid import UUID

import pytest

from openhall.base.errors import Problem
from openhall.core.payouts.actions import batches
from openhall.core.payouts.types import ToSend, Way
from tests.core.payouts.stage import OWNER, Stage, days_later
from tests.core.payouts.test_exits import ask, confirm, decline, end, other
from tests.core.rails.test_pages import Person

pytestmark = pytest.mark.anyio


async def lost_file(stage: Stage, more: int = 0) -> tuple[UUID, UUID]:
    """A payout whose file the bank lost, with another of so much more when there is any, and its break."""
    payout = await stage.withdraw(5_000)
    if more:
        await stage.withdraw(more)
    await stage.exchange()
    for file in stage.folder.out.iterdir():
        file.unlink()
    with days_later(4):
        await stage.reconcile()
    return payout, next(one.id for one in await stage.breaks() if one.payout == payout)


async def resend(stage: Stage) -> ToSend:
    await stage.operator()
    async with stage.pool.write() as conn:
        (batch,) = await batches.newest(conn, limit=9)
        return await batches.resend(conn, batch=batch.id, resident=stage.source.owner)


async def test_what_was_asked_before_the_file_was_sent_again_has_to_be_asked_again(stage: Stage) -> None:
    payout, one = await lost_file(stage)
    second = await other(stage)
    await ask(stage, one, Way.GIVE_BACK)
    assert payout.hex in (await resend(stage)).content.decode()
    with pytest.raises(Problem) as refused:
        await confirm(stage, one, second)
    assert (refused.value.code, await stage.state(payout)) == ("payouts.resent_since", "sent")
    person = Person(stage.hall)
    await person.sign_in(OWNER)
    assert "Batch sent again" in (await person.look(f"/operator/bank/breaks/{one}")).text
    await decline(stage, one, second)
    await ask(stage, one, Way.GIVE_BACK)
    await confirm(stage, one, second, number=4)
    assert (await stage.state(payout), await stage.balance()) == ("rejected", 100_000)


async def test_the_page_notes_who_sent_a_file_again_and_lays_it_out(stage: Stage) -> None:
    await lost_file(stage)
    await stage.operator()
    person = Person(stage.hall)
    await person.sign_in(OWNER)
    async with stage.pool.read() as reader:
        (batch,) = await batches.newest(reader, limit=9)
    place = f"/operator/bank/batches/{batch.id}"
    assert "Batch sent again" not in (await person.look(place)).text
    assert (await person.send(f"{place}/resend")).status_code == 303
    assert [file.name for file in stage.folder.out.iterdir()] == [f"{batch.message_id}.xml"]
    assert "Batch sent again" in (await person.look(place)).text
    async with stage.pool.read() as reader:
        row = await (await reader.execute(b"select resent_by from payouts.batches")).fetchone()
    assert row == (stage.source.owner,)


async def test_a_file_of_which_a_payout_was_settled_by_hand_is_not_sent_again(stage: Stage) -> None:
    payout, one = await lost_file(stage, more=7_000)
    await end(stage, one, Way.SETTLED)
    assert await stage.state(payout) == "settled"
    with pytest.raises(Problem) as refused:
        await resend(stage)
    assert refused.value.code == "payouts.batch_given_back"
