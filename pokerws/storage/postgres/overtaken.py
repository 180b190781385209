"""Records that a server without the database has played on, so that stored tables are outdated.

A server that plays in memory only leaves a note.  The next server with the database finds it, and
resumes the tables stored before, or closes them and refunds their chips.  The note is a row; for
the embedded PostgreSQL, which is not running then, it is a file beside the data.  While another
database cannot be reached, it is a file in `var/`.
"""

import hashlib
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import BY_INDEX, Connection, connected
from pokerws.storage.postgres.rights import check_rights

NOTE = "memory-play"
# The directory of files that are not beside a database.
LOCAL = Path("var")

HAS_NOTES = "SELECT to_regclass('memory_play') IS NOT NULL"
HAS_GAMES = "SELECT to_regclass('games') IS NOT NULL"
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
# With the time in a file, or 0.  A database that is older than the notes has no rows of them.
IN_PLAY = """
SELECT count(*)
FROM games
WHERE status IN ('waiting', 'active') AND updated_at >= to_timestamp($1 / 1000.0)
"""
LEFT_BEHIND = """
SELECT count(*)
FROM games
WHERE status IN ('waiting', 'active') AND updated_at < to_timestamp($1 / 1000.0)
"""
SETTLE = "UPDATE memory_play SET closed_at = now() WHERE closed_at IS NULL"

STATEMENTS = (ADD_NOTE, OVERTAKEN, IN_PLAY, LEFT_BEHIND, SETTLE)
ANSWER_S = 5.0


class Overtaken(NamedTuple):
    """Play has gone on in memory since `since_ms` (ms UTC), which left `tables` behind."""

    since_ms: int
    tables: int


def has_note_only(address: Address) -> bool:
    """Whether all tables of an embedded database are known to be left behind, without asking it.

    A server that used it since would have taken the note from the file.
    """
    return address.embedded_dir is not None and _file_of(address).exists()


async def tables_in_play(address: Address) -> int:
    """The number of stored tables that no play in memory has left behind.

    `address` is of a running PostgreSQL.  Only looks.  Raises StoreUnavailable and RightsMissing.
    """
    async with _connection(address) as connection:
        await check_rights(connection, "read", ("games", "memory_play"))
        if not await connection.fetchval(HAS_GAMES):
            return 0
        file, since_ms = _file_of(address), None
        if await connection.fetchval(HAS_NOTES):
            since_ms = await connection.fetchval(OVERTAKEN)
        noted_ms = _began_ms(file) if file.exists() else 0
        tables: int = await connection.fetchval(IN_PLAY, max(since_ms or 0, noted_ms))
        return tables


async def note(address: Address, began_ms: int) -> None:
    """Leave a note that play goes on in memory since `began_ms` (milliseconds UTC).

    Without stored tables there is none.  Raises StoreUnavailable.
    """
    file = _file_of(address)
    if address.embedded_dir is not None:
        if (address.embedded_dir / "cluster").exists():
            file.write_text(f"{began_ms}\n", encoding="ascii")
        return
    # This works through any pooler, so there is no need to find out about one.
    address = replace(address, pooler="transaction")
    async with _connection(address) as connection:
        await check_rights(connection, "read", ("games",))
        if await connection.fetchval(HAS_NOTES):
            await connection.execute(ADD_NOTE, began_ms)
        file.unlink(missing_ok=True)


def note_locally(address: Address, began_ms: int) -> Path:
    """Leave the note in a file, for a database that cannot be reached.

    One that is there already counts.  Raises OSError.
    """
    file = _file_of(address)
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text(f"{began_ms}\n", encoding="ascii")
    return file


async def overtaken(address: Address) -> Overtaken | None:
    """Since when play went on in memory, and what it left behind; None if it did not.

    A note is taken over from a file into the database.  Raises StoreUnavailable.
    """
    async with _connection(address) as connection:
        file = _file_of(address)
        if file.exists():
            await connection.execute(ADD_NOTE, _began_ms(file))
            file.unlink()
        since_ms: int | None = await connection.fetchval(OVERTAKEN)
        if since_ms is None:
            return None
        return Overtaken(since_ms, await connection.fetchval(LEFT_BEHIND, since_ms))


async def left_behind(address: Address) -> int:
    """The number of tables that `overtaken` would find left behind.

    Only looks.  Raises StoreUnavailable and RightsMissing.
    """
    async with _connection(address) as connection:
        await check_rights(connection, "read", ("games", "memory_play"))
        if not await connection.fetchval(HAS_NOTES):
            return 0
        file = _file_of(address)
        noted_ms = _began_ms(file) if file.exists() else 0
        since_ms = max(await connection.fetchval(OVERTAKEN) or 0, noted_ms)
        tables: int = await connection.fetchval(LEFT_BEHIND, since_ms)
        return tables


async def settle(address: Address) -> None:
    """Close the note: the tables are closed, or go on.  Raises StoreUnavailable."""
    async with _connection(address) as connection:
        await connection.execute(SETTLE)


def _file_of(address: Address) -> Path:
    """The file of a database's note."""
    if address.embedded_dir is not None:
        return address.embedded_dir / NOTE
    place = f"{address.place}/{address.database}/{address.schema}"
    return LOCAL / f"{NOTE}-{hashlib.sha256(place.encode()).hexdigest()[:16]}"


def _began_ms(file: Path) -> int:
    """The time in a note; the file's own time if a crash cut the note short."""
    number, end, _ = file.read_bytes().partition(b"\n")
    # Without the line end, digits may be missing.
    return int(number) if end and number.isdigit() else round(file.stat().st_mtime * 1000)


def _connection(address: Address) -> AbstractAsyncContextManager[Connection]:
    return connected(address, "pokerws", settings=BY_INDEX, answer_s=ANSWER_S)
