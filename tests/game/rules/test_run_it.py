"""Running it twice or three times, when all are all-in and everybody in the hand agrees.

A matter of card rooms, and of no rule book: all who are still in the hand have to agree, each with
a number that was said beforehand, and the least of them counts.  The boards are dealt one after
the other from the same deck, and each wins an equal part of each pot.
"""

import pytest

from pokerws.game.commands import Close
from pokerws.game.config.table_config import HouseRules
from pokerws.game.events import (
    BoardDealt,
    CardsShown,
    PotAwarded,
    RunItAgreed,
    UncalledBetReturned,
)
from tests.game.script import Game, Player, refused


def table(
    *wishes: int,
    most: int = 3,
    variant: str = "NT",
    stacks: tuple[int, ...] = (1_000, 1_000, 1_000, 1_000),
    seats: int = 6,
) -> tuple[Game, list[Player]]:
    game = Game(variant=variant, seats=seats, house=HouseRules(run_it=most))
    players = game.seat(*stacks[: len(wishes)])
    for player, times in zip(players, wishes, strict=True):
        if times > 1:
            player.would_run_it(times)
    return game, players


def all_go_in(game: Game) -> None:
    while game.to_act is not None:
        player = Player(game, game.to_act)
        player.goes_all_in() if game.turn.max_to else player.calls()


def shares(game: Game) -> list[tuple[int, int, str, dict[str, int]]]:
    """Pot, board, side, and chips by name."""
    return [
        (e.pot, e.board, e.side, {game.name_of(s.seat): s.amount for s in e.shares})
        for e in game.of(PotAwarded)
    ]


def times_run(game: Game) -> int:
    agreed = game.of(RunItAgreed)
    return agreed[0].times if agreed else 1


_ACES_AND_KINGS = {"alice": "AsAh", "bob": "KsKh"}


def test_the_rest_of_the_board_is_dealt_twice_and_each_board_wins_half() -> None:
    game, (alice, bob) = table(2, 2)
    game.deal("2c3d4h9sTs" + "5c7dKdJsQc", **_ACES_AND_KINGS)
    all_go_in(game)
    assert times_run(game) == 2
    assert shares(game) == [(0, 0, "", {"alice": 1_000}), (0, 1, "", {"bob": 1_000})]
    assert (alice.stack, bob.stack) == (1_000, 1_000)


def test_the_first_board_is_dealt_to_its_end_before_the_second_begins() -> None:
    game, _ = table(2, 2)
    game.deal("2c3d4h9sTs" + "5c7dKdJsQc", **_ACES_AND_KINGS)
    all_go_in(game)
    dealt = [(e.board, e.street, "".join(e.cards)) for e in game.of(BoardDealt)]
    assert dealt == [
        (0, 1, "2c3d4h"),
        (0, 2, "9s"),
        (0, 3, "Ts"),
        (1, 1, "5c7dKd"),
        (1, 2, "Js"),
        (1, 3, "Qc"),
    ]


def test_the_board_that_lies_there_already_is_part_of_each() -> None:
    game, (alice, bob) = table(3, 3)
    game.deal("2c3d4h" + "9sTs" + "Kd7c" + "8d8c", **_ACES_AND_KINGS)
    alice.calls()
    bob.checks()
    bob.goes_all_in()
    alice.calls()
    assert [(e.board, e.cards) for e in game.of(BoardDealt)] == [
        (0, ["9s"]),
        (0, ["Ts"]),
        (1, ["Kd"]),
        (1, ["7c"]),
        (2, ["8d"]),
        (2, ["8c"]),
    ]
    assert [chips for *_, chips in shares(game)] == [{"alice": 667}, {"bob": 667}, {"alice": 666}]


