"""A second `watch_lobby` replaces the first."""

from typing import Any

import pytest

from pokerws.server.tables.lobby.list_watchers import HANDS_GATHER_MS
from tests.server.protocol.ordered import world_in

WHOLE: dict[str, Any] = {}
FORMS: tuple[dict[str, Any], ...] = (
    WHOLE,
    {"limit": 1},
    {"filter": {}},
    {"filter": {"free_seats": 1}},
    {"filter": {"name": "one"}, "limit": 2},
)


@pytest.mark.parametrize("second", FORMS, ids=str)
@pytest.mark.parametrize("first", FORMS, ids=str)
async def test_watching_the_list_a_second_time_gives_it_again(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    async with world_in("memory") as world:
        ann, other = world.client("ann"), world.client("other")
        # A view that others watch goes on without her.
        await other.say("watch_lobby", "0", **first)
        for form, count in ((first, 1), (second, 2), (second, 3)):
            await ann.say("watch_lobby", "1", **form)
            accepted, lobby = ann.hear()
            assert (accepted["type"], lobby["type"]) == ("accepted", "lobby")
            tables = min(count, form.get("limit", count))
            assert len(lobby["tables"]) == tables
            assert lobby.get("reset", False) is (form is not WHOLE)
            # A change comes once, however often she has asked.
            await world.open_table(world.client("host"))
            world.clock.advance(HANDS_GATHER_MS)
            news = ann.hear()
            assert len(news) == 1 or (not news and count >= form.get("limit", count + 1))
