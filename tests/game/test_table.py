"""The table around the hands: seats, chips, sitting out, the clock, and what loading it changes."""

import msgspec
import pytest

from pokerws.game.cards import DECK
from pokerws.game.commands import (
    AddChips,
    Sit,
    SitIn,
    SitOut,
    Stand,
    TimeUp,
)
from pokerws.game.config.table_config import MAX_CHIPS, TableConfig
from pokerws.game.events import (
    Checked,
    ChipsAdded,
    Folded,
    NextHandCancelled,
    NextHandScheduled,
    PlayerLeaving,
    PlayerSat,
    PlayerSatOut,
    PlayerStood,
)
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.game.table import HANDS_TO_STAND_UP, open_table, replay
from tests.game.script import Game, encode, refused

NOBODY = PlayerId("nobody")


def stood(game: Game) -> list[tuple[int, str, int]]:
    """Who stood up, with how much; what they owe is tested with the missed blinds."""
    return [(event.seat, event.player, event.stack) for event in game.of(PlayerStood)]


# ---- opening


@pytest.mark.parametrize(
    "change",
    [
        {"variant": "XX"},
        {"seats": 1},
        {"seats": 11},
        {"big_blind": 0, "small_blind": 0},
        {"small_blind": -1},
        {"small_blind": 101},
        {"ante": -1},
        {"ante": MAX_CHIPS + 1},
        {"min_buy_in": 99},
        {"max_buy_in": 1_999},
        {"max_buy_in": MAX_CHIPS + 1},
        {"turn_time_ms": 99},
        {"turn_time_ms": 600_001},
        {"next_hand_delay_ms": -1},
        {"next_hand_delay_ms": 60_001},
    ],
)
def test_a_config_that_makes_no_game_is_refused(change: dict[str, object]) -> None:
    config = msgspec.structs.replace(TableConfig(), **change)
    with pytest.raises(Illegal) as caught:
        open_table(TableId("t"), "table", config)
    assert caught.value.code == "bad_config"


@pytest.mark.parametrize("seats", [2, 10])
def test_a_table_opens_with_all_seats_free(seats: int) -> None:
    table, (opened,) = open_table(TableId("t"), "table", TableConfig(seats=seats))
    assert table.seats == [None] * seats
    assert table.seq == 1
    assert table.status == "waiting"
    assert encode(replay([opened])) == encode(table)


# ---- sitting down


def test_a_player_takes_the_seat_asked_for_or_the_first_free_one() -> None:
    game = Game()
    game.sits("alice", 1_000, seat=3)
    assert game.events == [PlayerSat(3, PlayerId("alice"), "alice", 1_000, posts=True)]
    assert game.sits("bob").number == 0


def test_sitting_down_is_refused_without_a_seat_or_with_a_wrong_buy_in() -> None:
    game = Game(seats=2)
    game.sits("alice", 1_000, seat=0)
    for code, command in {
        "already_seated": Sit(PlayerId("alice"), "alice", 1, 1_000),
        "seat_taken": Sit(NOBODY, "n", 0, 1_000),
        "no_such_seat": Sit(NOBODY, "n", 2, 1_000),
        "buy_in_too_small": Sit(NOBODY, "n", 1, 99),
        "buy_in_too_large": Sit(NOBODY, "n", 1, 1_000_001),
    }.items():
        with refused(game, code):
            game.play(command)
    with refused(game, "no_such_seat"):
        game.play(Sit(NOBODY, "n", -1, 1_000))
    game.sits("bob", 1_000)
    with refused(game, "table_full"):
        game.play(Sit(NOBODY, "n", None, 1_000))


def test_what_needs_a_seat_is_refused_without_one() -> None:
    game = Game()
    for command in (Stand(NOBODY), SitOut(NOBODY), SitIn(NOBODY), AddChips(NOBODY, 1)):
        with refused(game, "not_seated"):
            game.play(command)


# ---- the next hand


def test_a_hand_is_due_once_two_players_are_ready() -> None:
    game = Game()
    game.sits("alice")
    assert game.table.next_hand_at_ms is None
    game.sits("bob")
    assert game.of(NextHandScheduled) == [NextHandScheduled(game.now_ms + 4_000)]
    assert game.table.status == "active"
    game.sits("carol")
    assert game.of(NextHandScheduled) == []


def test_no_hand_is_due_when_too_few_are_left() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    bob.sits_out()
    assert game.events[-1] == NextHandCancelled()
    assert game.table.status == "waiting"
    bob.sits_in()
    assert game.table.next_hand_at_ms is not None
    alice.stands()
    assert game.of(NextHandCancelled) == [NextHandCancelled()]


