"""Positions of a hand: the seats dealt in, the button and the blinds (dead button rule).

The big blind moves to the next player each hand and skips nobody.  Small blind and button follow
it, even onto a seat that has become free (TDA rule 32).  Heads-up the button is the small blind,
and nobody has the big blind twice in a row (TDA rule 34).

A new player, or one who was passed by the big blind while sitting out, posts a big blind to be
dealt in, but not between the button and the big blind (Robert's Rules of Poker, section 4).  A
player who also missed the small blind posts that too, as dead money.  Stud and bomb pots have no
blinds: the button does not move (TDA rule 11), and all ready players are dealt in.  Where the
button alone posts a blind, it goes to the next ready player and is never dead.

While fewer than two players have paid, new players enter free.  If one has paid, those who missed
blinds still owe them, so that partners cannot leave a third to pay alone.
"""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from pokerws.game.illegal import Inconsistent
from pokerws.game.state import Table


class Positions(Struct, frozen=True):
    """The next hand's seats; `order` and `entering` run from the left of the button."""

    button: int
    small_blind: int
    big_blind: int
    order: list[int]
    entering: list[int]
    missed: list[int]
    missed_small: list[int] = []


def ready_seats(table: Table) -> list[int]:
    """The seats whose players can be dealt a hand, by number."""
    ready = []
    for number, seat in enumerate(table.seats):
        if seat is not None and not seat.sitting_out and not seat.leaving and seat.stack > 0:
            ready.append(number)
    return ready


def frozen_positions(table: Table) -> Positions:
    """Positions for a hand without blinds, in which the button does not move."""
    if table.button is None or table.small_blind is None or table.big_blind is None:
        return next_positions(table, everyone=True)
    ready = ready_seats(table)
    order = _clockwise(table.button, ready)
    return Positions(table.button, table.small_blind, table.big_blind, order, [], [])


def next_positions(table: Table, *, everyone: bool = False) -> Positions:
    """Positions for the next hand.  At least two seats must be ready.

    With `everyone`, as in games with antes alone, nobody has to wait for the big blind.
    """
    ready = ready_seats(table)
    if len(ready) < 2:
        raise Inconsistent("a hand needs two players")
    owing = _owing(table, ready)
    if table.big_blind is None or len(ready) - len(owing) < 2:
        return _fresh_start(table, ready)

    last_big_blind = table.big_blind
    big_blind = _first_after(last_big_blind, ready)
    small_blind = last_big_blind
    button = _last_small_blind(table)
    if button in (big_blind, small_blind):
        # More players than at the heads-up hand before: the button goes before the small blind.
        others = [number for number in ready if number not in (big_blind, small_blind)]
        button = _first_before(small_blind, others) if others else small_blind

    dealt_in = ready
    if owing and not everyone:
        waiting = {
            number
            for number in owing
            if number != big_blind and _is_between(table, button, number, big_blind)
        }
        dealt_in = [number for number in ready if number not in waiting]
    if len(dealt_in) == 2:
        button = dealt_in[0] if dealt_in[1] == big_blind else dealt_in[1]
        small_blind = button
    order = _clockwise(button, dealt_in)
    return Positions(
        button,
        small_blind,
        big_blind,
        order,
        _entering(table, order, big_blind) if owing else [],
        _missed(table, last_big_blind, big_blind),
        _missed_small(table, last_big_blind, order),
    )


def button_blind_positions(table: Table) -> Positions:
    """Positions for a hand in which the button posts the only blind.  Two seats must be ready.

    The button skips no ready player and passes none twice.  The positions of the other blinds, for
    other games of a mix, move on as in `next_positions`.
    """
    ready = ready_seats(table)
    positions = next_positions(table, everyone=True)
    if table.button is None or table.big_blind is None:
        return positions
    button = _first_after(table.button, ready)
    order = _clockwise(button, ready)
    missed = _missed(table, table.button, button)
    if table.game is not None:
        missed += [number for number in positions.missed if number not in missed]
    return replace(
        positions,
        button=button,
        order=order,
        entering=_entering(table, order, button),
        missed=[number for number in missed if number not in order],
        missed_small=[],
    )


