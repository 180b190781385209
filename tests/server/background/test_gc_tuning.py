"""Objects that have lived for a while are frozen, and garbage in cycles does not pile up."""

import asyncio
import gc
import sys
import weakref
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from pokerws.server.app import App
from pokerws.server.background import gc_tuning
from pokerws.server.background.gc_tuning import (
    CHECK_INTERVAL_MS,
    INTERVAL_MS,
    LEAST_BLOCKS,
    WORK_S,
    YOUNG,
    Collector,
)
from tests.server.conftest import Connect, Raw
from tests.server.fakes import ManualClock


class Circle:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.me = self


class Process:
    """A process and its clock."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.worked_s = 0.0

    def collector(self) -> Collector:
        return Collector(self.clock, lambda: self.worked_s)

    def work(self) -> None:
        """Work for an interval of the collector."""
        self.worked_s += 2 * WORK_S
        self.clock.advance(INTERVAL_MS)

    def frozen_circle(self) -> weakref.ref[Circle]:
        """A circle that died after it was frozen."""
        circle = Circle()
        self.work()
        assert gc.is_tracked(circle)
        return weakref.ref(circle)


@pytest.fixture
def process() -> Process:
    return Process()


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many blocks of memory there seem to be: the last of these."""
    blocks = [LEAST_BLOCKS]
    monkeypatch.setattr(sys, "getallocatedblocks", lambda: blocks[-1])
    return blocks


@pytest.fixture
def collector(process: Process, blocks: list[int]) -> Iterator[Collector]:
    assert blocks  # Whatever other tests have left in memory.
    collector = process.collector()
    collector.start()
    yield collector
    collector.stop()


def unfrozen() -> int:
    return len(gc.get_objects())


@pytest.mark.usefixtures("collector")
def test_what_outlives_some_work_is_frozen_and_still_freed_by_its_references(
    process: Process,
) -> None:
    kept: list[list[int]] = [[] for _ in range(1_000)]
    assert any(one is kept for one in gc.get_objects())
    process.work()
    found = gc.get_objects()
    assert not any(one is kept for one in found)
    assert len(found) < len(kept)
    frozen = gc.get_freeze_count()
    del kept
    assert gc.get_freeze_count() <= frozen - 1_000


@pytest.mark.usefixtures("collector")
def test_objects_that_replace_others_are_not_left_for_one_long_collection(
    process: Process,
) -> None:
    recent = deque[list[int]]([[] for _ in range(20 * YOUNG)], maxlen=20 * YOUNG)
    process.work()
    # As many are freed as are made, so Python does not count any of them.
    for _ in range(20):
        for _ in range(YOUNG):
            recent.append([])
        process.work()
        assert unfrozen() < YOUNG


@pytest.mark.usefixtures("collector")
def test_a_process_that_does_nothing_collects_nothing(process: Process) -> None:
    kept: list[list[int]] = [[] for _ in range(1_000)]
    process.worked_s += 0.9 * WORK_S
    process.clock.advance(10 * INTERVAL_MS)
    assert unfrozen() >= len(kept)
    process.worked_s += 0.2 * WORK_S
    process.clock.advance(INTERVAL_MS)
    assert unfrozen() < len(kept)


@pytest.mark.usefixtures("collector")
def test_a_circle_that_a_command_makes_and_leaves_is_found_whenever_it_was_looked_at(
    process: Process,
) -> None:
    circle = Circle()
    # Python collects the young objects by itself, and the circle survives.
    kept = [[] for _ in range(YOUNG * 8)]  # type: ignore[var-annotated]
    gone = weakref.ref(circle)
    del circle
    process.work()
    assert gone() is None
    assert kept


@pytest.mark.usefixtures("collector")
def test_nothing_is_frozen_while_a_callback_of_the_loop_runs(process: Process) -> None:
    frozen = gc.get_freeze_count()
    kept = [[] for _ in range(YOUNG * 50)]  # type: ignore[var-annotated]
    assert gc.get_freeze_count() <= frozen
    process.work()
    assert gc.get_freeze_count() >= len(kept)


def test_frozen_circles_are_found_when_there_is_twice_as_much(
    blocks: list[int], process: Process, collector: Collector
) -> None:
    clock = process.clock
    circle = process.frozen_circle()
    gc.collect()
    assert circle() is not None

    blocks.append(2 * LEAST_BLOCKS - 1)
    clock.advance(CHECK_INTERVAL_MS)
    assert circle() is not None

    blocks.append(2 * LEAST_BLOCKS)
    clock.advance(CHECK_INTERVAL_MS)
    assert circle() is None

    later = process.frozen_circle()
    blocks.append(4 * LEAST_BLOCKS - 1)
    clock.advance(CHECK_INTERVAL_MS)
    assert later() is not None
    blocks.append(4 * LEAST_BLOCKS)
    clock.advance(CHECK_INTERVAL_MS)
    assert later() is None


def test_a_small_process_is_left_alone(
    blocks: list[int], process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc_tuning, "LEAST_BLOCKS", 100)
    blocks.append(10)
    collector = process.collector()
    collector.start()
    try:
        circle = process.frozen_circle()
        blocks.append(99)
        process.clock.advance(CHECK_INTERVAL_MS)
        assert circle() is not None
        blocks.append(100)
        process.clock.advance(CHECK_INTERVAL_MS)
        assert circle() is None
    finally:
        collector.stop()


def test_a_fault_in_one_check_leaves_the_next_one_alone(
    process: Process,
    collector: Collector,
    blocks: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    circle = process.frozen_circle()
    with monkeypatch.context() as broken:
        broken.setattr(sys, "getallocatedblocks", lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            process.clock.advance(CHECK_INTERVAL_MS)
    blocks.append(2 * LEAST_BLOCKS)
    process.clock.advance(CHECK_INTERVAL_MS)
    assert circle() is None


def test_after_the_stop_everything_is_as_before(process: Process) -> None:
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    assert not frozen
    collector = process.collector()
    collector.start()
    assert gc.get_threshold() != thresholds
    assert gc.get_freeze_count()
    process.work()
    collector.stop()
    collector.stop()
    assert gc.get_threshold() == thresholds
    assert not gc.get_freeze_count()
    assert process.clock.next_alarm_ms is None


# ---- a connection that ends leaves no cycles


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
    # Only what is made from here on is looked at, not all that other tests have left.
    gc.freeze()
    table = (await (await open_connection("Host")).ask("create_table", name="T", config={}))[
        "table"
    ]
    raw = await open_connection("Ann")
    await raw.ask("watch", table=table)
    await raw.ask("sit", table=table, buy_in=10_000)
    (connection,) = (
        session._connection for session in app.listener._sessions if table in session.watched
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
        async with asyncio.timeout(60):
            await freed.wait()
        assert [end() for end in ends] == [None, None]
        # From here on the collector shows what it finds.
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        found = {type(one).__name__ for one in gc.garbage if is_of_server(one)}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.unfreeze()
        gc.enable()
    assert found == set()


def is_of_server(thing: object) -> bool:
    return type(thing).__module__.startswith("pokerws.")
