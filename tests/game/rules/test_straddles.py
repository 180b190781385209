"""Straddles: a voluntary blind of two big blinds, with the option to raise.

RRoP: Robert's Rules of Poker, whose section 14 says that a straddle sets a new minimum.  WSOP: the
live action rules of the World Series of Poker, 2026, rule 165.  Blinds are 50 and 100; alice has
the button, bob the small blind, carol the big one, dave is first to act without a straddle.
"""

import pytest

from pokerws.game.config.table_config import HouseRules, StraddleKind
from pokerws.game.events import BlindPosted
from tests.game.script import Game, Player, refused


def table(
    kind: StraddleKind, *stacks: int, straddling: str, ante: int = 0, variant: str = "NT"
) -> tuple[Game, list[Player]]:
    game = Game(variant=variant, ante=ante, house=HouseRules(straddle=kind))
    players = game.seat(*stacks)
    for player in players:
        if player.name in straddling.split():
            player.straddles()
    game.deal()
    return game, players


def straddler(game: Game) -> str | None:
    seats = [e.seat for e in game.of(BlindPosted) if e.blind in ("straddle", "sleeper")]
    return game.name_of(seats[0]) if seats else None


_FIVE = (10_000,) * 5


def test_the_player_after_the_big_blind_straddles_and_acts_last() -> None:
    """WSOP: the action begins left of the straddle, which has the option to raise."""
    game, (alice, bob, carol, dave, erin) = table("under_the_gun", *_FIVE, straddling="dave")
    assert (dave.in_hand.bet, game.to_act, game.turn.call) == (200, "erin", 200)
    erin.calls()
    alice.calls()
    bob.calls()
    carol.calls()
    assert (game.to_act, dave.options) == ("dave", ["fold", "check", "raise"])
    dave.raises_to(400)
    assert game.to_act == "erin"


def test_a_straddle_sets_a_new_minimum_for_the_first_street_alone() -> None:
    """RRoP section 14: the next raise is to 400.  The WSOP of 2024, and PokerKit, have 300."""
    game, (alice, bob, carol, dave, erin) = table("under_the_gun", *_FIVE, straddling="dave")
    assert game.turn.min_to == 400
    with refused(game, "amount_too_small"):
        erin.raises_to(399)
    for player in (erin, alice, bob, carol):
        player.calls()
    dave.checks()
    assert (game.to_act, game.turn.min_to) == ("bob", 100)


def test_only_the_seat_after_the_big_blind_straddles_under_the_gun() -> None:
    game, _ = table("under_the_gun", *_FIVE, straddling="alice bob carol erin")
    assert straddler(game) is None
    assert game.to_act == "dave"


def test_a_mississippi_straddle_comes_from_anywhere_but_the_blinds_and_the_button_goes_first() -> (
    None
):
    """WSOP of 2024: the button has precedence."""
    game, _ = table("mississippi", *_FIVE, straddling="alice bob carol dave erin")
    assert (straddler(game), game.to_act) == ("alice", "bob")
    game, _ = table("mississippi", *_FIVE, straddling="bob carol dave erin")
    assert (straddler(game), game.to_act) == ("erin", "alice")
    game, _ = table("mississippi", *_FIVE, straddling="bob carol")
    assert straddler(game) is None


def test_after_a_straddle_on_the_button_the_small_blind_acts_first_and_the_button_last() -> None:
    """WSOP: the action begins left of the straddle."""
    game, (alice, bob, carol, dave, erin) = table("mississippi", *_FIVE, straddling="alice")
    for player in (bob, carol, dave, erin):
        assert game.to_act == player.name
        player.calls()
    assert alice.options == ["fold", "check", "raise"]
    alice.checks()
    assert game.to_act == "bob"


def test_a_sleeper_leaves_the_order_as_it_is_and_keeps_its_option() -> None:
    """It is a blind raise from any seat, which counts as the last bet until somebody raises."""
    game, (alice, bob, carol, dave, erin) = table("sleeper", *_FIVE, straddling="alice")
    assert (straddler(game), game.to_act) == ("alice", "dave")
    assert (game.turn.call, game.turn.min_to) == (200, 400)
    dave.calls()
    erin.calls()
    assert alice.options == ["fold", "check", "raise"]
    alice.checks()
    bob.calls()
    carol.calls()
    assert game.hand.street == 1


def test_of_several_sleepers_the_first_to_act_has_it() -> None:
    game, _ = table("sleeper", *_FIVE, straddling="alice erin")
    assert straddler(game) == "erin"


def test_there_is_one_straddle_a_hand() -> None:
    game, _ = table("sleeper", *_FIVE, straddling="alice dave erin")
    assert sum(e.blind == "sleeper" for e in game.of(BlindPosted)) == 1


@pytest.mark.parametrize("kind", ["under_the_gun", "mississippi", "sleeper"])
def test_nobody_straddles_heads_up(kind: StraddleKind) -> None:
    game, _ = table(kind, 1_000, 1_000, straddling="alice bob")
    assert straddler(game) is None
    assert game.turn.call == 50


