"""Who leaves and comes back within an hour: the chips to bring, and the blinds owed.

In the first hand alice (seat 0) has the button, bob the small blind (50), carol the big one (100).
"""

import pytest
from msgspec.structs import replace

from pokerws.game.apply import apply
from pokerws.game.blinds.departures import HELD_MS, MAX_DEPARTED
from pokerws.game.commands import Close, Sit, Stand
from pokerws.game.events import AntePosted, PlayerStood
from pokerws.game.illegal import Illegal
from pokerws.game.state import Departure, PlayerId
from pokerws.game.table import decide
from tests.game.script import Game, Player, a_hand, decode_event, posted, refused

BOB = PlayerId("bob")


def four_players() -> tuple[Game, list[Player]]:
    game = Game()
    players = game.seat(1_000, 1_000, 1_000, 1_000)
    a_hand(game)
    return game, players


# ---- blinds


def test_who_comes_back_posts_both_blinds_in_whichever_seat() -> None:
    game, (_, bob, _, _) = four_players()
    bob.stands()
    assert game.table.departed == [Departure(BOB, 950, game.now_ms + HELD_MS, owes_blinds=True)]
    game.sits("bob", 950, seat=5)
    assert game.table.departed == []
    game.deal()
    assert posted(game) == [
        ("bob", "entry", 100),
        ("carol", "small", 50),
        ("dave", "big", 100),
        ("bob", "dead", 50),
    ]


def test_who_comes_back_to_the_big_blind_posts_just_that() -> None:
    game, (_, bob, _, _) = four_players()
    bob.stands()
    a_hand(game)
    game.sits("bob", 950, seat=4)
    game.deal()
    assert posted(game) == [("dave", "small", 50), ("bob", "big", 100)]


def test_a_debt_is_carried_through_a_stay_without_a_hand() -> None:
    game, (_, bob, _, _) = four_players()
    bob.stands()
    game.sits("bob", 950, seat=5).stands()
    game.sits("bob", 950, seat=4)
    assert (bob.seat.owes_blind, bob.seat.owes_small) == (True, True)


def test_after_an_hour_a_player_is_new_again() -> None:
    game, (alice, bob, _, _) = four_players()
    bob.stands()
    game.now_ms += HELD_MS
    game.sits("bob", 100, seat=5)
    assert (bob.seat.owes_blind, bob.seat.owes_small, bob.seat.played) == (True, False, False)
    alice.stands()
    bob.stands()
    assert [gone.player for gone in game.table.departed] == [alice.id]


def test_who_was_never_dealt_in_is_held_to_nothing() -> None:
    game, _ = four_players()
    game.sits("erin", 5_000).stands()
    assert game.table.departed == []
    game.sits("erin", 100)


def test_who_is_stood_up_or_leaves_in_mid_hand_is_held_to_it_as_well() -> None:
    game, (_, bob, carol, _) = four_players()
    bob.sits_out()
    game.deal()
    carol.stands()
    game.folds_around()
    assert carol.id in [gone.player for gone in game.table.departed]
    for _ in range(19):
        a_hand(game)
    assert BOB in [gone.player for gone in game.table.departed]


def test_partners_who_change_seats_while_one_player_has_paid_still_owe() -> None:
    game = Game()
    alice, bob, carol = game.seat(10_000, 10_000, 10_000)
    a_hand(game)
    for player, seat in ((alice, 4), (bob, 3)):
        stack = player.stack
        player.stands()
        game.sits(player.name, stack, seat)
    game.deal()
    assert posted(game) == [
        ("alice", "entry", 100),
        ("carol", "small", 50),
        ("bob", "big", 100),
        ("alice", "dead", 50),
    ]
    assert (alice.in_hand.bet, alice.in_hand.dead, carol.in_hand.bet) == (100, 50, 50)


def test_heads_up_the_player_who_owes_a_blind_has_the_big_blind() -> None:
    game = Game()
    _, bob, carol = game.seat(1_000, 1_000, 1_000)
    for _ in range(3):
        a_hand(game)
    bob.sits_out()
    while not bob.seat.owes_blind:
        a_hand(game)
    Player(game, "alice").stands()
    bob.sits_in()
    game.deal()
    assert posted(game) == [("carol", "small", 50), ("bob", "big", 100)]
    assert carol.in_hand.bet == 50


def test_when_all_come_back_all_start_alike() -> None:
    game = Game()
    players = game.seat(1_000, 1_000, 1_000)
    a_hand(game)
    stacks = [player.stack for player in players]
    for player in players:
        player.stands()
    for player, stack in zip(players, stacks, strict=True):
        game.sits(player.name, stack)
    game.deal()
    assert [blind for _, blind, _ in posted(game)] == ["small", "big"]


