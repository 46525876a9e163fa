"""The bank's files: used once and whole, or refused with the reason and nothing happened."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from openhall.base import clock
from openhall.core import ledger
from openhall.core.payouts import problems
from openhall.core.payouts.pages import BREAKS, STATES
from openhall.core.payouts.ports import MAX_BYTES, Folder
from openhall.core.payouts.types import BreakKind, State
from openhall.core.rails.iso20022 import Refusal
from openhall.demo.run import HALL_ACCOUNT
from tests.core.payouts.stage import Stage

pytestmark = pytest.mark.anyio

BOMB = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&b;</Document>"""


async def the_banks_words(stage: Stage) -> dict[str, bytes]:
    """A payout is sent and booked; the bank's three files are taken out of the folder before the hall saw them."""
    await stage.withdraw(30_000)
    await stage.exchange()
    stage.bank.step()
    stage.end_day()
    taken = {}
    for path in stage.folder.incoming.glob("*.xml"):
        kind = next(kind for kind in ("status", "notice", "statement") if kind in path.name)
        taken[kind] = path.read_bytes()
        path.unlink()
    return taken


def bent(content: bytes, old: str, new: str) -> bytes:
    assert old.encode() in content, old
    return content.replace(old.encode(), new.encode())


def _other_closing(content: bytes) -> bytes:
    """The closing balance is one fen more."""
    head, _, tail = content.partition(b"CLBD")
    return head + b"CLBD" + tail.replace(b"00</Amt>", b"01</Amt>", 1)


def _other_payout(content: bytes) -> bytes:
    head, _, tail = content.partition(b"<OrgnlEndToEndId>")
    return head + b"<OrgnlEndToEndId>" + b"0" * 32 + tail[32:]


