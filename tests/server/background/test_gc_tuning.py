"""What has lived for a while is frozen, and garbage in circles does not pile up for ever."""

import asyncio
import gc
import sys
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from pokerws.server.app import App
from pokerws.server.background import gc_tuning as collector_module
from pokerws.server.background.gc_tuning import CHECK_INTERVAL_MS, LEAST_BLOCKS, Collector
from tests.server.conftest import Connect, Raw
from tests.server.fakes import ManualClock


class Circle:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def collector(clock: ManualClock) -> Iterator[Collector]:
    collector = Collector(clock)
    collector.start()
    yield collector
    collector.stop()


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many blocks of memory there seem to be: the last of these."""
    blocks = [LEAST_BLOCKS]
    monkeypatch.setattr(sys, "getallocatedblocks", lambda: blocks[-1])
    return blocks


def frozen_circle() -> weakref.ref[Circle]:
    """A circle that nobody has any more, after it has been looked at for good."""
    circle = Circle()
    gc.collect(1)
    assert gc.is_tracked(circle)
    return weakref.ref(circle)


@pytest.mark.usefixtures("collector")
def test_what_has_been_looked_at_is_frozen_and_still_freed_by_its_references() -> None:
    kept: list[list[int]] = [[] for _ in range(1_000)]
    gc.collect(1)
    found = gc.get_objects()
    assert not any(one is kept for one in found)
    assert len(found) < len(kept)
    frozen = gc.get_freeze_count()
    del kept
    assert gc.get_freeze_count() <= frozen - 1_000


@pytest.mark.usefixtures("collector")
def test_a_circle_that_dies_young_is_found() -> None:
    circle = weakref.ref(Circle())
    assert circle() is not None
    gc.collect(1)
    assert circle() is None


def test_frozen_circles_are_found_when_there_is_twice_as_much(
    blocks: list[int], clock: ManualClock, collector: Collector
) -> None:
    circle = frozen_circle()
    gc.collect()
    assert circle() is not None

    blocks.append(2 * LEAST_BLOCKS - 1)
    clock.advance(CHECK_INTERVAL_MS)
    assert circle() is not None

    blocks.append(2 * LEAST_BLOCKS)
    clock.advance(CHECK_INTERVAL_MS)
    assert circle() is None

    later = frozen_circle()
    blocks.append(4 * LEAST_BLOCKS - 1)
    clock.advance(CHECK_INTERVAL_MS)
    assert later() is not None
    blocks.append(4 * LEAST_BLOCKS)
    clock.advance(CHECK_INTERVAL_MS)
    assert later() is None


def test_a_small_process_is_left_alone(
    blocks: list[int], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector_module, "LEAST_BLOCKS", 100)
    blocks.append(10)
    collector = Collector(clock)
    collector.start()
    try:
        circle = frozen_circle()
        blocks.append(99)
        clock.advance(CHECK_INTERVAL_MS)
        assert circle() is not None
        blocks.append(100)
        clock.advance(CHECK_INTERVAL_MS)
        assert circle() is None
    finally:
        collector.stop()


def test_afterwards_all_is_as_it_was(clock: ManualClock) -> None:
    thresholds, callbacks, frozen = gc.get_threshold(), list(gc.callbacks), gc.get_freeze_count()
    assert not frozen
    collector = Collector(clock)
    collector.start()
    assert gc.get_threshold() != thresholds
    assert gc.get_freeze_count()
    collector.stop()
    collector.stop()
    assert (gc.get_threshold(), gc.callbacks) == (thresholds, callbacks)
    assert not gc.get_freeze_count()
    assert clock.next_alarm_ms is None


# ---- what comes and goes makes no circles


async def leave(raw: Raw, how: str) -> None:
    if how == "goodbye":
        await raw.connection.close()
        return
    if how == "gone":
        raw.connection.transport.abort()
    elif how == "no frame":
        raw.connection.transport.write(b"\xff" * 20)
    else:
        await raw.connection.send("x" * 100_000)
    await raw.connection.wait_closed()


@pytest.mark.parametrize("how", ["goodbye", "gone", "no frame", "too long"])
async def test_a_connection_that_has_ended_is_freed_by_its_references(
    app: App, open_connection: Connect, how: str
) -> None:
    assert app._listener is not None
    table = (await (await open_connection("Host")).ask("create_table", name="T", config={}))[
        "table"
    ]
    raw = await open_connection("Ann")
    await raw.ask("watch", table=table)
    await raw.ask("sit", table=table, buy_in=10_000)
    (connection,) = (
        session._connection for session in app._listener._sessions if table in session.watched
    )
    freed = asyncio.Event()
    ends: list[weakref.ref[Any]] = [
        weakref.ref(connection.protocol),
        weakref.ref(connection, lambda _: freed.set()),
    ]
    del connection
    gc.collect()
    gc.disable()
    try:
        await leave(raw, how)
        async with asyncio.timeout(5):
            await freed.wait()
        assert [end() for end in ends] == [None, None]
        # From here on the collector shows what it finds.
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        found = {type(one).__name__ for one in gc.garbage if is_of_server(one)}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert found == set()


def is_of_server(thing: object) -> bool:
    return type(thing).__module__.startswith("pokerws.")
