import random

import pytest

from pokerws.client.drawing import discards_for_good, discards_in_draw
from pokerws.client.styles import STYLES, Decision, draw
from pokerws.client.table_view import TableView
from pokerws.game.cards import UNKNOWN, parse_cards
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import Hand, HandSeat, Seat, Table, TableId, Turn
from pokerws.game.variants import Ranking
from tests.client.random_play import player_in

LAST, EARLIER = True, False


def kept(ranking: Ranking, cards: str, *, is_last: bool = EARLIER) -> str:
    held = parse_cards(cards)
    gone = discards_in_draw(ranking, held, is_last=is_last)
    return "".join(card for card in held if card not in gone)


@pytest.mark.parametrize(
    ("cards", "left"),
    [
        ("2h7h9hJhKc", "2h7h9hJh"),
        ("2h7h9hJhKh", "2h7h9hJhKh"),
        ("5c6d7h8sKc", "5c6d7h8s"),
        ("5c6d7h8s9c", "5c6d7h8s9c"),
        ("AcKdQhJs9c", "AcKd"),
        ("8c8d2h5sKc", "8c8d"),
        ("8c8d2h2sKc", "8c8d2h2s"),
        ("8c8d8h2sKc", "8c8d8h"),
        ("8c8d8h2s2c", "8c8d8h2s2c"),
        ("2h7h9hJhJc", "JhJc"),
        ("2c5d7h9sKc", "9sKc"),
    ],
)
def test_high_draw_keeps_what_is_made_then_pairs_then_four_to_a_flush_or_straight(
    cards: str, left: str
) -> None:
    assert kept(Ranking.HIGH, cards) == left


@pytest.mark.parametrize(
    ("cards", "left"),
    [
        ("2c3d4h5s7c", "2c3d4h5s7c"),
        ("2c4d6h7s9c", "2c4d6h7s9c"),
        ("2c2d4h5s7c", "2d4h5s7c"),
        ("2c4d7hQsKc", "2c4d7h"),
        ("2c3d4h5sAc", "2c3d4h5s"),
        ("2c3d4h5s6c", "2c3d4h5s"),
        ("2c3c4c5c7c", "2c3c4c5c"),
        ("TcTdJhJsKc", ""),
    ],
)
def test_deuce_to_seven_stands_pat_on_a_nine_and_throws_away_pairs_and_high_cards(
    cards: str, left: str
) -> None:
    assert kept(Ranking.DEUCE_TO_SEVEN, cards) == left


@pytest.mark.parametrize(
    ("cards", "left"),
    [
        ("KsKdQcJdTh", ""),
        ("5s4s3s2sAs", "5s4s3s2sAs"),
        ("2c3d4h5s6c", "2c3d4h5s6c"),
        ("Ac4d6h7s9c", "Ac4d6h7s9c"),
        ("AcAd4h5s7c", "Ad4h5s7c"),
        ("Ac4d7hQsKc", "Ac4d7h"),
    ],
)
def test_ace_to_five_stands_pat_on_a_wheel_and_throws_away_pairs_and_high_cards(
    cards: str, left: str
) -> None:
    assert kept(Ranking.ACE_TO_FIVE, cards) == left


def test_eight_or_better_does_not_keep_a_nine() -> None:
    assert kept(Ranking.EIGHT_OR_BETTER, "Ac2d3h4s8c", is_last=LAST) == "Ac2d3h4s8c"
    assert kept(Ranking.EIGHT_OR_BETTER, "Ac2d3h4s9c", is_last=LAST) == "Ac2d3h4s"


def test_deuce_to_seven_keeps_a_ten_when_there_is_no_other_draw() -> None:
    assert kept(Ranking.DEUCE_TO_SEVEN, "2c4d6h7sTc", is_last=LAST) == "2c4d6h7sTc"
    assert kept(Ranking.DEUCE_TO_SEVEN, "2c4d6h7sTc", is_last=EARLIER) == "2c4d6h7s"


@pytest.mark.parametrize(
    ("cards", "left"),
    [
        ("AcQdKhJs", "AcQdKhJs"),
        ("Ac2d3h3s", "Ac2d3h"),
        ("Ac2c3h4s", "Ac3h4s"),
        ("AcAd3h4h", "Ac3h"),
        ("Ac2dKhKs", "Ac2d"),
        ("KcKdKhKs", ""),
    ],
)
def test_badugi_keeps_a_badugi_and_throws_away_second_cards_of_a_rank_or_suit(
    cards: str, left: str
) -> None:
    held = kept(Ranking.BADUGI, cards)
    if cards == "AcAd3h4h":
        # Either ace will do.
        held = held.replace("Ad", "Ac")
    assert held == left


