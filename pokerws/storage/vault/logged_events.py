"""The JSON of events in the log: as on the wire, but for the turn in `turn_started`.

There is a turn in nearly every row, and as an object it would take half of the row.  So it is an
array: seat, number, letters of the actions, call, min_to, max_to, started_ms, and the time in ms
until the deadline.  A turn with anything else is an object, and so are those of older versions.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, TypeAlias, get_args

import msgspec
from msgspec import Struct

from pokerws.game.events import TableEvent, TurnStarted
from pokerws.game.state import Turn

_Packed: TypeAlias = tuple[int, int, str, int, int, int, int, int]


class _LoggedTurn(Struct, frozen=True, tag="turn_started", tag_field="type", gc=False):
    """`TurnStarted` in the log."""

    turn: Turn | _Packed


# The actions of bring-ins and draws have no letters.
_ACTIONS = {
    "fc": ("fold", "call"),
    "fk": ("fold", "check"),
    "fcb": ("fold", "call", "bet"),
    "fcr": ("fold", "call", "raise"),
    "fkb": ("fold", "check", "bet"),
    "fkr": ("fold", "check", "raise"),
}
_LETTERS = {actions: letters for letters, actions in _ACTIONS.items()}
_LOGGED: Any = reduce(
    or_, [kind for kind in get_args(TableEvent) if kind is not TurnStarted], _LoggedTurn
)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_LOGGED).decode
_decode_all = msgspec.json.Decoder(list[_LOGGED]).decode


def encode_events(events: Sequence[TableEvent]) -> bytes:
    """Public events as a JSON array; a turn starts with the last one, if at all."""
    last = events[-1]
    if type(last) is TurnStarted:
        logged: list[object] = list(events)
        logged[-1] = _logged(last)
        return _encode(logged)
    return _encode(events)


def encode_event(event: TableEvent) -> bytes:
    """A public event as JSON."""
    return _encode(_logged(event) if type(event) is TurnStarted else event)


def decode_event(payload: bytes | str) -> TableEvent:
    """An event of the log; secret cards are unknown in it.

    Raises msgspec's errors and ValueError for what does not decode.
    """
    event = _decode(payload)
    if type(event) is _LoggedTurn:
        event = _opened(event)
    opened: TableEvent = event
    return opened


def decode_events(payload: bytes | str) -> list[TableEvent]:
    """The events of a row of several; raises what `decode_event` does."""
    events: list[Any] = _decode_all(payload)
    for place, event in enumerate(events):
        if type(event) is _LoggedTurn:
            events[place] = _opened(event)
    return events


def _opened(event: _LoggedTurn) -> TurnStarted:
    turn = event.turn
    if isinstance(turn, tuple):
        seat, number, letters, call, min_to, max_to, started_ms, time_ms = turn
        if letters not in _ACTIONS:
            raise ValueError(f"{letters!r} are no letters of actions")
        actions, deadline_ms = [*_ACTIONS[letters]], started_ms + time_ms
        turn = Turn(seat, number, actions, call, min_to, max_to, started_ms, deadline_ms)
    return TurnStarted(turn)


def _logged(event: TurnStarted) -> TurnStarted | _LoggedTurn:
    """A turn in its short form, if that has a place for all of it."""
    turn = event.turn
    letters = _LETTERS.get(tuple(turn.actions))
    if letters is None or turn.sizes or turn.discard_max or turn.time != "turn":
        return event
    started_ms = turn.started_ms
    return _LoggedTurn(
        (
            turn.seat,
            turn.number,
            letters,
            turn.call,
            turn.min_to,
            turn.max_to,
            started_ms,
            turn.deadline_ms - started_ms,
        )
    )
