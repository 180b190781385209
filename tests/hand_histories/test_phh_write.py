"""Hands that are written and read again: by our own reader, and by PokerKit."""

import json
import tomllib
from collections.abc import Iterator, Sequence
from copy import deepcopy
from random import SystemRandom
from typing import Any

import pytest
from pokerkit import HandHistory

from pokerws.game.apply import apply
from pokerws.game.cards import DECK, Card, parse_cards
from pokerws.game.commands import Close, Command
from pokerws.game.events import HandCancelled, HandEnded, HandStarted, TableEvent
from pokerws.game.state import Table
from pokerws.hand_histories.errors import Refused
from pokerws.hand_histories.phh.read import exact, final_stacks
from pokerws.hand_histories.phh.record import read_record
from pokerws.hand_histories.phh.write import write_hand
from tests.game.pokerkit.pokerkit_hand import no_warnings
from tests.game.script import Game, Player
from tests.maintenance.test_replay_hands import ACPC, DATA, PLURIBUS, WSOP

# Of the real hands one in so many is played by PokerKit as well, which is slow.
PLAYED_BY_POKERKIT = 13
# The large collection is read in so many parts, one each time.
PARTS = 4
STARTED_MS = 1_700_000_000_123


def read(text: str) -> dict[str, Any]:
    """The fields of a PHH file."""
    return tomllib.loads(text)


def replayed(text: str) -> list[int]:
    """The stacks that our own reader comes to."""
    record = read_record(json.dumps(read(text), default=str).encode())
    return [int(stack) for stack in final_stacks(record)]


def replayed_by_pokerkit(text: str) -> list[int]:
    """The stacks that PokerKit comes to."""
    with no_warnings():
        *_, last = HandHistory.loads(text)
    assert not last.status, "the hand is not over"
    return list(last.stacks)


