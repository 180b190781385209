"""Merges the hands of a player's visits to tables, the hand that ended last first."""

from collections import deque
from collections.abc import Sequence

import msgspec

from pokerws.game.state import PlayerId, TableId
from pokerws.server.tables.event_log import EventLog
from pokerws.server.tables.hands.log_hands import LogHands
from pokerws.server.tables.hands.summaries import Finished, seat_in
from pokerws.server.tables.lobby import Lobby
from pokerws.storage.hand_index import Search, Visit
from pokerws.storage.store import Store

# The reads of one page; a page that needs more is cut short.
READS = 40
# The searches of one page for the ends of visits, the events of each, and how many are remembered.
SEARCHES, SEARCH_EVENTS, MAX_SEARCHES = 40, 20_000, 4_096
# Later than all hands: the last millisecond of the year 9999.
FOREVER_MS = 253_402_300_799_999
# Visits to begin with, and how many more there are to be in each try.
VISITS = (50, 500, 5_000)

Place = tuple[int, str, int]
# After all hands that end in the same millisecond.
_LAST = "\x7f"


class _StoredSeat(msgspec.Struct):
    player: PlayerId


class _StoredTable(msgspec.Struct):
    seats: list[_StoredSeat | None]


class _StoredSnapshot(msgspec.Struct):
    table: _StoredTable


_decode_seats = msgspec.json.Decoder(_StoredSnapshot).decode


class Budget:
    """How many more reads and searches of logs a page may cost."""

    def __init__(self, reads: int | None = None) -> None:
        self.reads = READS if reads is None else reads
        self.searches = SEARCHES


class VisitLog:
    """Finds the visits of players, and where in the log each of them ends."""

    def __init__(self, lobby: Lobby, store: Store, log: EventLog) -> None:
        self.log = log
        self._lobby = lobby
        self._store = store
        self._index = store.hand_index
        # How far the log was searched for the ends of visits; they never change.
        self._searches: dict[tuple[PlayerId, TableId, int], Search] = {}

    async def before(
        self, player: PlayerId, before_ms: int, table: TableId | None
    ) -> tuple[list[Visit], int | None]:
        """The visits whose hands come first in a list of hands that ended until `before_ms`.

        The second is None if these are all; otherwise others have hands that ended until then.
        """
        visits: list[Visit] = []
        rest_ms: int | None = None
        for limit in VISITS:
            async with self.log.reading(table or TableId("")):
                visits = await self._index.visits(player, before_ms + 1, limit, table)
            if len(visits) < limit:
                return visits, None
            rest_ms = min(before_ms, visits[-1].until_ms or before_ms)
            if rest_ms < before_ms - 1:
                break
        return visits, rest_ms

    def hands(self, table: TableId, before_seq: int, after_seq: int) -> LogHands:
        """Reads the hands of a part of a table's log."""
        return LogHands(self.log, self._index, table, before_seq, after_seq)

    async def ended(self, visit: Visit, player: PlayerId, budget: Budget) -> Visit | None:
        """The visit with its exact end; None while the search goes on.  Raises LogUnavailable."""
        last_seq = visit.until_seq
        if last_seq is None:
            async with self.log.reading(visit.table):
                last_seq, is_seated = await self._now(visit.table, player)
            if is_seated:
                return visit._replace(until_seq=last_seq, is_exact=True)
        key = (player, visit.table, visit.from_seq)
        search = self._searches.get(key) or Search(visit.from_seq, more=True)
        while search.more and search.stood_seq is None and search.scanned_seq < last_seq:
            if not budget.searches:
                return None
            budget.searches -= 1
            async with self.log.reading(visit.table):
                search = await self._index.search_stood(
                    visit.table, player, search.scanned_seq, SEARCH_EVENTS
                )
            self._remember(key, search)
        if search.stood_seq is None:
            return visit._replace(until_seq=last_seq, is_exact=True)
        return visit._replace(until_seq=search.stood_seq, until_ms=search.stood_ms, is_exact=True)

    async def _now(self, table: TableId, player: PlayerId) -> tuple[int, bool]:
        """The seq of a table's latest event, and whether the player sits there."""
        actor = self._lobby.live(table)
        if actor is not None:
            return actor.table.seq, actor.table.seat_of(player) is not None
        stored = await self._store.look(table)
        if stored is None:
            return 0, False
        seats = _decode_seats(stored.snapshot).table.seats
        return stored.version, any(seat is not None and seat.player == player for seat in seats)

    def _remember(self, key: tuple[PlayerId, TableId, int], search: Search) -> None:
        # A search that reached the end of the log goes on from there the next time.
        self._searches.pop(key, None)
        self._searches[key] = search._replace(more=True)
        while len(self._searches) > MAX_SEARCHES:
            del self._searches[next(iter(self._searches))]

    async def seq_at(self, visit: Visit, at_ms: int) -> int:
        """The seq of the latest event of a visit that happened until then."""
        last_seq = visit.until_seq or visit.from_seq
        async with self.log.reading(visit.table):
            return await self._index.seq_at(visit.table, visit.from_seq, last_seq, at_ms)


