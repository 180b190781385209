"""Missed blinds: a returning player posts a live big blind, and the small one as dead money.

RRoP: Robert's Rules of Poker, section 4, which has the owner of both post both.  WSOP: the live
action rules of the World Series of Poker, 2026, rule 160: only the big blind is live.
In the first hand alice (seat 0) has the button, bob the small blind, carol the big one.
"""

from pokerws.game.commands import Close
from pokerws.game.config.table_config import HouseRules, Mix
from pokerws.game.events import HandCancelled, HandStarted, PotAwarded
from tests.game.script import Game, Player, a_hand, posted, refused


def dave_misses_both(
    stack: int = 1_000, house: HouseRules | None = None
) -> tuple[Game, list[Player]]:
    """dave sits out while both blinds pass; the next hand is carol's big blind."""
    game = Game(house=house or HouseRules())
    players = game.seat(1_000, 1_000, 1_000, stack)
    a_hand(game)
    players[3].sits_out()
    a_hand(game)
    assert players[3].seat.owes_blind
    assert not players[3].seat.owes_small
    a_hand(game)
    assert players[3].seat.owes_small
    return game, players


def test_who_missed_both_blinds_posts_a_live_big_and_a_dead_small_blind() -> None:
    """RRoP section 4; WSOP rule 160."""
    game, (_, _, _, dave) = dave_misses_both()
    dave.sits_in()
    game.deal()
    assert posted(game) == [
        ("dave", "entry", 100),
        ("bob", "small", 50),
        ("carol", "big", 100),
        ("dave", "dead", 50),
    ]
    assert (dave.in_hand.bet, dave.in_hand.dead, game.hand.bet) == (100, 50, 100)
    assert not dave.seat.owes_blind
    assert not dave.seat.owes_small
    assert (game.to_act, dave.options) == ("dave", ["fold", "check", "raise"]), "he has the option"


def test_dead_money_is_nobodys_to_match_and_goes_to_the_main_pot() -> None:
    """WSOP rule 160."""
    game, (alice, bob, carol, dave) = dave_misses_both()
    dave.sits_in()
    game.deal()
    dave.checks()
    alice.calls()
    bob.calls()
    assert carol.options == ["fold", "check", "raise"]
    carol.checks()
    assert game.pots == [(450, ["bob", "carol", "dave", "alice"])]


def test_who_missed_just_the_small_blind_posts_it_dead_and_may_not_check_for_it() -> None:
    """WSOP rule 160: only a big blind is live."""
    game = Game()
    _, bob, carol, _ = game.seat(1_000, 1_000, 1_000, 1_000)
    a_hand(game)
    carol.sits_out()
    a_hand(game)
    assert (carol.seat.owes_blind, carol.seat.owes_small) == (False, True)
    carol.sits_in()
    game.deal()
    assert posted(game) == [("dave", "small", 50), ("alice", "big", 100), ("carol", "dead", 50)]
    bob.calls()
    assert (game.to_act, game.turn.call) == ("carol", 100)


def test_who_comes_back_to_the_big_blind_owes_nothing_more() -> None:
    """RRoP section 4: who waits for the big blind posts just that."""
    game, (alice, bob, _, dave) = dave_misses_both()
    a_hand(game)
    dave.sits_in()
    game.deal()
    assert posted(game) == [("carol", "small", 50), ("dave", "big", 100)]
    assert not dave.seat.owes_small
    assert (alice.in_hand.bet, bob.in_hand.bet) == (0, 0)


def test_a_short_stack_posts_what_is_live_before_what_is_dead() -> None:
    for stack, expected in ((120, [100, 20]), (100, [100]), (70, [70])):
        game, (_, _, _, dave) = dave_misses_both()
        dave.now_has(stack)
        dave.sits_in()
        game.deal()
        assert [amount for name, _, amount in posted(game) if name == "dave"] == expected
        assert dave.stack == 0


def test_who_misses_the_blinds_several_times_pays_once() -> None:
    """RRoP section 4."""
    game, (_, _, _, dave) = dave_misses_both()
    for _ in range(6):
        a_hand(game)
    dave.sits_in()
    game.deal()
    assert sum(amount for name, _, amount in posted(game) if name == "dave") == 150


def test_a_newcomer_posts_no_dead_blind() -> None:
    """RRoP section 4: there is a big blind to post, and nothing was missed."""
    game = Game()
    game.seat(1_000, 1_000, 1_000, 1_000)
    a_hand(game)
    game.sits("erin", 1_000, 4)
    game.deal()
    assert posted(game)[0] == ("erin", "entry", 100)
    assert "dead" not in [blind for _, blind, _ in posted(game)]


