"""Button and blinds between hands: the dead button.

TDA rule 32 asks for it and rule 34 for heads-up; Robert's Rules of Poker (RRoP), section 4, say
how: "the big blind is posted by the player due for it, and the small blind and button are
positioned accordingly, even if this means the small blind or the button is placed in front of an
empty seat".  Positions are (button, small blind, big blind) by seat; alice has seat 0.
"""

from typing import NamedTuple

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from pokerws.game.blinds.button import ready_seats
from pokerws.game.events import BlindPosted
from pokerws.game.state import PlayerId, Seat
from tests.game.script import Game, Player


class Dealt(NamedTuple):
    """How a hand began."""

    positions: tuple[int | None, int | None, int | None]
    order: list[int]
    posted: list[tuple[str, int]]


def deal(game: Game) -> Dealt:
    """Deal the next hand, and let all fold."""
    started = game.deal()
    posted = [(event.blind, event.seat) for event in game.of(BlindPosted)]
    game.folds_around()
    return Dealt(game.positions(), started.order, posted)


def four_players() -> tuple[Game, Player, Player, Player, Player]:
    """A first hand has been played: alice button, bob small blind, carol big blind, then dave."""
    game = Game(seats=6)
    alice, bob, carol, dave = game.seat(5_000, 5_000, 5_000, 5_000)
    assert deal(game) == ((0, 1, 2), [1, 2, 3, 0], [("small", 1), ("big", 2)])
    return game, alice, bob, carol, dave


def test_button_and_blinds_move_one_player_a_hand() -> None:
    game, *_ = four_players()
    assert deal(game) == ((1, 2, 3), [2, 3, 0, 1], [("small", 2), ("big", 3)])
    assert deal(game) == ((2, 3, 0), [3, 0, 1, 2], [("small", 3), ("big", 0)])
    assert deal(game).positions == (3, 0, 1)
    assert deal(game).positions == (0, 1, 2)


def test_heads_up_the_button_has_the_small_blind_and_changes_each_hand() -> None:
    """TDA rule 34-B."""
    game = Game()
    game.seat(5_000, 5_000)
    assert deal(game) == ((0, 0, 1), [1, 0], [("small", 0), ("big", 1)])
    assert deal(game) == ((1, 1, 0), [0, 1], [("small", 1), ("big", 0)])
    assert deal(game).positions == (0, 0, 1)


def test_when_the_big_blind_leaves_the_small_blind_is_dead_and_then_the_button() -> None:
    game, _, _, carol, _ = four_players()
    carol.stands()
    assert deal(game) == ((1, 2, 3), [3, 0, 1], [("big", 3)])
    assert deal(game) == ((2, 3, 0), [3, 0, 1], [("small", 3), ("big", 0)])
    assert deal(game).positions == (3, 0, 1)


def test_when_the_small_blind_leaves_the_button_is_dead() -> None:
    game, _, bob, _, _ = four_players()
    bob.stands()
    assert deal(game) == ((1, 2, 3), [2, 3, 0], [("small", 2), ("big", 3)])
    assert deal(game).positions == (2, 3, 0)


def test_when_both_blinds_leave_both_button_and_small_blind_are_dead() -> None:
    game, _, bob, carol, _ = four_players()
    game.sits("erin", seat=4)
    bob.stands()
    carol.stands()
    assert deal(game) == ((1, 2, 3), [3, 4, 0], [("entry", 4), ("big", 3)])
    assert deal(game) == ((2, 3, 4), [3, 4, 0], [("small", 3), ("big", 4)])


def test_when_the_button_leaves_the_next_one_has_it() -> None:
    game, alice, _, _, _ = four_players()
    alice.stands()
    assert deal(game) == ((1, 2, 3), [2, 3, 1], [("small", 2), ("big", 3)])


def test_when_the_player_due_for_the_big_blind_leaves_the_next_one_is_due() -> None:
    game, _, _, _, dave = four_players()
    dave.stands()
    assert deal(game) == ((1, 2, 0), [2, 0, 1], [("small", 2), ("big", 0)])


def test_three_players_become_two_when_the_big_blind_leaves() -> None:
    game = Game()
    _, _, carol = game.seat(5_000, 5_000, 5_000)
    deal(game)
    carol.stands()
    assert deal(game) == ((1, 1, 0), [0, 1], [("small", 1), ("big", 0)])