def test_who_enters_posts_the_ante_of_the_big_blind_too() -> None:
    game = Game(ante=100, ante_kind="big_blind")
    game.seat(1_000, 1_000, 1_000, 1_000)
    a_hand(game)
    game.sits("erin", 1_000, seat=5)
    game.deal()
    antes = [(game.name_of(event.seat), event.amount) for event in game.of(AntePosted)]
    assert antes == [("dave", 100), ("erin", 100)]


def test_the_last_big_blind_who_sits_out_owes_the_small_one_that_the_button_posts() -> None:
    game = Game()
    _, _, carol = game.seat(1_000, 1_000, 1_000)
    a_hand(game)
    carol.sits_out()
    game.deal()
    assert posted(game) == [("bob", "small", 50), ("alice", "big", 100)]
    assert (carol.seat.owes_blind, carol.seat.owes_small) == (False, True)


# ---- chips


def test_nobody_goes_south() -> None:
    game, (_, bob, _, _) = four_players()
    bob.now_has(5_000)
    bob.stands()
    game.now_ms += HELD_MS - 90_000
    with refused(game, "must_bring_back"):
        game.play(Sit(BOB, "bob", 5, 4_999))
    with refused(game, "insufficient_chips"):
        game.play(Sit(BOB, "bob", 5, 5_000, balance=4_000))
    game.sits("bob", 5_000, seat=5)


def test_the_refusal_says_how_much_and_how_long() -> None:
    game, (_, bob, _, _) = four_players()
    bob.now_has(5_000)
    bob.stands()
    game.now_ms += HELD_MS - 90_000
    text = "you left with 5000 chips: bring at least 5000, or come back in 2 min"
    with pytest.raises(Illegal, match=text):
        game.play(Sit(BOB, "bob", 5, 4_999))


def test_at_most_the_maximum_buy_in_comes_back() -> None:
    game, (_, bob, _, _) = four_players()
    bob.now_has(3_000_000)
    bob.stands()
    with refused(game, "must_bring_back"):
        game.play(Sit(BOB, "bob", 5, 999_999))
    game.sits("bob", 1_000_000, seat=5)


def test_who_lost_all_may_come_back_with_the_minimum() -> None:
    game, (_, bob, _, _) = four_players()
    bob.now_has(0)
    bob.stands()
    game.sits("bob", 100, seat=5)
    assert bob.seat.owes_small


def test_a_table_without_blinds_holds_to_chips_alone() -> None:
    game = Game(variant="F7S")
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    while game.to_act is not None:
        player = Player(game, game.to_act)
        player.brings_in() if "bring_in" in player.options else player.folds()
    bob.now_has(100)
    bob.stands()
    alice.stands()
    assert [(gone.player, gone.owes_blinds) for gone in game.table.departed] == [("alice", False)]


# ---- the list


def test_the_list_is_bounded_and_the_least_is_forgotten_first() -> None:
    game, (alice, bob, carol, _) = four_players()
    late = game.now_ms + HELD_MS
    rich = [Departure(PlayerId(f"p{n}"), 5_000 + n, late) for n in range(MAX_DEPARTED)]
    game.table.departed = rich[:]
    departed(game, bob)
    assert [gone.player for gone in game.table.departed] == [*(f"p{n}" for n in range(1, 64)), BOB]
    game.table.departed = [replace(gone, owes_blinds=True) for gone in rich]
    departed(game, alice)
    assert alice.id not in [gone.player for gone in game.table.departed], "all others owe more"
    game.table.departed = [replace(gone, until_ms=game.now_ms) for gone in rich]
    departed(game, carol)
    assert [gone.player for gone in game.table.departed] == [carol.id], "the hour is over"


def departed(game: Game, player: Player) -> None:
    """Let a player stand up at a table whose list was changed by hand."""
    for event in decide(game.table, Stand(player.id), game.now_ms, list):
        apply(game.table, event)


def test_a_closed_table_remembers_nobody() -> None:
    game, (_, bob, _, _) = four_players()
    bob.stands()
    game.play(Close("operator"))
    assert game.table.departed == []


def test_events_of_an_older_log_hold_nobody_to_anything() -> None:
    game, _ = four_players()
    older = [
        b'{"type":"player_sat","seat":4,"player":"erin","name":"erin","stack":1000}',
        b'{"type":"player_stood","seat":4,"player":"erin","stack":1000}',
    ]
    for event in older:
        apply(game.table, decode_event(event))
    assert game.table.departed == []


def test_a_table_stored_by_an_older_version_holds_to_debts_from_then_on() -> None:
    """Its seats do not say who has played; who owes nothing has."""
    game, (_, bob, _, _) = four_players()
    older = replace(
        game.table, seats=[seat and replace(seat, played=False) for seat in game.table.seats]
    )
    (stood,) = decide(older, Stand(BOB), game.now_ms, list)
    assert isinstance(stood, PlayerStood)
    assert stood.owes_blinds
    assert bob.seat.played
