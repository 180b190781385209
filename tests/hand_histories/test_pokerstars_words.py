"""The words of PokerStars for hands, amounts and special lines, as its own files have them.

The wordings are those of real hands in fpdb's regression tests
(https://github.com/jejellyroll-fr/fpdb-3, regression-test-files), folders `Stars` and
`active-sites/pokerstars`.
"""

import pytest

from pokerws.game.cards import UNKNOWN, parse_cards
from pokerws.game.commands import Action
from pokerws.game.config.table_config import TableConfig
from pokerws.game.ranks import Kind
from pokerws.game.state import TableId
from pokerws.game.table import open_table
from pokerws.game.variants import VARIANTS
from pokerws.hand_histories.currency import CURRENCY_CODES, Money
from pokerws.hand_histories.pokerstars.hand_words import (
    hand_in_words,
    high_in_words,
    with_article,
)
from pokerws.hand_histories.pokerstars.words import header
from pokerws.hand_histories.pokerstars.write import write_pokerstars
from tests.hand_histories.test_pokerstars import START_MS, TEXTS, Scripted, side_pots, stud


def words(variant: str, held: str, board: str = "") -> str:
    return hand_in_words(VARIANTS[variant], parse_cards(held), parse_cards(board))


@pytest.mark.parametrize(
    ("held", "board", "expected"),
    [
        ("AsKs", "QsJsTs2d3c", "a Royal Flush"),
        ("9d8d", "7d6d5d2c2h", "a straight flush, Five to Nine"),
        ("As2s", "3s4s5sKdKc", "a straight flush, Ace to Five"),
        ("6c6d", "6h6s2d3cKs", "four of a kind, Sixes"),
        ("KcKd", "Kh2s2d3c9s", "a full house, Kings full of Deuces"),
        ("Ac4c", "8cJc2c2h3d", "a flush, Ace high"),
        ("4c5d", "6h7s8dKcKd", "a straight, Four to Eight"),
        ("Ac2d", "3h4s5dKcQd", "a straight, Ace to Five"),
        ("4s3s", "2h5d6hAcAd", "a straight, Deuce to Six"),
        ("6c6d", "6hAsTd3cKs", "three of a kind, Sixes"),
        ("AcKd", "AhKs2d3c9s", "two pair, Aces and Kings"),
        ("AcAd", "2h2s9d3cKs", "two pair, Aces and Deuces"),
        ("TcTd", "2h7sAd3cKs", "a pair of Tens"),
        ("2c2d", "4h7sAd3cKs", "a pair of Deuces"),
        ("Kc4d", "2h7sTd3c9s", "high card King"),
    ],
)
def test_a_high_hand_is_named_as_pokerstars_names_it(held: str, board: str, expected: str) -> None:
    assert words("NT", held, board) == expected


@pytest.mark.parametrize(
    ("variant", "held", "board", "expected"),
    [
        # Before all cards are there.
        ("NT", "KsKd", "", "a pair of Kings"),
        ("NT", "Kc4d", "", "high card King"),
        ("NT", "Kc4d", "4s9h2c", "a pair of Fours"),
        ("PO", "KsKd4c4d", "", "a pair of Kings"),
        ("PO", "Ks9d4c7d", "4s9h2c", "two pair, Nines and Fours"),
        ("PO", "Ks9d8cTd", "6h5s7c", "a straight, Five to Nine"),
        ("F7S", "6c6d6h", "", "three of a kind, Sixes"),
        ("F7S", "6c6d8h8c", "", "two pair, Eights and Sixes"),
        ("FR", "3d3s5h4h", "", "Lo: 3,3,5,4"),
        # High and low.
        ("F7S/8", "7h2h4cJc5h7s8c", "", "HI: a pair of Sevens; LO: 8,7,5,4,2"),
        ("F7S/8", "AsQh5s7c4dThAc", "", "HI: a pair of Aces"),
        ("FO/8", "Ah2dKcQc", "3s5c8h6dTc", "HI: high card Ace; LO: 6,5,3,2,A"),
        ("FO/8", "Ah2dKcQc", "3s5c9hTdTc", "HI: a pair of Tens"),
        # Low.
        ("FR", "2h8dKh6h3d6d4h", "", "Lo: 8,6,4,3,2"),
        ("FR", "2dTc4s9d9hTsTh", "", "Lo: 9,9,T,4,2"),
        ("F2L3D", "3c6s7h8c9d", "", "Lo: 9,8,7,6,3"),
        ("F2L3D", "7d2s8d5h5c", "", "Lo: a pair of Fives"),
        ("F2L3D", "3c4d5h6s7c", "", "Lo: a straight, Three to Seven"),
        ("N2L1D", "2dTh3d6h5c", "", "Lo: T,6,5,3,2"),
        ("N2L1D", "Ac2d3h4s5d", "", "Lo: A,5,4,3,2"),
        ("N2L1D", "2d4d5d8dTd", "", "Lo: a flush, Ten high"),
        ("FB", "8c5d7sTh", "", "Badugi: T,8,7,5"),
        ("FB", "Tc3s2s7h", "", "3-card: T,7,2"),
        ("FB", "TcTdThTs", "", "1-card: T"),
        # Short deck: the ace is below the six.
        ("NS", "Ac6d", "7h8s9dKcKd", "a straight, Ace to Nine"),
        ("NS", "QcKc", "7hKs6s6hJc", "two pair, Kings and Sixes"),
        ("FK", "Kc", "", "high card King"),
        ("NT", "", "", ""),
    ],
)
def test_other_games_have_their_own_words(
    variant: str, held: str, board: str, expected: str
) -> None:
    assert words(variant, held, board) == expected


