"""Mixed games: when the game changes, and what becomes of the button.

TDA: the rules of the Poker Tournament Directors Association, 2024; rule 11 has the button wait
while stud is played.  Small bets are 100; alice sits in seat 0, bob in 1, carol in 2.
"""

from typing import Literal

import pytest

from pokerws.game.commands import ChooseGame, Close, Resume, Sit
from pokerws.game.config.table_config import HouseRules, Mix
from pokerws.game.events import AntePosted, BlindPosted, GameChanged, NextHandScheduled
from pokerws.game.state import PlayerId
from pokerws.game.variants import MIXES, VARIANTS
from tests.game.script import Game, Player, refused


def play_a_hand(game: Game) -> str:
    """Deal the hand that is due and bring it to its end by folds; its variant."""
    game.deal()
    variant = game.hand.variant
    while game.to_act is not None:
        player = Player(game, game.to_act)
        match player.options:
            case ["bring_in", *_]:
                player.brings_in()
            case _:
                player.folds()
    return variant


def three(
    *games: str,
    hands: int = 1,
    rotation: Literal["orbit", "hands", "choice"] = "hands",
    name: str = "MIX",
    house: HouseRules | None = None,
) -> tuple[Game, list[Player]]:
    """A table of three; the games are those of the mix with that name, or one's own."""
    game = Game(
        variant=name, mix=Mix(games, rotation=rotation, hands=hands), house=house or HouseRules()
    )
    return game, game.seat(50_000, 50_000, 50_000)


@pytest.mark.parametrize("name", ["HORSE", "8-GAME"])
def test_each_game_is_played_for_so_many_hands_in_its_order_and_then_from_the_start(
    name: str,
) -> None:
    games = MIXES[name].games
    game, _ = three(name=name, hands=2)
    played = [play_a_hand(game) for _ in range(2 * len(games) + 2)]
    assert played == [code for code in (*games, games[0]) for _ in range(2)]


def test_horse_is_holdem_omaha_razz_stud_and_eight_or_better() -> None:
    assert MIXES["HORSE"].games == ("FT", "FO/8", "FR", "F7S", "F7S/8")
    assert len(MIXES["8-GAME"].games) == 8


def test_an_orbit_is_one_hand_for_each_player() -> None:
    game, (_, _, _) = three("NT", "PO", rotation="orbit")
    # The first orbit was counted when two had sat down.
    assert [play_a_hand(game) for _ in range(2)] == ["NT", "NT"]
    assert [play_a_hand(game) for _ in range(4)] == ["PO", "PO", "PO", "NT"]
    dave = game.sits("dave", 50_000, 3)
    assert [play_a_hand(game) for _ in range(2)] == ["NT", "NT"], "an orbit is not prolonged"
    assert [play_a_hand(game) for _ in range(5)] == ["PO"] * 4 + ["NT"]
    dave.stands()
    assert play_a_hand(game) == "NT"


def test_a_mix_of_ones_own_has_its_games_in_their_order() -> None:
    game, _ = three("FB", "NS", "FR")
    assert [play_a_hand(game) for _ in range(4)] == ["FB", "NS", "FR", "FB"]


def test_the_change_is_told_before_the_hand_is_due() -> None:
    game, _ = three("NT", "PO")
    play_a_hand(game)
    (changed,) = game.of(GameChanged)
    assert (changed.variant, changed.hands, changed.seat) == ("PO", 1, None)
    kinds = [type(event) for event in game.events]
    assert kinds.index(GameChanged) < kinds.index(NextHandScheduled)


def test_each_game_has_the_stakes_of_its_kind() -> None:
    """The same small bet: blinds in one game, antes and a bring-in in the other."""
    game, _ = three("FT", "F7S")
    game.deal()
    assert [event.amount for event in game.of(BlindPosted)] == [50, 100]
    game.folds_around()
    game.deal()
    assert [event.amount for event in game.of(AntePosted)] == [20, 20, 20]
    assert not game.of(BlindPosted)
    assert (game.turn.call, game.turn.max_to) == (30, 100)


def test_the_button_waits_while_stud_is_played_and_goes_on_where_it_would_have() -> None:
    """TDA rule 11-B moves it once more before it is frozen; here it stays where it was."""
    game, _ = three("NT", "F7S", hands=2)
    positions = []
    for _ in range(6):
        play_a_hand(game)
        positions.append(game.positions())
    assert positions == [(0, 1, 2), (1, 2, 0), (1, 2, 0), (1, 2, 0), (2, 0, 1), (0, 1, 2)]


def test_who_comes_in_stud_is_dealt_in_and_owes_a_big_blind_later() -> None:
    """There is nothing to wait for where all pay the same ante."""
    game, _ = three("F7S", "NT", hands=2)
    play_a_hand(game)
    dave = game.sits("dave", 50_000, 4)
    game.deal()
    assert "dave" in game.order
    assert dave.seat.owes_blind
    assert (len(game.order), game.hand.variant) == (4, "F7S")


def test_a_mix_may_begin_with_stud() -> None:
    """Nobody has posted a blind then, so all are dealt in when the blinds begin."""
    game, _ = three("FR", "NT")
    play_a_hand(game)
    game.deal()
    assert sorted(game.order) == ["alice", "bob", "carol"]
    assert [event.blind for event in game.of(BlindPosted)] == ["small", "big"]


def test_hands_are_counted_on_when_players_come_and_go() -> None:
    game, (_, bob, carol) = three("NT", "PO", hands=2)
    play_a_hand(game)
    carol.stands()
    bob.stands()
    assert game.table.next_hand_at_ms is None
    bob = game.sits("bob", 50_000, 1)
    assert not game.of(GameChanged)
    assert play_a_hand(game) == "NT"
    assert play_a_hand(game) == "PO"


