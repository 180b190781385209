"""The clock of a turn: what gives more time, and what an action leaves of it.

When the time of the turn is over, a connected player's time bank starts.  A player without a
connection gets disconnect protection, a few times while seated.  Then the server acts for the
player.  The bank stops when the connection is lost.  A player who is back goes on with the time
that was left, but with no more than a whole turn and no less than a few seconds.
"""

from pokerws.game.betting.actions import taken_seat
from pokerws.game.commands import ConnectionChanged
from pokerws.game.config.clocks import Clocks
from pokerws.game.config.turn_time import turn_time_ms
from pokerws.game.events import (
    ConnectionProtected,
    ConnectionRestored,
    LagCompensated,
    TableEvent,
    TimeBankFilled,
    TimeBankStarted,
    TimeBankStopped,
)
from pokerws.game.illegal import Illegal
from pokerws.game.state import Seat, SeatClock, Table, Turn

NO_CLOCK = SeatClock()


def new_clock(clocks: Clocks) -> SeatClock | None:
    """The clock of a player who sits down; None if turns have only their own time."""
    bank, protection, lag = clocks.bank, clocks.protection, clocks.lag
    if bank is None and protection is None and lag is None:
        return None
    return SeatClock(
        bank_ms=0 if bank is None else bank.start_ms,
        protections=0 if protection is None else protection.times,
        lag_ms=0 if lag is None else lag.seated_ms,
    )


def changed_clock(clock: SeatClock | None, before: Clocks, after: Clocks) -> SeatClock | None:
    """The clock of a seated player after a change of the table's clocks.

    What is new begins as for a player who sits down; what was removed is lost.
    """
    fresh = new_clock(after)
    if fresh is None or clock is None:
        return fresh
    bank, protection, lag = after.bank, after.protection, after.lag
    return SeatClock(
        fresh.bank_ms if bank is None or before.bank is None else min(clock.bank_ms, bank.max_ms),
        clock.hands,
        fresh.protections
        if protection is None or before.protection is None
        else min(clock.protections, protection.times),
        fresh.lag_ms if lag is None or before.lag is None else min(clock.lag_ms, lag.seated_ms),
    )


def _clock_of(seat: Seat) -> SeatClock:
    return seat.clock or NO_CLOCK


def more_time(table: Table, turn: Turn, now_ms: int, *, connected: bool) -> list[TableEvent]:
    """The event that gives more time at the deadline of a turn; none if its time is up."""
    seat = taken_seat(table, turn.seat)
    if not connected:
        return [] if turn.time == "protection" else _protection(table, turn, seat, now_ms)
    rules = table.config.clocks.bank
    by_itself = rules is not None and rules.use == "auto"
    if by_itself and turn.time != "bank" and _clock_of(seat).bank_ms:
        # Only the wait for a late action is charged; other delays are the server's.
        waited = now_ms - turn.deadline_ms <= _most_lag_ms(table)
        return [_bank(turn, seat, turn.deadline_ms if waited else now_ms)]
    return [_restored(table, turn, now_ms)] if turn.time == "protection" else []


def _most_lag_ms(table: Table) -> int:
    lag = table.config.clocks.lag
    return 0 if lag is None else lag.turn_ms


def _bank(turn: Turn, seat: Seat, from_ms: int) -> TimeBankStarted:
    left_ms = _clock_of(seat).bank_ms
    return TimeBankStarted(turn.seat, turn.number, from_ms + left_ms, left_ms)


def _protection(table: Table, turn: Turn, seat: Seat, now_ms: int) -> list[TableEvent]:
    left, rules = _clock_of(seat).protections, table.config.clocks.protection
    if not left or rules is None:
        return []
    scaled_ms = rules.base_ms + rules.big_blind_ms * table.total_pot // table.config.big_blind
    # A bank that was started early still has the rest of the turn's own time before it.
    own_ms = turn.deadline_ms - _clock_of(seat).bank_ms if turn.time == "bank" else now_ms
    deadline_ms = max(now_ms, own_ms) + min(scaled_ms, rules.max_ms)
    protected = ConnectionProtected(turn.seat, turn.number, deadline_ms, left - 1)
    return [*stopped(turn, seat, now_ms), protected]