def test_three_handed_the_button_is_under_the_gun() -> None:
    game, (alice, bob, carol) = table("under_the_gun", 1_000, 1_000, 1_000, straddling="alice")
    assert (straddler(game), game.to_act) == ("alice", "bob")
    bob.calls()
    carol.calls()
    assert alice.options == ["fold", "check", "raise"]


def test_who_has_not_the_whole_straddle_cannot_post_one() -> None:
    """WSOP of 2024: it is twice the big blind; for less nobody makes the others pay more."""
    game, _ = table("under_the_gun", 1_000, 1_000, 1_000, 199, 1_000, straddling="dave")
    assert straddler(game) is None
    assert (game.to_act, game.turn.call) == ("dave", 100)
    game, _ = table("under_the_gun", 1_000, 1_000, 1_000, 209, 1_000, straddling="dave", ante=10)
    assert straddler(game) is None, "the ante comes first"
    game, (_, _, _, dave, _) = table(
        "under_the_gun", 1_000, 1_000, 1_000, 210, 1_000, straddling="dave", ante=10
    )
    assert (straddler(game), dave.stack) == ("dave", 0)


def test_the_next_seat_straddles_where_the_first_cannot() -> None:
    game, _ = table("mississippi", 100, 1_000, 1_000, 1_000, 1_000, straddling="alice erin")
    assert straddler(game) == "erin"


def test_a_short_big_blind_changes_nothing_of_the_straddle() -> None:
    game, _ = table("under_the_gun", 1_000, 1_000, 30, 1_000, straddling="dave")
    assert (game.turn.call, game.turn.min_to) == (200, 400)


def test_a_straddler_who_is_all_in_is_not_asked_again() -> None:
    game, (alice, bob, carol, _) = table(
        "under_the_gun", 1_000, 1_000, 1_000, 200, straddling="dave"
    )
    alice.calls()
    bob.calls()
    carol.calls()
    assert game.hand.street == 1


def test_in_fixed_limit_a_straddle_is_the_second_bet() -> None:
    """The cap counts it: blind, straddle, and two raises."""
    game, (alice, bob, _, _, erin) = table("mississippi", *_FIVE, straddling="dave", variant="FT")
    assert (game.turn.min_to, game.turn.max_to) == (300, 300)
    erin.raises_to(300)
    alice.raises_to(400)
    assert bob.options == ["fold", "call"]


def test_a_straddle_is_asked_for_once_and_lasts_until_it_is_taken_back() -> None:
    game = Game(house=HouseRules(straddle="under_the_gun"))
    alice, bob, carol = game.seat(9_000, 9_000, 9_000)
    for player in (alice, bob, carol):
        player.straddles()
    with refused(game, "already_so"):
        alice.straddles()
    for straddles in ("alice", "bob", "carol"):
        game.deal()
        assert straddler(game) == straddles
        game.folds_around()
    alice.straddles(on=False)
    with refused(game, "already_so"):
        alice.straddles(on=False)
    game.deal()
    assert straddler(game) is None


def test_what_is_said_in_a_hand_holds_from_the_next_one() -> None:
    game = Game(house=HouseRules(straddle="mississippi"))
    alice, bob, _ = game.seat(9_000, 9_000, 9_000)
    alice.straddles()
    game.deal()
    alice.straddles(on=False)
    bob.straddles()
    assert (alice.in_hand.bet, game.to_act) == (200, "bob")
    game.folds_around()
    game.deal()
    assert straddler(game) == "bob", "bob has the button now"


def test_where_there_are_no_straddles_nobody_can_ask_for_one() -> None:
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    with refused(game, "no_straddles"):
        alice.straddles()
    with refused(game, "not_seated"):
        Player(game, "nobody").straddles()


def test_who_enters_with_a_blind_does_not_straddle() -> None:
    game = Game(house=HouseRules(straddle="under_the_gun"))
    game.seat(9_000, 9_000, 9_000, 9_000)
    game.deal()
    game.folds_around()
    game.sits("erin", 9_000, 4).straddles()
    game.deal()
    kinds = [(game.name_of(e.seat), e.blind) for e in game.of(BlindPosted)]
    assert kinds == [("erin", "entry"), ("carol", "small"), ("dave", "big")]


def test_an_entry_blind_has_to_be_completed_to_the_straddle() -> None:
    game = Game(house=HouseRules(straddle="mississippi"))
    alice, bob, carol, dave = game.seat(9_000, 9_000, 9_000, 9_000)
    game.deal()
    game.folds_around()
    erin = game.sits("erin", 9_000, 4)
    bob.straddles()
    game.deal()
    kinds = [(game.name_of(e.seat), e.blind, e.to_match) for e in game.of(BlindPosted)]
    assert kinds == [
        ("erin", "entry", 100),
        ("carol", "small", 100),
        ("dave", "big", 100),
        ("bob", "straddle", 200),
    ]
    assert game.to_act == "carol"
    carol.folds()
    dave.folds()
    assert (game.to_act, game.turn.call) == ("erin", 100)
    erin.calls()
    alice.folds()
    assert bob.options == ["fold", "check", "raise"]
