"""After a hand, until the next one, who was not seen may show: the winner too, and who folded."""

import pytest

from pokerws.game.cards import parse_cards
from pokerws.game.commands import Act, Close
from pokerws.game.events import HandEnded, HandShown
from pokerws.game.table import play
from tests.game.script import Game, Player, refused


def dealt(*stacks: int, board: str = "2c7d9hJs3d") -> tuple[Game, list[Player]]:
    """Alice has aces, Bob kings and Carol nothing; Alice has the button, Bob the small blind."""
    game = Game()
    players = game.seat(*(stacks or (1_000, 1_000, 1_000)))
    game.deal(board, alice="AsAh", bob="KsKh", carol="4c5d")
    return game, players


def everybody_folds_to_carol(game: Game) -> None:
    game.folds_around()
    (ended,) = game.of(HandEnded)
    assert ended.unshown == [1, 2, 0]


def test_the_winner_whom_nobody_called_may_show() -> None:
    game, (_, _, carol) = dealt()
    everybody_folds_to_carol(game)
    carol.shows()
    assert game.events == [HandShown(1, 2, parse_cards("4c5d"))]


def test_who_folded_may_show() -> None:
    game, (alice, bob, _) = dealt()
    everybody_folds_to_carol(game)
    alice.shows()
    bob.shows()
    assert game.events == [HandShown(1, 1, parse_cards("KsKh"))]
    last = game.table.last_hand
    assert last is not None
    assert last.shown == [0, 1]


def test_who_mucked_at_the_showdown_may_show_and_who_showed_there_has_nothing_more_to() -> None:
    game, (alice, bob, carol) = dealt()
    alice.calls()
    bob.calls()
    carol.checks()
    for _ in range(2):
        for player in (bob, carol, alice):
            player.checks()
    bob.checks()
    carol.checks()
    alice.bets(100)
    bob.calls()
    carol.folds()
    (ended,) = game.of(HandEnded)
    assert ended.unshown == [1, 2]
    bob.shows()
    with refused(game, "nothing_to_show"):
        alice.shows()


def test_after_an_all_in_everybody_who_stayed_has_been_seen() -> None:
    game, (alice, bob, carol) = dealt(500, 500, 500)
    alice.goes_all_in()
    bob.calls()
    carol.folds()
    (ended,) = game.of(HandEnded)
    assert ended.unshown == [2]


def test_cards_are_shown_once() -> None:
    game, (alice, _, _) = dealt()
    everybody_folds_to_carol(game)
    alice.shows()
    with refused(game, "nothing_to_show"):
        alice.shows()


def test_cards_lie_open_until_the_next_hand_and_no_longer() -> None:
    game, (alice, _, carol) = dealt()
    everybody_folds_to_carol(game)
    alice.shows()
    last = game.table.last_hand
    assert last is not None
    assert (last.number, last.shown, last.cards[0]) == (1, [0], parse_cards("AsAh"))
    game.deal()
    assert game.table.last_hand is None
    with refused(game, "nothing_to_show"):
        carol.shows(1)


@pytest.mark.parametrize("hand", [0, 2, 2**53])
def test_no_cards_of_another_hand_are_shown(hand: int) -> None:
    game, (alice, _, _) = dealt()
    everybody_folds_to_carol(game)
    with refused(game, "nothing_to_show"):
        alice.shows(hand)


def test_nothing_is_shown_while_the_hand_is_played() -> None:
    game, (alice, _, _) = dealt()
    alice.folds()
    with refused(game, "nothing_to_show"):
        alice.shows()


def test_who_was_not_dealt_in_has_nothing_to_show() -> None:
    game, _ = dealt()
    dave = game.sits("dave", seat=3)
    everybody_folds_to_carol(game)
    with refused(game, "nothing_to_show"):
        dave.shows()
    with refused(game, "nothing_to_show"):
        Player(game, "nobody").shows()


def test_who_has_left_takes_the_cards_along_and_whoever_sits_down_there_has_none() -> None:
    game, (alice, bob, _) = dealt()
    everybody_folds_to_carol(game)
    bob.shows()
    alice.stands()
    bob.stands()
    with refused(game, "nothing_to_show"):
        alice.shows()
    last = game.table.last_hand
    assert last is not None
    assert (last.cards[0], last.cards[1], last.shown) == ([], [], [])
    dave = game.sits("dave", seat=0)
    with refused(game, "nothing_to_show"):
        dave.shows()
    alice_again = game.sits("alice", seat=1)
    with refused(game, "nothing_to_show"):
        alice_again.shows()


def test_a_player_who_leaves_with_the_hand_has_left() -> None:
    game, (alice, _, _) = dealt()
    alice.stands()
    everybody_folds_to_carol(game)
    with refused(game, "nothing_to_show"):
        alice.shows()


def test_a_hand_that_was_broken_off_leaves_nothing_to_show() -> None:
    game, (alice, _, _) = dealt()
    game.play(Close("operator"))
    assert game.table.last_hand is None
    with refused(game, "table_closed"):
        alice.shows()


def test_a_replayed_hand_whose_cards_are_unknown_leaves_nothing_to_show() -> None:
    game, (alice, bob, _) = dealt()
    alice.in_hand.cards = parse_cards("????")
    ended = []
    for player in (alice, bob):
        act = Act(player.id, game.turn.number, "fold")
        events = play(game.table, act, game.now_ms, list)
        ended += [event.unshown for event in events if isinstance(event, HandEnded)]
    assert ended == [[1, 2]]
