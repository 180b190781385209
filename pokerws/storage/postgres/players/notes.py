"""Players' notes in PostgreSQL.  The interface is in `storage/player_notes.py`."""

from pokerws.game.state import PlayerId
from pokerws.storage.player_notes import NoteChange, PlayerNote
from pokerws.storage.postgres.accounts import Reader

CHANGE_NOTE = """
INSERT INTO player_notes (owner, player, text, colour, muted)
SELECT $1, $2, coalesce($3, ''), coalesce($4, ''), coalesce($5, false)
WHERE (SELECT count(*) FROM player_notes WHERE owner = $1 AND player <> $2) < $6
   OR EXISTS (SELECT FROM player_notes WHERE owner = $1 AND player = $2)
ON CONFLICT (owner, player) DO UPDATE
SET text = coalesce($3, player_notes.text), colour = coalesce($4, player_notes.colour),
    muted = coalesce($5, player_notes.muted)
RETURNING text = '' AND colour = '' AND NOT muted
"""

DROP_EMPTY_NOTE = """
DELETE FROM player_notes
WHERE owner = $1 AND player = $2 AND text = '' AND colour = '' AND NOT muted
"""

NOTES = """
SELECT player, text, colour, muted FROM player_notes
WHERE owner = $1 AND NOT (text = '' AND colour = '' AND NOT muted)
ORDER BY player
"""

STATEMENTS = (CHANGE_NOTE, DROP_EMPTY_NOTE, NOTES)


class PostgresPlayerNotes:
    """`PlayerNotes`; `reader` gives a connection and turns its errors into StoreUnavailable."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def change(
        self, owner: PlayerId, player: PlayerId, change: NoteChange, *, most: int
    ) -> bool:
        """Part of `PlayerNotes`."""
        async with self._reader() as reader:
            is_empty = await reader.fetchval(CHANGE_NOTE, owner, player, *change, most)
            if is_empty:
                await reader.execute(DROP_EMPTY_NOTE, owner, player)
        # A note that would be empty is none, whatever the limit.
        return is_empty is not None or PlayerNote(player, *_set(change)).is_empty

    async def of(self, owner: PlayerId) -> list[PlayerNote]:
        """Part of `PlayerNotes`."""
        async with self._reader() as reader:
            rows = await reader.fetch(NOTES, owner)
        return [PlayerNote(*row.values()) for row in rows]


def _set(change: NoteChange) -> tuple[str, str, bool]:
    return change.text or "", change.colour or "", change.muted or False