def test_a_hand_that_was_cancelled_has_been_one_of_the_game() -> None:
    game, _ = three("NT", "PO")
    game.deal()
    game.play(Close("operator"))
    assert game.table.game is not None
    assert (game.table.game.variant, game.table.game.hands_left) == ("NT", 0)


def test_dealers_choice_is_the_choice_of_who_has_the_button_next() -> None:
    game, (alice, bob, _) = three("NT", "PO", "FR", rotation="choice")
    with refused(game, "not_your_choice"):
        bob.chooses("PO")
    alice.chooses("PO")
    (changed,) = game.of(GameChanged)
    assert (changed.variant, changed.hands, changed.seat) == ("PO", 1, alice.number)
    assert play_a_hand(game) == "PO"
    assert game.table.button == alice.number
    with refused(game, "not_your_choice"):
        alice.chooses("NT")
    bob.chooses("NT")
    assert play_a_hand(game) == "NT"


def test_without_a_choice_the_game_stays() -> None:
    game, (alice, _, _) = three("NT", "PO", rotation="choice")
    alice.chooses("PO")
    assert [play_a_hand(game) for _ in range(3)] == ["PO"] * 3


def test_a_choice_may_be_changed_until_the_hand_starts() -> None:
    game, (alice, _, _) = three("NT", "PO", "FB", rotation="choice")
    alice.chooses("PO")
    alice.chooses("FB")
    game.deal()
    assert game.hand.variant == "FB"
    with refused(game, "not_your_choice"):
        alice.chooses("PO")


def test_a_choice_is_of_the_games_of_the_table() -> None:
    game, (alice, _, _) = three("NT", "PO", rotation="choice")
    for code in ("FR", "HORSE", "", "XX"):
        with refused(game, "unknown_game"):
            alice.chooses(code)
    with refused(game, "not_seated"):
        Player(game, "nobody").chooses("PO")


@pytest.mark.parametrize("rotation", ["orbit", "hands"])
def test_where_games_follow_one_another_nobody_chooses(
    rotation: Literal["orbit", "hands"],
) -> None:
    game, (alice, _, _) = three("NT", "PO", rotation=rotation)
    with refused(game, "no_choice"):
        alice.chooses("PO")
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    with refused(game, "no_choice"):
        alice.chooses("NT")


def test_the_choice_passes_on_in_stud_as_well() -> None:
    """A game without a button takes the choice along too; else one player would keep it."""
    game, (alice, bob, carol) = three("NT", "F7S", rotation="choice")
    alice.chooses("F7S")
    assert play_a_hand(game) == "F7S"
    with refused(game, "not_your_choice"):
        alice.chooses("NT")
    with refused(game, "already_so"):
        bob.chooses("F7S")
    assert play_a_hand(game) == "F7S"
    carol.chooses("NT")
    assert play_a_hand(game) == "NT"
    assert game.table.button == carol.number


def test_nobody_chooses_while_no_hand_is_due() -> None:
    game = Game(variant="MIX", mix=Mix(games=("NT", "PO"), rotation="choice"))
    game.play(Sit(PlayerId("alice"), "alice", 0, 1_000))
    with refused(game, "not_your_choice"):
        game.play(ChooseGame(PlayerId("alice"), "PO"))


def test_when_the_chooser_leaves_nobody_chooses_and_the_game_stays() -> None:
    game, (alice, bob, carol) = three("NT", "PO", rotation="choice")
    play_a_hand(game)
    bob.stands()
    for player in (alice, carol):
        with refused(game, "not_your_choice"):
            player.chooses("PO")
    assert play_a_hand(game) == "NT"


def test_every_game_can_be_in_a_mix_and_follows_every_other() -> None:
    """Kuhn poker is for two, so they are two."""
    codes = tuple(VARIANTS)
    for games in (codes[:20], codes[-20:]):
        game = Game(variant="MIX", seats=2, mix=Mix(games=games, rotation="hands", hands=1))
        game.seat(50_000, 50_000)
        assert tuple(play_a_hand(game) for _ in games) == games


def test_a_clock_that_stood_still_keeps_the_game_and_its_hands() -> None:
    game, _ = three(name="HORSE", hands=3)
    play_a_hand(game)
    game.play(Resume(game.now_ms, grace_ms=0, restart_log=True))
    assert [play_a_hand(game) for _ in range(3)] == ["FT", "FT", "FO/8"]


def test_a_straddle_is_posted_in_the_games_that_have_blinds() -> None:
    house = HouseRules(straddle="mississippi")
    game, players = three("NT", "F7S", "F2L3D", house=house)
    for player in players:
        player.straddles()
    straddles = []
    for _ in range(3):
        game.deal()
        straddles.append([event.blind for event in game.of(BlindPosted)][2:])
        while game.to_act is not None:
            player = Player(game, game.to_act)
            player.brings_in() if "bring_in" in player.options else player.folds()
    assert straddles == [["straddle"], [], ["straddle"]]


def test_the_choice_goes_round_in_bomb_pots_as_well() -> None:
    house = HouseRules(bomb_pot_every=2)
    game, players = three("NT", "PO", rotation="choice", house=house)
    buttons = []
    for _ in range(6):
        assert game.table.game is not None
        chooser = game.table.game.chooser
        play_a_hand(game)
        assert game.table.button == chooser
        buttons.append(chooser)
    assert buttons[:3] == buttons[3:]
    assert len(set(buttons)) == len(players)
