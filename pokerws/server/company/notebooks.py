"""Players' notes about others, and whom they have muted.

Notes are read from the store when they are asked for.  Mutes are in memory for the players who
watch tables, since every line of chat needs them.
"""

from collections.abc import Callable

import structlog

from pokerws.game.illegal import Details
from pokerws.game.state import PlayerId
from pokerws.messages import Refused
from pokerws.server.clock import Clock
from pokerws.server.moderation.roster import Roster
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.player_notes import MemoryPlayerNotes, NoteChange, PlayerNote, PlayerNotes

# Notes and mutes of one player, together.
MAX_NOTES = 500
# Players whose mutes are in memory before those of players without a connection are dropped.
MANY_PLAYERS = 1_000
# How long the store is not asked for mutes again after it was out of reach.
RETRY_MS = 10_000

log = structlog.get_logger("pokerws.notebooks")


class Notebooks:
    """The notebooks of all players.  Those of `roster` are connected."""

    def __init__(
        self,
        store: PlayerNotes | None = None,
        clock: Clock | None = None,
        roster: Roster | None = None,
        most: int = MAX_NOTES,
    ) -> None:
        self._store = store or MemoryPlayerNotes()
        self._clock = clock or Clock()
        self._roster = roster
        self.most = most
        self._muted: dict[PlayerId, frozenset[PlayerId]] = {}
        self._many = MANY_PLAYERS
        self._retry_ms = 0
        # Called with a player whose mutes have changed, for other servers.
        self.on_changed: Callable[[PlayerId], None] = lambda player: None

    async def open(self, player: PlayerId) -> None:
        """Load the mutes of a player, unless they are in memory.

        If the store is out of reach, nobody is muted until a later call: tables can still be
        watched.
        """
        if player in self._muted or self._clock.now_ms() < self._retry_ms:
            return
        try:
            notes = await self._store.of(player)
        except StoreUnavailable as error:
            self._retry_ms = self._clock.now_ms() + RETRY_MS
            log.info("mutes_not_loaded", player=player, error=str(error))
            return
        # A mute that was set meanwhile is newer.
        self._muted.setdefault(player, frozenset(note.player for note in notes if note.muted))
        self._drop_gone()

    def hears(self, player: PlayerId, author: PlayerId) -> bool:
        """Whether a player has not muted `author`."""
        muted = self._muted.get(player)
        return not muted or author not in muted

    async def mute(self, player: PlayerId, other: PlayerId, *, on: bool) -> None:
        """Mute another player, or end the mute.  Raises Refused."""
        await self._change(player, other, NoteChange(muted=on))
        notes = await self.notes_of(player)
        self._muted[player] = frozenset(note.player for note in notes if note.muted)
        self.on_changed(player)

    async def changed_elsewhere(self, player: PlayerId) -> None:
        """Another server has changed a player's mutes: read them again, if they are needed."""
        if self._muted.pop(player, None) is not None:
            await self.open(player)

    async def changed_somewhere(self) -> None:
        """Other servers may have changed anybody's mutes."""
        for player in list(self._muted):
            await self.changed_elsewhere(player)

    async def note(self, player: PlayerId, other: PlayerId, text: str, colour: str) -> None:
        """Store a note about another player, or erase it if it is empty.  Raises Refused."""
        await self._change(player, other, NoteChange(text, colour))

    async def notes_of(self, player: PlayerId) -> list[PlayerNote]:
        """The notes and mutes of a player.  Raises Refused."""
        try:
            return await self._store.of(player)
        except StoreUnavailable as error:
            raise Refused("account_unavailable") from error

    async def _change(self, player: PlayerId, other: PlayerId, change: NoteChange) -> None:
        try:
            is_kept = await self._store.change(player, other, change, most=self.most)
        except StoreUnavailable as error:
            raise Refused("account_unavailable") from error
        if not is_kept:
            raise Refused("note_limit", details=Details(limit=self.most, scope="player"))

    def _drop_gone(self) -> None:
        """Drop the mutes of players without a connection; rarely, since it goes through all
        players.
        """
        if len(self._muted) <= self._many or self._roster is None:
            return
        roster = self._roster
        self._muted = {player: muted for player, muted in self._muted.items() if roster.of(player)}
        self._many = max(MANY_PLAYERS, 2 * len(self._muted))
