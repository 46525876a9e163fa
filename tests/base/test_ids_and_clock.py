"""Ids rise, whatever the clock does; the clock can be set by a test and by nobody else."""

import os
import threading
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest

from openhall.base import clock, ids


def test_an_id_is_a_uuid_of_version_7() -> None:
    now = datetime(2030, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    with clock.at(now):
        made = ids.new()
    assert made.version == 7
    assert made.variant == uuid4().variant
    assert made.int >> 80 >= int(now.timestamp() * 1000)
    assert str(made)[14] == "7"


def test_an_id_carries_the_millisecond_in_which_it_was_made() -> None:
    # Far ahead, so that no id of another test has taken the millisecond.
    now = datetime(2200, 1, 1, tzinfo=UTC)
    with clock.at(now):
        first = ids.new()
    assert first.int >> 80 == int(now.timestamp() * 1000)


def test_ids_rise_while_the_clock_steps_back() -> None:
    now = datetime(2201, 1, 1, tzinfo=UTC)
    made: list[UUID] = []
    for step in (0, -1000, 5, 0, -86_400_000):
        with clock.at(now + timedelta(milliseconds=step)):
            made += [ids.new() for _ in range(3)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_rise_beyond_the_counter_of_one_millisecond() -> None:
    with clock.at(datetime(2202, 1, 1, tzinfo=UTC)):
        made = [ids.new() for _ in range(5000)]
    assert made == sorted(set(made))


def test_threads_never_share_an_id() -> None:
    made: list[list[UUID]] = [[] for _ in range(8)]

    def make(mine: list[UUID]) -> None:
        mine.extend(ids.new() for _ in range(2000))

    threads = [threading.Thread(target=make, args=(mine,)) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for mine in made for one in mine}) == 16_000
    for mine in made:
        assert mine == sorted(mine)


def test_the_clock_is_in_utc_and_goes_on() -> None:
    before = clock.now()
    assert before.tzinfo is UTC
    assert clock.now() >= before


def test_a_test_sets_the_clock_and_gives_it_back() -> None:
    beijing = timezone(timedelta(hours=8))
    with clock.at(datetime(2026, 11, 20, 8, tzinfo=beijing)):
        assert clock.now() == datetime(2026, 11, 20, 0, tzinfo=UTC)
        with clock.at(datetime(2027, 1, 1, tzinfo=UTC)):
            assert clock.now().year == 2027
        assert clock.now().tzinfo is UTC
        assert clock.now().year == 2026
    with pytest.raises(RuntimeError), clock.at(datetime(2027, 1, 1, tzinfo=UTC)):
        raise RuntimeError
    assert clock.now().year != 2027


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="zone"), clock.at(naive):
        pass


def test_a_forked_process_draws_random_numbers_of_its_own() -> None:
    ids.new()
    there, here = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(here, ids.new().bytes)
        finally:
            os._exit(0)
    os.close(here)
    os.waitpid(child, 0)
    of_child = UUID(bytes=os.read(there, 16))
    os.close(there)
    mask = 2**62 - 1
    mine = {ids.new().int & mask for _ in range(1000)}
    assert of_child.int & mask not in mine
