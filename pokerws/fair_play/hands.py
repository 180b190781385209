"""A finished hand, as far as the records need it, from whatever kept it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from pokerws.fair_play.decisions import Decision, decisions_of
from pokerws.game.events import HandStarted, TableEvent
from pokerws.game.state import PlayerId, TableId
from pokerws.hand_histories.chips import chips_of
from pokerws.hand_histories.statistics import counts_of, players_of


class SeenHand(Struct, frozen=True):
    """A hand that was played to its end.

    `nets` are what each player won or lost, `stacks` what each had at the start, and `paid` what
    each put in.  `own_chips` says that the chips may not be those of players' accounts, so that
    they are not counted together with those of other tables.
    """

    table: TableId
    number: int
    nets: Mapping[PlayerId, int]
    stacks: Mapping[PlayerId, int]
    paid: Mapping[PlayerId, int]
    decisions: Sequence[Decision]
    own_chips: bool = False


def hand_of_events(
    table: TableId, events: Sequence[TableEvent], times: Sequence[int], *, own_chips: bool = False
) -> SeenHand | None:
    """The hand of these events, from HandStarted to its end and the bonuses after it.

    `times` are those of the events, in ms UTC.  None for a hand that was cancelled, and for an old
    one that does not tell who was dealt in.
    """
    counts, started = counts_of(events), events[0]
    if counts is None or not isinstance(started, HandStarted):
        return None
    seats = players_of(events)
    stacks = dict(zip(started.order, started.stacks, strict=False))
    paid: Counter[int] = chips_of(events).paid
    return SeenHand(
        *(table, started.hand),
        nets={player: own.net for player, own in counts.players.items()},
        stacks={player: stacks.get(seat, 0) for seat, player in seats.items()},
        paid={player: paid[seat] for seat, player in seats.items()},
        decisions=list(decisions_of(events, times)),
        own_chips=own_chips,
    )
