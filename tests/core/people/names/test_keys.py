"""The key ring: what it seals, what it marks, and how a key is changed while people come and go."""

import subprocess
import sys
from base64 import b64encode

import msgspec
import pytest

from openhall.base import crypto
from openhall.base.config import ConfigError, Settings, load
from openhall.core.people import names
from tests.conftest import open_hall
from tests.core.people.names.people import CHILD, FATHER, OTHER, PHONE, THIRD, XIAOMING, be, rows, state
from tests.hall import Hall
from tests.outside_fixture import OutsideProgram

OLD = "old:" + b64encode(b"o" * 32).decode()
NEW = "new:" + b64encode(b"n" * 32).decode()


def ring(written: str) -> crypto.KeyRing:
    found = crypto.ring(written)
    assert found is not None
    return found


def test_what_is_sealed_opens_for_its_owner_alone_and_only_unchanged() -> None:
    keys = ring(OLD)
    sealed = keys.seal("王小明".encode(), b"one")
    assert keys.open(sealed, b"one").decode() == "王小明"
    assert keys.seal(b"x", b"one").box != keys.seal(b"x", b"one").box
    changed = crypto.Sealed(sealed.key, sealed.box[:-1] + bytes([sealed.box[-1] ^ 1]))
    renamed = crypto.Sealed("new", sealed.box)
    for wrong, owner in ((sealed, b"two"), (changed, b"one"), (renamed, b"one"), (crypto.Sealed("old", b""), b"one")):
        with pytest.raises(crypto.UnreadableError):
            ring(f"{OLD},{NEW}").open(wrong, owner)


def test_old_keys_read_and_the_first_one_writes() -> None:
    before = ring(OLD).seal(b"text", b"one")
    both = ring(f"{NEW},{OLD}")
    assert both.open(before, b"one") == b"text"
    assert both.seal(b"text", b"one").key == "new"
    with pytest.raises(crypto.UnreadableError):
        ring(NEW).open(before, b"one")


def test_equal_texts_have_equal_marks_under_the_same_key_alone() -> None:
    assert ring(OLD).marks(b"a") == ring(OLD).marks(b"a") != ring(OLD).marks(b"b")
    old, new = {mark.key: mark.mark for mark in ring(f"{NEW},{OLD}").marks(b"a")}, ring(NEW).marks(b"a")[0]
    assert old["new"] == new.mark != old["old"]


@pytest.mark.parametrize(
    "written",
    [
        "main:short",
        "nameless",
        f"UPPER:{b64encode(b'k' * 32).decode()}",
        f"{OLD},",
        f"{OLD},{OLD}",
        "z:" + "A" * 43 + "=",
    ],
)
def test_a_malformed_ring_is_refused_without_telling_it(written: str) -> None:
    environment = {"OPENHALL_DATABASE_URL": "x", "OPENHALL_SECRET": "s" * 32, "OPENHALL_IDENTITY_KEYS": written}
    with pytest.raises(ConfigError) as refused:
        load(environment)
    assert written.partition(":")[2][:20] not in str(refused.value) or not written.partition(":")[2]


async def _rekey(hall: Hall) -> names.Rekeyed:
    keys = ring(hall.settings.identity_keys)
    async with hall.pool.write() as conn:
        return await names.rekey(conn, keys, None)


