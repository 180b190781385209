"""Signs of collusion are counted and logged: shared addresses, and chips that flow one way."""

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from pokerws.game.state import PlayerId, TableId
from pokerws.metrics import Metrics
from pokerws.server.app import App
from pokerws.server.tables import collusion_signs
from pokerws.server.tables.collusion_signs import WINDOW_MS, CollusionSigns
from pokerws.server.tables.presence import Presence
from tests.server.conftest import Connect
from tests.server.fakes import ManualClock

TABLE = TableId("t")
AT_HOME, ELSEWHERE = "203.0.113.7", "203.0.113.8"


class Watched:
    """The signs, and what was logged of them."""

    def __init__(self, logs: list[Any]) -> None:
        self.clock, self.metrics = ManualClock(), Metrics()
        self.presence = Presence(self.clock)
        self.signs = CollusionSigns(self.presence, self.clock, self.metrics, flow_chips=1_000)
        self._logs = logs

    def lines(self) -> list[Any]:
        """The lines since the last call."""
        lines = list(self._logs)
        self._logs.clear()
        return lines

    def hand(self, **net: int) -> None:
        self.signs.hand_over(TABLE, {PlayerId(name): chips for name, chips in net.items()})

    def count(self, name: str) -> int:
        [line] = [
            line for line in self.metrics.text().decode().splitlines() if line.startswith(name)
        ]
        return int(float(line.rpartition(" ")[2]))


@pytest.fixture
def watched() -> Iterator[Watched]:
    with capture_logs() as logs:
        yield Watched(logs)


def test_chips_that_flow_one_way_are_logged_and_counted(watched: Watched) -> None:
    for _ in range(9):
        watched.hand(ann=-100, ben=100)
    assert watched.lines() == []
    watched.hand(ann=-100, ben=100)
    [line] = watched.lines()
    assert line == {
        "event": "chips_flow_one_way",
        "log_level": "warning",
        "table": TABLE,
        "giver": "ann",
        "receiver": "ben",
        "chips": 1_000,
        "hands": 10,
        "same_address": False,
    }
    assert watched.count("pokerws_chips_flows_one_way_total") == 1
    # It is logged again when it has doubled.
    for _ in range(10):
        watched.hand(ben=100, ann=-100)
    assert [line["chips"] for line in watched.lines()] == [2_000]


def test_chips_that_come_back_are_play(watched: Watched) -> None:
    for _ in range(50):
        watched.hand(ann=-500, ben=500)
        watched.hand(ann=150, ben=-150)
    assert watched.lines() == []


def test_a_loss_counts_for_each_winner_in_proportion(watched: Watched) -> None:
    for _ in range(4):
        watched.hand(ann=-400, ben=100, cleo=300)
    assert [(line["receiver"], line["chips"]) for line in watched.lines()] == [("cleo", 1_200)]


def test_many_small_flows_from_one_address_are_one_large_one(watched: Watched) -> None:
    for number in range(12):
        watched.presence.enter(PlayerId(f"guest{number}"), AT_HOME)
    watched.presence.enter(PlayerId("boss"), AT_HOME)
    for number in range(12):
        watched.hand(**{f"guest{number}": -200, "boss": 200})
    assert [
        (line["giver"], line["receiver"], line["chips"], line["same_address"])
        for line in watched.lines()
    ] == [("same_address", "boss", 1_000, True), ("same_address", "boss", 2_000, True)]


def test_what_bots_win_and_lose_is_no_sign(watched: Watched) -> None:
    for _ in range(20):
        watched.hand(bot_max=-100, ann=100)
        watched.hand(bot_max=100, ben=-100)
    assert watched.lines() == []


def test_a_day_is_looked_at_and_no_more_pairs_than_fit_into_memory(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collusion_signs, "MAX_PAIRS", 5)
    watched.hand(ann=-900, ben=900)
    for number in range(20):
        watched.hand(**{f"a{number}": -1, f"b{number}": 1})
    assert len(watched.signs._flows) == 5
    watched.hand(ann=-900, ben=900)
    watched.clock.advance(WINDOW_MS)
    watched.hand(ann=-900, ben=900)
    assert watched.lines() == []


def test_without_a_threshold_no_flow_is_followed(watched: Watched) -> None:
    signs = CollusionSigns(watched.presence, watched.clock, watched.metrics, flow_chips=0)
    for _ in range(20):
        signs.hand_over(TABLE, {PlayerId("ann"): -(10**9), PlayerId("ben"): 10**9})
    assert watched.lines() == []


def test_flows_are_counted_as_they_are_logged(watched: Watched) -> None:
    for number in range(100):
        watched.hand(**{f"a{number}": -1_000, f"b{number}": 1_000})
    assert len(watched.lines()) == 100
    assert watched.count("pokerws_chips_flows_one_way_total") == 100


def test_who_sits_down_with_a_player_of_the_same_address_is_logged_without_it(
    watched: Watched,
) -> None:
    ann, ben, cleo, bot = map(PlayerId, ("ann", "ben", "cleo", "bot_max"))
    for player, address in ((ann, AT_HOME), (ben, AT_HOME), (cleo, ELSEWHERE), (bot, AT_HOME)):
        watched.presence.enter(player, address)
    everybody = (ann, ben, cleo, bot)
    for player in (cleo, bot):
        watched.signs.sat(TABLE, player, everybody)
    assert watched.lines() == []
    watched.signs.sat(TABLE, ben, everybody)
    [line] = watched.lines()
    assert (line["event"], line["player"], line["others"]) == ("same_address_seats", ben, [ann])
    assert AT_HOME not in str(line)
    assert watched.count("pokerws_same_address_seats_total") == 1
    watched.presence.leave(ann)
    watched.signs.sat(TABLE, ben, everybody)
    assert watched.lines() == []


async def test_seats_of_one_address_are_counted_on_a_running_server(
    app: App, open_connection: Connect
) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    table = (await ann.ask("create_table", name="One", config={}))["table"]
    for player in (ann, ben):
        assert (await player.ask("sit", table=table, buy_in=2_000))["type"] == "accepted"
    assert "pokerws_same_address_seats_total 1.0" in app._metrics.text().decode()
