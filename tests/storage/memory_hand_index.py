"""A `HandIndex` over the logs of a store in dicts."""

from collections.abc import Awaitable, Callable, Collection

import msgspec
from msgspec.structs import replace

from pokerws.game.state import PlayerId, TableId
from pokerws.storage.hand_index import Search, Visit
from pokerws.storage.store import EventRow

Log = dict[int, EventRow]


class MemoryHandIndex:
    """Visits are those that the logs show; `logs` are given with whether their game is closed.

    `read` is awaited before each read.
    """

    def __init__(
        self,
        logs: Callable[[], dict[TableId, tuple[Log, bool]]],
        read: Callable[[], Awaitable[None]],
    ) -> None:
        self._logs = logs
        self._read = read

    def _log(self, table: TableId) -> list[EventRow]:
        log, _ = self._logs().get(table, ({}, False))
        return [log[seq] for seq in sorted(log)]

    async def events_before(
        self, table: TableId, seq: int, after_seq: int, limit: int, types: Collection[str]
    ) -> list[EventRow]:
        await self._read()
        rows = [row for row in reversed(self._log(table)) if after_seq < row.seq < seq][:limit]
        return [row if row.type in types else replace(row, payload=b"") for row in rows]

    async def seq_at(self, table: TableId, from_seq: int, until_seq: int, at_ms: int) -> int:
        await self._read()
        seqs = [row.seq for row in self._log(table) if row.at_ms <= at_ms]
        return max(from_seq, max((seq for seq in seqs if seq <= until_seq), default=from_seq))

    async def visits(
        self, player: PlayerId, before_ms: int, limit: int, table: TableId | None = None
    ) -> list[Visit]:
        await self._read()
        found = [
            visit
            for each, (_, closed) in self._logs().items()
            if table in (None, each)
            for visit in self._visits(each, player, closed=closed)
            if visit.from_ms < before_ms
        ]
        found.sort(key=lambda visit: (visit.until_ms or before_ms, visit.from_ms), reverse=True)
        return found[:limit]

    def _visits(self, table: TableId, player: PlayerId, *, closed: bool) -> list[Visit]:
        visits: list[Visit] = []
        rows = self._log(table)
        for row in rows:
            if row.type not in ("player_sat", "player_stood"):
                continue
            event = msgspec.json.decode(row.payload)
            if event["player"] != player:
                continue
            is_open = visits and visits[-1].until_seq is None
            if row.type == "player_sat":
                if is_open:
                    visits[-1] = visits[-1]._replace(until_seq=row.seq, until_ms=row.at_ms)
                visits.append(Visit(table, row.seq, row.at_ms))
            elif is_open and event["stack"]:
                visits[-1] = visits[-1]._replace(
                    until_seq=row.seq, until_ms=row.at_ms, is_exact=True
                )
        if closed and visits and visits[-1].until_seq is None:
            last = rows[-1]
            visits[-1] = visits[-1]._replace(until_seq=last.seq, until_ms=last.at_ms)
        return visits

    async def search_stood(
        self, table: TableId, player: PlayerId, after_seq: int, limit: int
    ) -> Search:
        await self._read()
        rows = [row for row in self._log(table) if row.seq > after_seq][:limit]
        for row in rows:
            if row.type == "player_stood" and msgspec.json.decode(row.payload)["player"] == player:
                return Search(rows[-1].seq, row.seq, row.at_ms, more=len(rows) == limit)
        return Search(rows[-1].seq if rows else after_seq, more=len(rows) == limit)
