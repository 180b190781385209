"""What happens at a table between and beside its hands."""

from typing import Literal

from pokerws.game.events.base import Event
from pokerws.game.state import CloseReason, PlayerId, Table, TableConfig, TableId


class TableOpened(Event, frozen=True, tag="table_opened"):
    """The first event of every table.  All its seats are free."""

    id: TableId
    name: str
    config: TableConfig


class LogRestarted(Event, frozen=True, tag="log_restarted"):
    """Of the stored log alone.  At the table it changes nothing."""

    # What stands for the events that were not kept.  It is secret.
    table: Table | None


class ClockResumed(Event, frozen=True, tag="clock_resumed"):
    """The clock stood still for a while, and now ends at `deadline_ms`.

    That is the new `deadline_ms` of the turn, or `next_hand_at_ms` where it is nobody's turn.
    """

    deadline_ms: int


class PlayerSat(Event, frozen=True, tag="player_sat"):
    """A player took a free seat, with `stack` chips.

    The seat has this `player`, `name` and `stack`, and else the defaults: it `owes_blind`.
    """

    seat: int
    player: PlayerId
    name: str
    stack: int


class PlayerStood(Event, frozen=True, tag="player_stood"):
    """The seat is free; `stack` chips went home with the player.

    Where there is a `last_hand`, the seat's `cards` in it become empty, and it is no more in
    `shown`.
    """

    seat: int
    player: PlayerId
    stack: int


class PlayerLeaving(Event, frozen=True, tag="player_leaving"):
    """The player stands up when the hand is over.

    The seat's `leaving` becomes true.
    """

    seat: int


class ChipsAdded(Event, frozen=True, tag="chips_added"):
    """A player brought more chips.

    The seat's `stack` grows by `amount`.
    """

    seat: int
    player: PlayerId
    amount: int


class PlayerSatOut(Event, frozen=True, tag="player_sat_out"):
    """The player is dealt no further hands.

    The seat's `sitting_out` becomes true.
    """

    seat: int
    reason: Literal["asked", "timed_out", "busted"]


class PlayerSatIn(Event, frozen=True, tag="player_sat_in"):
    """The player is dealt in again.

    The seat's `sitting_out` becomes false, its `timeouts` and `hands_missed` 0.
    """

    seat: int


class StraddleSet(Event, frozen=True, tag="straddle_set"):
    """The player straddles from now on where it is possible, or does so no more.

    The seat's `straddle` becomes `on`.
    """

    seat: int
    on: bool


class RunItSet(Event, frozen=True, tag="run_it_set"):
    """The player agrees to have the board run up to `times` times.

    The seat's `run_it` becomes `times`.
    """

    seat: int
    times: int


class GameChanged(Event, frozen=True, tag="game_changed"):
    """The next `hands` hands are of this variant; `seat` is who chose it, if anybody did, and
    `chooser` who still may.

    The table's `game` becomes a new one of this `variant`, with this `chooser`, and `hands` as its
    `hands_left`.
    """

    variant: str
    hands: int
    seat: int | None = None
    chooser: int | None = None


class NextHandScheduled(Event, frozen=True, tag="next_hand_scheduled"):
    """A hand starts at `at_ms`, if there are still enough players.

    `next_hand_at_ms` becomes `at_ms`.
    """

    at_ms: int


class NextHandCancelled(Event, frozen=True, tag="next_hand_cancelled"):
    """Too few players are left to deal to, or the table closes.

    `next_hand_at_ms` becomes null.
    """


class TableClosed(Event, frozen=True, tag="table_closed"):
    """The last event of a table; all seats are free by then.

    `closed` becomes true.
    """

    reason: CloseReason