@pytest.mark.parametrize(
    ("cards", "board", "gone"),
    [
        ("AcAd2h", "", "2h"),
        ("AsKs2h", "", "2h"),
        ("AcAd2h", "2c2d9s", None),
        ("7c8dKh", "9cTsJd", "Kh"),
    ],
)
def test_pineapple_keeps_the_two_cards_that_make_the_best_hand(
    cards: str, board: str, gone: str | None
) -> None:
    thrown = discards_for_good(Ranking.HIGH, 0, parse_cards(cards), parse_cards(board), 1)
    if gone is None:
        # Full of aces or of twos: one of the aces goes.
        assert thrown[0] in parse_cards("AcAd")
    else:
        assert thrown == parse_cards(gone)


@pytest.mark.parametrize(
    ("ranking", "from_hole", "cards", "board", "gone"),
    [
        (Ranking.HIGH, 0, "2c7dKh", "", "2c7d"),
        (Ranking.HIGH, 0, "AcAdKcKd2h", "", "2h"),
        (Ranking.HIGH, 2, "2c3c4cKdQd", "5c6cKh", "2c"),
        (Ranking.HIGH, 0, "2c3c4c5c6cKdKh", "", "KdKh"),
        (Ranking.ACE_TO_FIVE, 0, "AcAd2h5sKd", "", "AdKd"),
        (Ranking.ACE_TO_FIVE, 0, "AcKd2h", "3h4s5d", "Kd"),
        (Ranking.DEUCE_TO_SEVEN, 0, "Ac3d2h", "", "Ac"),
        (Ranking.EIGHT_OR_BETTER, 0, "KcAd2h", "3h4s5d", "Kc"),
    ],
)
def test_any_number_of_cards_may_be_kept_and_they_are_the_best_of_the_ranking(
    ranking: Ranking, from_hole: int, cards: str, board: str, gone: str
) -> None:
    held, wanted = parse_cards(cards), parse_cards(gone)
    thrown = discards_for_good(ranking, from_hole, held, parse_cards(board), len(wanted))
    # Of two aces either will do.
    assert [card[0] for card in thrown] == [card[0] for card in wanted]


def to_draw(cards: str, variant: str = "F2L3D", street: int = 1, least: int = 0) -> TableView:
    """Ann's turn to draw in seat 0, with Bob behind her."""
    held = parse_cards(cards)
    actions = ["discard"] if least else ["stand_pat", "discard"]
    most = least or len(held)
    turn = Turn(0, 9, actions, 0, 0, 0, 0, 20_000, discard_min=least, discard_max=most)
    parts: list[HandSeat | None] = [HandSeat(held), HandSeat([UNKNOWN] * len(held))]
    hand = Hand(
        1, [0, 1], parts, [], 100, street=street, turn=turn, variant=variant, drawing=[0, 1]
    )
    seats: list[Seat | None] = [Seat(player_in(n), name, 9_000) for n, name in enumerate("AB")]
    config = TableConfig(variant=variant, seats=2)
    return TableView(player_in(0), Table(TableId("t1"), "Two", config, seats=seats, hand=hand))


def test_every_style_stands_pat_on_a_made_hand_and_says_what_it_throws_away_else() -> None:
    for style in STYLES.values():
        rng = random.Random(1)
        assert style(to_draw("2c3d4h5s7c"), rng) == Decision("stand_pat")
        thrown = parse_cards("Kc")
        assert style(to_draw("2c3d4h5sKc"), rng) == Decision("discard", cards=thrown)


def test_the_draw_that_is_open_counts_as_the_last_one_only_on_the_last_street() -> None:
    assert [to_draw("2c3d4h5s7c", street=street).draws_left for street in (1, 2, 3)] == [3, 2, 1]
    assert draw(to_draw("2c4d6h7sTc", street=3)) == Decision("stand_pat")
    assert draw(to_draw("2c4d6h7sTc", street=2)).action == "discard"


def test_pineapple_is_not_taken_for_a_draw() -> None:
    view = to_draw("7c8dKh", "NCP", 1, 1)
    assert view.table.hand is not None
    view.table.hand.board = parse_cards("9cTsJd")
    assert draw(view) == Decision("discard", cards=parse_cards("Kh"))


def test_a_forced_discard_is_made_even_if_the_cards_are_unknown() -> None:
    assert draw(to_draw("??????", "NP", 0, 1)) == Decision("discard", cards=[UNKNOWN])
    assert draw(to_draw("??????????")) == Decision("stand_pat")
    assert draw(to_draw("AcAd2h", "a game of tomorrow", 0, 1)).cards == parse_cards("Ac")
