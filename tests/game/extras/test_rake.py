"""The rake: rounded down, capped, from the main pot first, and never of an uncalled bet."""

import pytest

from pokerws.game.config.table_config import HouseRules, Rake
from pokerws.game.events import PotAwarded, RakeTaken, UncalledBetReturned
from pokerws.game.extras.rake import rake_of
from tests.game.script import Game

FIVE_PERCENT = Rake(percent=500)


@pytest.mark.parametrize(
    ("pots", "rake", "players", "parts"),
    [
        ([1_000], Rake(500), 3, [50]),
        ([1_019], Rake(500), 3, [50]),
        ([19], Rake(500), 3, [0]),
        # 5 % of 1,018 are 50: the side pot pays what the main pot has not.
        ([510, 508], Rake(500), 3, [25, 25]),
        ([30, 30], Rake(500), 3, [1, 2]),
        ([1_000, 1_000], Rake(500, cap=60), 3, [50, 10]),
        ([1_000, 1_000], Rake(500, cap=60, cap_heads_up=20), 3, [50, 10]),
        ([1_000, 1_000], Rake(500, cap=60, cap_heads_up=20), 2, [20, 0]),
        ([1_000], Rake(500, cap_heads_up=20), 3, [50]),
        ([10**12], Rake(1), 3, [10**8]),
    ],
)
def test_what_each_pot_pays(pots: list[int], rake: Rake, players: int, parts: list[int]) -> None:
    assert rake_of(pots, rake, players=players) == parts


def test_the_winner_gets_the_pot_without_the_rake() -> None:
    game = Game(house=HouseRules(rake=FIVE_PERCENT))
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal("2c7d9hJs3d", alice="AsAh", bob="KsKh", carol="4c5d")
    alice.raises_to(300)
    bob.calls()
    carol.folds()
    bob.checks()
    alice.bets(200)
    bob.folds()
    assert game.of(UncalledBetReturned)[0].amount == 200
    assert game.of(RakeTaken) == [RakeTaken(35, [35])]
    assert game.of(PotAwarded)[0].shares[0].amount == 665
    assert (alice.stack, bob.stack, carol.stack) == (1_365, 700, 900)


def test_without_a_flop_there_is_no_drop() -> None:
    game = Game(house=HouseRules(rake=FIVE_PERCENT))
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    assert not game.of(RakeTaken)


def test_an_option_takes_rake_before_the_flop_too() -> None:
    game = Game(house=HouseRules(rake=Rake(percent=500, no_flop_no_drop=False)))
    _, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    assert game.of(RakeTaken) == [RakeTaken(5, [5])]
    assert (bob.stack, carol.stack) == (950, 1_045)


def test_side_pots_pay_after_the_main_pot_and_the_cap_is_for_all() -> None:
    game = Game(house=HouseRules(rake=Rake(percent=500, cap=60)))
    alice, bob, carol = game.seat(300, 1_000, 1_000)
    game.deal("2c7d9hJs3d", alice="AsAh", bob="KsKh", carol="QsQh")
    alice.goes_all_in()
    bob.goes_all_in()
    carol.calls()
    assert game.of(RakeTaken) == [RakeTaken(60, [45, 15])]
    assert (alice.stack, bob.stack, carol.stack) == (855, 1_385, 0)


def test_boards_that_are_run_twice_share_what_is_left() -> None:
    game = Game(house=HouseRules(rake=FIVE_PERCENT, run_it=2))
    alice, bob = game.seat(1_000, 1_000)
    alice.would_run_it(2)
    bob.would_run_it(2)
    game.deal("2c7d9hJs3d2d7c9cJh3h", alice="AsAh", bob="KsKh")
    alice.goes_all_in()
    bob.calls()
    assert game.of(RakeTaken) == [RakeTaken(100, [100])]
    assert [award.shares[0].amount for award in game.of(PotAwarded)] == [950, 950]


def test_a_bomb_pot_has_a_flop() -> None:
    game = Game(house=HouseRules(rake=FIVE_PERCENT, bomb_pot_every=1, bomb_pot_ante=100))
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    assert game.of(RakeTaken) == [RakeTaken(15, [15])]


@pytest.mark.parametrize("variant", ["F7S", "F2L3D", "FO/8"])
def test_each_kind_of_game_pays_once_its_first_street_is_over(variant: str) -> None:
    game = Game(variant=variant, house=HouseRules(rake=Rake(percent=1_000)))
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.check_down()
    (raked,) = game.of(RakeTaken)
    won = sum(share.amount for award in game.of(PotAwarded) for share in award.shares)
    assert raked.amount == (won + raked.amount) // 10
    assert raked.amount >= 3
