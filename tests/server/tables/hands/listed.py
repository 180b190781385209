"""Reads lists of hands to their end, and says what should be in them."""

from typing import NamedTuple

from pokerws.game.apply import apply
from pokerws.game.events import HAND_ENDS, HandStarted, HoleCardsDealt
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.game.table import replay
from pokerws.messages import HandSummary, ListHands
from pokerws.server.tables.hands.past_hands import PastHands
from pokerws.storage.store import Store
from tests.vaults import VAULT


async def pages_of(
    past_hands: PastHands,
    player: PlayerId,
    *,
    table: TableId | None = None,
    mine: bool = False,
    limit: int = 3,
) -> list[HandSummary]:
    """All hands of a list, read page by page."""
    hands: list[HandSummary] = []
    before: str | None = None
    for _ in range(1_000):
        message = ListHands("l", table, mine, before, limit)
        page = await past_hands.list(message, player)
        assert page.id == "l"
        assert len(page.hands) <= limit
        hands += page.hands
        before = page.next
        if before is None:
            return hands
    raise AssertionError("the list does not end")


class Played(NamedTuple):
    """A finished hand as its table's log has it."""

    table: TableId
    hand: int
    seq: int
    ended_ms: int
    variant: str
    order: list[int]
    # What each player who was dealt in won or lost.
    nets: dict[PlayerId, int]

    @property
    def place(self) -> tuple[int, str, int]:
        """Its place among the hands of all tables."""
        return self.ended_ms, self.table, self.seq


async def played_at(store: Store, table: TableId) -> list[Played]:
    """The finished hands of a table, found by replaying its log."""
    rows = await store.events(table, 0, 1_000_000)
    events = [VAULT.open_event(table, row.hand_number, row.payload) for row in rows]
    state = replay(events[:1])
    hands: list[Played] = []
    started: HandStarted | None = None
    place, stacks = 0, dict[int, int]()
    dealt: HoleCardsDealt | None = None
    for row, event in zip(rows[1:], events[1:], strict=True):
        if isinstance(event, HandStarted):
            started, place, stacks, dealt = event, row.seq, _stacks(state), None
        elif isinstance(event, HoleCardsDealt):
            dealt = dealt or event
        apply(state, event)
        if isinstance(event, HAND_ENDS):
            assert started is not None
            assert dealt is not None
            now, nets = _stacks(state), {}
            for seat in started.order:
                player = dealt.players[seat]
                assert player is not None
                nets[player] = now[seat] - stacks[seat]
            hands.append(
                Played(table, started.hand, place, row.at_ms, started.variant, started.order, nets)
            )
    return hands


def _stacks(table: Table) -> dict[int, int]:
    return {n: seat.stack for n, seat in enumerate(table.seats) if seat is not None}


def check(summary: HandSummary, played: Played, player: PlayerId) -> None:
    """A summary is what the log says, to this player."""
    assert (summary.table, summary.hand, summary.seq) == played[:3]
    assert (summary.ended_ms, summary.variant) == (played.ended_ms, played.variant)
    assert summary.players == len(played.order)
    assert summary.net == played.nets.get(player)
    assert summary.started_ms <= summary.ended_ms
    won = sum(net for net in played.nets.values() if net > 0)
    assert summary.cancelled or summary.pot >= won
