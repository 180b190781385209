"""Recorded hands through the engine: what a record may say, and how it is refused."""

from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pokerws.game.variants import VARIANTS
from pokerws.hand_histories.errors import NotSupported, Refused
from pokerws.hand_histories.phh.read import final_stacks
from pokerws.hand_histories.phh.record import read_record

DEALT = ["d dh p1 2c7d", "d dh p2 AsAh", "d dh p3 KsKh"]
CHECKED_DOWN = [
    *("p3 cc", "p1 cc", "p2 cc"),
    *("d db 3c8h9s", "p1 cc", "p2 cc", "p3 cc"),
    *("d db 4d", "p1 cc", "p2 cc", "p3 cc"),
    *("d db Jc", "p1 cc", "p2 cc", "p3 cc"),
]


def played(**fields: Any) -> list[float]:
    """The final stacks of a three-handed record with some fields changed; None leaves one out."""
    record: dict[str, Any] = {
        "variant": "NT",
        "antes": [0, 0, 0],
        "blinds_or_straddles": [50, 100, 0],
        "min_bet": 100,
        "ante_trimming_status": True,
        "starting_stacks": [1000, 1000, 1000],
        "actions": [*DEALT, *CHECKED_DOWN],
        **fields,
    }
    record = {name: value for name, value in record.items() if value is not None}
    return [float(stack) for stack in final_stacks(read_record(msgspec.json.encode(record)))]


# ---- what a record may say


def test_a_hand_is_played_to_its_final_stacks() -> None:
    assert played() == [900, 1200, 900]


def test_what_is_optional_may_be_missing_and_what_is_unknown_is_ignored() -> None:
    assert played(antes=None, ante_trimming_status=None, min_bet=None) == [900, 1200, 900]
    assert played(event="WSOP", players=["a", "b", "c"], _x={"y": 1}) == [900, 1200, 900]


def test_lists_may_be_short() -> None:
    assert played(antes=[], blinds_or_straddles=[50, 100]) == [900, 1200, 900]


def test_comments_are_ignored() -> None:
    actions = [*DEALT, "# a comment", "", "p3 f # thinks long", "p1 f"]
    assert played(actions=actions) == [950, 1050, 1000]


def test_heads_up_the_second_player_has_the_button_and_the_small_blind() -> None:
    def heads_up(antes: list[int], *actions: str) -> list[float]:
        return played(
            starting_stacks=[1000, 1000],
            blinds_or_straddles=[50, 100],
            antes=antes,
            ante_trimming_status=False,
            actions=actions,
        )

    assert heads_up([], *DEALT[:2], "p2 f") == [1050, 950]
    assert heads_up([0, 30], "p2 f") == [1050, 950]
    all_in = ["d dh p1 KsKh", "d dh p2 AsAh", "p2 cbr 970", "p1 cc", "d db 2c3d4h5s9d"]
    assert heads_up([0, 30], *all_in) == [0, 2000], "p1, in the big blind, paid the ante"
    assert heads_up([30, 0], *all_in) == [30, 1970]


def test_ten_players() -> None:
    actions = [f"p{n} f" for n in (3, 4, 5, 6, 7, 8, 9, 10, 1)]
    expected = [950, 1050, *[1000] * 8]
    assert played(starting_stacks=[1000] * 10, antes=[], actions=actions) == expected


def test_hole_cards_may_be_dealt_one_by_one() -> None:
    deals = ["p1 2c", "p2 As", "p3 Ks", "p1 7d", "p2 Ah", "p3 Kh"]
    one_by_one = [f"d dh {deal}" for deal in deals]
    assert played(actions=[*one_by_one, *CHECKED_DOWN]) == [900, 1200, 900]


def test_uneven_antes_are_matched_in_layers() -> None:
    assert played(antes=[10, 20, 20]) == [890, 1230, 880]


def test_an_ante_that_nobody_matches_comes_back_unless_it_is_dead() -> None:
    folds = ["p3 f", "p1 f"]
    assert played(antes=[0, 0, 30], actions=folds) == [950, 1050, 1000]
    assert played(antes=[0, 0, 30], actions=folds, ante_trimming_status=False) == [
        *(950, 1080, 970)
    ]


