"""Recorded hands of all variants: draws, stud, and where a house differs from the rulebook."""

import os
from random import Random, SystemRandom, seed
from typing import Any

import msgspec
import pytest

from pokerws.game.apply import apply
from pokerws.game.events import CardsShown, TableEvent
from pokerws.game.state import Table
from pokerws.game.variants import VARIANTS
from pokerws.hand_histories.errors import Refused
from pokerws.hand_histories.phh import replay as phh_replay
from pokerws.hand_histories.phh.read import final_stacks
from pokerws.hand_histories.phh.record import read_record
from tests.game.pokerkit.pokerkit_hand import no_warnings
from tests.game.pokerkit.pokerkit_records import CODES, random_record

HANDS = int(os.environ.get("POKERKIT_HANDS", "10"))
SEED = int(os.environ.get("POKERKIT_SEED") or SystemRandom().randrange(10**6))


def played(variant: str, *actions: str, **fields: Any) -> list[float]:
    """The final stacks of a record, with the usual forced bets of the variant unless given."""
    record: dict[str, Any] = {"variant": variant, "ante_trimming_status": True, "actions": actions}
    if variant in ("F7S", "F7S/8", "FR"):
        record |= {"antes": [10] * 3, "bring_in": 15, "small_bet": 40, "big_bet": 80}
    elif variant.startswith("F"):
        record |= {"blinds_or_straddles": [10, 20, 0], "small_bet": 20, "big_bet": 40}
    else:
        record |= {"blinds_or_straddles": [50, 100, 0], "min_bet": 100}
    record |= {"starting_stacks": [1000] * 3, **fields}
    return [float(stack) for stack in final_stacks(read_record(msgspec.json.encode(record)))]


@pytest.mark.parametrize("code", CODES)
def test_hands_that_pokerkit_played_come_to_the_same_stacks(code: str) -> None:
    same = 0
    for number in range(HANDS):
        rng = Random(f"{SEED} {code} {number}")
        # PokerKit shuffles with the module's own generator.
        seed(f"{SEED} {code} {number}")
        try:
            with no_warnings():
                record = random_record(rng, code)
        except AssertionError:
            # PokerKit's, where antes leave nobody a decision.
            continue
        told = msgspec.json.encode(record)
        try:
            stacks = final_stacks(read_record(told))
            if sum(record["final_stacks"]) < sum(record["starting_stacks"]):
                # It loses what somebody paid who folded, having paid more than anybody left.
                continue
            if code.endswith("/8") and stacks != record["final_stacks"]:
                # Where anybody has a low hand it takes it that there is one in each pot, and
                # divides half of the others among all.
                continue
            assert stacks == record["final_stacks"]
            same += 1
        except (AssertionError, Refused) as error:
            error.add_note(f"POKERKIT_SEED={SEED}, hand {number} of {code}:\n{told.decode()}")
            raise
    assert same >= HANDS * 0.7


# ---- draws


DEAL = ["d dh p1 7h5d4c3d2c", "d dh p2 AsKsQhJh9h", "d dh p3 ??????????"]
TO_THE_DRAW = ["p3 cc", "p1 cc", "p2 cc"]
CHECKS = ["p1 cc", "p2 cc", "p3 cc"]


def test_all_throw_cards_away_before_any_are_dealt() -> None:
    draws = ["p1 sd", "p2 sd AsKs", "p3 sd ????", "d dh p2 8c6c", "d dh p3 ????"]
    shows = ["p1 sm 7h5d4c3d2c", "p2 sm", "p3 sm"]
    assert played("N2L1D", *DEAL, *TO_THE_DRAW, *draws, *CHECKS, *shows) == [1200, 900, 900]


def test_what_was_thrown_away_and_what_is_shown_tells_what_was_dealt() -> None:
    draws = ["p1 sd 2c", "p2 sd", "p3 sd KdKc", "d dh p1 Ac", "d dh p3 ????"]
    shows = ["p1 sm 7h5d4c3dAc", "p2 sm", "p3 sm 7s5c4h3h2d"]
    assert played("N2L1D", *DEAL, *TO_THE_DRAW, *draws, *CHECKS, *shows) == [900, 900, 1200]


