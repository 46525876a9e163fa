"""kill -9 in the middle of load: every acknowledged payment is there once, and the books agree."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from openhall.base.postgres import Cluster
from openhall.base.postgres_place import Place
from tests.chaos.crowd import Crowd
from tests.outside_fixture import OutsideProgram
from tests.served import Served, environment, openhall, served

pytestmark = pytest.mark.anyio


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The second field is the name in brackets, which may hold blanks.
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == pid:
            found.append(int(stat.parent.name))
    return found


async def test_a_killed_web_process_forgets_no_promise(hall: Served) -> None:
    async with Crowd(hall) as crowd:
        crowd.start(top_ups=0.05)
        await crowd.until_answered(200)
        hall.web.kill()
        await crowd.until_unknown(64)
        await asyncio.to_thread(hall.web.start)
        await crowd.until_answered(200)
        await crowd.stop()
        assert crowd.unknown() >= 64
        await crowd.settled()


async def test_a_killed_one_of_two_web_processes_is_replaced_under_load(
    own_database: str, outside: OutsideProgram, tmp_path: Path
) -> None:
    with served(own_database, outside, tmp_path, workers=2) as hall:
        async with Crowd(hall) as crowd:
            # uvicorn starts its servers and a helper of multiprocessing; whichever dies must not matter.
            servers = children(hall.web.pid)
            assert len(servers) >= 2
            crowd.start(top_ups=0.05)
            await crowd.until_answered(100)
            os.kill(servers[-1], signal.SIGKILL)
            await crowd.until_answered(300)
            await crowd.stop()
            assert hall.web.is_alive
            assert len(children(hall.web.pid)) == len(servers)
            await crowd.settled()


async def test_a_killed_worker_leaves_no_top_up_behind(hall: Served, outside: OutsideProgram) -> None:
    """It dies while it speaks to the bank: some charges are taken, and nobody has heard of it."""
    async with Crowd(hall) as crowd:
        outside.plan(on="charge", times=1_000_000, answer_after=300)
        crowd.start(top_ups=0.2)
        await crowd.until_answered(24, "/wallet/top-ups")
        hall.worker.kill()
        await crowd.until_answered(24, "/wallet/top-ups")
        await crowd.stop()
        await asyncio.to_thread(hall.worker.start)
        await crowd.settled()


@pytest.fixture
def own_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL of this test alone, as in production: what it acknowledged is on the disk."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), settings={"shared_buffers": "32MB"})
    yield cluster
    cluster.wipe()


def kill_postgres(cluster: Cluster) -> None:
    """kill -9 of the postmaster and of each of its children, all at once."""
    place = Place.known(cluster.data, cluster.major)
    assert place is not None
    postmaster = int((place.cluster / "postmaster.pid").read_text().split()[0])
    doomed = [postmaster, *children(postmaster)]
    assert len(doomed) > 4
    for pid in doomed:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


async def test_a_killed_database_keeps_what_it_acknowledged(
    own_cluster: Cluster, outside: OutsideProgram, tmp_path: Path
) -> None:
    dsn = own_cluster.start()
    openhall(environment(dsn, outside, "http://localhost"), "migrate")
    with served(dsn, outside, tmp_path) as hall:
        async with Crowd(hall) as crowd:
            crowd.start(top_ups=0.05)
            for _ in range(2):
                await crowd.until_answered(150)
                kill_postgres(own_cluster)
                await crowd.until_unknown(8)
                assert await asyncio.to_thread(own_cluster.start) == dsn
            # Neither the web process nor the worker was started anew.
            await crowd.until_answered(150)
            await crowd.stop()
            await crowd.settled()