def test_an_ante_of_the_big_blind_is_dead() -> None:
    assert played(antes=[0, 100, 0], ante_trimming_status=False) == [900, 1200, 900]


def test_a_straddle_is_acted_after() -> None:
    assert played(
        starting_stacks=[1000] * 4,
        blinds_or_straddles=[50, 100, 200, 0],
        actions=["p4 cc", "p1 f", "p2 cc", "p3 cbr 500", "p4 f", "p2 f"],
    ) == [950, 800, 1450, 800]


def test_a_straddle_on_the_button_is_acted_after_too() -> None:
    assert played(
        blinds_or_straddles=[50, 100, 200], actions=["p1 f", "p2 cc", "p3 cc", "p2 cbr 100", "p3 f"]
    ) == [950, 1250, 800]


def test_a_negative_blind_enters_late_and_opens_nothing() -> None:
    assert played(
        starting_stacks=[1000] * 4,
        blinds_or_straddles=[50, 100, 0, -100],
        actions=["p3 f", "p4 cc", "p1 f", "p2 cc", "p2 cbr 100", "p4 f"],
    ) == [950, 1150, 1000, 900]


def test_fractions_of_chips_are_exact() -> None:
    assert played(
        blinds_or_straddles=[0.25, 0.5],
        min_bet=0.5,
        starting_stacks=[10.1, 20.25, 30],
        actions=[*DEALT, "p3 cbr 1.75", "p1 f", "p2 cc", "d db 3c8h9s", "p2 cbr 2.5", "p3 f"],
    ) == [9.85, 22.25, 28.25]


def test_a_pot_is_split_as_finely_as_the_final_stacks_say() -> None:
    record = {
        "variant": "NT",
        "antes": [],
        "blinds_or_straddles": [0.25, 0.5],
        "min_bet": 0.5,
        "starting_stacks": [10, 10, 10],
        "actions": [
            "d dh p2 AsKs",
            "d dh p3 AhKh",
            "p3 cc",
            "p1 f",
            "p2 cc",
            "d db QcJdTc4d5d",
            "p2 cc",
            "p3 cc",
            "p2 cc",
            "p3 cc",
            "p2 cc",
            "p3 cc",
        ],
        "final_stacks": [9.75, 10.125, 10.125],
    }
    stacks = final_stacks(read_record(msgspec.json.encode(record)))
    assert stacks == [Fraction("9.75"), Fraction("10.125"), Fraction("10.125")]
    del record["final_stacks"]
    stacks = final_stacks(read_record(msgspec.json.encode(record)))
    assert stacks == [Fraction("9.75"), Fraction("10.25"), Fraction(10)], "a quarter is odd"


def test_unknown_cards_win_nothing_at_a_showdown() -> None:
    unknown = ["d dh p1 2c7d", "d dh p2 ????", "d dh p3 KsKh"]
    assert played(actions=[*unknown, *CHECKED_DOWN]) == [900, 900, 1200]


def test_unknown_cards_that_are_shown_become_known() -> None:
    unknown = ["d dh p1 2c7d", "d dh p2 ????", "d dh p3 Ks??"]
    showdown = ["p1 sm", "p2 sm AhAs", "p3 sm KhKs"]
    assert played(actions=[*unknown, *CHECKED_DOWN, *showdown]) == [900, 1200, 900]


def test_a_mucked_hand_wins_nothing_though_it_is_known() -> None:
    assert played(actions=[*DEALT, *CHECKED_DOWN, "p2 sm", "p3 sm KsKh", "p1 sm -"]) == [
        *(900, 900, 1200)
    ]


def test_players_who_fold_need_no_cards() -> None:
    assert played(actions=["p3 f", "p1 f"]) == [950, 1050, 1000]


def test_a_check_that_nobody_had_to_be_asked_for_changes_nothing() -> None:
    """PokerKit has the big blind check though the small blind is all-in for less."""
    actions = [*DEALT, "p3 f", "p1 cc", "p2 cc", "d db 3c8h9s", "d db 4d", "d db Jc"]
    assert played(starting_stacks=[80, 1000, 1000], actions=actions) == [0, 1080, 1000]


