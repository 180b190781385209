"""Short deck: 36 cards, antes, one blind on the button, and a flush above a full house.

The rules of the series that made it known: all ante, the button posts a blind of its own, and a
straight beats three of a kind.  TDA and Robert's Rules of Poker say nothing of it.
"""

import pytest

from pokerws.game.events import AntePosted, BlindPosted, PotAwarded
from tests.game.script import Game, Player


def test_all_ante_and_the_button_posts_the_only_blind_and_acts_last() -> None:
    game = Game(variant="NS", ante=20)
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    assert [event.amount for event in game.of(AntePosted)] == [20, 20, 20]
    assert [(e.seat, e.blind, e.amount) for e in game.of(BlindPosted)] == [
        (alice.number, "button", 100)
    ]
    bob.calls()
    carol.calls()
    assert (game.to_act, alice.options) == ("alice", ["fold", "check", "raise"])
    alice.checks()
    assert (game.hand.street, game.to_act) == (1, "bob")


def test_the_ante_is_as_high_as_the_blind_where_the_table_has_none() -> None:
    game = Game(variant="NS")
    game.seat(1_000, 1_000)
    game.deal()
    assert [event.amount for event in game.of(AntePosted)] == [100, 100]
    assert (game.turn.call, game.turn.min_to) == (100, 200)


def test_heads_up_the_button_has_the_blind_and_acts_last_on_every_street() -> None:
    """There is no small blind that would have to act first."""
    game = Game(variant="NS", ante=20)
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    assert (alice.in_hand.bet, game.to_act) == (100, "bob")
    bob.calls()
    alice.checks()
    assert game.to_act == "bob"


def test_there_is_no_card_below_the_six() -> None:
    game = Game(variant="NS", ante=20)
    game.seat(1_000, 1_000)
    game.deal()
    assert len(game.hand.deck) == 32
    assert not any(card[0] in "2345" for card in game.hand.deck)


@pytest.mark.parametrize(
    ("board", "alice_has", "bob_has", "winner", "name"),
    [
        ("9s8sKsKdQh", "7s6s", "KhQd", "alice", "flush, king high"),
        ("9s8d7hAcKd", "Ah6c", "9d9h", "alice", "straight, nine high"),
        ("9s8dTcAcKd", "JhQc", "TdTh", "alice", "straight, ace high"),
    ],
)
def test_a_flush_beats_a_full_house_and_a_straight_three_of_a_kind(
    board: str, alice_has: str, bob_has: str, winner: str, name: str
) -> None:
    """The ace is also below the six.  Some rooms have three of a kind above a straight."""
    game = Game(variant="NS", ante=20)
    game.seat(1_000, 1_000)
    game.deal(board, alice=alice_has, bob=bob_has)
    while game.to_act is not None:
        player = Player(game, game.to_act)
        player.calls() if game.turn.call else player.checks()
    (won,) = game.of(PotAwarded)
    assert (game.name_of(won.shares[0].seat), won.hand) == (winner, name)


def blinds(game: Game) -> list[tuple[str, str]]:
    return [(game.name_of(event.seat), event.blind) for event in game.of(BlindPosted)]


def test_a_newcomer_posts_a_blind_to_be_dealt_in_at_once() -> None:
    """As with two blinds: otherwise two partners who come and go never have the button."""
    game = Game(variant="NS", ante=20)
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    game.sits("dave", 1_000, 4)
    game.deal()
    assert "dave" in game.order
    assert blinds(game) == [("dave", "entry"), ("bob", "button")]


def test_the_button_passes_an_empty_seat_since_nobody_is_to_pay_twice() -> None:
    game = Game(variant="NS", ante=20)
    _, bob, _, _ = game.seat(1_000, 1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    bob.stands()
    game.deal()
    assert game.table.button == 2
    assert blinds(game) == [("carol", "button")]
    assert game.to_act == "dave"


def test_who_sits_out_when_the_button_comes_owes_its_blind() -> None:
    game = Game(variant="NS", ante=20)
    _, bob, _, _ = game.seat(1_000, 1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    bob.sits_out()
    game.deal()
    game.folds_around()
    assert bob.seat.owes_blind
    bob.sits_in()
    game.deal()
    assert blinds(game) == [("bob", "entry"), ("dave", "button")]


def test_heads_up_the_button_blind_changes_each_hand() -> None:
    game = Game(variant="NS", ante=20)
    game.seat(1_000, 1_000)
    paid = []
    for _ in range(4):
        game.deal()
        paid += blinds(game)
        game.folds_around()
    assert [name for name, _ in paid] == ["alice", "bob", "alice", "bob"]
