"""What orchestrators ask: whether the event loop runs, and whether to send traffic."""

import asyncio
import json
from typing import Any

import pytest

from pokerws.server.app import App
from pokerws.server.background.readiness import Readiness, Reason
from pokerws.server.tables.lobby.outage_pause import CHECK_LAG_MS, PAUSE_AFTER_MS
from tests.server.fakes import ManualClock
from tests.server.net.test_http import request
from tests.server.stored_house import Ledger, StoredHouse

READY = {"ready": True, "reasons": []}


async def asked(app: App, path: str, method: str = "GET") -> tuple[int, dict[str, str], Any]:
    """Status, headers and content of an answer."""
    text = f"{method} {path} HTTP/1.1\nHost: localhost\n\n"
    status, headers, body = await request(app, text)
    return status, headers, json.loads(body) if body else None


@pytest.mark.settings(base_path="/poker")
@pytest.mark.parametrize(("path", "says"), [("/livez", {"status": "ok"}), ("/readyz", READY)])
async def test_a_server_in_memory_is_alive_and_ready(
    app: App, path: str, says: dict[str, object]
) -> None:
    for where in (path, f"/poker{path}"):
        status, headers, content = await asked(app, where)
        assert (status, headers["content-type"], content) == (200, "application/json", says)
    status, headers, content = await asked(app, path, "HEAD")
    assert (status, content) == (200, None)
    assert int(headers["content-length"]) == len(json.dumps(says, separators=(",", ":")))
    assert (await request(app, f"POST {path} HTTP/1.1\nHost: localhost\n\n"))[0] == 405


async def test_a_server_is_alive_and_not_ready_from_the_moment_it_stops(app: App) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stop_late() -> None:
        reached.set()
        await go_on.wait()

    app._stops.add("a slow part", stop_late)
    stopping = asyncio.create_task(app.stop())
    await reached.wait()
    reasons = [{"part": "server", "why": "stopping"}]
    status, _, content = await asked(app, "/readyz")
    assert (status, content) == (503, {"ready": False, "reasons": reasons})
    assert (await asked(app, "/readyz", "HEAD"))[0] == 503
    assert (await asked(app, "/livez"))[0] == 200
    go_on.set()
    await stopping


class Parts:
    """Store, journal and lease as a test wants them."""

    is_readable = healthy = True
    waiting = 0
    over_high_water = is_over = is_away = False


async def test_each_part_says_why_it_is_not_ready() -> None:
    house = StoredHouse(Ledger(), ManualClock(), durable=True)
    parts, ready = Parts(), Readiness()
    ready.watch_database(parts, parts, parts, house.lobby.outage)
    assert ready.reasons() == []
    for change, reason in (
        ({"is_readable": False}, Reason("database", "the latest read failed")),
        ({"healthy": False, "waiting": 1}, Reason("database", "the latest write failed")),
        ({"over_high_water": True}, Reason("journal", "too much waits to be stored")),
        ({"is_over": True}, Reason("lease", "over: another server may take the tables")),
        ({"is_away": True}, Reason("lease", "cannot be renewed now")),
    ):
        vars(parts).update(change)
        assert ready.reasons() == [reason]
        assert {part for part, is_ready in ready.by_part().items() if not is_ready} == {reason.part}
        vars(parts).clear()
    # Its changes were dropped, and no other may come before the server is ready.
    parts.healthy = False
    assert ready.reasons() == []
    await house.close()


async def test_paused_tables_are_a_reason_until_they_go_on() -> None:
    store, clock, parts, ready = Ledger(), ManualClock(), Parts(), Readiness()
    house = StoredHouse(store, clock, durable=True)
    ready.watch_database(parts, parts, parts, house.lobby.outage)
    house.journal.start()
    await house.lobby.start()
    actor = await house.open_hand()
    store.open.clear()
    house.act(actor)
    clock.advance(PAUSE_AFTER_MS + CHECK_LAG_MS)
    assert actor.is_paused
    assert ready.reasons() == [Reason("tables", "paused by an outage: 1")]
    store.open.set()
    await house.written()
    clock.advance(CHECK_LAG_MS)
    assert ready.reasons() == []
    await house.close()
