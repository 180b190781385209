"""Objects that have lived for a while are frozen, and garbage in cycles does not pile up."""

import asyncio
import gc
import sys
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pokerws.server.app import App
from pokerws.server.background import gc_tuning
from pokerws.server.background.gc_tuning import (
    CHECK_INTERVAL_MS,
    LEAST_BLOCKS,
    YOUNG,
    YOUNG_COLLECTIONS,
    Collector,
)
from tests.server.conftest import Connect, Raw
from tests.server.fakes import ManualClock

Calls = list[Callable[[], None]]


class Circle:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def calls() -> Calls:
    """What the event loop is to call soon."""
    return []


@pytest.fixture
def collector(clock: ManualClock, calls: Calls) -> Iterator[Collector]:
    collector = Collector(clock, calls.append)
    collector.start()
    yield collector
    collector.stop()


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many blocks of memory there seem to be: the last of these."""
    blocks = [LEAST_BLOCKS]
    monkeypatch.setattr(sys, "getallocatedblocks", lambda: blocks[-1])
    return blocks


def look_at_young(calls: Calls) -> None:
    """Have the young objects looked at until a look at all that is not frozen is due."""
    while not calls:
        gc.collect(0)


def turn(calls: Calls) -> None:
    """The event loop makes its calls."""
    while calls:
        calls.pop()()


def frozen_circle(calls: Calls) -> weakref.ref[Circle]:
    """A circle that died after it was frozen."""
    circle = Circle()
    look_at_young(calls)
    turn(calls)
    assert gc.is_tracked(circle)
    return weakref.ref(circle)


@pytest.mark.usefixtures("collector")
def test_what_has_been_looked_at_twice_is_frozen_and_still_freed_by_its_references(
    calls: Calls,
) -> None:
    kept: list[list[int]] = [[] for _ in range(1_000)]
    look_at_young(calls)
    assert any(one is kept for one in gc.get_objects())
    turn(calls)
    found = gc.get_objects()
    assert not any(one is kept for one in found)
    assert len(found) < len(kept)
    frozen = gc.get_freeze_count()
    del kept
    assert gc.get_freeze_count() <= frozen - 1_000


@pytest.mark.usefixtures("collector")
def test_a_circle_that_a_command_makes_and_leaves_is_found_whenever_it_was_looked_at(
    calls: Calls,
) -> None:
    circle = Circle()
    # As many new objects as bring about each look that Python makes by itself.
    kept = [[] for _ in range(YOUNG * (YOUNG_COLLECTIONS + 2))]  # type: ignore[var-annotated]
    assert calls, "a look at all that is new is due"
    gone = weakref.ref(circle)
    del circle
    turn(calls)
    assert gone() is None
    assert kept


@pytest.mark.usefixtures("collector")
def test_nothing_is_frozen_while_a_callback_of_the_loop_runs(calls: Calls) -> None:
    frozen = gc.get_freeze_count()
    kept = [[] for _ in range(YOUNG * 50)]  # type: ignore[var-annotated]
    assert gc.get_freeze_count() <= frozen
    assert len(calls) == 1, "the looks in between do not ask for another one"
    turn(calls)
    assert gc.get_freeze_count() >= len(kept)


def test_frozen_circles_are_found_when_there_is_twice_as_much(
    blocks: list[int], clock: ManualClock, calls: Calls, collector: Collector
) -> None:
    circle = frozen_circle(calls)
    gc.collect()
    assert circle() is not None

    blocks.append(2 * LEAST_BLOCKS - 1)
    clock.advance(CHECK_INTERVAL_MS)
    assert circle() is not None

    blocks.append(2 * LEAST_BLOCKS)
    clock.advance(CHECK_INTERVAL_MS)
    assert circle() is None

    later = frozen_circle(calls)
    blocks.append(4 * LEAST_BLOCKS - 1)
    clock.advance(CHECK_INTERVAL_MS)
    assert later() is not None
    blocks.append(4 * LEAST_BLOCKS)
    clock.advance(CHECK_INTERVAL_MS)
    assert later() is None


def test_a_small_process_is_left_alone(
    blocks: list[int], clock: ManualClock, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc_tuning, "LEAST_BLOCKS", 100)
    blocks.append(10)
    collector = Collector(clock, calls.append)
    collector.start()
    try:
        circle = frozen_circle(calls)
        blocks.append(99)
        clock.advance(CHECK_INTERVAL_MS)
        assert circle() is not None
        blocks.append(100)
        clock.advance(CHECK_INTERVAL_MS)
        assert circle() is None
    finally:
        collector.stop()


def test_a_fault_in_one_check_leaves_the_next_one_alone(
    clock: ManualClock, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "getallocatedblocks", lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        clock.advance(CHECK_INTERVAL_MS)
    assert clock.next_alarm_ms == clock.now_ms() + CHECK_INTERVAL_MS


def test_after_the_stop_everything_is_as_before(clock: ManualClock, calls: Calls) -> None:
    thresholds, callbacks, frozen = gc.get_threshold(), list(gc.callbacks), gc.get_freeze_count()
    assert not frozen
    collector = Collector(clock, calls.append)
    collector.start()
    assert gc.get_threshold() != thresholds
    assert gc.get_freeze_count()
    look_at_young(calls)
    collector.stop()
    collector.stop()
    # What the loop was still to call does nothing any more.
    turn(calls)
    assert (gc.get_threshold(), gc.callbacks) == (thresholds, callbacks)
    assert not gc.get_freeze_count()
    assert clock.next_alarm_ms is None


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
        gc.enable()
    assert found == set()


def is_of_server(thing: object) -> bool:
    return type(thing).__module__.startswith("pokerws.")
