"""Showdowns: who shows, in what order, who may muck, and what is dealt when all are all-in."""

from pokerws.game.apply import apply
from pokerws.game.cards import UNKNOWN, parse_cards
from pokerws.game.events import (
    BoardDealt,
    CardsMucked,
    CardsShown,
    HandEnded,
    PotAwarded,
    Share,
    TableEvent,
)
from pokerws.game.hand import advance_hand
from tests.game.script import Game, Player

BOARD = "2c7d9hJsKd"


def limped_to_the_river(game: Game, *players: Player) -> None:
    """All call or check until the last street."""
    while game.hand.street < 3:
        (player,) = (p for p in players if p.name == game.to_act)
        if "call" in player.options:
            player.calls()
        else:
            player.checks()


def showing(game: Game) -> list[TableEvent]:
    return [event for event in game.events if isinstance(event, CardsShown | CardsMucked)]


def test_the_last_aggressor_of_the_river_shows_first() -> None:
    """TDA rule 17-A."""
    game = Game()
    alice, bob, carol = players = game.seat(1_000, 1_000, 1_000)
    game.deal(BOARD, alice="KsQs", bob="AsAh", carol="3s3h")
    limped_to_the_river(game, *players)
    bob.checks()
    carol.checks()
    alice.bets(100)
    bob.calls()
    carol.calls()
    assert showing(game) == [
        CardsShown(alice.number, parse_cards("KsQs"), "pair of kings"),
        CardsShown(bob.number, parse_cards("AsAh"), "pair of aces"),
        CardsMucked(carol.number),
    ]


def test_who_raised_last_is_the_aggressor() -> None:
    game = Game()
    alice, bob, carol = players = game.seat(1_000, 1_000, 1_000)
    game.deal(BOARD, alice="KsQs", bob="AsAh", carol="3s3h")
    limped_to_the_river(game, *players)
    bob.bets(100)
    carol.raises_to(200)
    alice.calls()
    bob.calls()
    assert [event.seat for event in game.of(CardsShown)] == [2, 0, 1]


def test_without_a_bet_on_the_river_the_first_left_of_the_button_shows_first() -> None:
    """TDA rule 17-A: also when there was a bet on an earlier street."""
    game = Game()
    alice, bob, carol = players = game.seat(1_000, 1_000, 1_000)
    game.deal(BOARD, alice="AsAh", bob="3s3h", carol="KsQs")
    alice.raises_to(300)
    bob.calls()
    carol.calls()
    limped_to_the_river(game, *players)
    for player in (bob, carol, alice):
        player.checks()
    assert [event.seat for event in game.of(CardsShown)] == [1, 2, 0]


def test_a_later_hand_that_cannot_win_is_mucked() -> None:
    """TDA rule 17-A: it need not be shown once a better one is."""
    game = Game()
    alice, bob, carol = players = game.seat(1_000, 1_000, 1_000)
    game.deal(BOARD, alice="3s3h", bob="AsAh", carol="KsQs")
    limped_to_the_river(game, *players)
    for player in (bob, carol, alice):
        player.checks()
    assert showing(game) == [
        CardsShown(bob.number, parse_cards("AsAh"), "pair of aces"),
        CardsMucked(carol.number),
        CardsMucked(alice.number),
    ]


def test_a_hand_that_ties_is_shown() -> None:
    game = Game()
    alice, bob = players = game.seat(1_000, 1_000)
    game.deal(BOARD, alice="AsQc", bob="AhQd")
    limped_to_the_river(game, *players)
    bob.checks()
    alice.checks()
    assert game.of(CardsMucked) == []
    assert game.of(PotAwarded) == [PotAwarded(0, [Share(1, 100), Share(0, 100)], "ace high")]


def test_to_play_the_board_cards_must_be_shown() -> None:
    """TDA rule 19."""
    game = Game()
    alice, bob = players = game.seat(1_000, 1_000)
    game.deal("AsKsQsJsTs", alice="2c3d", bob="4c5d")
    limped_to_the_river(game, *players)
    bob.checks()
    alice.checks()
    assert [event.hand for event in game.of(CardsShown)] == ["royal flush", "royal flush"]


