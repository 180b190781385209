"""Records that a server without the database has played on, so that stored tables are outdated.

A server that plays in memory only leaves a note.  The next server with the database finds it,
closes the tables stored before, and refunds their chips.  The note is a row; for the embedded
PostgreSQL, which is not running then, it is a file beside the data.
"""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from pokerws.storage.postgres.address import Address
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


async def note(address: Address, began_ms: int) -> None:
    """Leave a note that play goes on in memory since `began_ms` (milliseconds UTC).

    Without stored tables there is none.  Raises StoreUnavailable.
    """
    folder = address.embedded_dir
    if folder is not None:
        if (folder / "cluster").exists():
            (folder / NOTE).write_text(f"{began_ms}\n", encoding="ascii")
        return
    async with _connection(address) as connection:
        if await connection.fetchval(HAS_NOTES):
            await connection.execute(ADD_NOTE, began_ms)


async def overtaken_ms(address: Address) -> int | None:
    """The time since which play went on in memory; None if there is no open note.

    Raises StoreUnavailable.
    """
    async with _connection(address) as connection:
        file = None if address.embedded_dir is None else address.embedded_dir / NOTE
        if file is not None and file.exists():
            await connection.execute(ADD_NOTE, _began_ms(file))
            file.unlink()
        since_ms: int | None = await connection.fetchval(OVERTAKEN)
        return since_ms


async def settle(address: Address) -> None:
    """Close the note: the outdated tables are closed.  Raises StoreUnavailable."""
    async with _connection(address) as connection:
        await connection.execute(SETTLE)


def _began_ms(file: Path) -> int:
    """The time in a note; the file's own time if a crash cut the note short."""
    number, end, _ = file.read_bytes().partition(b"\n")
    # Without the line end, digits may be missing.
    return int(number) if end and number.isdigit() else round(file.stat().st_mtime * 1000)


def _connection(address: Address) -> AbstractAsyncContextManager[Connection]:
    return connected(address, "pokerws", answer_s=ANSWER_S)
