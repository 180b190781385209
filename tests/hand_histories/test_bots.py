"""Hand histories say which players were bots of the server."""

import tomllib

from pokerws.game.commands import Act, Sit, TimeUp
from pokerws.game.config.table_config import TableConfig
from pokerws.game.hosting.bots import player_of_bot
from pokerws.game.state import PlayerId, TableId
from pokerws.game.table import open_table, play
from pokerws.hand_histories.kept_hand import hand_of
from pokerws.hand_histories.phh.write import write_hand

CONFIG = TableConfig(seats=2, next_hand_delay_ms=0)


def told(*players: PlayerId) -> dict[str, object]:
    """A hand of two players, rebuilt from its events alone, as PHH tells it."""
    table, _ = open_table(TableId("t"), "One", CONFIG)
    for player in players:
        play(table, Sit(player, player, None, 10_000), 1, list)
    events = play(table, TimeUp(), 2, list)
    assert table.hand is not None
    assert table.hand.turn is not None
    actor = players[table.hand.turn.seat]
    events += play(table, Act(actor, table.hand.turn.number, "fold"), 3, list)
    kept = hand_of(table.id, "One", CONFIG, events)
    assert kept is not None
    return tomllib.loads(write_hand(kept.before, kept.events, started_ms=kept.started_ms))


def test_the_standard_format_has_the_numbers_of_the_bots() -> None:
    fields = told(PlayerId("ann"), player_of_bot("Euler"))
    players = fields["players"]
    assert isinstance(players, list)
    assert fields["_bots"] == [players.index("bot_euler") + 1]


def test_a_hand_of_people_has_no_such_field() -> None:
    assert "_bots" not in told(PlayerId("ann"), PlayerId("ben"))
