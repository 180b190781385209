"""Who is dealt in and where button and blinds are: the dead button rule.

The big blind moves to the next player each hand and nobody escapes it; small blind and button
follow in its track, even onto a seat that has emptied (TDA rule 32).  Heads-up the button is the
small blind, and nobody has the big blind twice in a row (TDA rule 34).  A player who is new, or
who was passed by the big blind while sitting out, posts a big blind to be dealt in, and not
between the button and the big blind (Robert's Rules of Poker, section 4).
"""

from typing import NamedTuple

from pokerws.game.state import Seat, Table


class Positions(NamedTuple):
    """The next hand's seats; `order` and `entering` run from the left of the button."""

    button: int
    small_blind: int
    big_blind: int
    order: list[int]
    entering: list[int]
    missed: list[int]


def is_ready(seat: Seat | None) -> bool:
    """Whether the seat's player can be dealt a hand."""
    return seat is not None and not seat.sitting_out and not seat.leaving and seat.stack > 0


def ready_seats(table: Table) -> list[int]:
    """The seats that can be dealt a hand, by number."""
    return [number for number, seat in enumerate(table.seats) if is_ready(seat)]


def next_positions(table: Table) -> Positions:
    """Positions for the next hand.  At least two seats must be ready."""
    ready = ready_seats(table)
    assert len(ready) >= 2, "a hand needs two players"
    settled = [number for number in ready if not _owes_blind(table, number)]
    if table.big_blind is None or len(settled) < 2:
        return _fresh_start(table, ready)

    last_big_blind = table.big_blind
    big_blind = _first_after(table, last_big_blind, ready)
    small_blind = last_big_blind
    button = table.small_blind
    assert button is not None, "a big blind was posted, so a small one was placed"
    if button in (big_blind, small_blind):
        # More players than at the heads-up hand before: the button goes before the small blind.
        others = [number for number in ready if number not in (big_blind, small_blind)]
        button = _first_before(table, small_blind, others) if others else small_blind

    dealt_in = {
        number
        for number in ready
        if number == big_blind
        or not _owes_blind(table, number)
        or not _is_between(table, button, number, big_blind)
    }
    if len(dealt_in) == 2:
        (button,) = dealt_in - {big_blind}
        small_blind = button
    order = [number for number in _clockwise(table, button) if number in dealt_in]
    return Positions(
        button,
        small_blind,
        big_blind,
        order,
        [n for n in order if n != big_blind and _owes_blind(table, n)],
        _missed(table, last_big_blind, big_blind),
    )


def _fresh_start(table: Table, ready: list[int]) -> Positions:
    """Positions where at most one player has paid for the deal: all are dealt in, nobody posts.

    The big blind moves on all the same, so that this one player does not have it twice in a row.
    """
    last_big_blind = table.big_blind
    if last_big_blind is None:
        big_blind = ready[1] if len(ready) == 2 else ready[2]
        missed = []
    else:
        big_blind = _first_after(table, last_big_blind, ready)
        missed = _missed(table, last_big_blind, big_blind)
    small_blind = _first_before(table, big_blind, ready)
    button = small_blind if len(ready) == 2 else _first_before(table, small_blind, ready)
    order = [number for number in _clockwise(table, button) if number in ready]
    return Positions(button, small_blind, big_blind, order, [], missed)


def _missed(table: Table, last_big_blind: int, big_blind: int) -> list[int]:
    """Taken seats that the big blind has just passed by."""
    missed = []
    for number in _clockwise(table, last_big_blind):
        if number == big_blind:
            break
        if table.seats[number] is not None:
            missed.append(number)
    return missed


def _owes_blind(table: Table, number: int) -> bool:
    seat = table.seats[number]
    return seat is not None and seat.owes_blind


def _clockwise(table: Table, start: int) -> list[int]:
    """All seat numbers from the left of `start` around to `start` itself."""
    count = len(table.seats)
    return [(start + step) % count for step in range(1, count + 1)]


def _first_after(table: Table, start: int, numbers: list[int]) -> int:
    return next(number for number in _clockwise(table, start) if number in numbers)


def _first_before(table: Table, start: int, numbers: list[int]) -> int:
    count = len(table.seats)
    return next(n for step in range(1, count + 1) if (n := (start - step) % count) in numbers)


def _is_between(table: Table, button: int, number: int, big_blind: int) -> bool:
    """Whether `number` is the button or lies between it and the big blind."""
    count = len(table.seats)
    return (number - button) % count < (big_blind - button) % count
