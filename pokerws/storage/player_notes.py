"""Private notes and mutes of players: the contract of their store, and one in memory."""

from typing import NamedTuple, Protocol

from pokerws.game.state import PlayerId


class PlayerNote(NamedTuple):
    """A note about `player`, with mute; with nothing set there is no note."""

    player: PlayerId
    text: str = ""
    colour: str = ""
    muted: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is set."""
        return not (self.text or self.colour or self.muted)


class NoteChange(NamedTuple):
    """Changes of a note; None leaves a field as it is."""

    text: str | None = None
    colour: str | None = None
    muted: bool | None = None


class PlayerNotes(Protocol):
    """Keeps notes.  Every method raises StoreUnavailable if the store is out of reach."""

    async def change(
        self, owner: PlayerId, player: PlayerId, change: NoteChange, *, most: int
    ) -> bool:
        """Change a note.  An empty one is removed.

        Returns False, with nothing changed, for a new note if `owner` has `most` others.
        """

    async def of(self, owner: PlayerId) -> list[PlayerNote]:
        """The notes of a player, by the id of the player that they are about."""


class MemoryPlayerNotes:
    """`PlayerNotes` in dicts."""

    def __init__(self) -> None:
        self._notes: dict[PlayerId, dict[PlayerId, PlayerNote]] = {}

    async def change(
        self, owner: PlayerId, player: PlayerId, change: NoteChange, *, most: int
    ) -> bool:
        """Part of `PlayerNotes`."""
        notes = self._notes.get(owner, {})
        old = notes.get(player, PlayerNote(player))
        given = {name: value for name, value in change._asdict().items() if value is not None}
        note = old._replace(**given)
        if note.is_empty:
            notes.pop(player, None)
        elif player not in notes and len(notes) >= most:
            return False
        else:
            notes[player] = note
            self._notes[owner] = notes
        if not notes:
            self._notes.pop(owner, None)
        return True

    async def of(self, owner: PlayerId) -> list[PlayerNote]:
        """Part of `PlayerNotes`."""
        return sorted(self._notes.get(owner, {}).values())
