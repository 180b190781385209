"""Hands as PokerStars writes them, after texts that it wrote.

The golden texts follow, line for line, those in fpdb's regression tests
(https://github.com/jejellyroll-fr/fpdb-3, regression-test-files, folders `Stars` and
`active-sites/pokerstars`): PLO-FR-USD-0.01-0.02-201006.sidepots, NLHE-6max-EUR-1.00-2.00-201212.\
RunItTwice, 7-StudHL-USD-0.04-0.08-200911.Cardtest, Badugi-USD-0.25-0.50-201009,
LO8-6max-USD-0.05-0.10-20090315.Hand-cancelled and 6+Holdem-6max-USD-5.00-5.00-201901.
"""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

import pytest

from pokerws.game.apply import apply
from pokerws.game.cards import Card, parse_cards
from pokerws.game.commands import Act, Action, Close, Command, RunIt, Show, Sit, Stand, TimeUp
from pokerws.game.config.table_config import HouseRules, TableConfig
from pokerws.game.events import HandStarted, TableEvent
from pokerws.game.redaction import redact
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.game.table import open_table, play
from pokerws.hand_histories.dates import eastern, moment
from pokerws.hand_histories.hand_id import hand_id
from pokerws.hand_histories.pokerstars.words import plain_name
from pokerws.hand_histories.pokerstars.write import write_pokerstars

# 15 January 2026, 20:00 UTC.
START_MS = 1_768_507_200_000
TEXTS = Path(__file__).parent / "pokerstars"
NAMES = ("Ann", "Ben", "Cleo")


class Scripted:
    """A table at which a hand is dealt from a known deck and played by a script."""

    def __init__(
        self,
        variant: str,
        stacks: Sequence[int],
        cards: str,
        *,
        names: Sequence[str] = NAMES,
        run_it: int = 1,
        ante: int = 0,
    ) -> None:
        config = TableConfig(
            variant=variant,
            seats=6,
            ante=ante,
            min_buy_in=100,
            next_hand_delay_ms=0,
            house=HouseRules(run_it=run_it),
        )
        self.now_ms = START_MS
        self._first = parse_cards(cards)
        self.table, _ = open_table(TableId("6f1e0c9ab2d4"), "Main table", config)
        for seat, (name, stack) in enumerate(zip(names, stacks, strict=False)):
            self._play(Sit(PlayerId(name), name, seat, stack))
            if run_it > 1:
                self._play(RunIt(PlayerId(name), run_it))
        self.before: Table = deepcopy(self.table)
        self.events: list[TableEvent] = []
        self.then(TimeUp())

    def _shuffle(self, deck: Sequence[Card]) -> list[Card]:
        return self._first + [card for card in deck if card not in self._first]

    def _play(self, command: Command) -> list[TableEvent]:
        return play(self.table, command, self.now_ms, self._shuffle)

    def then(self, command: Command) -> None:
        self.events += self._play(command)

    def acts(self, name: str, action: Action, amount: int | None = None, cards: str = "") -> None:
        """Act in the current turn, which must be this player's."""
        hand = self.table.hand
        assert hand is not None
        assert hand.turn is not None
        gone = parse_cards(cards) if cards else None
        self.then(Act(PlayerId(name), hand.turn.number, action, amount, gone))

    def lets_time_run_out(self) -> None:
        deadline_ms = self.table.deadline_ms
        assert deadline_ms is not None
        self.now_ms = deadline_ms
        self.then(TimeUp())

    def text(self, viewer: str | None = "nobody") -> str:
        """The text for a viewer, or of the whole hand for None."""
        events = self.events
        if viewer is not None:
            events = [redact(event, PlayerId(viewer)) for event in events]
        return write_pokerstars(self.before, events, started_ms=START_MS)

    def lines(self, viewer: str | None = "nobody") -> list[str]:
        return self.text(viewer).splitlines()


