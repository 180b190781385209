"""Commands of a client about company: reactions, mutes, notes, watchers, and another device."""

from pokerws.client.link import Link
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    Accepted,
    CreateLink,
    GetNotes,
    ListWatchers,
    MutePlayer,
    NoteColour,
    Notes,
    React,
    ReactionName,
    SetNote,
    Watchers,
)
from pokerws.messages import Link as DeviceLink


class Company:
    """The commands of one client, at `client.company`."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def react(self, table: TableId, reaction: ReactionName) -> None:
        """Show a quick reaction to all viewers of a watched table."""
        await self._link.ask(React(self._link.new_id(), table, reaction), Accepted)

    async def mute(self, player: PlayerId, *, on: bool = True) -> None:
        """Hear no more chat and reactions of a player, or hear them again."""
        await self._link.ask(MutePlayer(self._link.new_id(), player, on), Accepted)

    async def set_note(self, player: PlayerId, text: str = "", colour: NoteColour = "") -> None:
        """Keep a private note about a player; without text and colour it is erased."""
        await self._link.ask(SetNote(self._link.new_id(), player, text, colour), Accepted)

    async def notes(self, page: int = 0) -> Notes:
        """The player's notes and mutes."""
        return await self._link.ask(GetNotes(self._link.new_id(), page), Notes)

    async def watchers(self, table: TableId) -> Watchers:
        """Who watches a table without a seat."""
        return await self._link.ask(ListWatchers(self._link.new_id(), table), Watchers)

    async def create_link(self, *, keep: bool = True) -> DeviceLink:
        """A code that brings this player to another device; see `code` of `connect`."""
        return await self._link.ask(CreateLink(self._link.new_id(), keep), DeviceLink)