def test_who_takes_an_abandoned_seat_owes_nothing_of_the_one_before() -> None:
    game, (_, _, _, dave) = dave_misses_both()
    dave.stands()
    erin = game.sits("erin", 1_000, 3)
    assert (erin.seat.owes_blind, erin.seat.owes_small) == (True, False)


def test_a_bomb_pot_neither_asks_for_a_debt_nor_forgives_it() -> None:
    """There are no blinds in it, and everybody pays the same."""
    game, (_, _, _, dave) = dave_misses_both(house=HouseRules(bomb_pot_every=4))
    dave.sits_in()
    game.deal()
    assert posted(game) == []
    assert dave.in_hand.in_pots == 200
    assert dave.seat.owes_blind
    assert dave.seat.owes_small
    while game.to_act is not None:
        Player(game, game.to_act).checks()
    game.deal()
    assert ("dave", "dead", 50) in posted(game)


def test_a_game_of_stud_neither_asks_for_a_debt_nor_forgives_it() -> None:
    """TDA rule 11: the button waits while stud is played, and so do the blinds."""
    mix = Mix(games=("NT", "F7S"), rotation="hands", hands=3)
    game = Game(variant="MIX", mix=mix)
    _, _, _, dave = game.seat(1_000, 1_000, 1_000, 1_000)
    a_hand(game)
    dave.sits_out()
    a_hand(game)
    a_hand(game)
    dave.sits_in()
    for _ in range(3):
        button = game.table.button
        game.deal()
        assert (game.hand.variant, game.table.button) == ("F7S", button)
        assert dave.number in game.hand.order
        while game.to_act is not None:
            player = Player(game, game.to_act)
            player.brings_in() if "bring_in" in player.options else (
                player.checks() if "check" in player.options else player.folds()
            )
        assert dave.seat.owes_small
    game.deal()
    assert posted(game)[0] == ("dave", "entry", 100)
    assert posted(game)[-1] == ("dave", "dead", 50)


def test_what_was_posted_dead_comes_back_when_the_hand_is_cancelled() -> None:
    game, (_, _, _, dave) = dave_misses_both()
    dave.sits_in()
    game.deal()
    dave.raises_to(300)
    seat = dave.number
    game.play(Close("operator"))
    (cancelled,) = game.of(HandCancelled)
    assert {share.seat: share.amount for share in cancelled.refunds}[seat] == 350


def test_an_all_in_player_can_win_the_dead_money_of_others() -> None:
    """It is in the main pot."""
    game, (alice, bob, carol, dave) = dave_misses_both()
    dave.sits_in()
    bob.now_has(50)
    game.deal("2c3d4h9sTs", bob="AsAh", dave="KsKh", carol="7c8d", alice="QcJd")
    dave.checks()
    alice.folds()
    carol.checks()
    while game.to_act is not None:
        Player(game, game.to_act).checks()
    assert bob.stack == 50 * 3 + 50
    assert len(game.of(PotAwarded)) == 2


def test_debts_are_known_before_anybody_acts_and_the_button_waits_for_no_one() -> None:
    """TDA rule 32: button and blinds move on; the event lists the seats that were passed."""
    game = Game()
    _, _, _, dave = game.seat(1_000, 1_000, 1_000, 1_000)
    a_hand(game)
    dave.sits_out()
    started: HandStarted = game.deal()
    assert started.missed == [dave.number]
    assert started.missed_small == []
    game.folds_around()
    started = game.deal()
    assert started.missed_small == [dave.number]
    with refused(game, "not_your_turn"):
        dave.calls()


def test_where_the_small_blind_does_not_move_only_the_last_big_blind_misses_it() -> None:
    """With two players left it stays with the button, though it was due to the last big blind."""
    game = Game(seats=5)
    players = game.seat(1_000, 1_000, 1_000, 1_000, 1_000)
    a_hand(game)
    small, big = game.table.small_blind, game.table.big_blind
    assert small is not None
    assert big is not None
    after = (big + 1) % 5
    for player in players:
        if player.number not in (small, after):
            player.sits_out()
    a_hand(game)
    assert (game.table.small_blind, game.table.big_blind) == (small, after)
    assert [player.number for player in players if player.seat.owes_small] == [big]
