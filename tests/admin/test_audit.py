"""An audit through the admin commands: its report, its bounds, and what the log keeps of it."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import TableConfig
from pokerws.server.admin import auditing
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from tests.admin.console import console
from tests.maintenance.test_prune import close_games
from tests.storage.played import PlayedGame, writing

HOME = TableConfig(
    seats=4, turn_time_ms=10_000, next_hand_delay_ms=1_000, hosting=HostingRules(bank=True)
)


async def play_home_game(url: str, config: TableConfig = HOME, hands: int = 3) -> None:
    """Ada, Bob and Cleo play at a table, now."""
    store = await PostgresStore.open(address_of(url))
    try:
        async with writing(store) as journal:
            played = PlayedGame(journal, "home", config=config)
            played.clock.advance(time.time_ns() // 1_000_000 - played.clock.now_ms())
            played.sit()
            played.play_hands(hands)
            played.actor.close("operator")
    finally:
        await store.close()


async def test_an_audit_finds_hands_of_a_home_game_and_is_in_the_log_of_each_player(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await close_games(database_url, "t1")
    await play_home_game(database_url)
    async with console(tmp_path, database_url=database_url, use_db_repository=True) as operator:
        typed = await operator.type("audit", "ada", "bob", "--json")
        assert (typed.code, typed.errors) == (0, "")
        result = json.loads(typed.out)["result"]
        report = result["report"]
        assert result["text"] == "3 hands at 1 table; 0 signs"
        flows = [one for one in report["findings"] if one["kind"] == "chip_flow"]
        assert flows
        assert {one["evidence"]["table"] for one in flows} == {"home"}
        assert report["most_hands"] == auditing.MOST_HANDS
        shown = (await operator.type("audit", "ada")).out.splitlines()
        assert shown[0] == "3 hands at 1 table"
        assert any(line.startswith("  -   timing") for line in shown)

        log = json.loads((await operator.type("log", "--json")).out)["result"]["actions"]
        assert [(one["command"], one["target"], one["result"]) for one in log] == [
            ("audit", player, "done") for player in ("ada", "bob", "ada")
        ]
        assert log[1]["detail"] == "3 hands at 1 table; 0 signs"

        # The latest hands are looked at, and the report says since when.
        monkeypatch.setattr(auditing, "MOST_HANDS", 1)
        bounded = (await operator.type("audit", "ada")).out.splitlines()[0]
        assert bounded.startswith("1 hand at 1 table; only since 20")
        assert bounded.endswith(" UTC: at most 1")


async def test_one_audit_runs_at_a_time_and_none_for_long(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await close_games(database_url, "t1")
    async with (
        console(tmp_path, database_url=database_url, use_db_repository=True) as operator,
        operator.line() as one,
        operator.line() as two,
    ):
        first, second = await asyncio.gather(
            *(line.ask("audit", players=["ada"]) for line in (one, two))
        )
        refused = first if first["type"] == "rejected" else second
        assert refused["code"] == "too_fast"
        assert {first["type"], second["type"]} == {"done", "rejected"}
        monkeypatch.setattr(auditing, "LONGEST_S", 0.0)
        late = await one.ask("audit", players=["ada"])
        assert late["code"] == "log_unavailable"
        assert "took longer than" in late["message"]
        monkeypatch.undo()
        assert (await two.do("audit", players=["ada"]))["report"]["players"] == ["ada"]


async def test_without_a_database_or_the_role_an_audit_is_refused(
    tmp_path: Path, free_port: int
) -> None:
    async with (
        console(tmp_path, admin_port=free_port) as operator,
        operator.player("Ann") as ann,
        operator.line_of("viewer") as viewer,
        operator.line_of("moderator") as moderator,
    ):
        assert await viewer.refused("audit", players=[ann.player]) == "forbidden"
        answer = await moderator.ask("audit", players=["Ann"])
        assert answer["code"] == "log_unavailable"
        assert answer["message"].startswith("this server has no database (USE_DB_REPOSITORY)")
        assert await moderator.refused("audit", players=["nobody"]) == "unknown_player"
        assert await moderator.refused("audit", players=[]) == "out_of_range"