class _Source:
    """The player's hands in one visit that come before a place, the latest first."""

    def __init__(self, visits: VisitLog, visit: Visit, player: PlayerId, before: Place) -> None:
        self._visits = visits
        self._visit = visit
        self._player = player
        self._before = before
        self._reader: LogHands | None = None
        self._hands: deque[Finished] = deque()
        self._until_ms = min(before[0], visit.until_ms or before[0])

    @property
    def until(self) -> Place:
        """No hand that is left has a higher place."""
        return self._hands[0].place if self._hands else (self._until_ms, _LAST, 0)

    @property
    def is_over(self) -> bool:
        """Whether no hand is left."""
        return self._reader is not None and self._reader.is_over and not self._hands

    def take(self) -> Finished | None:
        """The next hand, if one has been read."""
        return self._hands.popleft() if self._hands else None

    async def read(self, budget: Budget) -> bool:
        """Read on, or find the end of the visit.  Raises LogUnavailable.

        Returns False if the search for the end is to go on with the next page.
        """
        if not self._visit.is_exact:
            ended = await self._visits.ended(self._visit, self._player, budget)
            if ended is not None:
                self._visit = ended
                self._until_ms = min(self._until_ms, ended.until_ms or self._until_ms)
            return ended is not None
        visit = self._visit
        if self._reader is None:
            last_seq = visit.until_seq or 0
            if self._before[0] < (visit.until_ms or FOREVER_MS):
                last_seq = await self._visits.seq_at(visit, self._before[0])
            self._reader = self._visits.hands(visit.table, last_seq + 1, visit.from_seq)
        budget.reads -= 1
        for hand in await self._reader.read():
            if hand.place < self._before and seat_in(hand, self._player) is not None:
                self._hands.append(hand)
        if self._reader.reached_ms is not None:
            self._until_ms = min(self._until_ms, self._reader.reached_ms)
        return True


async def hands_of(
    visits: VisitLog,
    player: PlayerId,
    before: Place,
    limit: int,
    table: TableId | None,
    *,
    budget: Budget | None = None,
) -> tuple[Sequence[Finished], Place | None]:
    """Up to `limit` of a player's hands before a place, and the place before which others are.

    Raises LogUnavailable.
    """
    found, rest_ms = await visits.before(player, before[0], table)
    sources = [_Source(visits, visit, player, before) for visit in found]
    budget = budget or Budget()
    page: list[Finished] = []
    while sources:
        if len(page) == limit:
            return page, page[-1].place
        top = max(sources, key=lambda source: source.until)
        if rest_ms is not None and (rest_ms, _LAST, 0) >= top.until:
            return page, (rest_ms + 1, "", 0)
        hand = top.take()
        if hand is not None:
            page.append(hand)
        elif top.is_over:
            sources.remove(top)
        else:
            following = (top.until[0] + 1, "", 0)
            # Each page gets further, whatever that costs, or its searches do.
            is_enough = budget.reads <= 0 and following < before
            if is_enough or not await top.read(budget):
                return page, following
    return page, None if rest_ms is None else (rest_ms + 1, "", 0)
