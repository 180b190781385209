"""A blind is posted by who asked for it, and by nobody else; who waits does not wait for ever."""

from random import Random

import pytest

from pokerws.game.blinds.button import ready_seats
from pokerws.game.commands import PostBlind
from pokerws.game.config.seating import Seating
from pokerws.game.events import BlindPosted, EntryChosen, PlayerSatOut
from tests.game.script import Game, Player, a_hand, posted, refused

BUTTONS = pytest.mark.parametrize("button", ["dead", "moving"])


def game_of(*, button: str = "dead", seats: int = 6, players: int = 3, hands: int = 1) -> Game:
    """A table where three have paid their blinds."""
    game = Game(seats=seats, seating=Seating(button=button))  # type: ignore[arg-type]
    game.seat(*[10_000] * players)
    for _ in range(hands):
        a_hand(game)
    return game


@BUTTONS
def test_nobody_owes_in_the_first_hand_of_a_table(button: str) -> None:
    game = game_of(button=button, hands=0)
    game.deal()
    assert len(game.order) == 3
    assert sorted(blind for _, blind, _ in posted(game)) == ["big", "small"]


@BUTTONS
def test_a_new_player_waits_for_the_big_blind_unasked(button: str) -> None:
    game = game_of(button=button)
    dave = game.sits("dave", 10_000, seat=3, entry="wait")
    while not dave.seat.played:
        game.deal()
        if "dave" in game.order:
            assert ("dave", "big", 100) in posted(game)
        game.folds_around()
    assert game.table.hand_number <= 5
    assert not dave.seat.owes_blind


def test_a_player_who_asks_posts_in_the_next_hand_and_may_think_again() -> None:
    game = game_of(players=6, seats=8)
    zoe = game.sits("zoe", 10_000, seat=7, entry="wait")
    game.play(PostBlind(zoe.id, on=True))
    assert game.events == [EntryChosen(7, posts=True)]
    game.play(PostBlind(zoe.id, on=False))
    game.deal()
    assert "zoe" not in game.order
    game.folds_around()
    game.play(PostBlind(zoe.id, on=True))
    game.deal()
    assert ("zoe", "entry", 100) in posted(game)
    assert not zoe.seat.posts


def test_who_comes_back_posts_what_was_missed_only_on_request() -> None:
    game = game_of(players=4)
    carol = Player(game, "carol")
    carol.sits_out()
    for _ in range(4):
        a_hand(game)
    assert carol.seat.owes_blind
    assert carol.seat.owes_small
    carol.sits_in("wait")
    for _ in range(4):
        game.deal()
        assert ("carol", "entry", 100) not in posted(game)
        game.folds_around()
    assert not carol.seat.owes_blind


def test_where_only_one_has_paid_the_others_wait_for_the_big_blind_one_by_one() -> None:
    game = game_of(players=4)
    bob, carol = Player(game, "bob"), Player(game, "carol")
    for player in (bob, carol):
        player.sits_out()
    for _ in range(4):
        a_hand(game)
    Player(game, "dave").stands()
    for player in (bob, carol):
        player.sits_in("wait")
    game.deal()
    assert len(game.order) == 2
    assert {blind for _, blind, _ in posted(game)} == {"small", "big"}
    game.folds_around()
    game.deal()
    assert not {"entry", "dead"} & {blind for _, blind, _ in posted(game)}


def test_a_wish_to_post_ends_when_the_player_sits_out() -> None:
    game = game_of(players=4)
    eve = game.sits("eve", 10_000, seat=5, entry="post")
    eve.sits_out()
    assert isinstance(game.events[0], PlayerSatOut)
    assert not eve.seat.posts


def test_what_cannot_be_asked_for() -> None:
    game = game_of()
    alice = Player(game, "alice")
    with refused(game, "no_blind_owed"):
        game.play(PostBlind(alice.id, on=True))
    eve = game.sits("eve", 10_000, seat=5, entry="wait")
    with refused(game, "already_so"):
        game.play(PostBlind(eve.id, on=False))
    eve.stands()
    with refused(game, "not_seated"):
        game.play(PostBlind(eve.id, on=True))
    stud = Game(variant="F7S")
    stud.seat(10_000)
    with refused(stud, "no_blinds"):
        stud.play(PostBlind(Player(stud, "alice").id, on=True))