def test_three_players_become_two_when_the_small_blind_leaves() -> None:
    game = Game()
    _, bob, _ = game.seat(5_000, 5_000, 5_000)
    deal(game)
    bob.stands()
    assert deal(game) == ((2, 2, 0), [0, 2], [("small", 2), ("big", 0)])


def test_three_players_become_two_and_nobody_has_the_big_blind_twice_in_a_row() -> None:
    """TDA rule 34-B: the button is adjusted for that."""
    game = Game()
    alice, _, _ = game.seat(5_000, 5_000, 5_000)
    deal(game)
    alice.stands()
    assert deal(game) == ((2, 2, 1), [1, 2], [("small", 2), ("big", 1)])


def test_two_players_become_three_left_of_the_big_blind() -> None:
    game = Game()
    game.seat(5_000, 5_000)
    deal(game)
    game.sits("carol", seat=2)
    assert deal(game) == ((0, 1, 2), [1, 2, 0], [("small", 1), ("big", 2)])


def test_two_players_become_three_left_of_the_button_after_a_hand_without_the_third() -> None:
    """RRoP section 4: a new player cannot be dealt in between the big blind and the button."""
    game = Game()
    game.sits("alice", seat=0)
    game.sits("bob", seat=2)
    deal(game)
    game.sits("carol", seat=1)
    assert deal(game) == ((2, 2, 0), [0, 2], [("small", 2), ("big", 0)])
    assert deal(game) == ((2, 0, 1), [0, 1, 2], [("small", 0), ("big", 1)])


def test_two_players_become_four() -> None:
    game = Game(seats=4)
    game.sits("alice", seat=0)
    game.sits("bob", seat=3)
    deal(game)
    game.sits("carol", seat=1)
    game.sits("dave", seat=2)
    assert deal(game) == ((2, 3, 0), [3, 0, 1], [("entry", 1), ("small", 3), ("big", 0)])
    assert deal(game) == (
        (3, 0, 1),
        [0, 1, 2, 3],
        [("entry", 2), ("small", 0), ("big", 1)],
    ), "the button has passed dave"


def test_a_new_player_posts_a_big_blind_to_be_dealt_in() -> None:
    """RRoP section 4."""
    game, *_ = four_players()
    game.sits("erin", seat=5)
    assert deal(game) == (
        (1, 2, 3),
        [2, 3, 5, 0, 1],
        [("entry", 5), ("small", 2), ("big", 3)],
    )
    assert deal(game).posted == [("small", 3), ("big", 5)]


def test_a_new_player_who_is_due_for_the_big_blind_posts_just_that() -> None:
    game, *_ = four_players()
    deal(game)
    game.sits("erin", seat=4)
    assert deal(game) == ((2, 3, 4), [3, 4, 0, 1, 2], [("small", 3), ("big", 4)])


def test_a_new_player_waits_while_between_the_button_and_the_big_blind() -> None:
    """RRoP section 4: blinds may not be made up between the big blind and the button."""
    game, _, bob, _, _ = four_players()
    bob.stands()
    game.sits("erin", seat=1)
    assert deal(game) == ((1, 2, 3), [2, 3, 0], [("small", 2), ("big", 3)]), "erin is the button"
    assert deal(game) == ((2, 3, 0), [3, 0, 1, 2], [("entry", 1), ("small", 3), ("big", 0)])


def test_a_seat_that_is_taken_again_is_dead_for_the_small_blind() -> None:
    game, _, _, carol, _ = four_players()
    carol.stands()
    game.sits("erin", seat=2)
    assert deal(game) == ((1, 2, 3), [3, 0, 1], [("big", 3)])
    assert deal(game) == ((2, 3, 0), [3, 0, 1], [("small", 3), ("big", 0)])
    assert deal(game) == ((3, 0, 1), [0, 1, 2, 3], [("entry", 2), ("small", 0), ("big", 1)])


