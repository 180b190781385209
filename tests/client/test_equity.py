"""Named situations, in which the estimate is far enough from the bounds for any seed."""

import random

import pytest

from pokerws.client.equity import pot_share, spot_of
from pokerws.client.styles import tight_aggressive
from pokerws.client.table_view import TableView
from pokerws.game.cards import UNKNOWN, parse_cards
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import FixedLimit, Hand, HandSeat, Seat, Table, TableId, Turn
from tests.client.random_play import player_in


def spot(
    variant: str,
    down: str,
    up: str = "",
    board: str = "",
    *,
    against: str = "",
    street: int = 0,
    extra_board: str = "",
) -> TableView:
    """Ann in seat 0 faces a bet of 100 by Bob, who shows the cards `against`."""
    own = HandSeat(parse_cards(down), in_pots=150, up=parse_cards(up))
    rival = HandSeat(
        [UNKNOWN] * len(own.cards), bet=100, in_pots=150, up=parse_cards(against), drew=1
    )
    turn = Turn(0, 9, ["fold", "call", "raise"], 100, 200, 200, 0, 20_000)
    hand = Hand(
        1,
        [0, 1],
        [own, rival],
        [],
        100,
        street=street,
        board=parse_cards(board),
        bet=100,
        turn=turn,
        variant=variant,
        limit=FixedLimit(1, 100, 100),
        extra_boards=[parse_cards(extra_board)] if extra_board else [],
    )
    seats: list[Seat | None] = [Seat(player_in(n), name, 9_000) for n, name in enumerate("AB")]
    config = TableConfig(variant=variant, seats=2)
    return TableView(player_in(0), Table(TableId("t1"), "Two", config, seats=seats, hand=hand))


def share(view: TableView, samples: int = 200) -> float:
    found = spot_of(view)
    assert found is not None
    return pot_share(found, random.Random(1), samples)


def test_razz_wants_low_cards_and_kings_full_are_worth_nothing() -> None:
    assert share(spot("FR", "Ac2d", "3h", against="Kd")) > 0.75
    assert share(spot("FR", "KcKd", "Kh", against="2d")) < 0.2
    kings_full = spot("FR", "KcKdQs", "KhQcQd7s", against="2d4c6h8s", street=4)
    assert share(kings_full) < 0.02


def test_stud_counts_the_cards_that_others_show() -> None:
    hidden_aces = spot("F7S", "AcAd", "7h4s", against="9d2c", street=1)
    assert share(hidden_aces) > 0.7
    behind = spot("F7S", "2c3d", "7h9s", against="AdAc", street=1)
    assert share(behind) < 0.3
    found = spot_of(hidden_aces)
    assert found is not None
    assert not {*parse_cards("AcAd7h4s9d2c")} & {*found.unseen}
    assert len(found.unseen) == 46


def test_omaha_uses_two_hole_cards_and_no_more() -> None:
    one_heart = spot("PO", "AhKc9d4s", board="2h5h9hQhJd", street=3)
    two_hearts = spot("PO", "AhKh9d4s", board="2h5h9hQhJd", street=3)
    assert share(two_hearts) > 0.95
    assert share(one_heart) < 0.75


def test_high_and_low_take_half_each() -> None:
    nut_low_alone = spot("FO/8", "Ac2dKhKs", board="3h4h8h9hTh", street=3)
    assert 0.4 < share(nut_low_alone) < 0.75
    no_low_possible = spot("FO/8", "Ac2dKhKs", board="KcQh9hTsJd", street=3)
    assert share(no_low_possible) > 0.5
    scoop = spot("FO/8", "Ah2hKhKs", board="3h4h8h9dTd", street=3)
    assert share(scoop) > 0.9


def test_a_made_low_is_worth_more_than_a_draw_to_it_and_that_more_than_nothing() -> None:
    made = share(spot("F2L3D", "2c3d4h5s7c", street=2))
    to_come = share(spot("F2L3D", "2c3d4h7sKc", street=2))
    nothing = share(spot("F2L3D", "TcTdJhQsKc", street=2))
    assert made > 0.95 > to_come > nothing + 0.1
    assert nothing < 0.4
    too_late = share(spot("F2L3D", "2c3d4h7sKc", street=3))
    assert to_come > too_late + 0.1


def test_when_no_draw_is_left_nothing_gets_better() -> None:
    assert share(spot("F2L3D", "2c3d4h7s7c", street=3)) < 0.1
    assert share(spot("FB", "KcKdKhKs", street=3)) < 0.02
    assert share(spot("FB", "Ac2d3h4s", street=3)) > 0.98


def test_two_boards_count_alike() -> None:
    one = spot("NT", "AcAd", board="AhAs2c", extra_board="KhQhJh", street=1)
    assert 0.6 < share(one) < 0.95


def test_kuhn_poker_is_judged_from_three_cards() -> None:
    assert [share(spot("FK", card)) for card in ("Js", "Ks")] == [0, 1]
    assert 0.3 < share(spot("FK", "Qs")) < 0.7


def test_a_card_for_all_in_stud_is_part_of_every_hand() -> None:
    shared = spot("F7S", "AcAd", "AhKs2c3d", board="As", against="QdQh4c5c", street=4)
    assert share(shared) == 1


@pytest.mark.parametrize(
    ("view", "decided"),
    [
        (spot("FR", "KcKdQs", "KhQcQd7s", against="2d4c6h8s", street=4), "fold"),
        (spot("FR", "Ac2dKs", "3h4cKd5s", against="Kh4dKcJs", street=4), "raise"),
        (spot("F7S", "AcAdKs", "AhKcKd7s", against="2d4c6h8s", street=4), "raise"),
        (spot("PO", "2c3d4h5s", board="KhKdQhQs9c", street=3), "fold"),
        (spot("F2L3D", "2c3d4h5s7c", street=3), "raise"),
        (spot("F2L3D", "KcKdKhQsQc", street=3), "fold"),
        (spot("FB", "Ac2d3h4s"), "raise"),
        (spot("N2L1D", "KcKdKhQsQc"), "fold"),
        (spot("FK", "Ks"), "raise"),
        (spot("FK", "Js"), "fold"),
    ],
)
def test_tight_aggressive_raises_the_best_and_folds_the_worst_hands(
    view: TableView, decided: str
) -> None:
    assert {tight_aggressive(view, random.Random(seed)).action for seed in range(5)} == {decided}


def test_where_there_is_nothing_to_judge_there_is_no_spot() -> None:
    assert spot_of(spot("a game of tomorrow", "AcAd")) is None
    assert spot_of(spot("PO", "????????")) is None
    alone = spot("PO", "AcAdKcKd")
    assert alone.table.hand is not None
    bob = alone.table.hand.seats[1]
    assert bob is not None
    bob.folded = True
    assert spot_of(alone) is None
