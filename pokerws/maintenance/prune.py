"""Deletes games that were closed long ago: `python server.py prune --closed-before DATE`.

Without `--yes` it only counts.  With an archive, the hands that are left in a game's log are first
written to a file, which is read back.  `storage/postgres/pruning.py` deletes, in steps that may be
interrupted.
"""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from pokerws.game.counted import counted
from pokerws.maintenance.archive import alone, write_all_hands
from pokerws.maintenance.archive_file import Archive
from pokerws.maintenance.errors import NotArchivable, PruneError
from pokerws.maintenance.progress import Progress
from pokerws.maintenance.stored_log import open_stored, printable
from pokerws.storage.errors import PruneBusy
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.pruning import Pruning

DUE_TOTALS = """
WITH due AS MATERIALIZED (
    SELECT id FROM games WHERE status = 'closed' AND created_at < $1 AND updated_at < $1
)
SELECT (SELECT count(*) FROM due) AS games,
       (SELECT count(*) FROM transfers WHERE game_id IN (SELECT id FROM due)) AS transfers,
       (SELECT coalesce(sum(log.events), 0) FROM game_log AS log
        WHERE game_id IN (SELECT id FROM due)) AS events
"""

STATEMENTS = (DUE_TOTALS,)


async def prune(
    address: Address,
    before: datetime,
    out: TextIO,
    bar: TextIO,
    *,
    place: Path | None,
    really: bool,
) -> int:
    """Delete the games closed before `before`, or only count them unless `really`.

    Their hands are kept in `place`, if it is given.  Prints totals and the games left alone.
    Returns 0, or 1 if a game was left alone.  `bar` gets a progress bar if it is a terminal.
    Raises PruneError, ArchiveError and DatabaseError.
    """
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(open_stored(address))
        due = await connection.fetchrow(DUE_TOTALS, before)
        games, transfers, events = (0, 0, 0) if due is None else due.values()
        if not really:
            shown = before.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
            print(
                f"{counted(games, 'game was', 'games were')} closed before {shown} UTC: "
                f"{counted(transfers, 'transfer')}, {counted(events, 'event')}",
                file=out,
            )
            print("nothing was deleted: add --yes to delete them", file=out)
            if events and place is None:
                print("to keep their hands in files, add --archive DIR", file=out)
            return 0
        files = None
        if place is not None:
            await stack.enter_async_context(alone(address))
            files = Archive(place, option="--archive")
        pruning = Pruning(before, _Keeper(connection, files).keep)
        try:
            await _run(connection, pruning, Progress(bar, games))
        except PruneBusy as error:
            raise PruneError(str(error)) from error
        except asyncio.CancelledError:
            print("interrupted; the next prune goes on from here", file=out)
            raise
        finally:
            _report(pruning, out)
    return 1 if pruning.left_alone else 0


async def _run(connection: Connection, pruning: Pruning, progress: Progress) -> None:
    try:
        while await pruning.step(connection):
            progress.show(pruning.games + len(pruning.left_alone))
    finally:
        progress.clear()


def _report(pruning: Pruning, out: TextIO) -> None:
    for game, reason in pruning.left_alone:
        print(f"game {printable(game)}: left alone: {reason}", file=out)
    left = f", {counted(len(pruning.left_alone), 'game')} left alone" if pruning.left_alone else ""
    print(
        f"{counted(pruning.games, 'game')} deleted: {counted(pruning.transfers, 'transfer')}, "
        f"{counted(pruning.events, 'event')}{left}",
        file=out,
    )


class _Keeper:
    """Writes the hands of games to files; without `files`, it keeps nothing."""

    def __init__(self, connection: Connection, files: Archive | None) -> None:
        self._connection = connection
        self._files = files

    async def keep(self, game: str) -> str:
        """Write a game's hands; returns why that is impossible, or nothing."""
        if self._files is None:
            return ""
        try:
            await write_all_hands(self._connection, game, self._files)
        except NotArchivable as error:
            return str(error)
        return ""
