"""Votes for a bomb pot, and hands that are mucked or shown by wish."""

from pokerws.game.commands import AutoMuck, VoteBombPot
from pokerws.game.config.table_config import HouseRules
from pokerws.game.events import AutoMuckSet, BombPotVoted, CardsMucked, CardsShown
from pokerws.game.state import PlayerId
from tests.game.script import Game, Player, refused


def votes(player: Player, *, on: bool = True) -> None:
    player.game.play(VoteBombPot(player.id, on))


def test_all_who_are_dealt_in_must_vote() -> None:
    game = Game(house=HouseRules(bomb_pot_vote="all"))
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    dave = game.sits("dave")
    dave.sits_out()
    votes(alice)
    votes(bob)
    assert game.events == [BombPotVoted(1, on=True)]
    assert not game.deal().bomb_pot
    game.folds_around()
    for player in (alice, bob, carol):
        votes(player)
    assert game.deal().bomb_pot


def test_more_than_half_are_a_majority() -> None:
    game = Game(house=HouseRules(bomb_pot_vote="majority"))
    alice, bob, carol, _ = game.seat(1_000, 1_000, 1_000, 1_000)
    votes(alice)
    votes(bob)
    assert not game.deal().bomb_pot
    votes(alice)
    votes(bob)
    votes(carol)
    game.folds_around()
    assert game.deal().bomb_pot


def test_a_vote_is_for_one_hand_and_can_be_taken_back() -> None:
    game = Game(house=HouseRules(bomb_pot_vote="majority"))
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    votes(alice)
    votes(bob)
    votes(bob, on=False)
    assert not game.deal().bomb_pot
    votes(carol)
    game.folds_around()
    assert not game.deal().bomb_pot
    game.folds_around()
    assert not game.deal().bomb_pot


def test_the_vote_of_a_player_who_leaves_does_not_stay_with_the_seat() -> None:
    game = Game(house=HouseRules(bomb_pot_vote="all"))
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    for player in (alice, bob, carol):
        votes(player)
    carol.stands()
    game.sits("dave", seat=2)
    assert not game.deal().bomb_pot


def test_the_button_does_not_move_in_a_bomb_pot_by_vote() -> None:
    game = Game(house=HouseRules(bomb_pot_vote="all"))
    players = game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    before = game.positions()
    for player in players:
        votes(player)
    assert game.deal().bomb_pot
    assert game.positions() == before


def test_games_without_a_board_have_none() -> None:
    game = Game(variant="F7S", house=HouseRules(bomb_pot_vote="all"))
    for player in game.seat(1_000, 1_000):
        votes(player)
    assert not game.deal().bomb_pot


def test_votes_are_refused() -> None:
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    with refused(game, "no_bomb_pots"):
        votes(alice)
    with refused(game, "not_seated"):
        game.play(VoteBombPot(PlayerId("nobody"), on=True))
    game = Game(house=HouseRules(bomb_pot_vote="all"))
    alice, _ = game.seat(1_000, 1_000)
    with refused(game, "already_so"):
        votes(alice, on=False)
    votes(alice)
    with refused(game, "already_so"):
        votes(alice)


def lost_showdown(*, mucks: bool) -> Game:
    game = Game()
    _, bob, _ = game.seat(1_000, 1_000, 1_000)
    if not mucks:
        game.play(AutoMuck(bob.id, on=False))
        assert game.events == [AutoMuckSet(1, on=False)]
    game.deal("2c7d9hJs3d", alice="KsKh", bob="4c5d", carol="AsAh")
    # Nobody bets, so that Bob is the first to show; on the river Carol bets.
    for _ in range(3 * 3):
        game.acts("check" if "check" in game.turn.actions else "call")
    game.acts("check")
    game.acts("bet", 100)
    game.acts("call")
    game.acts("call")
    return game


def test_a_losing_hand_is_mucked_unless_its_player_wants_to_show() -> None:
    assert 1 in [event.seat for event in lost_showdown(mucks=True).of(CardsMucked)]
    assert 1 in [event.seat for event in lost_showdown(mucks=False).of(CardsShown)]


def test_mucking_is_set_once() -> None:
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    with refused(game, "already_so"):
        game.play(AutoMuck(alice.id, on=True))
    with refused(game, "not_seated"):
        game.play(AutoMuck(PlayerId("nobody"), on=False))
