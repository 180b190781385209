"""When memory has overtaken the database: servers that play in memory only leave a note for later.

Tables that were stored before such a server took over are not what players last saw.  The next
server that plays from the database finds the note, and closes them: their chips go home.  The note
is a row; for the embedded PostgreSQL, which does not run then, it is a file beside the data.
"""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from pokerws.storage.postgres.connecting import Connection, connected

NOTE = "memory-play"

HAS_NOTES = "SELECT to_regclass('memory_play') IS NOT NULL"
ADD_NOTE = """
INSERT INTO memory_play (began_at)
SELECT to_timestamp($1 / 1000.0)
WHERE EXISTS (SELECT FROM games WHERE status IN ('waiting', 'active'))
ON CONFLICT DO NOTHING
"""
OVERTAKEN = """
SELECT round(extract(epoch FROM max(began_at)) * 1000)::bigint
FROM memory_play
WHERE closed_at IS NULL
"""
SETTLE = "UPDATE memory_play SET closed_at = now() WHERE closed_at IS NULL"

STATEMENTS = (ADD_NOTE, OVERTAKEN, SETTLE)
ANSWER_S = 5.0


async def note(url: str, embedded_dir: Path | None, began_ms: int) -> None:
    """Leave the note that play has gone on in memory since `began_ms` (milliseconds UTC).

    Nothing is noted where nothing is stored.  Raises StoreUnavailable when the database is away.
    """
    if embedded_dir is not None:
        if (embedded_dir / "cluster").exists():
            (embedded_dir / NOTE).write_text(f"{began_ms}\n", encoding="ascii")
        return
    async with _connection(url) as connection:
        if await connection.fetchval(HAS_NOTES):
            await connection.execute(ADD_NOTE, began_ms)


async def overtaken_ms(url: str, embedded_dir: Path | None) -> int | None:
    """Since when play has gone on in memory, if nobody has closed the tables from before yet.

    Raises StoreUnavailable.
    """
    async with _connection(url) as connection:
        file = None if embedded_dir is None else embedded_dir / NOTE
        if file is not None and file.exists():
            await connection.execute(ADD_NOTE, _began_ms(file))
            file.unlink()
        since_ms: int | None = await connection.fetchval(OVERTAKEN)
        return since_ms


async def settle(url: str) -> None:
    """The tables from before have been closed.  Raises StoreUnavailable."""
    async with _connection(url) as connection:
        await connection.execute(SETTLE)


def _began_ms(file: Path) -> int:
    """What a note says; one that a crash cut short says at least that there was such a time."""
    number, end, _ = file.read_bytes().partition(b"\n")
    # Without its end the number may lack digits, and would be a time long ago.
    return int(number) if end and number.isdigit() else round(file.stat().st_mtime * 1000)


def _connection(url: str) -> AbstractAsyncContextManager[Connection]:
    return connected(url, "pokerws", answer_s=ANSWER_S)
