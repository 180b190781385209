"""The fields of our own in PHH: what a reader needs to play a hand as its table did."""

from typing import Any

import msgspec
import pytest

from pokerws.game.config.table_config import HouseRules
from pokerws.hand_histories.errors import Refused
from pokerws.hand_histories.phh.read import final_stacks
from pokerws.hand_histories.phh.record import HandRecord, read_record
from tests.hand_histories.test_phh_rulebooks import ROWS
from tests.hand_histories.test_phh_write import RecordedGame, read

NO_BLIND = {
    "variant": "PO",
    "blinds_or_straddles": [10, 0, 0],
    "min_bet": 10,
    "starting_stacks": [1000, 1000, 1000],
    "actions": ["p2 cbr 35", "p3 f", "p1 f"],
}
STRADDLE = {
    "variant": "NT",
    "blinds_or_straddles": [100, 200, 0],
    "min_bet": 100,
    "starting_stacks": [1000, 1000, 1000],
    "actions": ["p3 cbr 300", "p1 f", "p2 f"],
}
# p3 owes a dead small blind; the live antes of the others make a side pot.
DEAD = {
    "variant": "NT",
    "antes": [100, 100, 120, 100],
    "blinds_or_straddles": [10, 20, -20, 0],
    "min_bet": 20,
    "starting_stacks": [50, 1000, 1000, 1000],
    "actions": [
        *("d dh p1 AsAh", "d dh p2 KsKh", "d dh p3 QsQh", "d dh p4 2c7d"),
        *("p3 cbr 880", "p4 f", "p2 f", "d db 3c4d8h", "d db 9s", "d db Jc"),
    ],
}
TWO_BOARDS = {
    "variant": "NT",
    "blinds_or_straddles": [50, 100],
    "min_bet": 100,
    "starting_stacks": [1000, 1000],
    "actions": [
        *("d dh p1 AsAh", "d dh p2 KsKh", "p2 cbr 1000", "p1 cc"),
        *("d db 3c4d8h", "d db 9s", "d db Jc"),
    ],
}
REFUSED = None


def stacks_of(fields: dict[str, Any]) -> list[int] | None:
    """The final stacks by the rulebook; None if the hand is refused."""
    record = msgspec.convert({"_rules": "rulebook", **fields}, HandRecord)
    try:
        return [int(stack) for stack in final_stacks(record)]
    except Refused:
        return REFUSED


@pytest.mark.parametrize(
    ("fields", "own", "without", "stacks"),
    [
        (
            *(ROWS["several odd chips"].fields, {"_odd_chips": "button"}),
            *([950, 1017, 1017, 1016], [950, 1018, 1016, 1016]),
        ),
        (
            *(ROWS["big-blind ante, pot limit"].fields, {"_whole_pot": True}),
            *(REFUSED, [950, 800, 1250]),
        ),
        (ROWS["four raises, fixed limit"].fields, {"_max_bets": 5}, REFUSED, [940, 920, 1140]),
        (NO_BLIND, {"_small_blind": 5}, REFUSED, [990, 1010, 1000]),
        (STRADDLE, {"_blinds": ["big", "straddle", ""]}, [900, 800, 1300], REFUSED),
        (DEAD, {"_dead": [0, 0, 20, 0]}, [370, 880, 900, 900], [220, 880, 1050, 900]),
        (TWO_BOARDS, {"_boards": ["3c4d8hKcKd"]}, [2000, 0], [1000, 1000]),
    ],
)
def test_a_reader_needs_what_differs_from_table_to_table(
    fields: dict[str, Any],
    own: dict[str, Any],
    without: list[int] | None,
    stacks: list[int] | None,
) -> None:
    assert stacks_of(fields) == without
    assert stacks_of(fields | own) == stacks


@pytest.mark.parametrize(
    "own",
    [
        {"_blinds": ["big"]},
        {"_blinds": ["large", "", ""]},
        {"_dead": [0, 0, 0, 1]},
        {"_dead": [1, 0, 0]},
        {"_boards": ["3c4d5h6s7c8d"]},
        {"_boards": ["3c3c"]},
        {"_boards": ["Xx"]},
        {"_boards": ["3c", "3d", "3h"]},
        {"_max_bets": -1},
        {"_rules": "none"},
        {"_odd_chips": "all"},
        {"_small_blind": "many"},
    ],
)
def test_a_field_of_ours_that_makes_no_sense_is_refused(own: dict[str, Any]) -> None:
    fields = {**NO_BLIND, **own}
    with pytest.raises(Refused):
        final_stacks(read_record(msgspec.json.encode(fields)), "rulebook")


def test_a_straddle_without_a_small_blind_is_told_with_both() -> None:
    game = RecordedGame(variant="PO", house=HouseRules(straddle="under_the_gun"))
    alice, _, carol, _ = game.seat(1_000, 1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    carol.stands()
    alice.straddles()
    game.deal()
    game.folds_around()
    fields = game.told()
    assert fields["blinds_or_straddles"] == [100, 200, 0]
    assert fields["_blinds"] == ["big", "straddle", ""]
    assert fields["_small_blind"] == 50


def test_the_dead_part_of_an_ante_is_told_if_it_is_only_a_part() -> None:
    game = RecordedGame(ante=10)
    _, _, carol, _ = game.seat(1_000, 1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    carol.sits_out()
    game.deal()
    game.folds_around()
    carol.sits_in()
    game.deal()
    game.folds_around()
    fields = game.told()
    assert fields["players"][2:] == ["bob", "carol"]
    assert fields["antes"] == [10, 10, 10, 60]
    assert fields["_dead"] == [0, 0, 0, 50]


def test_house_rules_are_told_where_they_matter() -> None:
    house = HouseRules(odd_chips="button", whole_pot=True, max_bets=3)
    for variant, told in (
        ("NT", {"_odd_chips"}),
        ("PO", {"_odd_chips", "_whole_pot"}),
        ("FT", {"_odd_chips", "_max_bets"}),
    ):
        game = RecordedGame(variant=variant, house=house)
        game.seat(1_000, 1_000, 1_000)
        game.deal()
        game.folds_around()
        fields = read(game.text)
        assert {"_odd_chips", "_whole_pot", "_max_bets"} & {*fields} == told
