"""Board games with antes alone: no blinds are owed, and the first after the button opens."""

import pytest

from pokerws.game.config.table_config import HouseRules
from pokerws.game.events import AntePosted, BlindPosted
from tests.game.script import Game

ANTES = HouseRules(ante_only=True)


@pytest.mark.parametrize(("ante", "each"), [(0, 100), (30, 30)])
def test_each_player_posts_an_ante_and_nothing_else(ante: int, each: int) -> None:
    game = Game(house=ANTES, ante=ante)
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    assert [event.amount for event in game.of(AntePosted)] == [each] * 3
    assert not game.of(BlindPosted)
    assert game.order == ["bob", "carol", "alice"]
    assert game.to_act == "bob"
    assert "check" in game.turn.actions
    assert game.turn.min_to == 100


def test_newcomers_are_dealt_in_at_once() -> None:
    game = Game(house=ANTES)
    game.seat(1_000, 1_000)
    game.deal()
    game.folds_around()
    game.sits("carol")
    game.deal()
    assert len(game.order) == 3


def test_the_button_goes_around() -> None:
    game = Game(house=ANTES)
    game.seat(1_000, 1_000, 1_000)
    buttons = []
    for _ in range(4):
        game.deal()
        buttons.append(game.positions()[0])
        game.check_down()
    assert sorted({*buttons}, key=str) == [0, 1, 2]


@pytest.mark.parametrize("variant", ["PO", "FT", "NS", "FO/8"])
def test_the_pot_counts_and_all_kinds_of_limits_work(variant: str) -> None:
    game = Game(variant=variant, house=ANTES)
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    if variant == "PO":
        assert game.turn.max_to == 300
    game.acts("bet", game.turn.min_to)
    game.check_down()
    assert game.table.chips == 3_000


def test_straddles_need_blinds() -> None:
    game = Game(house=HouseRules(ante_only=True, straddle="mississippi"))
    for player in game.seat(1_000, 1_000, 1_000):
        player.straddles()
    game.deal()
    assert not game.of(BlindPosted)
