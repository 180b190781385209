"""The page's client keeps the games of a welcome, so that the next one needs none."""

import pytest

from pokerws.server.sessions.variant_summaries import GAMES_ETAG
from tests.node_programs import FOLDER, run
from tests.web.room import Room
from tests.web.visitor import Visitor

PROGRAM = FOLDER / "games.mjs"


async def test_games_are_kept_filled_in_and_replaced() -> None:
    assert not await run("node", "--no-warnings", PROGRAM)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_page_that_is_opened_again_is_sent_no_games(visitor: Visitor, room: Room) -> None:
    await visitor.enter()
    (first,) = room.sent_of("hello")
    await visitor.page.reload()
    await room.wait_for(lambda: len(room.sent_of("hello")) > 1)
    second = room.sent_of("hello")[-1]
    assert "games_etag" not in first
    assert second["games_etag"] == GAMES_ETAG