def side_pots() -> Scripted:
    hand = Scripted("NT", (500, 1_000, 2_000), "AsKsQsAhKdQd2c7dQh3s4d")
    hand.acts("Ann", "raise", 300)
    hand.acts("Ben", "call")
    hand.acts("Cleo", "raise", 2_000)
    hand.acts("Ann", "call")
    hand.acts("Ben", "call")
    return hand


def run_twice() -> Scripted:
    hand = Scripted("NT", (1_000, 1_000), "JcKsAcKhJs9hJh2dKd5h6h", run_it=2)
    hand.acts("Ann", "raise", 300)
    hand.acts("Ben", "call")
    hand.acts("Ben", "bet", 700)
    hand.acts("Ann", "call")
    return hand


def stud() -> Scripted:
    first = "7s7c4h7dAc3d2cTd5h"
    hand = Scripted("F7S/8", (1_000, 1_000, 1_000), first + "Ts3cJd2h9cQdTc6d8s7h")
    hand.acts("Ben", "bring_in")
    hand.acts("Cleo", "bet", 100)
    hand.acts("Ann", "call")
    hand.acts("Ben", "call")
    hand.acts("Ann", "check")
    hand.acts("Ben", "check")
    hand.acts("Cleo", "bet", 100)
    hand.acts("Ann", "call")
    hand.acts("Ben", "call")
    hand.acts("Ben", "check")
    hand.acts("Cleo", "bet", 200)
    hand.acts("Ann", "call")
    hand.acts("Ben", "fold")
    hand.acts("Cleo", "check")
    hand.acts("Ann", "check")
    hand.acts("Cleo", "bet", 200)
    hand.acts("Ann", "call")
    return hand


def badugi() -> Scripted:
    deck = "Ah8h8c2s3h5d8dAs7s6cKsTh9cQhQd5h2hKd"
    hand = Scripted("FB", (1_000, 1_000, 170), deck)
    hand.acts("Ann", "call")
    hand.acts("Ben", "call")
    hand.acts("Cleo", "check")
    hand.acts("Ben", "stand_pat")
    hand.acts("Cleo", "discard", cards="8hKs")
    hand.acts("Ann", "discard", cards="Th")
    hand.acts("Ben", "bet", 100)
    hand.acts("Cleo", "call")
    hand.acts("Ann", "fold")
    hand.acts("Ben", "stand_pat")
    hand.lets_time_run_out()
    hand.acts("Ben", "stand_pat")
    hand.acts("Cleo", "discard", cards="3h")
    return hand


def short_deck() -> Scripted:
    hand = Scripted("NS", (1_000, 1_000, 1_000), "AsKsQsAhKdQd")
    hand.acts("Ben", "fold")
    hand.acts("Cleo", "raise", 300)
    hand.acts("Ann", "fold")
    return hand


def broken_off() -> Scripted:
    hand = Scripted("NT", (1_000, 1_000, 1_000), "")
    hand.acts("Ann", "raise", 300)
    hand.then(Close("operator"))
    return hand