def test_time_is_up_just_when_the_clock_has_run_out() -> None:
    game = Game()
    with refused(game, "too_early"):
        game.play(TimeUp())
    game.seat(1_000, 1_000)
    game.now_ms += 3_999
    with refused(game, "too_early"):
        game.play(TimeUp())
    game.now_ms += 1
    game.play(TimeUp(), DECK)
    game.now_ms += 19_999
    with refused(game, "too_early"):
        game.play(TimeUp())


def test_a_hand_follows_the_other() -> None:
    game = Game()
    game.seat(1_000, 1_000)
    game.deal()
    game.folds_around()
    assert game.table.hand_number == 1
    assert game.of(NextHandScheduled) == [NextHandScheduled(game.now_ms + 4_000)]
    game.deal()
    assert game.table.hand_number == 2


# ---- leaving


def test_a_player_between_hands_stands_up_at_once() -> None:
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    alice.stands()
    assert game.events[0] == PlayerStood(0, alice.id, 1_000)


def test_a_player_who_is_not_in_the_hand_stands_up_at_once() -> None:
    game = Game()
    game.seat(1_000, 1_000)
    game.deal()
    carol = game.sits("carol")
    carol.stands()
    assert game.events == [PlayerStood(2, carol.id, 1_000)]


def test_a_player_who_leaves_on_the_own_turn_folds_at_once() -> None:
    game = Game()
    alice, _, _ = game.seat(1_000, 1_000, 1_000)
    game.deal()
    alice.stands()
    assert game.events[:2] == [PlayerLeaving(0), Folded(0, auto=True)]
    assert game.to_act == "bob"
    with refused(game, "already_leaving"):
        alice.stands()


def test_a_player_who_leaves_folds_when_the_turn_comes_and_gets_up_after_the_hand() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    bob.stands()
    assert game.to_act == "alice"
    alice.calls()
    assert Folded(1, auto=True) in game.events
    assert game.to_act == "carol"
    carol.folds()
    assert stood(game) == [(1, bob.id, 950)]
    assert game.table.seats[1] is None
    assert alice.stack == 1_150


def test_a_player_who_leaves_checks_where_that_is_free_and_may_win() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal("2c3d4h8sTs", alice="AsAh", bob="KsKh")
    alice.calls()
    alice.stands()
    bob.checks()
    for _ in range(3):
        bob.checks()
    assert Checked(0, auto=True) in game.events
    assert stood(game) == [(0, alice.id, 1_100)]
    assert game.table.seats[0] is None


def test_an_all_in_player_who_leaves_takes_what_the_hand_brings() -> None:
    game = Game()
    alice, bob, carol = game.seat(500, 1_000, 1_000)
    game.deal("2c3d4h8sTs", alice="AsAh", bob="KsKh", carol="QsQh")
    alice.goes_all_in()
    alice.stands()
    bob.calls()
    carol.folds()
    assert stood(game) == [(0, alice.id, 1_100)]


def test_when_all_players_leave_the_hand_is_over() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    carol.stands()
    bob.stands()
    alice.stands()
    assert game.table.seats == [None] * 6
    assert game.table.hand is None
    assert game.chips == 0


def test_a_seat_that_is_left_can_be_taken_again_by_somebody_else() -> None:
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    alice.stands()
    assert game.sits("carol", seat=0).seat.owes_blind


# ---- sitting out, and having no chips


def test_who_sits_out_is_not_dealt_in() -> None:
    game = Game()
    _, bob, _ = game.seat(1_000, 1_000, 1_000)
    bob.sits_out()
    assert game.events == [PlayerSatOut(1, "asked")]
    assert game.deal().order == [2, 0]
    with refused(game, "already_sitting_out"):
        bob.sits_out()


def test_who_sits_out_in_a_hand_plays_it_to_its_end() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    alice.sits_out()
    assert game.to_act == "alice"
    alice.raises_to(300)
    bob.folds()
    assert alice.stack == 1_100
    assert game.table.next_hand_at_ms is None


def test_who_is_not_sitting_out_cannot_sit_in() -> None:
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    with refused(game, "not_sitting_out"):
        alice.sits_in()


def test_a_player_without_chips_sits_out_until_there_are_some() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal("2c3d4h8sTs", alice="AsAh", bob="KsKh")
    alice.goes_all_in()
    bob.calls()
    assert PlayerSatOut(1, "busted") in game.events
    assert game.table.next_hand_at_ms is None
    with refused(game, "no_chips"):
        bob.sits_in()
    bob.adds(1_000)
    bob.sits_in()
    assert game.table.next_hand_at_ms is not None