def test_who_sits_out_past_the_big_blind_owes_one() -> None:
    """RRoP section 4: a player who missed a blind makes it up."""
    game, _, _, _, dave = four_players()
    dave.sits_out()
    assert deal(game) == ((1, 2, 0), [2, 0, 1], [("small", 2), ("big", 0)])
    assert dave.seat.owes_blind
    dave.sits_in()
    assert deal(game) == ((2, 0, 1), [0, 1, 2], [("small", 0), ("big", 1)]), "dave waits"
    assert deal(game) == ((0, 1, 2), [1, 2, 3, 0], [("entry", 3), ("small", 1), ("big", 2)])
    assert not dave.seat.owes_blind
    assert deal(game).posted == [("small", 2), ("big", 3)]


def test_who_sits_out_and_is_not_passed_by_the_big_blind_owes_nothing() -> None:
    game, alice, _, _, _ = four_players()
    alice.sits_out()
    assert deal(game).order == [2, 3, 1]
    alice.sits_in()
    assert deal(game) == ((2, 3, 0), [3, 0, 1, 2], [("small", 3), ("big", 0)])


def test_who_comes_back_before_the_small_blind_is_due_posts_it() -> None:
    game, _, _, carol, _ = four_players()
    carol.sits_out()
    carol.sits_in()
    assert deal(game).posted == [("small", 2), ("big", 3)]


def test_a_player_alone_with_newcomers_does_not_have_the_big_blind_twice_in_a_row() -> None:
    """TDA rule 34-B.  Nobody else has paid for the deal, so the newcomers post nothing extra."""
    game = Game()
    alice, bob, _ = game.seat(5_000, 5_000, 5_000)
    deal(game)
    alice.stands()
    bob.stands()
    game.sits("dave", seat=1)
    assert deal(game) == ((2, 2, 1), [1, 2], [("small", 2), ("big", 1)])


def test_a_player_alone_with_two_newcomers_pays_the_small_blind_next() -> None:
    game = Game()
    alice, bob, _ = game.seat(5_000, 5_000, 5_000)
    deal(game)
    alice.stands()
    bob.stands()
    game.sits("dave", seat=0)
    game.sits("erin", seat=4)
    assert deal(game) == ((0, 2, 4), [2, 4, 0], [("small", 2), ("big", 4)])


def test_who_sits_out_while_newcomers_start_owes_a_blind_that_passes() -> None:
    game, alice, bob, _, dave = four_players()
    alice.stands()
    bob.stands()
    dave.sits_out()
    game.sits("erin", seat=4)
    assert deal(game).positions == (2, 2, 4)
    assert dave.seat.owes_blind


def test_a_player_is_ready_who_has_chips_and_stays() -> None:
    seat = Seat(PlayerId("alice"), "alice", 1)
    table = Game().table
    table.seats = [
        seat,
        None,
        replace(seat, stack=0),
        replace(seat, sitting_out=True),
        replace(seat, leaving=True),
        seat,
    ]
    assert ready_seats(table) == [0, 5]


# What happens between two hands, and to which seat.
change = st.tuples(
    st.sampled_from(["sit", "stand", "sit out", "sit in", "deal", "deal", "deal"]),
    st.integers(0, 5),
)
# Hypothesis alone would make most of them about five changes long.
histories = st.integers(0, 60).flatmap(lambda n: st.lists(change, min_size=n, max_size=n))

RETURNS = [*(("sit", n) for n in (1, 2, 3)), ("deal", 0), ("sit out", 1), ("deal", 0)]


