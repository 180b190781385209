"""The decisions of a finished hand: who decided what, how fast, and against whom."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pokerws.game.events import (
    BetPlaced,
    BoardDealt,
    Called,
    Checked,
    DrawStarted,
    Folded,
    HoleCardsDealt,
    Raised,
    TableEvent,
    TurnStarted,
    TurnTimedOut,
)
from pokerws.game.state import PlayerId

Kind = Literal["fold", "check", "call", "bet", "raise"]

_KINDS: dict[type[TableEvent], Kind] = {
    Folded: "fold",
    Checked: "check",
    Called: "call",
    BetPlaced: "bet",
    Raised: "raise",
}


class Decision(NamedTuple):
    """A decision in the betting, made at `at_ms` (ms UTC), `took_ms` after the turn's start.

    `took_ms` is None, and `at_ms` about right, where times were not kept.  `street` counts from 0.
    `against` are the others who had not folded.
    """

    player: PlayerId
    kind: Kind
    street: int
    at_ms: int
    took_ms: int | None
    against: tuple[PlayerId, ...]

    @property
    def is_aggressive(self) -> bool:
        """Whether it was a bet or a raise."""
        return self.kind in {"bet", "raise"}


def decisions_of(events: Sequence[TableEvent], times: Sequence[int]) -> Iterator[Decision]:
    """The decisions of a hand in order, without those that the clock made.

    None where the events do not tell who was dealt in.  `times` are theirs, in ms UTC.
    """
    players: dict[int, PlayerId] = {}
    street, started_ms, is_late = 0, 0, False
    for event, at_ms in zip(events, times, strict=True):
        match event:
            case HoleCardsDealt(street=at, players=dealt):
                players |= {seat: one for seat, one in enumerate(dealt) if one is not None}
                street = max(street, at)
            case BoardDealt(street=at) | DrawStarted(street=at):
                street = max(street, at)
            case TurnStarted(turn=turn):
                started_ms, is_late = turn.started_ms, False
            case TurnTimedOut():
                is_late = True
            case Folded() | Checked() | Called() | BetPlaced() | Raised():
                player = players.get(event.seat)
                if player is not None and not is_late:
                    others = tuple(one for seat, one in players.items() if seat != event.seat)
                    took_ms = max(0, at_ms - started_ms)
                    yield Decision(player, _KINDS[type(event)], street, at_ms, took_ms, others)
                if isinstance(event, Folded):
                    players.pop(event.seat, None)
            case _:
                pass
