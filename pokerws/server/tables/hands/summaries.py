"""Sums up finished hands for lists, from what everybody at the table saw.

No card is read here, so a summary cannot reveal one.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pokerws.game.events import (
    AntePosted,
    BetPlaced,
    BetsCollected,
    BlindPosted,
    BringInPosted,
    Called,
    HandCancelled,
    HandEnded,
    HandStarted,
    HoleCardsDealt,
    PotAwarded,
    Raised,
    RakeTaken,
    TableEvent,
    UncalledBetReturned,
)
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import HandSummary

# The events that a summary is made of.
SUMMED = (
    HandStarted
    | HoleCardsDealt
    | AntePosted
    | BlindPosted
    | BringInPosted
    | Called
    | BetPlaced
    | Raised
    | UncalledBetReturned
    | BetsCollected
    | PotAwarded
    | RakeTaken
    | HandEnded
    | HandCancelled
)


class Finished(NamedTuple):
    """A finished hand of a table: the seqs of its start and end, its times, and its events.

    They are at least the SUMMED ones.  The first event is its HandStarted, the last one its end.
    """

    table: TableId
    seq: int
    end_seq: int
    started_ms: int
    ended_ms: int
    events: Sequence[TableEvent]

    @property
    def place(self) -> tuple[int, str, int]:
        """Its place among the hands of all tables; later hands have a higher one."""
        return self.ended_ms, self.table, self.seq


def seat_in(hand: Finished, player: PlayerId) -> int | None:
    """The seat at which a player was dealt in; None also if an old log does not tell."""
    for event in hand.events:
        if isinstance(event, HoleCardsDealt):
            return event.players.index(player) if player in event.players else None
    return None


def summary_of(hand: Finished, player: PlayerId) -> HandSummary:
    """The summary that a player gets."""
    started = hand.events[0]
    if not isinstance(started, HandStarted):
        raise TypeError("the first event of a hand must be HandStarted")
    paid, won, cancelled = _chips(hand.events)
    raked = sum(event.amount for event in hand.events if isinstance(event, RakeTaken))
    seat = seat_in(hand, player)
    return HandSummary(
        table=hand.table,
        hand=started.hand,
        seq=hand.seq,
        variant=started.variant,
        started_ms=started.at_ms or hand.started_ms,
        ended_ms=hand.ended_ms,
        players=len(started.order),
        pot=0 if cancelled else won.total() + raked,
        net=None if seat is None else won[seat] - paid[seat],
        cancelled=cancelled,
    )


def _chips(events: Sequence[TableEvent]) -> tuple[Counter[int], Counter[int], bool]:
    """What each seat has put in and got back, and whether the hand was cancelled."""
    paid, won = Counter[int](), Counter[int]()
    # What each seat has bet on the street.
    bets = Counter[int]()
    cancelled = False
    for event in events:
        match event:
            case (
                AntePosted(seat=seat, amount=amount)
                | BlindPosted(seat=seat, amount=amount, blind="dead")
            ):
                paid[seat] += amount
            case (
                BlindPosted(seat=seat, amount=amount)
                | BringInPosted(seat=seat, amount=amount)
                | Called(seat=seat, amount=amount)
            ):
                paid[seat] += amount
                bets[seat] += amount
            case BetPlaced(seat=seat, to=to) | Raised(seat=seat, to=to):
                paid[seat] += to - bets[seat]
                bets[seat] = to
            case UncalledBetReturned(seat=seat, amount=amount):
                paid[seat] -= amount
            case BetsCollected():
                bets.clear()
            case PotAwarded(shares=shares) | HandCancelled(refunds=shares):
                for share in shares:
                    won[share.seat] += share.amount
                cancelled = cancelled or isinstance(event, HandCancelled)
            case _:
                pass
    return paid, won, cancelled
