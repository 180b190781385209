"""Players in another language, who know the AsyncAPI document and nothing else of the project."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
import yaml

from pokerws.client import connect
from pokerws.game.config.table_config import Mix, TableConfig
from pokerws.server.app import App
from tests.e2e.database import check_database
from tests.e2e.process import REPOSITORY, ServerProcess
from tests.node_programs import FOLDER, run
from tests.settings import settings_of

HANDS = 10
DOCUMENT = REPOSITORY / "docs" / "asyncapi.yaml"


def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    return found


async def play(url: str, name: str, wire: str, api: dict[str, Any]) -> dict[str, Any]:
    """Play ten hands; returns what the program tells of them."""
    program = FOLDER / "play.mjs"
    told = await run("node", program, url, name, str(HANDS), wire, given=json.dumps(api))
    summary: dict[str, Any] = json.loads(told)
    return summary


async def test_two_players_in_javascript_play_ten_hands_over_json_and_messagepack(
    database_url: str,
) -> None:
    server = ServerProcess(
        database_url=database_url,
        use_db_repository=True,
        use_event_persistence=True,
        use_input_validation=True,
        # Offered by the program's library, which knows nothing of the server's.
        compression="on",
    )
    await server.start()
    try:
        async with connect(server.socket_url, name="Opener") as opener:
            config = TableConfig(
                variant="8-GAME",
                seats=2,
                next_hand_delay_ms=200,
                turn_time_ms=30_000,
                mix=Mix(rotation="hands", hands=1),
            )
            await opener.create_table("Node", config)
        one, other = await asyncio.gather(
            play(server.socket_url, "Jason", "json", document()),
            play(server.socket_url, "Maxwell", "msgpack", document()),
        )
        before, after = await server.bytes_compressed()
    finally:
        code = await server.stop()
    assert code == 0
    assert 0 < after < before / 2
    # Whoever is still there sees the end of the next hand too, if that has begun.
    assert {one["hands"], other["hands"]} <= {HANDS, HANDS + 1}
    assert {"welcome", "tables", "snapshot", "accepted", "events", "hand"} <= set(one["got"])
    async with asyncpg.create_pool(database_url, min_size=1, max_size=1) as pool:
        ended = await pool.fetchval("SELECT count(*) FROM game_events WHERE type = 'hand_ended'")
    assert ended in (HANDS, HANDS + 1)
    assert len(await check_database(database_url)) == 1


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (
            lambda schemas: schemas["Welcome"]["required"].append("crown"),
            "welcome.crown is missing",
        ),
        (lambda schemas: schemas["Hello"]["properties"].pop("name"), "hello has no name"),
    ],
)
async def test_a_document_that_is_not_true_would_be_found(
    wrong: Callable[[Any], None], fault: str
) -> None:
    false = document()
    wrong(false["components"]["schemas"])
    app = App(settings_of(port=0))
    await app.start()
    try:
        with pytest.raises(AssertionError, match=fault):
            await play(app.socket_url, "Jason", "json", false)
    finally:
        await app.stop()