def test_who_wins_because_all_others_folded_shows_nothing() -> None:
    game = Game()
    alice, bob = players = game.seat(1_000, 1_000)
    game.deal(BOARD, alice="2s3s", bob="AsAh")
    limped_to_the_river(game, *players)
    bob.checks()
    alice.bets(100)
    bob.folds()
    assert showing(game) == []
    assert game.of(PotAwarded) == [PotAwarded(0, [Share(0, 200)])]


def test_all_hands_are_turned_up_before_the_rest_of_the_board_is_dealt() -> None:
    """TDA rule 16."""
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal(BOARD, alice="3s3h", bob="AsAh", carol="KsQs")
    alice.goes_all_in()
    bob.goes_all_in()
    carol.folds()
    kinds = [type(event) for event in game.events]
    shown = kinds.index(CardsShown)
    assert kinds[shown : shown + 5] == [CardsShown, CardsShown, BoardDealt, BoardDealt, BoardDealt]
    assert game.of(CardsShown) == [
        CardsShown(bob.number, parse_cards("AsAh")),
        CardsShown(alice.number, parse_cards("3s3h")),
    ], "carol folded, and keeps the cards to herself"
    assert [event.cards for event in game.of(BoardDealt)] == [
        parse_cards("2c7d9h"),
        parse_cards("Js"),
        parse_cards("Kd"),
    ]
    assert bob.stack == 2_100


def test_hands_are_not_turned_up_while_two_players_can_still_bet() -> None:
    """TDA rule 16: all betting action has to be complete."""
    game = Game()
    alice, bob, carol = game.seat(1_000, 300, 1_000)
    game.deal(BOARD)
    alice.raises_to(300)
    bob.calls()
    carol.calls()
    assert game.of(CardsShown) == []
    assert game.to_act == carol.name


def test_when_one_can_still_bet_but_nobody_could_call_all_hands_are_turned_up() -> None:
    """TDA rule 16: also the hand of a caller with chips left."""
    game = Game()
    alice, bob = game.seat(1_000, 300)
    game.deal(BOARD, alice="3s3h", bob="AsAh")
    alice.raises_to(300)
    bob.calls()
    assert {event.seat for event in game.of(CardsShown)} == {alice.number, bob.number}
    assert game.to_act is None


def test_nobody_may_muck_once_somebody_is_all_in_on_the_river() -> None:
    """TDA rule 16."""
    game = Game()
    alice, bob = players = game.seat(1_000, 500)
    game.deal(BOARD, alice="3s3h", bob="AsAh")
    limped_to_the_river(game, *players)
    bob.goes_all_in()
    alice.calls()
    assert showing(game) == [
        CardsShown(bob.number, parse_cards("AsAh"), "pair of aces"),
        CardsShown(alice.number, parse_cards("3s3h"), "pair of threes"),
    ]


def test_all_hands_are_tabled_when_a_side_pot_is_checked_down() -> None:
    """TDA rule 16: all hands in the main and side pots."""
    game = Game()
    alice, bob, carol = players = game.seat(1_000, 300, 1_000)
    game.deal(BOARD, alice="3s3h", bob="AsAh", carol="4s4h")
    alice.raises_to(300)
    bob.calls()
    carol.calls()
    limped_to_the_river(game, *players)
    carol.checks()
    alice.checks()
    assert {event.seat for event in game.of(CardsShown)} == {0, 1, 2}
    assert game.of(CardsMucked) == []


def test_side_pots_are_awarded_before_the_main_pot() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 300, 600)
    game.deal(BOARD, alice="3s3h", bob="AsAh", carol="4s4h")
    alice.goes_all_in()
    bob.goes_all_in()
    carol.goes_all_in()
    assert [award.pot for award in game.of(PotAwarded)] == [1, 0]
    assert HandEnded(1) in game.events


def test_an_unknown_hand_is_mucked_and_wins_nothing() -> None:
    """Records of hands do not tell all cards."""
    game = Game()
    alice, bob = players = game.seat(1_000, 1_000)
    game.deal(BOARD, alice="AsAh", bob="3s3h")
    limped_to_the_river(game, *players)
    bob.checks()
    alice.in_hand.cards = [UNKNOWN, UNKNOWN]
    alice.in_hand.acted_to = 0
    game.hand.turn = None
    events = advance_hand(game.table, game.hand, now_ms=0)
    for event in events:
        apply(game.table, event)
    assert CardsMucked(alice.number) in events
    assert bob.stack == 1_100