def test_a_check_in_between_that_nobody_had_to_be_asked_for_changes_nothing() -> None:
    """p4 entered with as much as anybody left could put in; p1 still owes."""
    record: dict[str, Any] = {
        "starting_stacks": [90, 60, 1000, 1000],
        "blinds_or_straddles": [50, 100, 0, -100],
        "antes": [],
    }
    board = ["d db 3c8h9s4dJc"]
    for checks in ([], ["p4 cc"]):
        actions = [*DEALT, "p3 f", *checks, "p1 cc", *board]
        assert played(**record, actions=actions) == [60, 180, 1000, 910]
    with pytest.raises(Refused, match="p1 is to act"):
        played(**record, actions=[*DEALT, "p3 f", "p4 f"])


def test_a_check_out_of_turn_by_who_could_still_bet_or_has_folded_is_refused() -> None:
    with pytest.raises(Refused, match="p3 is to act"):
        played(actions=[*DEALT, "p2 cc", "p3 f", "p1 f"])
    with pytest.raises(Refused, match="p1 is to act"):
        played(
            starting_stacks=[90, 60, 1000, 1000],
            blinds_or_straddles=[50, 100, -100, 0],
            antes=[],
            actions=[*DEALT, "p3 f", "p4 f", "p3 cc", "p1 f"],
        )


def test_a_raise_that_nobody_is_left_to_call_is_a_call() -> None:
    actions = [*DEALT, "p3 cbr 300", "p1 f", "p2 cbr 1000", "d db 3c8h9s4dJc"]
    assert played(starting_stacks=[1000, 1000, 300], actions=actions) == [950, 1350, 0]


def test_a_hand_may_end_with_all_in_before_the_flop() -> None:
    actions = [*DEALT, "p3 cbr 1000", "p1 cc", "p2 cc", "d db 3c8h9s", "d db 4d", "d db Jc"]
    assert played(actions=actions) == [0, 3000, 0]


# ---- refusals