GOLDEN = {
    "side_pots": (side_pots, "Ann"),
    "run_twice": (run_twice, None),
    "stud_hi_lo": (stud, "Ann"),
    "badugi": (badugi, "Cleo"),
    "short_deck": (short_deck, "Ben"),
    "broken_off": (broken_off, "nobody"),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_a_hand_is_written_as_pokerstars_writes_it(name: str) -> None:
    play_it, viewer = GOLDEN[name]
    assert play_it().text(viewer) == (TEXTS / f"{name}.txt").read_text()


# ---- who sees what


def test_a_player_is_told_the_own_cards_and_an_operator_all() -> None:
    hand = badugi()
    dealt = "Dealt to Cleo [8h 3h As Ks]"
    discards = ["Cleo: discards 2 cards [8h Ks]", "Dealt to Cleo [3h As] [9c Qh]"]
    assert dealt in hand.lines("Cleo")
    assert set(discards) <= set(hand.lines("Cleo"))
    others = hand.lines("Ben")
    assert dealt not in others
    assert "Cleo: discards 2 cards" in others
    assert "Ben: stands pat on [Ah 2s 8d 6c]" in others
    everything = hand.lines(None)
    assert {dealt, *discards, "Ann: discards 1 card [Th]", "Dealt to Ann [8c 5d 7s] [5c]"} - {
        *everything
    } == {"Dealt to Ann [8c 5d 7s] [5c]"}
    assert sum(line.startswith("Dealt to ") for line in everything) == 6
    assert not [line for line in hand.lines() if line.startswith("Dealt to ")]


def test_a_hand_that_won_without_a_call_is_not_told_unless_it_is_shown() -> None:
    hand = short_deck()
    assert "Cleo: doesn't show hand" in hand.lines()
    hand.then(Show(PlayerId("Cleo"), 1))
    lines = hand.lines()
    assert "Cleo: doesn't show hand" not in lines
    collected = lines.index("Cleo collected 500 from pot")
    assert lines[collected + 1 : collected + 3] == [
        "Cleo: shows [Ks Kd] (a pair of Kings)",
        "*** SUMMARY ***",
    ]
    assert lines[-1] == "Seat 3: Cleo collected (500)"


def test_cards_are_shown_after_the_hand_by_who_folded_and_has_left_since() -> None:
    hand = side_pots_without_ben()
    hand.then(Show(PlayerId("Ben"), 1))
    hand.then(Stand(PlayerId("Ben")))
    assert "Ben: shows [As Ah] (a pair of Aces)" in hand.lines()
    assert "Seat 2: Ben (small blind) folded on the Flop" in hand.lines()


def side_pots_without_ben() -> Scripted:
    hand = Scripted("NT", (1_000, 1_000, 1_000), "AsKsQsAhKdQd2c7dJh")
    hand.acts("Ann", "call")
    hand.acts("Ben", "call")
    hand.acts("Cleo", "check")
    for name in ("Ben", "Cleo"):
        hand.acts(name, "fold")
    return hand


def test_the_last_card_of_hands_that_are_tabled_on_sixth_street_is_told_to_all() -> None:
    """Ante and bets take all the chips on sixth street, so that seventh is dealt face up."""
    hand = Scripted("F7S", (550, 550), "")
    while (playing := hand.table.hand) is not None:
        assert playing.turn is not None
        action: Action = next(
            action
            for action in ("bring_in", "call", "bet", "check")
            if action in playing.turn.actions
        )
        seat = hand.table.seats[playing.turn.seat]
        assert seat is not None
        hand.acts(seat.name, action, playing.turn.min_to if action == "bet" else None)
    lines = hand.lines()
    river = lines.index("*** RIVER ***")
    assert [line.startswith("Dealt to ") for line in lines[river + 1 : river + 4]] == [
        True,
        True,
        False,
    ]
    assert "??" not in hand.text()
    assert len([line for line in lines if " shows [" in line]) == 2


# ---- names


def test_a_name_cannot_forge_a_line_or_a_part_of_one() -> None:
    names = ("Ann collected 500 from pot", "*** SUMMARY ***", "Cleo: folds")
    hand = Scripted("NT", (1_000, 1_000, 1_000), "", names=names)
    hand.acts(names[0], "fold")
    hand.acts(names[1], "fold")
    text = hand.text()
    assert text.count("*** SUMMARY ***") == 1
    assert text.count(" collected 100 from pot") == text.count(" from pot") == 1
    assert text.count(": folds") == 2
    assert "Seat 2: %2A%2A%2A+SUMMARY+%2A%2A%2A (1000 in chips)" in text


def test_ordinary_names_stay_and_different_ones_stay_different() -> None:
    for name in ("Ann", "ann_b", "Zoë-1", "桜", "a.b!", "x&y"):
        assert plain_name(name) == name
    names = ["Ann B", "Ann+B", "Ann%2BB", "Ann%20B", "Ann_B", "Ann:B", "Ann%3AB"]
    assert len({plain_name(name) for name in names}) == len(names)
    assert plain_name("a\nb\u2028c") == "a%0Ab%E2%80%A8c"


# ---- hands of which not all was kept


def test_a_hand_without_its_end_says_so() -> None:
    hand = Scripted("NT", (1_000, 1_000, 1_000), "")
    hand.acts("Ann", "raise", 300)
    lines = hand.lines()
    note = lines.index("Hand is not complete: what happened after this was not kept")
    assert lines[note - 1] == "Ann: raises 200 to 300"
    assert lines[note + 1 : note + 3] == ["*** SUMMARY ***", "Total pot 450 | Rake 0"]
    assert lines[-1] == "Seat 3: Cleo (big blind)"


def test_a_hand_without_its_beginning_says_so_and_goes_on_from_where_it_was() -> None:
    hand = side_pots()
    whole = hand.lines(None)
    before, events = deepcopy(hand.before), hand.events
    at = next(n for n, event in enumerate(events) if type(event).__name__ == "BoardDealt")
    for event in events[:at]:
        apply(before, event)
    lines = write_pokerstars(before, events[at:], started_ms=START_MS).splitlines()
    assert lines[:5] == whole[:5]
    note = lines.index("Hand is not complete: what happened before this was not kept")
    assert lines[note + 1 : note + 3] == ["*** HOLE CARDS ***", "*** FLOP *** [2c 7d Qh]"]
    assert (
        lines[lines.index("*** SHOW DOWN ***") :][:8]
        == (whole[whole.index("*** SHOW DOWN ***") :][:8])
    )


# ---- ids and times


def test_a_hand_has_one_number_for_ever() -> None:
    assert hand_id(TableId("6f1e0c9ab2d4"), 1) == 2679873315272867292
    numbers = {hand_id(TableId(f"t{t}"), hand) for t in range(100) for hand in range(100)}
    assert len(numbers) == 10_000
    assert all(0 <= number < 2**63 for number in numbers)
    assert len({float(number) for number in numbers}) == 10_000


@pytest.mark.parametrize(
    ("at_ms", "utc", "in_new_york"),
    [
        (0, (1970, 1, 1, 0, 0, 0), (1969, 12, 31, 19, 0, 0)),
        (START_MS, (2026, 1, 15, 20, 0, 0), (2026, 1, 15, 15, 0, 0)),
        # Clocks go forward on 8 March 2026 at 7:00 UTC, and back on 1 November at 6:00.
        (1_772_953_199_000, (2026, 3, 8, 6, 59, 59), (2026, 3, 8, 1, 59, 59)),
        (1_772_953_200_000, (2026, 3, 8, 7, 0, 0), (2026, 3, 8, 3, 0, 0)),
        (1_793_512_799_000, (2026, 11, 1, 5, 59, 59), (2026, 11, 1, 1, 59, 59)),
        (1_793_512_800_000, (2026, 11, 1, 6, 0, 0), (2026, 11, 1, 1, 0, 0)),
        (1_709_209_845_678, (2024, 2, 29, 12, 30, 45), (2024, 2, 29, 7, 30, 45)),
    ],
)
def test_times_are_told_in_utc_and_as_in_new_york(
    at_ms: int, utc: tuple[int, ...], in_new_york: tuple[int, ...]
) -> None:
    assert moment(at_ms) == utc
    assert eastern(at_ms) == in_new_york


def test_the_start_of_a_hand_tells_who_is_there_with_how_much_and_when() -> None:
    started = side_pots().events[0]
    assert isinstance(started, HandStarted)
    assert (started.at_ms, started.names, started.stacks) == (
        START_MS,
        ["Ben", "Cleo", "Ann"],
        [1_000, 2_000, 500],
    )