def _restored(table: Table, turn: Turn, now_ms: int) -> ConnectionRestored:
    street = 0 if table.hand is None else table.hand.street
    left_ms = min(turn.deadline_ms - now_ms, turn_time_ms(table.config, street))
    rules = table.config.clocks.protection
    deadline_ms = now_ms + max(left_ms, 0 if rules is None else rules.back_ms)
    return ConnectionRestored(turn.seat, turn.number, deadline_ms)


def stopped(turn: Turn, seat: Seat, now_ms: int) -> list[TableEvent]:
    """Stop the time bank, if it runs.

    It never holds more than at its start, although a deadline after a restart has a grace.  While
    the time of the turn still runs, the bank is whole.
    """
    if turn.time != "bank":
        return []
    left_ms = max(0, min(turn.deadline_ms - now_ms, _clock_of(seat).bank_ms))
    return [TimeBankStopped(turn.seat, turn.number, left_ms)]


def time_used(table: Table, turn: Turn, seat: Seat, now_ms: int) -> list[TableEvent]:
    """The events, before an action at this time, that say what it leaves of the player's clock."""
    events: list[TableEvent] = []
    lag_ms = _clock_of(seat).lag_ms
    late_ms = min(now_ms - turn.deadline_ms, _most_lag_ms(table), lag_ms)
    if late_ms > 0:
        left_ms = lag_ms - late_ms
        events.append(LagCompensated(turn.seat, turn.number, late_ms, left_ms))
    return events + stopped(turn, seat, now_ms)


def lag_allowance_ms(table: Table, turn: Turn, measured_ms: int) -> int:
    """How late an action may come in a turn, at this delay of the player's connection."""
    left_ms = _clock_of(taken_seat(table, turn.seat)).lag_ms
    return min(measured_ms, left_ms, _most_lag_ms(table))


def use_time_bank(table: Table, turn: Turn) -> TableEvent:
    """Add the bank to the time of the turn, which is the player's.  Raises Illegal."""
    seat = taken_seat(table, turn.seat)
    if turn.time == "bank":
        raise Illegal("already_so", "your time bank runs already")
    rules = table.config.clocks.bank
    if rules is None or rules.use != "on_demand":
        raise Illegal("no_time_bank", "no time bank is used on demand at this table")
    if not _clock_of(seat).bank_ms:
        raise Illegal("no_time_bank", "your time bank is empty")
    return _bank(turn, seat, turn.deadline_ms)


def connection_changed(table: Table, command: ConnectionChanged, now_ms: int) -> list[TableEvent]:
    """Stop the bank when the connection of the player to act is lost; go on when it is back."""
    turn = None if table.hand is None else table.hand.turn
    if turn is None:
        return []
    seat = taken_seat(table, turn.seat)
    if seat.player != command.player:
        return []
    if command.connected:
        return [_restored(table, turn, now_ms)] if turn.time == "protection" else []
    return _protection(table, turn, seat, now_ms) if turn.time == "bank" else []


def fill_banks(table: Table, order: list[int]) -> list[TableEvent]:
    """Fill the banks that are due in a new hand, by the number of earlier hands."""
    rules, events = table.config.clocks.bank, list[TableEvent]()
    if rules is None or not rules.refill_ms:
        return events
    for number in order:
        clock = _clock_of(taken_seat(table, number))
        if clock.hands and clock.hands % rules.refill_hands == 0 and clock.bank_ms < rules.max_ms:
            bank_ms = min(clock.bank_ms + rules.refill_ms, rules.max_ms)
            events.append(TimeBankFilled(number, bank_ms))
    return events