@pytest.mark.anyio
async def test_a_key_is_changed_while_two_accounts_stay_apart(settings: Settings, outside: OutsideProgram) -> None:
    async with open_hall(msgspec.structs.replace(settings, identity_keys=OLD), outside) as hall:
        me = await hall.sign_in(PHONE)
        await be(hall, me, XIAOMING)
        outside.plan(on="register", answer="error")
        waiting = await hall.sign_in(OTHER)
        assert (await be(hall, waiting, FATHER)).status_code == 202
    async with open_hall(msgspec.structs.replace(settings, identity_keys=f"{NEW},{OLD}"), outside) as hall:
        # Before anything is sealed anew: the same person is known by the old key, somebody else is marked by both.
        third = await hall.sign_in(THIRD)
        assert (await be(hall, third, XIAOMING)).status_code == 409
        assert (await be(hall, third, CHILD)).status_code == 200
        await hall.books_agree()
        assert (await _rekey(hall)).done == 2
        assert (await _rekey(hall)).done == 0
        assert await rows(hall, "select distinct key from people.identities") == [("new",)]
        assert await rows(hall, "select key, count(*) from people.identity_marks group by key order by key") == [
            ("new", 2), ("old", 2),
        ]  # fmt: skip
        await hall.books_agree()
    async with open_hall(msgspec.structs.replace(settings, identity_keys=NEW), outside) as hall:
        await _rekey(hall)
        assert await rows(hall, "select distinct key from people.identity_marks") == [("new",)]
        fourth = await hall.sign_in("13800000004")
        assert (await be(hall, fourth, XIAOMING)).status_code == 409
        async with hall.pool.write() as conn:
            await conn.execute(b"update people.name_claims set next_at = asked_at where state = 'asking'")
        await names.ask_due(hall.pool, hall.settings)
        assert (await state(hall, waiting))["state"] == "matched"
        await hall.books_agree()


@pytest.mark.anyio
async def test_a_key_taken_out_too_early_is_noticed(settings: Settings, outside: OutsideProgram) -> None:
    async with open_hall(msgspec.structs.replace(settings, identity_keys=OLD), outside) as hall:
        await be(hall, await hall.sign_in(PHONE), XIAOMING)
        async with hall.pool.read() as reader:
            assert await names.missing(reader, ring(OLD)) == []
            assert await names.missing(reader, ring(NEW)) == ["old"]
            assert await names.missing(reader, None) == ["old"]
        async with hall.pool.write() as conn:
            step = await names.rekey(conn, ring(NEW), None)
        assert (step.done, step.unreadable) == (0, 1)


def _openhall(settings: Settings, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "OPENHALL_DATABASE_URL": settings.database_url,
        "OPENHALL_SECRET": settings.secret,
        "OPENHALL_DEMO": "true",
    } | more
    command = [sys.executable, "-m", "openhall.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.anyio
async def test_the_command_shows_the_keys_and_seals_anew(settings: Settings, outside: OutsideProgram) -> None:
    with_old = msgspec.structs.replace(settings, identity_keys=OLD)
    async with open_hall(with_old, outside) as hall:
        await be(hall, await hall.sign_in(PHONE), XIAOMING)
    lost = _openhall(settings, "names", OPENHALL_IDENTITY_KEYS=NEW)
    assert lost.returncode == 1
    assert "old: 1 identities, MISSING" in lost.stdout
    done = _openhall(settings, "names", "rekey", OPENHALL_IDENTITY_KEYS=f"{NEW},{OLD}")
    assert (done.returncode, done.stdout) == (0, "1 sealed anew with the key new\n"), done.stderr
    shown = _openhall(settings, "names", OPENHALL_IDENTITY_KEYS=f"{NEW},{OLD}")
    assert shown.stdout.splitlines() == ["new: 1 identities, writes", "old: 0 identities, is read"]
    made = _openhall(settings, "names", "key", "2027")
    assert crypto.ring(made.stdout.strip()) is not None
    none = _openhall(settings, "names")
    assert (none.returncode, "MISSING" in none.stdout) == (1, True)


def test_a_real_hall_without_keys_says_so_at_start(settings: Settings) -> None:
    import asyncio

    from openhall.cli.process import words_about_names

    real = msgspec.structs.replace(settings, demo=False, identity_keys="", register_url="")
    said = asyncio.run(words_about_names(real))
    assert len(said) == 2
    assert all("real names are closed" in word for word in said)
    assert asyncio.run(words_about_names(settings)) == []