class Orbits:
    """Who owes a blind and how far the big blind has come, from what is seen of the hands alone."""

    def __init__(self, seats: int) -> None:
        self.seats = seats
        self.last_big: tuple[int, str] | None = None
        self.settled: set[str] = set()
        self.played: set[str] = set()
        # How many seats the big blind went since the player had it, or else came in.
        self.since_big: dict[str, int] = {}
        self.since_entry: dict[str, int] = {}

    def check(self, game: Game, dealt: Dealt, ready: dict[int, str]) -> None:
        button, small, big = dealt.positions
        assert button is not None
        assert big is not None
        paid = len(self.settled & {*ready.values()})
        fresh = self.last_big is None or paid < 2
        # Where all start alike, whoever missed blinds owes them still, if another has paid.
        owing = self.played - self.settled if fresh and paid else set()
        debtors = {seat for seat, player in ready.items() if player in owing}
        step = self.check_big_blind(big, ready, debtors)
        entered = {seat for blind, seat in dealt.posted if blind == "entry"}
        for seat, player in ready.items():
            if fresh or player in self.settled:
                assert seat in dealt.order
                assert (seat in entered) == (seat in debtors and seat != big)
            elif seat in dealt.order:
                assert (seat == big) != (seat in entered)
                assert (seat - button) % self.seats >= (big - button) % self.seats
            elif len(dealt.order) > 2:
                assert (seat - button) % self.seats < (big - button) % self.seats
        assert {*dealt.order} <= {*ready}
        assert dealt.order == sorted(dealt.order, key=lambda n: (n - button - 1) % self.seats)
        if len(dealt.order) == 2:
            assert dealt.order == [big, button]
            assert small == button
        elif not fresh:
            assert self.last_big is not None
            assert small == self.last_big[0]
        assert ("small", small) in dealt.posted or small not in {*dealt.order} - entered
        live = [blind for blind in dealt.posted if blind[0] != "dead"]
        assert live[-1] == ("big", big)
        self.check_travel(dealt, ready, big, step)
        self.note_settled(game, dealt, big, step)
        self.last_big = (big, ready[big])

    def check_big_blind(self, big: int, ready: dict[int, str], debtors: set[int]) -> int:
        """The big blind goes to the next ready seat, and so never to the same player again.

        Heads-up it goes to the one who owes it; the other's orbit begins again.
        """
        if self.last_big is None:
            return 0
        last, player = self.last_big
        step = (big - last - 1) % self.seats + 1
        if len(ready) == 2 and debtors:
            assert {big} == debtors
            self.since_big.clear()
            self.since_entry.clear()
            return step
        assert not {(last + passed) % self.seats for passed in range(1, step)} & {*ready}
        assert ready[big] != player
        return step

    def check_travel(self, dealt: Dealt, ready: dict[int, str], big: int, step: int) -> None:
        """A player who is dealt in every hand has the big blind once per orbit."""
        dealt_in = {ready[seat] for seat in dealt.order}
        for travelled in (self.since_big, self.since_entry):
            for player in [*travelled]:
                travelled[player] += step
                if player not in dealt_in:
                    del travelled[player]
                elif player != ready[big]:
                    assert travelled[player] < self.seats
        assert self.since_big.get(ready[big], self.seats) == self.seats
        assert self.since_entry.pop(ready[big], 0) < self.seats
        self.since_big[ready[big]] = 0
        for player in dealt_in - {*self.since_big}:
            self.since_entry.setdefault(player, 0)

    def note_settled(self, game: Game, dealt: Dealt, big: int, step: int) -> None:
        passed = {(big - back) % self.seats for back in range(1, step)}
        for number, seat in enumerate(game.table.seats):
            if seat is not None and number in dealt.order:
                self.settled.add(seat.name)
                self.played.add(seat.name)
            elif seat is not None and number in passed:
                self.settled.discard(seat.name)


# Heads-up, and of three, one owes blinds to one who has paid.
@example([*RETURNS, ("stand", 2), ("sit in", 1), ("deal", 0)])
@example([*RETURNS, ("sit", 0), ("stand", 2), ("sit in", 1), ("deal", 0)])
@given(histories)
def test_nobody_escapes_the_big_blind_and_nobody_pays_it_twice(
    changes: list[tuple[str, int]],
) -> None:
    game = Game(seats=6, small_blind=1, big_blind=2)
    orbits = Orbits(6)
    names = iter(range(1_000))
    for change, number in changes:
        seat = game.table.seats[number]
        if change == "deal" and game.table.next_hand_at_ms is not None:
            seats = game.table.seats
            ready = {n: s.name for n in ready_seats(game.table) if (s := seats[n]) is not None}
            orbits.check(game, deal(game), ready)
        elif change == "sit" and seat is None:
            game.sits(f"p{next(names)}", 100_000, number)
        elif seat is not None:
            player = Player(game, seat.name)
            if change == "stand":
                player.stands()
            elif change == "sit out" and not seat.sitting_out:
                player.sits_out()
            elif change == "sit in" and seat.sitting_out:
                player.sits_in()
