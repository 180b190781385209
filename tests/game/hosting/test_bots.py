"""Bots that the host of a table wants, and why a table deals no hand."""

from typing import get_args

import pytest

from pokerws.client.styles import STYLES
from pokerws.game.commands import AddBot, Close, RemoveBot, Sit, SitOut, TimeUp
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import BotsWanted, HandStarted, PlayerLeaving, PlayerStood, TableEvent
from pokerws.game.hosting.bots import BOT_NAMES, BotStyle, player_of_bot
from pokerws.game.illegal import Illegal
from pokerws.game.seating.waiting_for import waiting_for
from pokerws.game.state import BOT_PREFIX, PlayerId, Table, TableId
from pokerws.game.table import open_table, play, replay

HOST, OTHER = PlayerId("ann"), PlayerId("ben")
EULER = player_of_bot("Euler")
CONFIG = TableConfig(seats=3, next_hand_delay_ms=0)


class Game:
    """A table and all its events; hands are not started by a clock."""

    def __init__(self) -> None:
        self.table, self.events = open_table(TableId("t"), "One", CONFIG, HOST)

    def do(self, command: object) -> list[TableEvent]:
        events = play(self.table, command, 1, sorted)  # type: ignore[arg-type]
        self.events += events
        return events

    def sits(self, player: PlayerId) -> list[TableEvent]:
        return self.do(Sit(player, player, None, 10_000))

    def refusal(self, command: object) -> str:
        before = len(self.events)
        with pytest.raises(Illegal) as refused:
            self.do(command)
        assert len(self.events) == before
        assert replay(self.events) == self.table
        return refused.value.code


@pytest.fixture
def game() -> Game:
    return Game()


def wanted(table: Table) -> list[tuple[str, str]]:
    return [(bot.name, bot.style) for bot in table.bots]


def test_the_styles_that_a_host_can_have_are_those_of_the_client() -> None:
    assert set(get_args(BotStyle)) == STYLES.keys()


def test_the_host_adds_and_removes_bots_and_replay_knows_them(game: Game) -> None:
    game.do(AddBot(HOST, "calling_station", "Euler"))
    game.do(AddBot(HOST, "tight_aggressive"))
    assert wanted(game.table)[0] == ("Euler", "calling_station")
    assert game.table.bots[0].player == EULER
    assert game.table.bots[1].name in set(BOT_NAMES) - {"Euler"}
    assert replay(game.events) == game.table
    game.do(RemoveBot(HOST, EULER))
    assert [style for _, style in wanted(game.table)] == ["tight_aggressive"]
    assert replay(game.events) == game.table


def test_only_the_host_may_and_one_seat_is_left_for_a_person(game: Game) -> None:
    assert game.refusal(AddBot(OTHER, "calling_station")) == "not_host"
    game.do(AddBot(HOST, "calling_station", "Euler"))
    assert game.refusal(RemoveBot(OTHER, EULER)) == "not_host"
    assert game.refusal(AddBot(HOST, "tight_aggressive", "Euler")) == "already_so"
    assert game.refusal(RemoveBot(HOST, player_of_bot("Venn"))) == "no_such_bot"
    game.do(AddBot(HOST, "calling_station"))
    assert game.refusal(AddBot(HOST, "calling_station")) == "bot_limit"
    game.do(Close("operator"))
    assert game.refusal(AddBot(HOST, "calling_station")) == "table_closed"
    assert game.refusal(RemoveBot(HOST, EULER)) == "table_closed"


def test_a_table_of_the_server_has_no_host() -> None:
    table, _ = open_table(TableId("t"), "One", CONFIG)
    with pytest.raises(Illegal, match="not_host"):
        play(table, AddBot(HOST, "calling_station"), 1, sorted)


def test_a_removed_bot_stands_up_at_once_or_after_its_hand(game: Game) -> None:
    game.do(AddBot(HOST, "calling_station", "Euler"))
    game.sits(EULER)
    assert [type(event) for event in game.do(RemoveBot(HOST, EULER))] == [BotsWanted, PlayerStood]
    game.do(AddBot(HOST, "calling_station", "Euler"))
    game.sits(EULER)
    game.sits(HOST)
    game.do(TimeUp())
    started = next(event for event in game.events if isinstance(event, HandStarted))
    assert started.bots == [game.table.seat_of(EULER)]
    events = game.do(RemoveBot(HOST, EULER))
    assert isinstance(events[1], PlayerLeaving)
    assert replay(game.events) == game.table
    # It is wanted no more, so it cannot be removed again.
    assert game.refusal(RemoveBot(HOST, EULER)) == "no_such_bot"


def test_only_an_id_that_the_server_gives_makes_a_bot(game: Game) -> None:
    game.sits(PlayerId("euler"))
    game.sits(EULER)
    assert [seat.bot for seat in game.table.seats if seat] == [False, True]
    assert EULER.startswith(BOT_PREFIX)
    assert game.table.seated_bots == 1


def test_why_a_table_waits(game: Game) -> None:
    assert waiting_for(game.table) == "needs_players"
    game.sits(HOST)
    assert waiting_for(game.table) == "needs_players"
    game.sits(OTHER)
    assert waiting_for(game.table) is None
    game.do(SitOut(OTHER))
    assert waiting_for(game.table) == "players_away"
    game.do(SitOut(HOST))
    assert waiting_for(game.table) == "players_away"


def test_bots_that_sit_out_wait_for_people_and_are_not_away(game: Game) -> None:
    game.sits(EULER)
    game.sits(player_of_bot("Venn"))
    for bot in (EULER, player_of_bot("Venn")):
        game.do(SitOut(bot))
    assert waiting_for(game.table) == "needs_players"
    game.sits(HOST)
    assert waiting_for(game.table) == "needs_players"
    game.do(SitOut(HOST))
    assert waiting_for(game.table) == "players_away"
    game.do(Close("operator"))
    assert waiting_for(game.table) is None