def test_partners_who_hop_seats_wait_like_everybody_and_leave_nobody_to_pay_alone() -> None:
    """Two leave before the big blind and come back behind it, again and again."""
    game = game_of(players=4, seats=8)
    hoppers = [Player(game, "carol"), Player(game, "dave")]
    seats = iter([5, 6, 2, 3] * 10)
    paid = dict.fromkeys(("alice", "bob", "carol", "dave"), 0)
    dealt = dict(paid)
    for _ in range(24):
        for hopper in hoppers:
            if hopper.seat.played and not hopper.seat.owes_blind:
                stack = hopper.stack
                hopper.stands()
                game.now_ms += 1_000
                number = next(n for n in seats if game.table.seats[n] is None)
                game.sits(hopper.name, stack, number, entry="wait")
        game.deal()
        for name in game.order:
            dealt[name] += 1
        for event in game.of(BlindPosted):
            paid[game.name_of(event.seat)] += event.amount
        game.folds_around()
    # They get hands only as the big blind, and so pay for each more than those who stay.
    for hopper in hoppers:
        assert paid[hopper.name] >= 100 * dealt[hopper.name]
    assert dealt["alice"] == dealt["bob"] == 24


def debtor(game: Game, number: int) -> bool:
    seat = game.table.seats[number]
    return seat is not None and seat.owes_blind


@BUTTONS
@pytest.mark.parametrize("seed", range(8))
def test_at_random_nobody_posts_unasked_nobody_waits_for_ever_and_chips_are_kept(
    button: str, seed: int
) -> None:
    rng = Random(seed)
    game = game_of(button=button, players=4, seats=8, hands=0)
    names = ["alice", "bob", "carol", "dave", "eve", "frank", "grace"]
    waited, last = dict.fromkeys(names, 0), ""
    for _ in range(60):
        name = rng.choice(names)
        if game.table.seat_of(Player(game, name).id) is None:
            if None in game.table.seats:
                free = [n for n, seat in enumerate(game.table.seats) if seat is None]
                game.sits(name, 1_000_000, rng.choice(free), rng.choice(("wait", "post")))
        elif rng.random() < 0.3:
            Player(game, name).stands()
        elif Player(game, name).seat.sitting_out:
            Player(game, name).sits_in(rng.choice(("wait", "post")))
        elif rng.random() < 0.3:
            Player(game, name).sits_out()
        if len(ready_seats(game.table)) < 2:
            continue
        owing = {game.name_of(n) for n in ready_seats(game.table) if debtor(game, n)}
        asked = {seat.name for seat in game.table.seats if seat is not None and seat.posts}
        started = game.deal()
        # The big blind goes around, and heads-up nobody has it twice in a row.
        assert len(started.order) >= 2
        assert started.big_blind in started.order
        if len(started.order) == 2:
            assert started.button == started.small_blind != started.big_blind
            assert owing or game.name_of(started.big_blind) != last
        last = game.name_of(started.big_blind)
        if button == "moving":
            assert started.button in started.order
            assert started.small_blind in started.order
        for who, blind, _ in posted(game):
            assert blind not in ("entry", "dead") or who in asked or blind == "dead"
        for number in ready_seats(game.table):
            who = game.name_of(number)
            waited[who] = 0 if who in game.order else waited[who] + 1
            # No longer than the big blind needs to come around twice.
            assert waited[who] <= 2 * len(names), who
        game.folds_around()


def test_a_moving_button_goes_to_the_next_player_although_a_seat_has_become_free() -> None:
    dead, moving = game_of(players=4), game_of(button="moving", players=4)
    for game in (dead, moving):
        Player(game, "bob").stands()  # The small blind: the button would come to that seat.
        game.deal()
    assert dead.table.button == 1
    assert moving.table.button == 2
    assert moving.positions() == (2, 3, 0)
