import random
import runpy
from copy import deepcopy
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

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
from pokerws.game.config.table_config import Mix, TableConfig
from pokerws.game.events import BetPlaced, Called, Checked, Folded, Raised
from pokerws.game.state import Hand, HandSeat, Seat, Table, TableId, Turn
from pokerws.game.variants import MIXES, VARIANTS
from tests.client.random_play import GAMES, most_seats, played, player_in, random_config

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "bot.py"
COMMANDS = 200
COMMANDS_OF_ANY_GAME = 80
HANDS = 8


def seen_by(table: Table, seat: int) -> TableView:
    """The table as the player in `seat` may see it."""
    table = deepcopy(table)
    if table.hand is not None:
        table.hand.deck = []
        table.hand.discards = []
        for number, hand_seat in enumerate(table.hand.seats):
            if hand_seat is not None and number != seat:
                hand_seat.cards = [UNKNOWN] * len(hand_seat.cards)
    return TableView(player_in(seat), table)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
@given(seed=st.integers(0, 2**32))
@settings(max_examples=4)
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
        return Act(player_in(turn.seat), turn.number, *decision)

    # The rules refuse what is not legal.
    for table, _ in islice(played(rng, answer), COMMANDS_OF_ANY_GAME):
        assert all(
            seat is None or seat.timeouts < table.config.clocks.timeouts_to_sit_out
            for seat in table.seats
        )


@pytest.mark.parametrize("game", GAMES)
def test_styles_play_every_game_against_each_other_and_no_chip_is_lost(game: str) -> None:
    rng = random.Random(1)
    styles = list(STYLES.values())

    def answer(table: Table, turn: Turn) -> Act:
        # What is not legal is refused by the rules, and ends the test.
        decision = styles[turn.seat % len(styles)](seen_by(table, turn.seat), rng)
        return Act(player_in(turn.seat), turn.number, *decision)

    rotation = Mix(rotation="hands", hands=2) if game in MIXES else Mix()
    seats = min(6, most_seats(game))
    config = TableConfig(variant=game, seats=seats, next_hand_delay_ms=0, mix=rotation)
    variants = {game} if game in VARIANTS else set(MIXES[game].games)
    chips = None
    for table, _ in played(rng, answer, config):
        if None in table.seats:
            continue
        chips = chips or table.chips
        assert table.chips == chips
        variants -= {table.hand.variant} if table.hand is not None else set()
        if table.hand_number >= HANDS and not variants:
            break
    else:
        pytest.fail("they have lost all before all games were played")


@pytest.mark.parametrize("game", GAMES)
def test_the_example_bot_plays_every_game(game: str) -> None:
    choose = runpy.run_path(str(EXAMPLE))["choose"]

    def answer(table: Table, turn: Turn) -> Act:
        action, cards = choose(seen_by(table, turn.seat))
        return Act(player_in(turn.seat), turn.number, action, cards=cards)

    rotation = Mix(rotation="hands", hands=1) if game in MIXES else Mix()
    config = TableConfig(variant=game, seats=2, next_hand_delay_ms=0, mix=rotation)
    for table, _ in played(random.Random(1), answer, config):
        if table.hand_number > HANDS:
            break
    else:
        pytest.fail("they have lost all before all games were played")


def actions_of(style: Style, hands: int = 30) -> dict[str, float]:
    """How often a style does what, as shares, at full tables of its own kind."""
    rng = random.Random(7)
    counts = dict.fromkeys(("fold", "check", "call", "raise"), 0)

    def answer(table: Table, turn: Turn) -> Act:
        decision = style(seen_by(table, turn.seat), rng)
        return Act(player_in(turn.seat), turn.number, *decision)

    for _ in range(hands // 10):
        for _, events in islice(played(rng, answer, random_config(rng, "NT")), COMMANDS):
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
    """Ann's turn of that number, in seat 0, after Bob bet `call`."""
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


def test_where_there_are_sizes_a_bet_is_of_the_nearest() -> None:
    view = facing(300, "AcAd")
    hand = view.table.hand
    assert hand is not None
    assert hand.turn is not None
    for sizes, chosen in ([600, 1_000], 1_000), ([600, 2_000], 600):
        hand.turn = replace(hand.turn, max_to=sizes[-1], sizes=sizes)
        assert tight_aggressive(view, random.Random(1)) == Decision("raise", chosen)


def test_the_bring_in_is_paid_with_any_cards_and_passed_on_where_that_is_allowed() -> None:
    view = facing(30, "7c2d")
    hand = view.table.hand
    assert hand is not None
    assert hand.turn is not None
    hand.turn = replace(hand.turn, actions=["bring_in", "bet"])
    assert decisions(tight_aggressive, view) == {"bring_in"}
    hand.turn = replace(hand.turn, actions=["fold", "bring_in", "bet"])
    assert decisions(tight_aggressive, view) == {"fold"}


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
