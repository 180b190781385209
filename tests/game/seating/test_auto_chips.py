"""Chips that are added between hands: up to a stack, after it was lost, and up to a limit."""

import pytest
from msgspec.structs import replace

from pokerws.game.commands import AutoChips, BringChips
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.seating import Seating
from pokerws.game.events import AutoChipsSet, ChipsAdded, PlayerSatOut
from pokerws.game.seating.auto_chips import players_due
from pokerws.game.state import AutoBuy
from tests.game.script import Game, Player, refused


def two(*, auto_chips: bool = True) -> tuple[Game, Player, Player]:
    game = Game(seating=Seating(auto_chips=auto_chips))
    alice, bob = game.seat(1_000, 1_000)
    return game, alice, bob


def lose(game: Game, loser: Player) -> None:
    """The loser is all-in with the worse hand."""
    winner = "alice" if loser.name == "bob" else "bob"
    game.deal("2c 7d 9h Js Kd".replace(" ", ""), **{winner: "AsAh", loser.name: "3c4d"})
    while game.to_act is not None:
        player = Player(game, game.to_act)
        if game.turn.max_to:
            player.goes_all_in()
        else:
            player.calls()


def test_a_stack_below_the_amount_is_filled_up_between_hands() -> None:
    game, alice, bob = two()
    game.play(AutoChips(alice.id, AutoBuy(top_up_to=1_000)))
    assert game.events == [AutoChipsSet(0, AutoBuy(top_up_to=1_000))]
    assert players_due(game.table) == []
    game.deal()
    game.folds_around()
    assert players_due(game.table) == [alice.id]
    game.play(BringChips(alice.id, balance=50))
    assert game.of(ChipsAdded) == [ChipsAdded(0, alice.id, 50, auto=True)]
    assert alice.stack == 1_000
    with refused(game, "already_so"):
        game.play(BringChips(alice.id, balance=50))
    with refused(game, "already_so"):
        game.play(BringChips(bob.id, balance=50))


def test_nothing_is_added_during_a_hand() -> None:
    game, alice, _ = two()
    game.play(AutoChips(alice.id, AutoBuy(top_up_to=2_000)))
    game.deal()
    assert players_due(game.table) == []
    with refused(game, "already_so"):
        game.play(BringChips(alice.id, balance=5_000))


def test_who_has_lost_it_all_does_not_sit_out_but_buys_in_again() -> None:
    game, alice, bob = two()
    game.play(AutoChips(alice.id, AutoBuy(rebuy_to=500)))
    lose(game, alice)
    assert not game.of(PlayerSatOut)
    assert game.table.next_hand_at_ms is None
    game.play(BringChips(alice.id, balance=500))
    assert (alice.stack, bob.stack) == (500, 2_000)
    assert game.table.next_hand_at_ms is not None
    game.deal()
    assert len(game.order) == 2


def test_who_cannot_pay_sits_out_with_no_chips_moved() -> None:
    game, alice, _ = two()
    game.play(AutoChips(alice.id, AutoBuy(rebuy_to=500)))
    lose(game, alice)
    game.play(BringChips(alice.id, balance=499))
    assert game.events == [PlayerSatOut(0, "busted")]
    assert players_due(game.table) == []


def test_a_top_up_that_the_account_cannot_pay_changes_nothing() -> None:
    game, alice, _ = two()
    game.play(AutoChips(alice.id, AutoBuy(top_up_to=2_000)))
    with refused(game, "insufficient_chips"):
        game.play(BringChips(alice.id, balance=999))


def test_no_more_is_added_than_the_limit() -> None:
    game, alice, _ = two()
    game.play(AutoChips(alice.id, AutoBuy(top_up_to=2_000, rebuy_to=2_000, left=1_300)))
    game.play(BringChips(alice.id, balance=10_000))
    assert alice.stack == 2_000
    assert alice.seat.auto == AutoBuy(2_000, 2_000, 300)
    lose(game, alice)
    lose(game, alice)
    game.play(BringChips(alice.id, balance=10_000))
    assert alice.stack == 300
    lose(game, alice)
    assert game.of(PlayerSatOut) == [PlayerSatOut(0, "busted")]


def test_who_sits_out_by_wish_is_not_bought_in_again() -> None:
    game, alice, _ = two()
    game.play(AutoChips(alice.id, AutoBuy(rebuy_to=500)))
    game.deal()
    alice.sits_out()
    alice.goes_all_in()
    Player(game, "bob").calls()
    if not alice.stack:
        assert players_due(game.table) == []


def test_turning_it_off_lets_a_player_without_chips_sit_out() -> None:
    game, alice, _ = two()
    game.play(AutoChips(alice.id, AutoBuy(rebuy_to=500)))
    lose(game, alice)
    game.play(AutoChips(alice.id, AutoBuy()))
    assert game.events == [AutoChipsSet(0, None), PlayerSatOut(0, "busted")]


@pytest.mark.parametrize(
    ("auto", "code"),
    [
        (AutoBuy(), "already_so"),
        (AutoBuy(top_up_to=99), "amount_too_small"),
        (AutoBuy(rebuy_to=99), "amount_too_small"),
        (AutoBuy(top_up_to=1_000_001), "amount_too_large"),
        (AutoBuy(rebuy_to=1_000_001), "amount_too_large"),
    ],
)
def test_what_cannot_be_set(auto: AutoBuy, code: str) -> None:
    game, alice, _ = two()
    with refused(game, code):
        game.play(AutoChips(alice.id, auto))


def test_a_table_may_not_allow_it() -> None:
    game, alice, _ = two(auto_chips=False)
    with refused(game, "no_auto_chips"):
        game.play(AutoChips(alice.id, AutoBuy(top_up_to=500)))


def test_the_bank_of_a_table_gives_no_chips_by_itself() -> None:
    game, alice, _ = two()
    config = game.table.config
    game.table.config = replace(config, hosting=HostingRules(bank=True))
    with refused(game, "host_gives_chips"):
        game.play(AutoChips(alice.id, AutoBuy(rebuy_to=1_000)))