def test_who_is_all_in_may_come_back_from_sitting_out_before_the_hand_is_over() -> None:
    game = Game()
    alice, bob, carol = game.seat(500, 1_000, 1_000)
    game.deal("2c3d4h8sTs", alice="AsAh", bob="KsKh", carol="QsQh")
    alice.goes_all_in()
    alice.sits_out()
    alice.sits_in()
    bob.calls()
    carol.folds()
    assert alice.stack == 1_100
    assert not alice.seat.sitting_out


def test_who_sits_out_and_loses_everything_stays_sitting_out() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal("2c3d4h8sTs", alice="AsAh", bob="KsKh")
    alice.goes_all_in()
    bob.sits_out()
    bob.calls()
    assert game.of(PlayerSatOut) == []
    assert bob.seat.sitting_out


# ---- adding chips


def test_chips_can_be_added_up_to_the_largest_buy_in_but_not_in_a_hand() -> None:
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    with refused(game, "amount_too_small"):
        alice.adds(0)
    with refused(game, "amount_too_small"):
        alice.adds(-5)
    with refused(game, "amount_too_large"):
        alice.adds(999_001)
    alice.adds(999_000)
    assert alice.stack == 1_000_000
    game.deal()
    with refused(game, "in_hand"):
        alice.adds(1)
    carol = game.sits("carol")
    carol.adds(1)
    assert carol.stack == 1_001


def test_a_player_who_sits_out_for_too_long_loses_the_seat() -> None:
    game = Game()
    _, _, carol = game.seat(2_000, 2_000, 2_000)
    carol.sits_out()
    for _ in range(HANDS_TO_STAND_UP):
        assert game.table.seats[carol.number] is not None
        game.deal()
        game.folds_around()
    assert game.of(PlayerStood)[-1].stack == 2_000


def test_who_comes_back_in_time_starts_to_count_anew() -> None:
    game = Game()
    _, _, carol = game.seat(2_000, 2_000, 2_000)
    carol.sits_out()
    for _ in range(HANDS_TO_STAND_UP - 1):
        game.deal()
        game.folds_around()
    carol.sits_in()
    carol.sits_out()
    game.deal()
    game.folds_around()
    assert carol.seat.hands_missed == 1


def test_who_adds_chips_has_the_smallest_buy_in_at_least() -> None:
    game = Game(big_blind=1_000)
    (alice,) = game.seat(300)
    with refused(game, "amount_too_small"):
        alice.adds(699)
    alice.adds(700)
    assert alice.stack == 1_000


# ---- accounts


def test_a_player_sits_down_with_all_that_the_account_has_but_not_with_more() -> None:
    game = Game()
    with refused(game, "insufficient_chips"):
        game.play(Sit(PlayerId("alice"), "alice", None, 1_000, balance=999))
    game.play(Sit(PlayerId("alice"), "alice", None, 1_000, balance=1_000))
    assert game.events == [PlayerSat(0, PlayerId("alice"), "alice", 1_000)]


def test_an_account_is_looked_at_after_everything_else() -> None:
    game = Game(seats=2)
    alice, _ = game.seat(1_000, 1_000)
    with refused(game, "already_seated"):
        game.play(Sit(alice.id, "alice", None, 1_000, balance=0))
    with refused(game, "table_full"):
        game.play(Sit(NOBODY, "n", None, 1_000, balance=0))
    with refused(game, "amount_too_large"):
        alice.adds(999_001, balance=0)
    game.deal()
    with refused(game, "in_hand"):
        alice.adds(None, balance=0)


def test_chips_are_added_as_far_as_the_account_goes() -> None:
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    with refused(game, "insufficient_chips"):
        alice.adds(500, balance=499)
    alice.adds(500, balance=500)
    assert game.events[0] == ChipsAdded(0, alice.id, 500)


@pytest.mark.parametrize(
    ("balance", "added"), [(None, 999_000), (10**7, 999_000), (999_000, 999_000), (1, 1)]
)
def test_a_top_up_fills_the_stack_as_far_as_the_account_goes(
    balance: int | None, added: int
) -> None:
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    alice.adds(None, balance)
    assert game.events[0] == ChipsAdded(0, alice.id, added)


def test_a_top_up_needs_the_smallest_amount_that_can_be_added() -> None:
    game = Game(big_blind=1_000)
    (alice,) = game.seat(300)
    for balance in (0, 699):
        with refused(game, "insufficient_chips"):
            alice.adds(None, balance)
    alice.adds(None, 700)
    assert alice.stack == 1_000


@pytest.mark.parametrize("balance", [None, 0, 500])
def test_there_is_no_top_up_of_a_stack_at_the_maximum_or_above(balance: int | None) -> None:
    game = Game()
    alice, bob = game.seat(1_000_000, 1_000_000)
    bob.now_has(1_000_001)
    for player in (alice, bob):
        with refused(game, "amount_too_small"):
            player.adds(None, balance)