def test_only_the_river_is_run_when_all_are_all_in_on_the_turn() -> None:
    game, (alice, bob) = table(2, 2)
    game.deal("2c3d4h9s" + "Ts" + "Kd", **_ACES_AND_KINGS)
    alice.calls()
    bob.checks()
    bob.checks()
    alice.checks()
    bob.goes_all_in()
    alice.calls()
    assert [(e.board, e.cards) for e in game.of(BoardDealt)] == [(0, ["Ts"]), (1, ["Kd"])]


def test_nothing_is_run_twice_on_the_river() -> None:
    game, (alice, bob) = table(2, 2)
    game.deal("2c3d4h9sTs", **_ACES_AND_KINGS)
    alice.calls()
    bob.checks()
    for _ in range(2):
        bob.checks()
        alice.checks()
    bob.goes_all_in()
    alice.calls()
    assert times_run(game) == 1


@pytest.mark.parametrize(
    ("wishes", "most", "times"),
    [((3, 3), 3, 3), ((3, 2), 3, 2), ((3, 1), 3, 1), ((1, 1), 3, 1), ((2, 2), 2, 2)],
)
def test_it_is_run_as_often_as_all_agree_to(wishes: tuple[int, int], most: int, times: int) -> None:
    """PokerKit takes a player without a wish for one who agrees; here silence is once."""
    game, _ = table(*wishes, most=most)
    game.deal()
    all_go_in(game)
    assert times_run(game) == times


def test_who_has_folded_has_no_say_but_who_is_only_in_the_main_pot_has() -> None:
    game, (alice, bob, carol) = table(2, 2, 1)
    game.deal()
    alice.goes_all_in()
    bob.calls()
    carol.folds()
    assert times_run(game) == 2
    game, (alice, bob, carol) = table(2, 2, 1, stacks=(1_000, 1_000, 300))
    game.deal()
    all_go_in(game)
    assert times_run(game) == 1


def test_it_is_not_run_twice_while_two_can_still_bet() -> None:
    """Only when all betting is over."""
    game, (alice, bob, carol) = table(2, 2, 2, stacks=(1_000, 1_000, 300))
    game.deal()
    alice.raises_to(300)
    bob.calls()
    carol.calls()
    assert not game.of(RunItAgreed)
    bob.goes_all_in()
    alice.calls()
    assert times_run(game) == 2


def test_one_who_has_chips_left_agrees_as_well_and_gets_the_uncalled_bet_first() -> None:
    game, (alice, bob) = table(2, 2, stacks=(1_000, 600))
    game.deal("2c3d4h9sTs" + "5c7dKdJsQc", **_ACES_AND_KINGS)
    alice.goes_all_in()
    bob.calls()
    (returned,) = game.of(UncalledBetReturned)
    assert (returned.amount, times_run(game)) == (400, 2)
    kinds = [type(event) for event in game.events]
    assert kinds.index(UncalledBetReturned) < kinds.index(RunItAgreed)
    assert (alice.stack, bob.stack) == (1_000, 600)


def test_side_pots_are_split_between_the_boards_one_by_one() -> None:
    game, _ = table(2, 2, 2, stacks=(200, 500, 500))
    game.deal("2c3d4h9sTs" + "5c7dKdJsQc", **_ACES_AND_KINGS, carol="8s8h")
    all_go_in(game)
    assert shares(game) == [
        (1, 0, "", {"bob": 300}),
        (1, 1, "", {"bob": 300}),
        (0, 0, "", {"alice": 300}),
        (0, 1, "", {"bob": 300}),
    ]


def test_odd_chips_go_to_the_first_boards_one_each() -> None:
    """No book says; it is the custom."""
    game = Game(small_blind=1, big_blind=2, house=HouseRules(run_it=3))
    players = game.seat(10, 10, 10)
    for player in players:
        player.would_run_it(3)
    alice, bob, carol = players
    game.deal("2c3d4h9sTs" + "5c7dKdJsQc" + "8c8d5h5s6c", alice="AsAh", carol="KsKh")
    alice.goes_all_in()
    bob.folds()
    carol.calls()
    parts = [sum(chips.values()) for *_, chips in shares(game)]
    assert parts == [7, 7, 7]
    game, (alice, bob) = table(3, 3, stacks=(1_000, 1_000))
    game.deal()
    all_go_in(game)
    assert [sum(chips.values()) for *_, chips in shares(game)] == [667, 667, 666]