BAD: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    Refusal.NOT_XML: ("statement", lambda content: content[: len(content) // 2]),
    Refusal.DTD: ("statement", lambda _: BOMB),
    Refusal.ENCODING: ("statement", lambda content: content.decode().encode("utf-16")),
    Refusal.TOO_LARGE: ("statement", lambda content: content + b" " * MAX_BYTES),
    Refusal.UNBALANCED: ("statement", _other_closing),
    Refusal.WRONG_CURRENCY: ("notice", lambda content: bent(content, 'Ccy="CNY"', 'Ccy="USD"')),
    Refusal.WRONG_ACCOUNT: ("notice", lambda content: bent(content, HALL_ACCOUNT, "6200000000000000000")),
    Refusal.TOTALS_DIFFER: (
        "status",
        lambda content: bent(content, "<OrgnlCtrlSum>300.00</OrgnlCtrlSum>", "<OrgnlCtrlSum>301.00</OrgnlCtrlSum>"),
    ),
    Refusal.UNSUPPORTED_VERSION: ("status", lambda content: bent(content, "pain.002.001.10", "pain.002.001.03")),
    Refusal.WRONG_MESSAGE: ("status", lambda _: b"<Document xmlns='urn:something'/>"),
    problems.UNKNOWN_MESSAGE: ("status", lambda content: bent(content, "<OrgnlMsgId>changan", "<OrgnlMsgId>another")),
    problems.UNKNOWN_PAYOUT: ("status", _other_payout),
}


@pytest.mark.parametrize("code", BAD)
async def test_a_bad_file_is_refused_whole_with_the_reason(stage: Stage, code: str) -> None:
    kind, bend = BAD[code]
    good = (await the_banks_words(stage))[kind]
    before = await stage.told()
    stage.drop("bad.xml", bend(good))
    await stage.exchange()
    (file,) = await stage.files()
    assert (file.state, file.code, file.name) == ("refused", code, "bad.xml"), file
    assert [path.name for path in stage.folder.refused.iterdir()] == [f"{file.id}-bad.xml"]
    assert (await stage.told(), await stage.clearing()) == (before, 30_000), "nothing happened"
    stage.drop("good.xml", good)
    await stage.exchange()
    assert (await stage.files())[0].state == "read", "the right file is taken after it"


async def test_a_file_dropped_twice_is_refused_the_second_time_and_nothing_changes(stage: Stage) -> None:
    words = await the_banks_words(stage)
    for kind, content in words.items():
        stage.drop(f"{kind}.xml", content)
    await stage.exchange()
    told = await stage.told()
    for kind, content in words.items():
        stage.drop(f"{kind}-again.xml", content)
    await stage.exchange()
    refused = [file for file in await stage.files() if file.state == "refused"]
    assert [(file.code, file.detail) for file in sorted(refused, key=lambda file: file.name)] == [
        (problems.SEEN_BEFORE, f"{kind}.xml") for kind in ("notice", "statement", "status")
    ]
    assert (await stage.told(), await stage.breaks(), await stage.paid_out()) == (told, [], 30_000)


async def test_a_message_with_other_bytes_is_still_the_same_message(stage: Stage) -> None:
    words = await the_banks_words(stage)
    stage.drop("a.xml", words["notice"])
    stage.drop("b.xml", words["notice"] + b"\n")
    await stage.exchange()
    assert [(file.name, file.code) for file in await stage.files()] == [
        ("b.xml", problems.SEEN_BEFORE),
        ("a.xml", None),
    ]


async def test_a_statement_in_a_new_message_is_still_the_same_statement(stage: Stage) -> None:
    words = await the_banks_words(stage)
    stage.drop("a.xml", words["statement"])
    stage.drop("b.xml", bent(words["statement"], "<MsgId>DEMO-STATEMENT-1</MsgId>", "<MsgId>NEW</MsgId>"))
    await stage.exchange()
    assert [(file.name, file.code) for file in await stage.files()] == [
        ("b.xml", problems.SEEN_BEFORE),
        ("a.xml", None),
    ]


@pytest.mark.parametrize("kind", ["notice", "statement"])
async def test_a_bank_may_number_its_reports_anew_each_year(stage: Stage, kind: str) -> None:
    content = (await the_banks_words(stage))[kind]
    year = ledger.business_date(clock.now()).year
    later = re.sub(rb"<MsgId>[^<]*", b"<MsgId>NEW", content).replace(b">%d-" % year, b">%d-" % (year + 1))
    assert later.count(b">%d-" % (year + 1)) > 1
    for name, said in (("a.xml", content), ("b.xml", later), ("c.xml", later.replace(b">NEW<", b">NEWER<"))):
        stage.drop(name, said)
        await stage.exchange()
    assert [(file.name, file.code) for file in await stage.files()] == [
        ("c.xml", problems.SEEN_BEFORE),
        ("b.xml", None),
        ("a.xml", None),
    ]


async def test_the_bank_that_drops_its_files_twice_changes_nothing(stage: Stage) -> None:
    stage.plan("again", times=3)
    payout = await stage.withdraw(30_000)
    await stage.go()
    assert await stage.state(payout) == "settled"
    assert [file.code for file in await stage.files() if file.state == "refused"] == [problems.SEEN_BEFORE] * 2


async def test_files_that_are_still_being_written_are_left_alone(stage: Stage) -> None:
    for name in (".hidden.xml", "half.xml.part", "half.tmp"):
        stage.drop(name, b"half")
    await stage.exchange()
    assert await stage.files() == []
    assert len(list(stage.folder.incoming.iterdir())) == 3


async def test_a_file_that_replaces_one_not_yet_carried_away_is_read_itself(stage: Stage, tmp_path: Path) -> None:
    """The hall was killed before it carried the first away, and the bank used the name again."""
    words = await the_banks_words(stage)
    stage.folder = Lame(stage.rail)
    stage.drop("bank.xml", words["status"])
    await stage.exchange()
    stage.folder = Folder(stage.rail)
    async with stage.pool.write() as conn:
        await conn.execute(b"update payouts.files set filed = false")
    stage.drop("bank.xml", words["notice"])
    await stage.exchange()
    assert [file.state for file in await stage.files()] == ["read", "read"]
    assert await stage.paid_out() == 30_000


@pytest.mark.parametrize(
    "name", ["statement\u00a01.xml", "对账单" * 27 + ".xml", "x" * 251 + ".xml", "é" * 125 + ".xml"]
)
async def test_a_name_with_an_odd_space_or_as_long_as_a_disk_allows_is_carried_away(stage: Stage, name: str) -> None:
    payout = await stage.withdraw(100)
    stage.drop(name, b"<x/>")
    await stage.go()
    assert stage.folder.waiting() == []
    (moved,) = stage.folder.refused.iterdir()
    assert moved.name.endswith(name[-40:])
    assert await stage.state(payout) == "settled"


async def test_a_file_that_cannot_be_moved_stops_no_other_and_is_decided_once(stage: Stage) -> None:
    payout = await stage.withdraw(100)
    stage.folder = Stuck(stage.rail)
    stage.drop("0-stuck.xml", b"<x/>")
    for _ in range(3):
        with pytest.raises(PermissionError):
            await stage.exchange()
        stage.bank.step()
    assert await stage.state(payout) == "settled"
    assert stage.folder.waiting() == ["0-stuck.xml"]
    assert len([file for file in await stage.files() if file.name == "0-stuck.xml"]) == 1
    stage.folder = Folder(stage.rail)
    await stage.exchange()
    assert stage.folder.waiting() == []


class Stuck(Folder):
    """A folder with a file that somebody else holds."""

    def carry_away(self, name: str, sha256: str, to: str, *, read: bool) -> None:
        if name == "0-stuck.xml":
            raise PermissionError(name)
        super().carry_away(name, sha256, to, read=read)


class Lame(Folder):
    """A folder that carries nothing away."""

    def carry_away(self, name: str, sha256: str, to: str, *, read: bool) -> None:
        """Not even once."""


def test_every_reason_state_and_difference_has_words() -> None:
    assert set(problems.REFUSED) >= set(Refusal) | {
        problems.SEEN_BEFORE, problems.UNKNOWN_MESSAGE, problems.UNKNOWN_PAYOUT,
    }  # fmt: skip
    assert set(STATES) == set(State)
    assert set(BREAKS) == set(BreakKind)
