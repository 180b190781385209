"""A hand that is cancelled: everybody gets back what was put in, whatever it was put in for."""

from pokerws.game.commands import Close
from pokerws.game.config.table_config import HouseRules, LimitStakes
from pokerws.game.events import HandCancelled
from tests.game.script import Game


def refunds(game: Game) -> dict[str, int]:
    """Close the table during the hand, and return the refunds by player."""
    names = {player: game.name_of(player) for player in game.hand.order}
    game.play(Close("operator"))
    (cancelled,) = game.of(HandCancelled)
    assert game.table.closed
    assert game.chips == 0, "all went home with their players"
    return {names[share.seat]: share.amount for share in cancelled.refunds}


def test_ante_and_bring_in_go_back() -> None:
    game = Game(variant="F7S", small_blind=10, big_blind=20)
    _, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal(alice="AsAdKh", bob="KsKd2c", carol="8s8d7h")
    bob.brings_in()
    carol.bets(20)
    assert refunds(game) == {"alice": 4, "bob": 10, "carol": 24}


def test_before_the_bring_in_only_antes_go_back() -> None:
    game = Game(variant="FR", small_blind=10, big_blind=20, limit=LimitStakes(stud_ante=5))
    game.seat(1_000, 3, 1_000)
    game.deal()
    assert refunds(game) == {"alice": 5, "bob": 3, "carol": 5}


def test_in_the_middle_of_a_draw_bets_go_back_and_cards_stay_unseen() -> None:
    game = Game(variant="F2L3D", small_blind=10, big_blind=20)
    alice, bob, carol = game.seat(1_000, 1_000, 15)
    game.deal()
    alice.raises_to(40)
    bob.calls()
    bob.discards("".join(bob.in_hand.cards[:3]))
    assert game.to_act == carol.name
    assert refunds(game) == {"alice": 40, "bob": 40, "carol": 15}


def test_in_the_middle_of_a_discard_bets_go_back() -> None:
    game = Game(variant="NP")
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    alice.raises_to(300)
    bob.calls()
    carol.folds()
    bob.discards(bob.in_hand.cards[0])
    assert refunds(game) == {"alice": 300, "bob": 300, "carol": 100}


def test_a_straddle_goes_back() -> None:
    game = Game(house=HouseRules(straddle="mississippi"))
    alice, _, _ = game.seat(1_000, 1_000, 1_000)
    alice.straddles()
    game.deal()
    assert refunds(game) == {"alice": 200, "bob": 50, "carol": 100}


def test_dead_blind_entry_blind_and_the_ante_of_the_big_blind_go_back_to_who_paid_each() -> None:
    """Three kinds of money that nobody, or everybody, had to match."""
    house = HouseRules(straddle="mississippi")
    game = Game(ante=100, ante_kind="big_blind", house=house)
    alice, _, _, dave = game.seat(1_000, 1_000, 1_000, 1_000)
    for number in range(3):
        game.deal()
        game.folds_around()
        if number == 0:
            dave.sits_out()
    dave.sits_in()
    alice.straddles()
    for player in (alice, dave):
        player.now_has(1_000)
    game.deal()
    assert (game.positions(), dave.in_hand.dead) == ((0, 1, 2), 150)
    assert game.to_act == "bob", "alice straddles on the button"
    assert refunds(game) == {"alice": 200, "bob": 50, "carol": 200, "dave": 250}


def test_the_antes_of_two_boards_go_back_also_to_who_has_folded() -> None:
    game = Game(variant="PO", house=HouseRules(bomb_pot_every=1, bomb_pot_boards=2))
    _, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    bob.bets(600)
    carol.folds()
    assert refunds(game) == {"alice": 200, "bob": 800, "carol": 200}
