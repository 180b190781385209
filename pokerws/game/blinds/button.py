"""Positions of a hand: the seats dealt in, the button and the blinds (dead button rule).

The big blind moves to the next player each hand and skips nobody.  Small blind and button follow
it, even onto a seat that has become free (TDA rule 32).  Heads-up the button is the small blind,
and nobody has the big blind twice in a row (TDA rule 34).

A new player, or one who was passed by the big blind while sitting out, waits for the big blind, or
posts one on request to be dealt in sooner, but not between the button and the big blind (Robert's
Rules of Poker, section 4).  A player who also missed the small blind posts that too, as dead money.
Stud and bomb pots have no blinds: the button does not move (TDA rule 11), and all ready players are
dealt in.  Where the button alone posts a blind, it goes to the next ready player and is never dead.

While fewer than two players have paid, new players enter free.  If one has paid, those who missed
blinds still owe them, so that partners cannot leave a third to pay alone.

By option the button moves: to the next player who owes nothing, each hand, and the blinds follow
it (Robert's Rules of Poker, section 5).  Then a player may skip a blind.
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
        return _fresh_start(table, ready, everyone=everyone)
    if table.config.seating.button == "moving":
        return _moving_positions(table, ready, [] if everyone else owing)

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
            if number != big_blind
            and (not _posts(table, number) or _is_between(table, button, number, big_blind))
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


def _moving_positions(table: Table, ready: list[int], owing: list[int]) -> Positions:
    """Positions with a moving button; at least two players owe nothing.

    Heads-up the button stays where that keeps a player from having the big blind twice in a row.
    """
    settled = [number for number in ready if number not in owing]
    button = _first_after(_last(table.button), settled)
    small_blind = _first_after(button, settled)
    big_blind = _first_after(small_blind, ready)
    last_big_blind, last_small_blind = _last(table.big_blind), _last_small_blind(table)
    if big_blind == button:
        # Only two can play: who owes a blind sits between the button and the other player.
        dealt_in = settled
        big_blind = small_blind if small_blind != last_big_blind else button
        small_blind = button = _first_after(big_blind, settled)
    else:
        dealt_in = [
            number
            for number in ready
            if number not in owing
            or number == big_blind
            or (_posts(table, number) and not _is_between(table, button, number, big_blind))
        ]
    order = _clockwise(button, dealt_in)
    return Positions(
        button,
        small_blind,
        big_blind,
        order,
        [number for number in order if number in owing and number != big_blind],
        [n for n in _missed(table, last_big_blind, big_blind) if n not in order],
        _passed_sitting_out(table, last_small_blind, small_blind, order),
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
    waiting = _waiting(table, ready, button)
    if len(ready) - len(waiting) < 2:
        button = _first_after(table.button, waiting)
        waiting = _waiting(table, ready, button)
    order = _clockwise(button, [number for number in ready if number not in waiting])
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


def _fresh_start(table: Table, ready: list[int], *, everyone: bool) -> Positions:
    """Positions if fewer than two players owe no blind: all are dealt in who need not pay.

    The big blind still moves on, so that no player has it twice in a row.  Heads-up it is posted by
    the player who missed it, and so it is if all others wait for it.
    """
    last_big_blind = table.big_blind
    missed: list[int] = []
    passed_small: list[int] = []
    waiting: list[int] = []
    if last_big_blind is None:
        big_blind = ready[1] if len(ready) == 2 else ready[2]
    else:
        big_blind = _first_after(last_big_blind, ready)
        waiting = [] if everyone else _waiting(table, ready, big_blind)
        if len(ready) - len(waiting) < 2:
            big_blind = _first_after(last_big_blind, waiting)
            waiting = _waiting(table, ready, big_blind)
        elif len(ready) == 2 and (debtors := _entering(table, ready, None)):
            (big_blind,) = debtors
        ready = [number for number in ready if number not in waiting]
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


def _waiting(table: Table, ready: list[int], payer: int) -> list[int]:
    """Who must post a blind to be dealt in, and has not asked to."""
    return [number for number in _entering(table, ready, payer) if not _posts(table, number)]


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
    return _passed_sitting_out(table, _last_small_blind(table), last_big_blind, order)


def _passed_sitting_out(table: Table, last: int, now: int, order: list[int]) -> list[int]:
    """Seats of players sitting out that a blind has reached or passed, from `last` to `now`."""
    passed = []
    number = last
    while number != now:
        number = (number + 1) % len(table.seats)
        seat = table.seats[number]
        if seat is not None and seat.sitting_out and number not in order:
            passed.append(number)
    return passed


def _last_small_blind(table: Table) -> int:
    """The seat of the last small blind, which every table with a big blind has."""
    return _last(table.small_blind)


def _last(position: int | None) -> int:
    """A position of the last hand, where there was one with blinds."""
    if position is None:
        raise Inconsistent("the table has a big blind, and no small blind or button")
    return position


def _owing(table: Table, numbers: Iterable[int]) -> list[int]:
    """Those of the seats that owe a blind."""
    owing = []
    for number in numbers:
        seat = table.seats[number]
        if seat is not None and seat.owes_blind:
            owing.append(number)
    return owing


def _posts(table: Table, number: int) -> bool:
    seat = table.seats[number]
    return seat is not None and seat.posts


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