class RecordedGame(Game):
    """A game of which the latest hand is kept: the table `before` it, and the `kept` events."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.before = deepcopy(self.table)
        self.kept: list[TableEvent] = []

    def play(self, command: Command, deck: Sequence[Card] = DECK) -> list[TableEvent]:
        before = deepcopy(self.table)
        events = super().play(command, deck)
        if isinstance(events[0], HandStarted):
            self.before, self.kept = before, []
        self.kept += events
        return events

    @property
    def text(self) -> str:
        over = [isinstance(event, HandEnded | HandCancelled) for event in self.kept]
        events = self.kept[: over.index(True) + 1] if any(over) else self.kept
        return write_hand(self.before, events, started_ms=STARTED_MS)

    def told(self) -> dict[str, Any]:
        """The fields of the latest hand, which both readers play to the same end."""
        fields = read(self.text)
        assert replayed(self.text) == fields["finishing_stacks"]
        assert replayed_by_pokerkit(self.text) == fields["finishing_stacks"]
        assert "_not_replayable" not in fields
        return fields


def checks_down(game: Game) -> None:
    """Everyone checks to the end of the hand."""
    while game.to_act is not None:
        Player(game, game.to_act).checks()


def sample_hands() -> Iterator[bytes]:
    """All of the small collections, and a part of the large one, another one each time."""
    yield from PLURIBUS.read_bytes().splitlines()[SystemRandom().randrange(PARTS) :: PARTS]
    for path in (ACPC, WSOP):
        yield from path.read_bytes().splitlines()


def test_real_hands_come_to_the_same_stacks_when_they_are_written_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not DATA.is_dir():
        pytest.skip(f"the sample hands are not in {DATA}")
    tables: list[Table] = []
    events: list[TableEvent] = []

    def record(table: Table, event: TableEvent) -> None:
        if isinstance(event, HandStarted):
            tables.append(deepcopy(table))
            events.clear()
        events.append(event)
        apply(table, event)

    monkeypatch.setattr("pokerws.hand_histories.phh.replay.apply", record)
    written = 0
    for line in sample_hands():
        hand = read_record(line)
        stacks = final_stacks(hand)
        text = write_hand(tables[-1], list(events), started_ms=STARTED_MS)
        fields = read(text)
        assert sum(fields["finishing_stacks"]) == sum(fields["starting_stacks"])
        scale = sum(fields["starting_stacks"]) / sum(map(exact, hand.starting_stacks))
        assert replayed(text) == fields["finishing_stacks"] == [stack * scale for stack in stacks]
        assert "_not_replayable" not in fields
        if written % PLAYED_BY_POKERKIT == 0:
            assert replayed_by_pokerkit(text) == fields["finishing_stacks"]
        written += 1
    assert written in {849, 850}


def test_a_hand_is_told_with_its_table_time_seats_and_players() -> None:
    game = RecordedGame(seats=6)
    alice, bob, _ = game.seat(1_000, 2_000, 3_000)
    game.deal()
    alice.raises_to(300)
    bob.calls()
    game.folds_around()

    fields = game.told()

    assert {name: value for name, value in fields.items() if name not in ("actions", "time")} == {
        "variant": "NT",
        "ante_trimming_status": False,
        "antes": [0, 0, 0],
        "blinds_or_straddles": [50, 100, 0],
        "min_bet": 100,
        "starting_stacks": [2_000, 3_000, 1_000],
        "time_zone": "UTC",
        "day": 14,
        "month": 11,
        "year": 2023,
        "hand": 1,
        "seats": [2, 3, 1],
        "seat_count": 6,
        "table": "table",
        "players": ["bob", "carol", "alice"],
        "finishing_stacks": [1_700, 2_900, 1_400],
        "_rules": "rulebook",
        "_game": "t",
        "_id": 5039194984194827544,
        "_player_ids": ["bob", "carol", "alice"],
        "_button": 1,
    }
    assert fields["time"].isoformat() == "22:13:20"
    assert fields["actions"] == [
        "d dh p1 ????",
        "d dh p2 ????",
        "d dh p3 ????",
        "p3 cbr 300",
        "p1 cc",
        "p2 f",
        *fields["actions"][6:],
    ]


@pytest.mark.parametrize(
    ("ms", "day"),
    [
        (0, (1970, 1, 1)),
        (951_782_400_000, (2000, 2, 29)),
        (951_868_799_999, (2000, 2, 29)),
        (951_868_800_000, (2000, 3, 1)),
        (4_107_542_399_999, (2100, 2, 28)),
        (4_107_542_400_000, (2100, 3, 1)),
        (1_798_761_599_000, (2026, 12, 31)),
    ],
)
def test_the_day_is_that_of_the_calendar(ms: int, day: tuple[int, int, int]) -> None:
    game = RecordedGame()
    game.seat(1_000, 1_000)
    game.deal()
    game.folds_around()
    fields = read(write_hand(game.before, game.kept, started_ms=ms))
    assert (fields["year"], fields["month"], fields["day"]) == day


def test_hole_cards_are_told_when_they_were_shown_and_not_when_they_were_mucked() -> None:
    game = RecordedGame()
    game.seat(1_000, 1_000, 1_000)
    game.deal("2c3d4h8s9s", alice="AhAd", bob="7d5c", carol="KhKd")
    Player(game, "alice").calls()
    Player(game, "bob").folds()
    checks_down(game)

    fields = game.told()

    assert fields["actions"][-2:] == ["p2 sm KhKd", "p3 sm AhAd"]
    assert fields["actions"][:3] == ["d dh p1 ????", "d dh p2 ????", "d dh p3 ????"]
    assert not any(card in game.text for card in ("7d", "5c"))


def test_a_mucked_hand_is_told_only_if_the_caller_gives_it() -> None:
    game = RecordedGame()
    game.seat(1_000, 1_000)
    game.deal("2c3d4h8s9s", alice="7d5c", bob="KhKd")
    Player(game, "alice").calls()
    checks_down(game)
    holes: dict[int, list[Card]] = {0: parse_cards("7d5c")}
    given = write_hand(game.before, game.kept, started_ms=0, holes=holes)

    assert game.told()["actions"][-2:] == ["p1 sm KhKd", "p2 sm"]
    assert "7d" not in game.text
    assert read(given)["actions"][:2] == ["d dh p1 ????", "d dh p2 7d5c"]
    assert replayed(given) == replayed_by_pokerkit(given) == [1_100, 900]


def test_an_entry_blind_is_negative() -> None:
    game = RecordedGame()
    game.seat(1_000, 1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    game.sits("erin", seat=4)
    game.deal()
    game.folds_around()

    fields = game.told()

    assert fields["players"] == ["carol", "dave", "erin", "alice", "bob"]
    assert fields["blinds_or_straddles"] == [50, 100, -100, 0, 0]


def test_a_short_small_blind_beside_an_entry_blind_is_told_as_the_small_one() -> None:
    game = RecordedGame()
    _, _, carol, _ = game.seat(1_000, 1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    game.sits("erin", seat=4)
    carol.now_has(20)
    game.deal()
    game.folds_around()

    assert game.told()["blinds_or_straddles"] == [50, 100, -100, 0, 0]


def test_a_dead_small_blind_is_nobodys() -> None:
    game = RecordedGame()
    _, _, carol, _ = game.seat(1_000, 1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    carol.stands()
    game.deal()
    game.folds_around()

    fields = game.told()

    assert fields["players"] == ["dave", "alice", "bob"]
    assert fields["blinds_or_straddles"] == [100, 0, 0]
    assert fields["_button"] == 2


@pytest.mark.parametrize(
    ("kind", "antes", "trimmed"),
    [("each", [20, 20, 20], True), ("big_blind", [0, 20, 0], False)],
)
def test_antes_are_told_as_they_were_paid(kind: Any, antes: list[int], *, trimmed: bool) -> None:
    game = RecordedGame(ante=20, ante_kind=kind)
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()

    fields = game.told()

    assert fields["antes"] == antes
    assert fields["ante_trimming_status"] is trimmed


def test_a_blind_that_was_too_short_is_told_as_what_it_should_have_been() -> None:
    game = RecordedGame()
    game.seat(1_000, 20, 1_000)
    game.deal("2c3d4h8s9s", alice="7d5c", bob="AhAd", carol="KhKd")
    Player(game, "alice").calls()
    checks_down(game)

    fields = game.told()

    assert fields["blinds_or_straddles"] == [50, 100, 0]
    assert fields["starting_stacks"] == [20, 1_000, 1_000]


def test_what_the_clock_did_is_a_comment() -> None:
    game = RecordedGame()
    alice, bob, _ = game.seat(1_000, 1_000, 1_000)
    game.deal()
    alice.times_out()
    bob.folds()

    assert game.told()["actions"][3:] == ["p3 f # time ran out", "p1 f"]


def test_a_cancelled_hand_says_so_and_what_each_got_back() -> None:
    game = RecordedGame()
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    Player(game, "alice").raises_to(300)
    game.play(Close("operator"))

    text = game.text
    fields = read(text)

    assert fields["_cancelled"] is True
    assert fields["_refunds"] == [50, 100, 300]
    assert "finishing_stacks" not in fields
    assert "_incomplete" not in fields
    assert HandHistory.loads(text).user_defined_fields["_refunds"] == [50, 100, 300]
    with pytest.raises(Refused, match="the actions end before p1 has acted"):
        replayed(text)


def test_a_hand_that_the_standard_cannot_express_says_so() -> None:
    # With equal blinds a reader cannot see that the button, and not the big blind, acts first.
    game = RecordedGame(small_blind=100, big_blind=100)
    game.seat(1_000, 1_000)
    game.deal()
    Player(game, "alice").folds()

    fields = read(game.text)

    assert fields["_not_replayable"] == "'p2 f': p1 is to act"
    assert fields["finishing_stacks"] == [1_100, 900]


def test_a_hand_of_which_the_end_was_lost_says_so() -> None:
    game = RecordedGame()
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    Player(game, "alice").calls()

    fields = read(game.text)

    assert fields["_incomplete"] == "the events after these were not kept"
    assert "finishing_stacks" not in fields
    assert fields["actions"][3:] == ["p3 cc"]


def test_a_hand_of_which_the_beginning_was_lost_says_so() -> None:
    game = RecordedGame()
    game.seat(1_000, 1_000, 1_000)
    game.deal("2c3d4h8s9s", alice="7d5c", bob="AhAd", carol="KhKd")
    Player(game, "alice").calls()
    Player(game, "bob").calls()
    Player(game, "carol").checks()
    game.before, game.kept = deepcopy(game.table), []
    checks_down(game)

    fields = read(game.text)

    assert fields["_incomplete"] == "the events before these were not kept"
    assert fields["starting_stacks"] == [1_000, 1_000, 1_000]
    assert fields["finishing_stacks"] == [1_200, 900, 900]
    assert fields["actions"][3:5] == ["d db 2c3d4h", "p1 cc"]


def test_any_name_is_valid_toml() -> None:
    game = RecordedGame()
    name = "Ж\"'\\ \t\n\x00\x7f\u2028🂡 # ]"
    game.seat(1_000, 1_000)
    game.deal()
    game.folds_around()
    game.before.name = name
    for seat in game.before.seats[:2]:
        assert seat is not None
        seat.name = name

    fields = game.told()

    assert fields["table"] == name
    assert fields["players"] == [name, name]
