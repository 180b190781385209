import random
from copy import deepcopy
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pokerws.client.strength import share_beaten, starting_points
from pokerws.client.styles import (
    STYLES,
    Decision,
    Style,
    calling_station,
    loose_aggressive,
    tight_aggressive,
)
from pokerws.client.table_view import TableView
from pokerws.game.cards import UNKNOWN, parse_cards
from pokerws.game.commands import Act
from pokerws.game.events import BetPlaced, Called, Checked, Folded, Raised
from pokerws.game.hand import TIMEOUTS_TO_SIT_OUT
from pokerws.game.state import Hand, HandSeat, Seat, Table, TableConfig, TableId, Turn
from tests.client.random_play import played, player_in

COMMANDS = 200


def seen_by(table: Table, seat: int) -> TableView:
    """The table as the player in `seat` may see it."""
    table = deepcopy(table)
    if table.hand is not None:
        table.hand.deck = []
        for number, hand_seat in enumerate(table.hand.seats):
            if hand_seat is not None and number != seat:
                hand_seat.cards = [UNKNOWN] * len(hand_seat.cards)
    return TableView(player_in(seat), table)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
@given(seed=st.integers(0, 2**32))
@settings(max_examples=10)
def test_a_style_decides_what_is_legal_and_touches_nothing(style: Style, seed: int) -> None:
    rng = random.Random(seed)

    def answer(table: Table, turn: Turn) -> Act:
        # The others play anyhow, so that the style sees all sorts of spots.
        chosen = style if rng.random() < 0.5 else rng.choice(list(STYLES.values()))
        view = seen_by(table, turn.seat)
        before, dice = deepcopy(view.table), rng.randrange(2**32)
        decision = chosen(view, random.Random(dice))
        assert view.table == before
        assert chosen(view, random.Random(dice)) == decision
        assert decision.action in turn.actions
        if decision.action in ("bet", "raise"):
            assert decision.amount is not None
            assert turn.min_to <= decision.amount <= turn.max_to
        else:
            assert decision.amount is None
        return Act(player_in(turn.seat), turn.number, decision.action, decision.amount)

    # The rules refuse what is not legal after all.
    for table, _ in islice(played(rng, answer), COMMANDS):
        assert all(seat is None or seat.timeouts < TIMEOUTS_TO_SIT_OUT for seat in table.seats)


def actions_of(style: Style, hands: int = 60) -> dict[str, float]:
    """How often a style does what, as shares, at full tables of its own kind."""
    rng = random.Random(7)
    counts = dict.fromkeys(("fold", "check", "call", "raise"), 0)

    def answer(table: Table, turn: Turn) -> Act:
        decision = style(seen_by(table, turn.seat), rng)
        return Act(player_in(turn.seat), turn.number, decision.action, decision.amount)

    for _ in range(hands // 10):
        for _, events in islice(played(rng, answer), COMMANDS):
            for event in events:
                match event:
                    case Folded():
                        counts["fold"] += 1
                    case Checked():
                        counts["check"] += 1
                    case Called():
                        counts["call"] += 1
                    case BetPlaced() | Raised():
                        counts["raise"] += 1
                    case _:
                        pass
    total = sum(counts.values())
    return {action: count / total for action, count in counts.items()}


def test_the_styles_differ_as_their_names_say() -> None:
    station, tight, loose = map(actions_of, (calling_station, tight_aggressive, loose_aggressive))
    assert station["call"] + station["check"] > 0.7 > tight["call"] + tight["check"]
    assert tight["fold"] > 0.4 > loose["fold"]
    assert loose["raise"] > 0.3 > station["raise"]


def facing(call: int, cards: str, board: str = "", number: int = 9) -> TableView:
    """Ann's turn of that number, in seat 0 against Bob, who has bet `call`."""
    bob = HandSeat([UNKNOWN] * 2, bet=call, in_pots=100)
    own = HandSeat(parse_cards(cards), in_pots=100)
    actions = ["fold", "call", "raise"] if call else ["fold", "check", "bet"]
    turn = Turn(
        0,
        number,
        actions,
        call,
        min_to=max(100, 2 * call),
        max_to=9_000,
        started_ms=0,
        deadline_ms=20_000,
    )
    hand = Hand(1, [1, 0], [own, bob], [], 100, board=parse_cards(board), bet=call, turn=turn)
    seats: list[Seat | None] = [Seat(player_in(0), "Ann", 9_000), Seat(player_in(1), "Bob", 9_000)]
    table = Table(TableId("t1"), "Two", TableConfig(seats=2), seats=seats, hand=hand)
    return TableView(player_in(0), table)


def decisions(style: Style, view: TableView) -> set[str]:
    return {style(view, random.Random(seed)).action for seed in range(40)}


def test_tight_aggressive_folds_trash_and_raises_aces_before_the_flop() -> None:
    assert decisions(tight_aggressive, facing(300, "7c2d")) == {"fold"}
    assert decisions(tight_aggressive, facing(300, "AcAd")) == {"raise"}
    assert tight_aggressive(facing(300, "AcAd"), random.Random(1)) == Decision("raise", 900)


def test_tight_aggressive_plays_what_it_has_made() -> None:
    assert decisions(tight_aggressive, facing(100, "AcAd", "AhKd2s")) == {"raise"}
    assert decisions(tight_aggressive, facing(5_000, "7c3d", "AhKdQs")) == {"fold"}


def test_nobody_folds_for_free() -> None:
    for style in STYLES.values():
        assert decisions(style, facing(0, "7c2d", "AhKdQs")) <= {"check", "bet"}


def test_cards_that_cannot_be_judged_are_played_all_the_same() -> None:
    for style in STYLES.values():
        for cards in ("7c2d9h9s", "????"):
            assert decisions(style, facing(100, cards, "AhKdQs")) <= {"fold", "call", "raise"}
            assert decisions(style, facing(100, cards)) <= {"fold", "call", "raise"}


@pytest.mark.parametrize(
    ("cards", "points"),
    [
        ("AsAd", 20),
        ("AsKs", 12),
        ("TsTd", 10),
        ("5h7h", 6),
        ("2c7h", -1),
        ("2c2d", 5),
        ("AdKc", 10),
    ],
)
def test_starting_hands_are_worth_what_chen_says(cards: str, points: int) -> None:
    assert starting_points(parse_cards(cards)) == points


def test_strength_is_the_share_of_hands_that_are_beaten() -> None:
    rng = random.Random(1)
    board = parse_cards("AhKdQs2c3h")
    assert share_beaten(parse_cards("JsTd"), board, rng) > 0.95
    assert share_beaten(parse_cards("4c5d"), parse_cards("AhKdQs8c9h"), rng) < 0.2
    assert share_beaten(parse_cards("2c3d"), parse_cards("AsKsQsJsTs"), rng) == 0.5