def _fresh_start(table: Table, ready: list[int]) -> Positions:
    """Positions if fewer than two players owe no blind: all are dealt in.

    The big blind still moves on, so that no player has it twice in a row.  Heads-up it is posted by
    the player who missed it.
    """
    last_big_blind = table.big_blind
    missed: list[int] = []
    passed_small: list[int] = []
    debtors = _entering(table, ready, None)
    if last_big_blind is None:
        big_blind = ready[1] if len(ready) == 2 else ready[2]
    else:
        big_blind = _first_after(last_big_blind, ready)
        if len(ready) == 2 and debtors:
            (big_blind,) = debtors
        missed = _missed(table, last_big_blind, big_blind)
        passed_small = _missed_small(table, last_big_blind, ready)
    small_blind = _first_before(big_blind, ready)
    button = small_blind if len(ready) == 2 else _first_before(small_blind, ready)
    order = _clockwise(button, ready)
    entering = _entering(table, order, big_blind)
    missed = [number for number in missed if number not in order]
    return Positions(button, small_blind, big_blind, order, entering, missed, passed_small)


def _entering(table: Table, order: list[int], payer: int | None) -> list[int]:
    """Who posts a blind to be dealt in, beside the player whose turn it is to post one.

    All who owe one, if at least two players have paid; if one has, those who missed one; otherwise
    nobody, since all start alike.
    """
    owing = _owing(table, order)
    paid = len(order) - len(owing)
    if paid < 2:
        owing = [number for number in owing if paid and _has_played(table, number)]
    return [number for number in owing if number != payer]


def _missed(table: Table, last: int, now: int) -> list[int]:
    """Taken seats that a blind has just passed, on its way from `last` to `now`."""
    missed = []
    number = (last + 1) % len(table.seats)
    while number != now:
        if table.seats[number] is not None:
            missed.append(number)
        number = (number + 1) % len(table.seats)
    return missed


def _missed_small(table: Table, last_big_blind: int, order: list[int]) -> list[int]:
    """Seats of players sitting out that the small blind has just reached or passed.

    It comes to the last big blind.  That player owes it also if the button posts it instead, since
    only two are left.
    """
    passed = []
    number = _last_small_blind(table)
    while number != last_big_blind:
        number = (number + 1) % len(table.seats)
        seat = table.seats[number]
        if seat is not None and seat.sitting_out and number not in order:
            passed.append(number)
    return passed


def _last_small_blind(table: Table) -> int:
    """The seat of the last small blind, which every table with a big blind has."""
    if table.small_blind is None:
        raise Inconsistent("the table has a big blind and no small blind")
    return table.small_blind


def _owing(table: Table, numbers: Iterable[int]) -> list[int]:
    """Those of the seats that owe a blind."""
    owing = []
    for number in numbers:
        seat = table.seats[number]
        if seat is not None and seat.owes_blind:
            owing.append(number)
    return owing


def _has_played(table: Table, number: int) -> bool:
    seat = table.seats[number]
    return seat is not None and seat.played


def _clockwise(start: int, numbers: Iterable[int]) -> list[int]:
    """The ascending numbers, rotated to begin at the left of `start` and end with `start`."""
    after = [number for number in numbers if number > start]
    return after + [number for number in numbers if number <= start]


def _first_after(start: int, numbers: list[int]) -> int:
    return _clockwise(start, numbers)[0]


def _first_before(start: int, numbers: list[int]) -> int:
    *_, last = _clockwise(start, [number for number in numbers if number != start])
    return last


def _is_between(table: Table, button: int, number: int, big_blind: int) -> bool:
    """Whether `number` is the button or lies between it and the big blind."""
    count = len(table.seats)
    return (number - button) % count < (big_blind - button) % count
