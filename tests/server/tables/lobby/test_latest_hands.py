"""The lobby knows what a table's latest hands were like, and tells it no sooner than hands."""

from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.config.company import Company
from pokerws.game.config.table_config import TableConfig
from pokerws.server.tables.actors.latest_hands import LONGEST_HAND_MS
from pokerws.server.tables.hand_pace import HOUR_MS
from pokerws.server.tables.lobby.list_rows import TableRows
from tests.server.fakes import FakeViewer, ManualClock, open_memory_lobby

PAUSE_MS = 4_000
THINKING_MS = 6_000


class Duel:
    """Two players, one of whom folds each hand after a while."""

    def __init__(self, delay_ms: int = 0) -> None:
        self.clock = ManualClock()
        self.lobby, _ = open_memory_lobby(self.clock)
        config = TableConfig(
            seats=2, next_hand_delay_ms=PAUSE_MS, company=Company(delay_ms=delay_ms)
        )
        self.actor = self.lobby.create("Duel", config)
        self.players = [FakeViewer("ann"), FakeViewer("ben")]
        for seat, viewer in enumerate(self.players):
            name = viewer.player
            self.actor.handle(viewer, "sit", commands.Sit(name, name, seat, 10_000))

    def play(self, hands: int) -> None:
        for _ in range(hands):
            self.clock.advance(PAUSE_MS)
            self.clock.advance(THINKING_MS)
            hand = self.actor.table.hand
            assert hand is not None
            assert hand.turn is not None
            viewer = self.players[hand.turn.seat]
            command = commands.Act(viewer.player, hand.turn.number, "fold")
            self.actor.handle(viewer, str(self.actor.table.seq), command)

    @property
    def figures(self) -> tuple[int, int]:
        (summary,) = self.lobby.summaries()
        return summary.average_pot, summary.hands_an_hour


def test_the_average_pot_and_the_pace_are_those_of_the_latest_hands() -> None:
    duel = Duel()
    assert duel.figures == (0, 0)
    duel.play(1)
    # The uncalled half of the big blind went back.
    assert duel.figures == (100, 0)
    duel.play(30)
    assert duel.figures == (100, HOUR_MS // (PAUSE_MS + THINKING_MS))


def test_a_long_pause_counts_for_no_pace() -> None:
    duel = Duel()
    duel.play(3)
    for viewer in duel.players:
        duel.actor.handle(viewer, "out", commands.SitOut(viewer.player))
    duel.clock.advance(2 * LONGEST_HAND_MS)
    for viewer in duel.players:
        duel.actor.handle(viewer, "in", commands.SitIn(viewer.player))
    duel.play(2)
    assert duel.figures == (100, HOUR_MS // (PAUSE_MS + THINKING_MS))


def test_a_table_that_is_shown_later_tells_nothing_of_its_hands() -> None:
    duel = Duel(delay_ms=60_000)
    duel.play(3)
    assert duel.figures == (0, 0)


def test_what_hands_were_like_is_sent_no_sooner_than_their_number() -> None:
    rows, summary = TableRows(), Duel().lobby.summaries()[0]
    rows.note(summary)
    row = rows.note(replace(summary, hand_number=1, average_pot=5, hands_an_hour=60))
    assert row is not None
    assert row.news < row.changed
    change = row.change(0)
    assert (change.average_pot, change.hands_an_hour) == (5, 60)