@pytest.mark.parametrize(
    ("why", "fields"),
    [
        ("before p3 has acted", {"actions": DEALT}),
        ("before p2 has acted", {"actions": [*DEALT, "p3 f", "p1 cc"]}),
        ("'p1 f': p3 is to act", {"actions": [*DEALT, "p1 f"]}),
        ("150 is less than the minimum", {"actions": [*DEALT, "p3 cbr 150"]}),
        ("1001 is more than the maximum", {"actions": [*DEALT, "p3 cbr 1001"]}),
        ("the betting is over", {"actions": [*DEALT, "p3 f", "p1 f", "p2 cc"]}),
        ("the betting is over", {"actions": [*DEALT, *CHECKED_DOWN, "p1 f"]}),
        ("a card was dealt twice", {"actions": [*DEALT, "d db 2c3d4h"]}),
        ("a card was dealt twice", {"actions": ["d dh p1 AsAs"]}),
        ("not a card", {"actions": ["d dh p1 AsXx"]}),
        ("not a card", {"actions": ["d dh p1 AsK"]}),
        ("p1 was dealt 3 cards", {"actions": ["d dh p1 AsKsQs"]}),
        ("the board has 6 cards", {"actions": [*DEALT, "d db 3c4d5h6s8c9c"]}),
        ("p3 shows Qs, which p3 was not dealt", {"actions": [*DEALT, *CHECKED_DOWN, "p3 sm KsQs"]}),
        ("no hand was shown", {"actions": CHECKED_DOWN}),
        ("no hand was shown", {"actions": [*DEALT, *[a for a in CHECKED_DOWN if a[:4] != "d db"]]}),
        ("expected a player from p1 to p3", {"actions": ["p4 f"]}),
        ("expected a player from p1 to p3", {"actions": ["p0 f"]}),
        ("expected a player from p1 to p3", {"actions": ["q1 f"]}),
        ("expected a player from p1 to p3", {"actions": ["d dh p99 AsKs"]}),
        ("unknown action", {"actions": ["p3 jump"]}),
        ("unknown action", {"actions": ["p3 cbr"]}),
        ("unknown action", {"actions": ["p3 cbr lots"]}),
        ("unknown action", {"actions": ["p3 cbr -300"]}),
        ("unknown action", {"actions": ["p3 cbr 1e5"]}),
        ("only fold, call, raise", {"actions": ["p3 pb"]}),
        ("p3 cannot draw now", {"actions": ["p3 sd"]}),
        ("from 2 to 10 players, got 1", {"starting_stacks": [1000]}),
        ("from 2 to 10 players, got 11", {"starting_stacks": [1000] * 11}),
        ("0 players", {"starting_stacks": []}),
        ("no chips", {"starting_stacks": [1000, 0, 1000]}),
        ("no chips", {"starting_stacks": [1000, -5, 1000]}),
        ("4 antes for 3 players", {"antes": [1, 1, 1, 1]}),
        ("4 blinds_or_straddles for 3", {"blinds_or_straddles": [1, 2, 4, 8]}),
        ("an ante is negative", {"antes": [0, -1, 0]}),
        ("min_bet must be at least 1", {"min_bet": 0}),
        ("min_bet must be at least 1", {"min_bet": None, "blinds_or_straddles": []}),
        ("more than", {"starting_stacks": [1000, 10**16, 1000]}),
        ("more than", {"starting_stacks": [1000, 10**40, 1000]}),
        ("not an amount", {"starting_stacks": [1000, "NaN", 1000]}),
        ("not an amount", {"starting_stacks": [1000, "1e999999", 1000]}),
        ("not an amount", {"starting_stacks": [1000, "1e-999999", 1000]}),
        ("no common unit", {"antes": ["0.000007", "0.142857142857142857"]}),
        ("malformed", {"starting_stacks": "many"}),
        ("malformed", {"starting_stacks": [True, False]}),
        ("malformed", {"starting_stacks": None}),
        ("malformed", {"actions": [1]}),
        ("malformed", {"actions": None}),
        ("malformed", {"variant": None}),
    ],
)
def test_a_record_that_cannot_be_played_is_refused_and_told_why(
    why: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(Refused, match=why) as caught:
        played(**fields)
    assert not isinstance(caught.value, NotSupported)


@pytest.mark.parametrize(
    "line", [b"", b"{", b"nonsense", b"\xff\xfe", b"[]", b"null", b"[" * 10_000, b'{"variant":"NT"']
)
def test_what_is_no_record_is_refused(line: bytes) -> None:
    with pytest.raises(Refused, match=r"malformed|not JSON"):
        read_record(line)


def test_other_variants_are_not_supported() -> None:
    with pytest.raises(NotSupported, match="'XX' is not supported"):
        played(variant="XX", actions=["d dh p1 ????????", "p1 sd"])


# ---- any record at all

words = st.sampled_from(
    [
        *(*DEALT, *CHECKED_DOWN, "p1 f", "p2 f", "p3 f", "p1 cbr 100", "p2 cbr 300", "p3 cbr 1000"),
        *("p1 sm", "p2 sm", "p3 sm KsKh", "p3 sm -", "p2 sm Qs??", "d db ????????", "d dh p1 ????"),
        *("p1 pb", "p2 pb", "p1 cbr 20", "p2 cbr 40", "p3 cbr 60", "p1 sd", "p2 sd ??", "p3 sd"),
        *("d dh p1 2c7d3h", "d dh p2 AsAh9c", "d dh p3 KsKhTd", "d dh p1 ?????????", "d dh p2 5c"),
        *("p1 sd 2c", "p2 sd As", "d dh p1 4c", "d dh p3 6c", "p1 cc", "p2 cc", "p3 cc"),
    ]
)
amounts = st.lists(
    st.integers(-200, 2000) | st.sampled_from([0, 0.5, 100, -100, 33.3, "7", "0.1"]), max_size=11
)


@given(
    st.fixed_dictionaries(
        {"variant": st.sampled_from([*VARIANTS]), "actions": st.lists(words, max_size=40)},
        optional={
            "starting_stacks": amounts,
            "antes": amounts,
            "blinds_or_straddles": amounts,
            "min_bet": st.integers(-1, 300),
            "small_bet": st.integers(-1, 100),
            "big_bet": st.integers(-1, 100),
            "bring_in": st.integers(-1, 30),
            "ante_trimming_status": st.booleans(),
        },
    )
)
def test_any_record_is_played_or_refused(fields: dict[str, Any]) -> None:
    given_stacks = fields.get("starting_stacks", [1000, 1000, 1000])
    try:
        stacks = played(**fields)
    except Refused:
        return
    assert sum(stacks) == pytest.approx(sum(map(float, given_stacks)))