def test_every_kind_has_words_and_unknown_cards_have_none() -> None:
    assert len({high_in_words(kind, "AKQJT") for kind in Kind}) == len(Kind)
    for variant in VARIANTS.values():
        assert hand_in_words(variant, [UNKNOWN] * 2, parse_cards("AsKsQs")) == ""


def test_only_badugis_have_an_article_in_the_summary() -> None:
    assert with_article("Badugi: 8,4,3,A") == "a Badugi: 8,4,3,A"
    assert with_article("3-card: T,7,2") == "a 3-card: T,7,2"
    for same in ("a pair of Tens", "Lo: 8,6,4,3,2", "HI: high card Ace; LO: 6,5,3,2,A"):
        assert with_article(same) == same


# ---- lines of their own


def test_a_blind_of_nothing_is_not_written() -> None:
    """The ante took all of Ben's chips, so that nothing was left for the small blind."""
    text = Scripted("NT", (1_000, 400, 1_000), "", ante=400).text()
    assert "Ben: posts the ante 400 and is all-in" in text
    assert "blind 0" not in text
    assert "Seat 2: Ben (small blind)" in text


def capped() -> Scripted:
    hand = Scripted("FT", (2_000, 2_000, 2_000), "")
    for name, to in (("Ann", 200), ("Ben", 300), ("Cleo", 400)):
        hand.acts(name, "raise", to)
    return hand


def test_the_last_raise_that_the_limit_allows_is_said_to_be_the_last() -> None:
    lines = capped().lines()
    at = lines.index("Betting is capped")
    assert lines[at - 1] == "Cleo: raises 100 to 400"
    assert lines.count("Betting is capped") == 1


def test_an_open_pair_on_fourth_street_is_said_to_allow_a_double_bet() -> None:
    hand = Scripted("F7S", (1_000, 1_000), "AsKs3dQd2d7c2h9c")
    plays: tuple[tuple[str, Action], ...] = (("Ben", "bring_in"), ("Ann", "call"))
    for name, action in plays:
        hand.acts(name, action)
    lines = hand.lines()
    at = lines.index("Pair on board - a double bet is allowed")
    assert lines[at - 3 : at - 1] == ["*** 4th STREET ***", "Dealt to Ben [2d] [2h]"]
    assert "Pair on board - a double bet is allowed" not in stud().lines()


def test_a_split_pot_without_a_low_hand_says_so() -> None:
    assert "No low hand qualified" not in stud().lines()
    deck = "AhKdAdKc9h9d8h8d7c7hJcJdTcQsQdQc"
    hand = Scripted("FO/8", (1_000, 1_000), deck)
    hand.acts("Ann", "call")
    for name in ("Ben", *("Ben", "Ann") * 3):
        hand.acts(name, "check")
    lines = hand.lines()
    at = lines.index("No low hand qualified")
    assert " collected " in lines[at - 1]
    assert lines[at + 1] == "*** SUMMARY ***"


# ---- money


@pytest.mark.parametrize(
    ("chips", "written", "value"),
    [(0, "$0", "0.00"), (5, "$0.05", "0.05"), (150, "$1.50", "1.50"), (200, "$2", "2.00")],
)
def test_a_chip_is_a_cent_in_a_currency(chips: int, written: str, value: str) -> None:
    assert Money("USD").written(chips) == written
    assert str(Money("USD").value(chips)) == value
    assert (Money().written(chips), Money().value(chips)) == (str(chips), chips)


def test_every_currency_has_its_sign() -> None:
    signs = [Money(code).sign for code in CURRENCY_CODES]
    assert signs == ["$", "\u20ac", "\u00a3", "$", "\u20b9", "\u00a5"]


@pytest.mark.parametrize(
    ("variant", "small", "big", "stakes"),
    [
        ("NT", 50, 100, "Hold'em No Limit ($0.50/$1.00 USD)"),
        ("NT", 100, 200, "Hold'em No Limit ($1/$2 USD)"),
        ("FT", 5, 10, "Hold'em Limit ($0.10/$0.20 USD)"),
        ("NS", 250, 500, "6+ Hold'em No Limit (Button Blind $5 - Ante $5 USD)"),
    ],
)
def test_the_header_has_the_stakes_in_the_currency(
    variant: str, small: int, big: int, stakes: str
) -> None:
    config = TableConfig(variant=variant, seats=2, small_blind=small, big_blind=big)
    table, _ = open_table(TableId("t"), "T", config)
    table.button = 0
    game, seats = header(table, VARIANTS[variant], 1, boards=1, started_ms=0, money=Money("USD"))
    assert f":  {stakes} - 1970/01/01" in game
    assert seats == "Table 'T' 2-max Seat #1 is the button"


def test_a_hand_in_dollars_differs_from_play_money_only_in_its_amounts() -> None:
    hand = side_pots()
    text = write_pokerstars(hand.before, hand.events, started_ms=START_MS, money=Money("USD"))
    assert text == (TEXTS / "side_pots_usd.txt").read_text()
