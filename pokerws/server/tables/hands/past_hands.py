"""Answers `list_hands`, `get_stats`, and `get_hand` for tables that are closed.

With an event log, it reads the log: for one table backwards from its end, and for a player at the
visits that the transfers tell.  Without one, the hands are those in the memory of the tables.
Nothing here loads a table, or changes one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import (
    MAX_HANDS_SIZE,
    Details,
    GetHand,
    GetStats,
    HandEvents,
    Hands,
    HandSummary,
    ListHands,
    Refused,
    Stats,
)
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.event_log import LOG_TIMEOUT_S, EventLog, LogUnavailable
from pokerws.server.tables.hands import memory_hands
from pokerws.server.tables.hands.hand_answer import hand_answer
from pokerws.server.tables.hands.log_hands import LogHands
from pokerws.server.tables.hands.statistics import Tally
from pokerws.server.tables.hands.summaries import Finished, summary_of
from pokerws.server.tables.hands.visits import FOREVER_MS, READS, Budget, Place, VisitLog, hands_of
from pokerws.server.tables.interfaces import TableJournal
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.recent_events import HandPart
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.store import Store, Stored
from pokerws.storage.vault.vault import decode_snapshot

_MOST = 2**53
# The reads of one `get_stats`: 1,000 hands of six players need about 120.
STATS_READS = 160
# Hands that are counted before play goes on: about 1.5 ms.
COUNTED_AT_ONCE = 20

# Whether the player may know of a table.
MaySee = Callable[[Table], bool]


def everybody(table: Table) -> bool:
    """A `MaySee` that allows everybody, for listed tables."""
    return True


class PastHands:
    """The finished hands of the tables of `lobby`, and of those in `store` that are closed."""

    def __init__(self, lobby: Lobby, store: Store, journal: TableJournal) -> None:
        self._lobby = lobby
        self._store = store
        self._journal = journal
        log = lobby.event_log
        # None if no events are kept.
        self._visits = VisitLog(lobby, store, log) if isinstance(log, EventLog) else None

    async def list(
        self, message: ListHands, player: PlayerId, may_see: MaySee = everybody
    ) -> Hands:
        """The answer to `list_hands`.  Raises Illegal."""
        try:
            if message.mine:
                return await self._of_player(message, player)
            if message.table is None:
                raise Refused(
                    "missing_field", "Object needs `table` or `mine`", Details(field="table")
                )
            return await self._of_table(message, message.table, player, may_see)
        except LogUnavailable as error:
            raise Refused("log_unavailable") from error

    async def closed_hand(
        self, message: GetHand, player: PlayerId, may_see: MaySee = everybody
    ) -> HandEvents:
        """The answer to `get_hand` for a table that the lobby does not know.  Raises Illegal."""
        stored = await self._look(message.table)
        if self._visits is None or stored is None or stored.status != "closed":
            raise _unknown(message.table)
        table = decode_snapshot(stored.snapshot).table
        if not may_see(table):
            raise _unknown(message.table)
        try:
            found = await self._visits.log.hand(message.table, message.hand, stored.version)
        except LogUnavailable as error:
            raise Refused("log_unavailable") from error
        if found is None:
            raise Refused("unknown_hand", f"there was no hand {message.hand}, or it was not kept")
        return hand_answer(message, table, stored.branch, HandPart(*found), player)

    async def closed_table(self, table: TableId) -> Table | None:
        """The last state of a table that is stored as closed.  Raises Illegal."""
        try:
            return await self.last_state(table)
        except (StoreUnavailable, TimeoutError) as error:
            raise Refused("log_unavailable") from error

    async def last_state(self, table: TableId) -> Table | None:
        """The same.  Raises StoreUnavailable or TimeoutError."""
        stored = await self._store.look(table)
        if stored is None or stored.status != "closed":
            return None
        return decode_snapshot(stored.snapshot).table

    async def statistics(
        self, message: GetStats, player: PlayerId, may_see: MaySee, may_see_all: MaySee
    ) -> Stats:
        """The answer to `get_stats`.  Raises Illegal.

        `may_see_all` tells whether the player may have the statistics of others at a table.
        """
        wanted = message.player or player
        tally = Tally(wanted)
        try:
            if message.table is None:
                async for page in self._latest_of_player(wanted, message.hands):
                    await _count(tally, page)
                return Stats(message.id, tally.of_players([wanted]), tally.sessions())
            table, actor = await self._find(message.table, may_see)
            sees_all = may_see_all(table)
            if wanted != player and not sees_all:
                raise Refused("forbidden", "the table shows nobody the statistics of others")
            before_seq = _shown_before(table, actor, player)
            async for page in self._latest_of_table(table.id, actor, before_seq, message.hands):
                await _count(tally, page)
        except LogUnavailable as error:
            raise Refused("log_unavailable") from error
        of_all = sees_all and message.player is None
        shown = tally.players.keys() | {wanted} if of_all else {wanted}
        of_players = tally.of_players(sorted(shown))
        return Stats(message.id, of_players, tally.sessions(), tally.of_table(table.id))

    async def _latest_of_table(
        self, table: TableId, actor: TableActor | None, before_seq: int, count: int
    ) -> AsyncIterator[Sequence[Finished]]:
        """Parts of the latest hands of a table before an event, the latest first."""
        if self._visits is None:
            known = [] if actor is None else memory_hands.hands_at(actor)
            yield [hand for hand in known if hand.seq < before_seq][: -count - 1 : -1]
            return
        await self._flush(table)
        reader = self._visits.hands(table, before_seq, 0)
        reads = 0
        while count > 0 and reads < STATS_READS and not reader.is_over:
            page = (await reader.read())[:count]
            reads += 1
            count -= len(page)
            yield page

    async def _latest_of_player(
        self, player: PlayerId, count: int
    ) -> AsyncIterator[Sequence[Finished]]:
        """Parts of the latest hands of a player, the latest first."""
        if self._visits is None:
            hands = await memory_hands.hands_of(self._lobby.actors(), player)
            hands.sort(key=lambda hand: hand.place, reverse=True)
            yield hands[:count]
            return
        await self._flush(None)
        budget, place = Budget(STATS_READS), (FOREVER_MS, "", 0)
        while count > 0 and budget.reads > 0:
            limit = min(count, MAX_HANDS_SIZE)
            page, following = await hands_of(
                self._visits, player, place, limit, None, budget=budget
            )
            count -= len(page)
            yield page
            # The last searches may have found nothing.
            if following is None or following >= place:
                return
            place = following

    # ---- of a table

    async def _of_table(
        self, message: ListHands, table: TableId, player: PlayerId, may_see: MaySee
    ) -> Hands:
        known, actor = await self._find(table, may_see)
        before_seq = min(_seq_of(message.before), _shown_before(known, actor, player))
        if self._visits is None:
            in_memory = [] if actor is None else memory_hands.hands_at(actor)
            hands = [hand for hand in in_memory if hand.seq < before_seq]
            page = hands[: -message.limit - 1 : -1]
            more = len(page) < len(hands)
            return _answer(message, page, player, str(page[-1].seq) if more else None)
        await self._flush(table)
        reader = self._visits.hands(table, before_seq, 0)
        return await self._from_log(message, reader, player)

    async def _find(
        self, table: TableId, may_see: MaySee = everybody
    ) -> tuple[Table, TableActor | None]:
        """A table, with its actor if it is in memory.  Raises Illegal if it has no hands to see."""
        actor = self._lobby.live(table)
        if actor is not None:
            if not may_see(actor.table):
                raise _unknown(table)
            if actor.is_paused:
                raise Refused("paused")
            return actor.table, actor
        stored = await self._look(table)
        if stored is None:
            raise _unknown(table)
        if stored.status == "quarantined":
            raise Refused("table_quarantined")
        known = decode_snapshot(stored.snapshot).table
        if not may_see(known):
            raise _unknown(table)
        return known, None

    async def _from_log(self, message: ListHands, reader: LogHands, player: PlayerId) -> Hands:
        page: list[Finished] = []
        began_seq, reads = reader.resume_seq, 0
        # At least one hand is read to its start, so that the next page begins further on.
        while reads < READS or reader.resume_seq == began_seq:
            page += await reader.read()
            reads += 1
            if len(page) > message.limit:
                page = page[: message.limit]
                return _answer(message, page, player, str(page[-1].seq))
            if reader.is_over:
                return _answer(message, page, player, None)
        return _answer(message, page, player, str(reader.resume_seq))

    # ---- of a player

    async def _of_player(self, message: ListHands, player: PlayerId) -> Hands:
        before = _place_of(message.before)
        if self._visits is None:
            actors = self._lobby.actors()
            if message.table is not None:
                _, actor = await self._find(message.table)
                actors = [] if actor is None else [actor]
            played = await memory_hands.hands_of(actors, player)
            hands = [one for one in played if one.place < before]
            hands.sort(key=lambda hand: hand.place, reverse=True)
            page, rest = hands[: message.limit], hands[message.limit :]
            return _answer(message, page, player, _text_of(page[-1].place) if rest else None)
        await self._flush(message.table)
        found, place = await hands_of(self._visits, player, before, message.limit, message.table)
        return _answer(message, found, player, None if place is None else _text_of(place))

    # ---- the store

    async def _flush(self, table: TableId | None) -> None:
        try:
            await self._journal.flush(LOG_TIMEOUT_S, table)
        except (StoreUnavailable, TimeoutError) as error:
            raise LogUnavailable(str(error)) from error

    async def _look(self, table: TableId) -> Stored | None:
        try:
            return await self._store.look(table)
        except (StoreUnavailable, TimeoutError) as error:
            raise Refused("log_unavailable") from error


async def _count(tally: Tally, hands: Sequence[Finished]) -> None:
    for first in range(0, len(hands), COUNTED_AT_ONCE):
        for hand in hands[first : first + COUNTED_AT_ONCE]:
            tally.add(hand)
        await asyncio.sleep(0)


def _shown_before(table: Table, actor: TableActor | None, player: PlayerId) -> int:
    """The seq before which a table shows its hands to a player.

    A table that is shown late shows no hands before it is loaded, since the times of their ends are
    not known.
    """
    if not table.config.company.is_delayed or table.closed or table.seat_of(player) is not None:
        return _MOST
    delayed = None if actor is None else actor.viewers.delayed
    return 1 if delayed is None else delayed.hands_before_seq


def _unknown(table: TableId) -> Refused:
    return Refused("unknown_table", f"there is no table {table}")


def _answer(
    message: ListHands, page: Sequence[Finished], player: PlayerId, following: str | None
) -> Hands:
    summaries: list[HandSummary] = [summary_of(hand, player) for hand in page]
    return Hands(message.id, summaries, following)


def _seq_of(text: str | None) -> int:
    """The seq before which the requested hands of a table are.  Raises Illegal."""
    return _MOST if text is None else _number(text)


def _place_of(text: str | None) -> Place:
    """The place before which the requested hands of a player are.  Raises Illegal."""
    if text is None:
        return FOREVER_MS, "", 0
    at_ms, _, rest = text.partition(".")
    seq, _, table = rest.partition(".")
    return min(_number(at_ms), FOREVER_MS), table, _number(seq)


def _text_of(place: Place) -> str:
    at_ms, table, seq = place
    return f"{at_ms}.{seq}.{table}"


def _number(text: str) -> int:
    if not (text.isdecimal() and text.isascii() and len(text) <= len(str(_MOST))):
        text = "`before` is not the `next` of such a page"
        raise Refused("invalid_value", text, Details(field="before"))
    return min(int(text), _MOST)