def test_cards_that_are_nowhere_told_win_nothing_and_are_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[int] = []

    def watch(table: Table, event: TableEvent) -> None:
        if isinstance(event, CardsShown):
            shown.append(event.seat)
        apply(table, event)

    monkeypatch.setattr(phh_replay, "apply", watch)
    draws = ["p1 sd", "p2 sd", "p3 sd ????", "d dh p3 2s3s"]
    assert played("N2L1D", *DEAL, *TO_THE_DRAW, *draws, *CHECKS) == [1200, 900, 900]
    assert shown == [0]


def test_a_hand_that_was_mucked_after_its_draws_wins_nothing_though_it_is_known() -> None:
    draws = ["p1 sd 2c", "p2 sd As", "p3 sd", "d dh p1 6c", "d dh p2 Td"]
    shows = ["p2 sm AsKsQhJh9h".replace("As", "Td"), "p1 sm", "p3 sm"]
    assert played("N2L1D", *DEAL, *TO_THE_DRAW, *draws, *CHECKS, *shows) == [900, 1200, 900]


@pytest.mark.parametrize(
    ("draw", "why"),
    [
        ("p1 sd AhKd", "p1 does not hold Ah"),
        ("p1 sd ??", r"p1 does not hold \?\?"),
        ("p1 sd 7h7h", "p1 does not hold 7h"),
        ("p2 sd", "p1 is to act"),
        ("p1 cc", "p1 is to draw or discard"),
        ("p1 sd 7h 5d", "unknown action"),
        ("d dh p1 AcKc", "p1 was dealt 7 cards, expected at most 5"),
    ],
)
def test_a_draw_that_cannot_be_is_refused(draw: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        played("N2L1D", *DEAL, *TO_THE_DRAW, draw)


def test_more_cards_than_were_thrown_away_are_refused() -> None:
    with pytest.raises(Refused, match="p1 was dealt 2 cards, expected at most 1"):
        played("N2L1D", *DEAL, *TO_THE_DRAW, "p1 sd 2c", "d dh p1 8h8c")


def test_a_card_that_was_thrown_away_comes_again_when_the_deck_is_out_and_not_before() -> None:
    def throw(*cards: str) -> list[str]:
        return [f"p{n} sd {each}" for n, each in enumerate(cards, start=1)]

    def deal(*cards: str) -> list[str]:
        return [f"d dh p{n} {each}" for n, each in enumerate(cards, start=1)]

    def hand(first: str, last: str) -> list[str]:
        """All draw five cards three times, for which there are too few; those of p1 are given."""
        low, high, unknown = "2{0}3{0}4{0}5{0}6{0}", "7{0}8{0}9{0}T{0}J{0}", "?" * 10
        lows, highs = [low.format(s) for s in "cdh"], [high.format(s) for s in "dh"]
        return [
            *(*deal(*lows), *TO_THE_DRAW),
            *(*throw(*lows), *deal(first, *highs), *CHECKS),
            *(*throw(first, *highs), *deal("KcQcKdQdKh", unknown, unknown), *CHECKS),
            *(*throw("KcQcKdQdKh", unknown, unknown), *deal(last, unknown, unknown), *CHECKS),
        ]

    assert played("F2L3D", *hand("7c8c9cTcJc", "2h3h4h5d6d")) == [1040, 980, 980]
    with pytest.raises(Refused, match="a card was dealt twice: 2h"):
        played("F2L3D", *hand("2h8c9cTcJc", "2s3s4s5s7s"))


# ---- stud


THIRD = ["d dh p1 AsAh2c", "d dh p2 KsKh9d", "d dh p3 QsQhTc"]


def test_the_lowest_card_brings_it_in_and_the_best_hand_showing_opens() -> None:
    fourth = ["d dh p1 3c", "d dh p2 9h", "p2 cbr 40", "p1 f"]
    assert played("F7S", *THIRD, "p1 pb", "p2 cbr 40", "p3 f", "p1 cc", *fourth) == [
        *(950, 1060, 990)
    ]
    with pytest.raises(Refused, match="'p2 pb': p1 is to act"):
        played("F7S", *THIRD, "p2 pb")
    with pytest.raises(Refused, match="'p1 cc': cannot call now, only bring_in, bet"):
        played("F7S", *THIRD, "p1 cc")


def test_where_an_open_card_is_unknown_the_record_says_who_opens() -> None:
    unknown = ["d dh p1 ??????", *THIRD[1:]]
    assert played("F7S", *unknown, "p2 pb", "p3 f", "p1 cbr 40", "p2 f") == [1035, 975, 990]


def test_where_seven_card_stud_runs_out_of_cards_one_is_for_all() -> None:
    actions = [*THIRD, "p1 pb", "p2 cc", "p3 f"]
    for cards in (("3c", "9h"), ("4c", "8s"), ("5d", "7s")):
        actions += [f"d dh p{n} {card}" for n, card in enumerate(cards, start=1)]
        opener = 2
        actions += [f"p{opener} cc", "p1 cc"]
    both = [*actions, "d db Ac", "p2 cc", "p1 cc"]
    assert played("F7S", *both) == [1040 - 5, 975, 990]
    with pytest.raises(Refused, match="the board has 2 cards"):
        played("F7S", *actions, "d db AcAd")


def test_who_is_all_in_from_the_ante_brings_nothing_in() -> None:
    stacks = {"starting_stacks": [10, 1000, 1000]}
    later = [
        f"d dh p{n} {card}"
        for cards in ("3c4c", "3d4d", "5h6h", "7h8h")
        for n, card in ((1, cards[:2]), (3, cards[2:]))
    ]
    assert played("F7S", *THIRD, "p2 pb", "p3 cbr 40", "p2 f", *later, **stacks) == [30, 975, 1005]
    with pytest.raises(Refused, match="p2 is to act"):
        played("F7S", *THIRD, "p1 pb", **stacks)


# ---- where houses differ


FLOP = ["d dh p1 AsAh", "d dh p2 KsKh", "d dh p3 QsQh", "p3 cc", "p1 cc", "p2 cc", "d db 2c3d7h"]


@pytest.mark.parametrize("to", [20, 25])
def test_after_a_short_all_in_with_fixed_limits_it_is_completed_or_raised(to: int) -> None:
    short = {"starting_stacks": [1000, 25, 1000]}
    bets = ["p1 cc", "p2 cbr 5", f"p3 cbr {to}", "p1 f"]
    assert played("FT", *FLOP, *bets, "d db 8c9c", **short) == [980, 70, 975]
    with pytest.raises(Refused, match="is more than the maximum"):
        played("FT", *FLOP, "p1 cc", "p2 cbr 5", "p3 cbr 30", **short)


def test_a_bet_of_less_than_the_smallest_may_reopen_the_betting() -> None:
    actions = ["d dh p1 ????", "d dh p2 ????", "d dh p3 ????", "p3 cc", "p1 cc", "p2 cc"]
    actions += ["d db 2c3d7h", "p1 cc", "p2 cbr 30", "p3 cc"]
    short = {"starting_stacks": [1000, 130, 1000]}
    raised = played("NT", *actions, "p1 cbr 130", "p3 f", "p2 sm AsAh", "d db 2h2s", **short)
    assert raised[2] == 870
    with pytest.raises(Refused, match="only fold, call"):
        played("NT", *actions, "p1 cbr 129", **short)


def test_a_call_matches_what_was_put_in_where_a_blind_was_short() -> None:
    short = {"starting_stacks": [1000, 30, 1000]}
    assert played(
        "NT", "p3 cc", "p1 f", "p2 sm AsAh", "p3 sm KsKh", "d db 2c2d2h7s8s", **short
    ) == [*(950, 90, 990)]


def test_a_raise_over_a_straddle_is_at_least_a_big_blind() -> None:
    straddled = {"starting_stacks": [1000] * 4, "blinds_or_straddles": [50, 100, 200, 0]}
    assert played("NT", "p4 cbr 300", "p1 f", "p2 f", "p3 f", **straddled) == [
        *(950, 900, 800, 1350)
    ]
    with pytest.raises(Refused, match="299 is less than the minimum"):
        played("NT", "p4 cbr 299", **straddled)


def test_with_fixed_limits_there_are_four_raises_over_the_blind_and_no_more_among_three() -> None:
    raises = ["p3 cbr 40", "p1 cbr 60", "p2 cbr 80", "p3 cbr 100"]
    assert played("FT", *raises, "p1 f", "p2 f") == [940, 920, 1140]
    with pytest.raises(Refused, match="cannot raise now"):
        played("FT", *raises, "p1 cbr 120")


def test_the_ante_of_the_big_blind_counts_for_a_pot_limit_bet() -> None:
    ante = {"antes": [0, 100, 0], "ante_trimming_status": False}
    assert played("PO", "p3 cbr 450", "p1 f", "p2 f", **ante) == [950, 800, 1250]
    with pytest.raises(Refused, match="451 is more than the maximum"):
        played("PO", "p3 cbr 451", **ante)


def test_fixed_limit_omaha_has_no_pot_limit_bets() -> None:
    with pytest.raises(Refused, match="60 is more than the maximum, 40"):
        played("FO/8", "p3 cbr 60")


def test_only_omaha_that_the_standard_knows_has_any_number_of_raises_with_fixed_limits() -> None:
    raises = ["p3 cbr 40", "p1 cbr 60", "p2 cbr 80", "p3 cbr 100", "p1 cbr 120"]
    assert played("FO/8", *raises, "p2 f", "p3 f") == [1180, 920, 900]
    with pytest.raises(Refused, match="cannot raise now"):
        played("FO", *raises)


def test_pots_with_the_same_winners_are_one_so_that_there_are_few_odd_chips() -> None:
    deal = ["d dh p1 AsKs", "d dh p2 AhKh", "d dh p3 QsQh", "d dh p4 2c3c"]
    bets = ["p3 cbr 7", "p4 cc", "p1 cbr 12", "p2 cc", "p4 f"]
    board = ["d db AcAdKd9c8c"]
    stacks = {"starting_stacks": [12, 12, 7, 100], "blinds_or_straddles": [1, 2, 0, 0]}
    # A main pot of 28 and a side pot of 10, or with odd ones 29 and 10.
    assert played("NT", *deal, *bets, *board, min_bet=2, **stacks) == [19, 19, 0, 93]
    odd = {"antes": [0, 0, 0, 1], "ante_trimming_status": False}
    assert played("NT", *deal, *bets, *board, min_bet=2, **stacks, **odd) == [20, 19, 0, 92]


# ---- fields


def test_short_deck_has_one_blind_by_the_button_and_no_low_cards() -> None:
    short_deck = {"antes": [10] * 3, "blinds_or_straddles": [0, 0, 20], "min_bet": 20}
    assert played("NS", "p1 cc", "p2 f", "p3 cbr 60", "p1 f", **short_deck) == [970, 990, 1040]
    with pytest.raises(Refused, match="5c is not in the deck of No-limit short deck"):
        played("NS", "d dh p1 5c9c", "p1 f", **short_deck)


@pytest.mark.parametrize(
    ("variant", "fields", "why"),
    [
        ("FT", {"small_bet": None, "blinds_or_straddles": []}, "small_bet must be at least 1"),
        ("FT", {"big_bet": 10}, "the big_bet is less than the small_bet"),
        ("F7S", {"bring_in": None}, "bring_in must be more than 0 and less than the small_bet"),
        ("F7S", {"bring_in": 40}, "bring_in must be more than 0 and less than the small_bet"),
        ("F7S", {"small_bet": "NaN"}, "not an amount"),
    ],
)
def test_bets_that_make_no_game_are_refused(variant: str, fields: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        played(variant, **fields)


@pytest.mark.parametrize("code", [code for code in VARIANTS if code not in CODES and code != "FK"])
def test_variants_that_the_standard_has_no_code_for_are_played_too(code: str) -> None:
    assert played(code, "p3 f", "p1 f") in ([950, 1050, 1000], [990, 1010, 1000])


def test_kuhn_poker_is_played_too() -> None:
    kuhn = {"starting_stacks": [5, 5], "antes": [1, 1], "blinds_or_straddles": None, "small_bet": 1}
    deal = ["d dh p1 Ks", "d dh p2 Qs"]
    assert played("FK", *deal, "p1 cbr 1", "p2 cc", **kuhn) == [7, 3]


def test_who_throws_a_card_away_in_pineapple_draws_none() -> None:
    deal = ["d dh p1 AsKsQs", "d dh p2 9d8d7d", "d dh p3 ??????"]
    preflop = ["p3 cc", "p1 cc", "p2 cc", "p1 sd Qs", "p2 sd 7d", "p3 sd ??"]
    rest = ["d db AcAdKd9c8c", *["p1 cc", "p2 cc", "p3 cc"] * 3]
    assert played("NP", *deal, *preflop, *rest) == [1200, 900, 900]
    with pytest.raises(Refused, match="expected 1 to 1 discards"):
        played("NP", *deal, *preflop[:3], "p1 sd")
