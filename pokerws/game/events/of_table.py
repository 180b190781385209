"""Events of a table outside of its hands."""

from typing import Literal

from pokerws.game.config.table_config import TableConfig
from pokerws.game.events.base import Event
from pokerws.game.state import CloseReason, PlayerId, SeatClock, Table, TableId


class TableOpened(Event, frozen=True, tag="table_opened"):
    """The table was opened by its `host`, with all seats free.  It is every table's first event.

    `host` is the player who opened it; the server's own tables have none.
    """

    id: TableId
    name: str
    config: TableConfig
    host: PlayerId | None = None


class LogRestarted(Event, frozen=True, tag="log_restarted"):
    """The stored log starts over here.  The visible state does not change."""

    # The state that replaces the events that were not kept.  Secret.
    table: Table | None


class ClockResumed(Event, frozen=True, tag="clock_resumed"):
    """The clock was paused and now runs until `deadline_ms`.

    That is the new `deadline_ms` of the turn, or `next_hand_at_ms` if there is no turn.
    """

    deadline_ms: int


class PlayerSat(Event, frozen=True, tag="player_sat"):
    """A player took a free seat, with `stack` chips.

    If the player left less than an hour ago, `played` is true, and `owes_small` if blinds are
    owed.  `bot` is true for a bot of the server.

    The seat has this `player`, `name`, `stack`, `owes_small`, `played`, `clock`, `bot` and `posts`,
    and otherwise its defaults: it `owes_blind`.  The player is removed from `departed` and
    `waiting`, and from the `requests` of `hosting`.  If the config's `hosting` has a `bank`, the
    player's line in the `bank` of `hosting` gets this `name`, and its `given` grows by `stack`;
    without one, a line of this `player`, `name` and `stack` as `given` is added at the end.
    """

    seat: int
    player: PlayerId
    name: str
    stack: int
    owes_small: bool = False
    played: bool = False
    clock: SeatClock | None = None
    bot: bool = False
    posts: bool = False


class PlayerStood(Event, frozen=True, tag="player_stood"):
    """A player stood up; `stack` chips returned to the account.

    A player who comes back before `until_ms` brings back `stack`, and owes blinds if `owes_blinds`.
    `until_ms` is 0 if the player owes nothing.

    The seat becomes null.  If there is a `last_hand`, the seat's `cards` in it become empty, and
    the seat is removed from `shown`.  The player and those in `forgotten` are removed from
    `departed`.  If `until_ms` is not 0, the `player`, `stack`, `until_ms` and `owes_blinds` are
    added at its end.  If the player has a line in the `bank` of `hosting`, its `returned` grows by
    `stack`.
    """

    seat: int
    player: PlayerId
    stack: int
    until_ms: int = 0
    owes_blinds: bool = False
    forgotten: list[PlayerId] = []


class PlayerLeaving(Event, frozen=True, tag="player_leaving"):
    """The player will stand up when the hand is over.

    The seat's `leaving` becomes true.
    """

    seat: int


class ChipsAdded(Event, frozen=True, tag="chips_added"):
    """A player added chips, or the server did so for the player: `auto`.

    The seat's `stack` grows by `amount`.  If the event is `auto` and `auto.left` of the seat is not
    null, `auto.left` shrinks by `amount`.
    """

    seat: int
    player: PlayerId
    amount: int
    auto: bool = False


class PlayerSatOut(Event, frozen=True, tag="player_sat_out"):
    """The player sits out: no further hands are dealt to the seat.

    The seat's `sitting_out` becomes true, and its `posts` false.  If its `plan` is
    `sit_out_at_blind`, that becomes empty.
    """

    seat: int
    reason: Literal["asked", "timed_out", "busted"]


class PlayerSatIn(Event, frozen=True, tag="player_sat_in"):
    """The player is back and is dealt in again.

    The seat's `sitting_out` becomes false, its `timeouts` and `hands_missed` 0, and its `posts`
    as here.
    """

    seat: int
    posts: bool = False


class StraddleSet(Event, frozen=True, tag="straddle_set"):
    """The player turned straddling on or off.

    The seat's `straddle` becomes `on`.
    """

    seat: int
    on: bool


class RunItSet(Event, frozen=True, tag="run_it_set"):
    """The player agreed to have the board run up to `times` times.

    The seat's `run_it` becomes `times`.
    """

    seat: int
    times: int


class GameChanged(Event, frozen=True, tag="game_changed"):
    """The next `hands` hands are of this variant.

    `seat` is the seat that chose it, if any, and `chooser` the seat that may still choose.

    The table's `game` becomes a new one of this `variant`, with this `chooser`, and `hands` as its
    `hands_left`.
    """

    variant: str
    hands: int
    seat: int | None = None
    chooser: int | None = None


class NextHandScheduled(Event, frozen=True, tag="next_hand_scheduled"):
    """A hand is scheduled for `at_ms`, if there are still enough players.

    `next_hand_at_ms` becomes `at_ms`.
    """

    at_ms: int


class NextHandCancelled(Event, frozen=True, tag="next_hand_cancelled"):
    """The next hand was cancelled: too few players are left, or the table closes.

    It is also cancelled when the host pauses the table or changes its config.

    `next_hand_at_ms` becomes null.
    """


class TableClosed(Event, frozen=True, tag="table_closed"):
    """The table was closed for good; all seats are free.  It is the last event of a table.

    `closed` becomes true, and `departed` and `waiting` empty.
    """

    reason: CloseReason
