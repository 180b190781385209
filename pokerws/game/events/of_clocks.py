"""Events of a table's clocks: time banks, disconnect protection and lag."""

from pokerws.game.events.base import Event, OfHand


class TimeBankFilled(Event, frozen=True, tag="time_bank_filled"):
    """A player's time bank was filled at the start of a hand, for earlier hands.

    `bank_ms` of the seat's `clock` becomes `bank_ms`.
    """

    seat: int
    bank_ms: int


class TimeBankStarted(OfHand, frozen=True, tag="time_bank_started"):
    """The player's time bank runs, with `left_ms` in it.

    The turn's `deadline_ms` becomes the event's, and its `time` `bank`.
    """

    seat: int
    turn: int
    deadline_ms: int
    left_ms: int


class TimeBankStopped(OfHand, frozen=True, tag="time_bank_stopped"):
    """The time bank stopped with `left_ms`: by an action, by its end, or by a lost connection.

    `bank_ms` of the seat's `clock` becomes `left_ms`.
    """

    seat: int
    turn: int
    left_ms: int


class ConnectionProtected(OfHand, frozen=True, tag="connection_protected"):
    """The player to act has no connection, and gets time until `deadline_ms`.

    `left` is how often the player can still be protected.

    The turn's `deadline_ms` becomes the event's, and its `time` `protection`.  `protections` of
    the seat's `clock` becomes `left`.
    """

    seat: int
    turn: int
    deadline_ms: int
    left: int


class ConnectionRestored(OfHand, frozen=True, tag="connection_restored"):
    """A protected player is back, and has until `deadline_ms`.

    The turn's `deadline_ms` becomes the event's, and its `time` `turn`.
    """

    seat: int
    turn: int
    deadline_ms: int


class LagCompensated(OfHand, frozen=True, tag="lag_compensated"):
    """The player's action came `late_ms` after the deadline, within the lag allowance.

    `lag_ms` of the seat's `clock` becomes `left_ms`.
    """

    seat: int
    turn: int
    late_ms: int
    left_ms: int
