"""The log lines about games that are created and saved, limited in number.

Games are saved many times a second.  So at info there are the creation of each game and the first
save of it; later saves are logged at debug, and counted in the metrics.  A failure that repeats
itself is logged once a minute, with the number of times.
"""

import logging
from collections.abc import Callable, Hashable

import structlog

from pokerws.game.state import TableId
from pokerws.storage.outcomes import Outcome
from pokerws.storage.store import Change

REPEAT_S = 60.0
# First saves a minute at info; more of them, as after a restart, are logged at debug.
FIRST_SAVES = 100
# Games and failures that are remembered, which bounds the memory.
MOST_KNOWN = 10_000
# An outage, and one that needs an operator, by level.
_OUTAGES = {logging.WARNING: "outage", logging.ERROR: "alarm"}

log = structlog.get_logger("pokerws.journal")


class Repeats:
    """Lets a line pass once a minute for each key, and counts the others."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        # When a key's line passed, and how many have not since.
        self._passed: dict[Hashable, tuple[float, int]] = {}

    def take(self, key: Hashable) -> dict[str, int] | None:
        """The fields to add to the line, or None if it is not to be written."""
        now_s = self._clock()
        since_s, suppressed = self._passed.get(key, (now_s - REPEAT_S, 0))
        if now_s - since_s < REPEAT_S:
            self._passed[key] = since_s, suppressed + 1
            return None
        self._passed.pop(key, None)
        if len(self._passed) == MOST_KNOWN:
            del self._passed[next(iter(self._passed))]
        self._passed[key] = now_s, 0
        return {"suppressed": suppressed} if suppressed else {}

    def forget(self, *keys: Hashable) -> None:
        """Let the next line of these keys pass."""
        for key in keys:
            self._passed.pop(key, None)


class FirstSaves:
    """Remembers of which games a save was logged at info."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.known = set[TableId]()
        self._minute_began_s = clock()
        self._in_this_minute = 0

    def level(self, table: TableId) -> int:
        """The level of a save's line."""
        if table in self.known:
            return logging.DEBUG
        if len(self.known) == MOST_KNOWN:
            self.known.clear()
        self.known.add(table)
        now_s = self._clock()
        if now_s - self._minute_began_s >= REPEAT_S:
            self._minute_began_s, self._in_this_minute = now_s, 0
        self._in_this_minute += 1
        return logging.INFO if self._in_this_minute <= FIRST_SAVES else logging.DEBUG


class OutcomeLog:
    """Writes these lines, for games in memory and for those in a store."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._in_memory = FirstSaves(clock)
        self._stored = FirstSaves(clock)
        # The games of which the first save was logged: to be read only, before a call.
        self.in_memory_known, self.stored_known = self._in_memory.known, self._stored.known
        self._repeats = Repeats(clock)

    def in_memory(self, change: Change, *, verbose: bool) -> None:
        """Memory has a change; `verbose`: log later ones at debug."""
        if change.expected == 0:
            log.info("create_game", outcome=Outcome.IN_MEMORY, table=change.table, name=change.name)
        level = self._in_memory.level(change.table)
        if verbose or level == logging.INFO:
            log.log(
                level,
                "save_game",
                outcome=Outcome.IN_MEMORY,
                table=change.table,
                seq=change.version,
            )

    def stored(self, table: TableId, version: int, *, created: bool, verbose: bool) -> None:
        """The store has a change; `verbose`: log later ones at debug."""
        if created:
            log.info("create_game", outcome=Outcome.DB_SUCCESS, table=table, version=version)
        level = self._stored.level(table)
        if verbose or level == logging.INFO:
            log.log(level, "save_game", outcome=Outcome.DB_SUCCESS, table=table, version=version)

    def failed(
        self,
        level: int,
        outcome: Outcome,
        table: TableId,
        *,
        created: bool = False,
        **fields: object,
    ) -> None:
        """The store refuses a change; `created`: the game is new."""
        if (more := self._repeats.take((outcome, table))) is None:
            return
        if created:
            log.log(level, "create_game", outcome=outcome, table=table, error=fields.get("error"))
        log.log(level, "save_game", outcome=outcome, table=table, **fields, **more)

    def not_created(self, table: TableId, reason: str) -> None:
        """The store is away when a game is new; it is created later."""
        if self._repeats.take(("create_game", table)) is not None:
            log.warning("create_game", outcome=Outcome.DB_FAILED, table=table, error=reason)

    def outage(self, level: int, *, failures: int, **fields: object) -> None:
        """The store is away.  The first failure is logged at once, later ones once a minute."""
        if failures == 1:
            self._repeats.forget(*_OUTAGES.values())
        if self._repeats.take(_OUTAGES[level]) is not None:
            more = {"failures": failures} if failures > 1 else {}
            log.log(level, "save_game", outcome=Outcome.DB_FAILED, **fields, **more)

    def is_due(self, line: str) -> bool:
        """Whether a line that a fault may repeat without end is to be written."""
        return self._repeats.take(line) is not None