def test_high_and_low_win_on_each_board() -> None:
    game, _ = table(2, 2, variant="NO/8")
    game.deal("2c5d7hKcKd" + "2d5h9hQdJh", alice="KsQsJdTd", bob="As3s9d9c")
    all_go_in(game)
    assert [(board, side) for _, board, side, _ in shares(game)] == [
        (0, "high"),
        (0, "low"),
        (1, ""),
    ]


def test_it_is_run_as_often_as_the_deck_allows() -> None:
    """Nine hands of five cards leave seven: one flop, and two turns and rivers."""
    game, players = table(*[3] * 9, variant="PO5", stacks=(200,) * 9, seats=9)
    game.deal()
    all_go_in(game)
    assert [(e.board, e.street) for e in game.of(BoardDealt)] == [
        (0, 1),
        (0, 2),
        (0, 3),
        (1, 2),
        (1, 3),
    ]
    assert sum(player.stack for player in players) == 1_800
    game, players = table(*[3] * 8, variant="PO5", stacks=(200,) * 8, seats=9)
    game.deal()
    all_go_in(game)
    assert times_run(game) == 2, "eight hands leave twelve"


@pytest.mark.parametrize("variant", ["F7S", "F2L3D", "N5D"])
def test_there_is_nothing_to_run_without_a_board(variant: str) -> None:
    game, players = table(3, 3, variant=variant, stacks=(100, 100))
    game.deal()
    while game.to_act is not None:
        player = Player(game, game.to_act)
        match player.options:
            case ["stand_pat", *_]:
                player.stands_pat()
            case ["bring_in", *_]:
                player.brings_in()
            case _ if game.turn.max_to:
                player.goes_all_in()
            case _ if game.turn.call:
                player.calls()
            case _:
                player.checks()
        assert not game.of(RunItAgreed)
    assert sum(player.stack for player in players) == 200


def test_hands_lie_open_before_the_boards_are_dealt_and_are_shown_once() -> None:
    """TDA rule 16."""
    game, _ = table(2, 2)
    game.deal()
    all_go_in(game)
    kinds = [type(event) for event in game.events]
    assert kinds.count(CardsShown) == 2
    assert kinds.index(CardsShown) < kinds.index(RunItAgreed) < kinds.index(BoardDealt)


def test_a_wish_may_change_until_all_are_all_in() -> None:
    game, (alice, bob) = table(2, 2)
    game.deal()
    alice.goes_all_in()
    bob.would_run_it(1)
    bob.calls()
    assert times_run(game) == 1


def test_who_leaves_keeps_the_own_wish_to_the_end_of_the_hand() -> None:
    game, (alice, bob) = table(2, 2)
    game.deal()
    alice.goes_all_in()
    alice.stands()
    bob.calls()
    assert times_run(game) == 2


def test_a_wish_has_to_be_one_that_the_table_knows() -> None:
    game, (alice, _) = table(1, 1, most=2)
    for times in (0, -1, 3):
        with refused(game, "not_so_often"):
            alice.would_run_it(times)
    with refused(game, "already_so"):
        alice.would_run_it(1)
    with refused(game, "not_seated"):
        Player(game, "nobody").would_run_it(2)
    game, (alice, _) = table(1, 1, most=1)
    with refused(game, "not_so_often"):
        alice.would_run_it(2)


def test_a_wish_is_kept_from_hand_to_hand() -> None:
    game, (_, _) = table(2, 2)
    for _ in range(2):
        game.deal("2c3d4h9sTs" + "5c7dKdJsQc", **_ACES_AND_KINGS)
        all_go_in(game)
        assert times_run(game) == 2
    game.play(Close("operator"))
    assert game.chips == 0
