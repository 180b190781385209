"""The commands of a table's host: a part of the client."""

from abc import ABC, abstractmethod

from pokerws.client.link import Link
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    Accepted,
    ApproveSeat,
    ChangeTable,
    CloseTable,
    DenySeat,
    GetLink,
    GiveChips,
    HandOver,
    HostBan,
    HostKick,
    HostMute,
    HostUnban,
    PauseTable,
    RenewLink,
    ResumeTable,
    TableLink,
    TakeChips,
)

HostMessage = (
    ApproveSeat
    | ChangeTable
    | CloseTable
    | DenySeat
    | GiveChips
    | HandOver
    | HostBan
    | HostKick
    | HostUnban
    | HostMute
    | PauseTable
    | RenewLink
    | ResumeTable
    | TakeChips
)


class Host(ABC):
    """What the host of a table may do there, and an operator or admin everywhere."""

    _link: Link

    @abstractmethod
    async def _ask_host(self, message: HostMessage) -> Accepted:
        """Send a command about a table; returns when its effect is seen."""

    async def approve_seat(self, table: TableId, player: PlayerId) -> Accepted:
        """Let a player who asked for a seat sit down."""
        return await self._ask_host(ApproveSeat(self._link.new_id(), table, player))

    async def deny_seat(self, table: TableId, player: PlayerId) -> Accepted:
        """Refuse a player who asked for a seat, or take the approval back."""
        return await self._ask_host(DenySeat(self._link.new_id(), table, player))

    async def host_kick(self, table: TableId, player: PlayerId) -> Accepted:
        """Remove a player from the seat; during a hand, at its end."""
        return await self._ask_host(HostKick(self._link.new_id(), table, player))

    async def host_ban(self, table: TableId, player: PlayerId) -> Accepted:
        """Let a player not sit down at the table any more."""
        return await self._ask_host(HostBan(self._link.new_id(), table, player))

    async def host_unban(self, table: TableId, player: PlayerId) -> Accepted:
        """Let a banned player sit down at the table again."""
        return await self._ask_host(HostUnban(self._link.new_id(), table, player))

    async def host_mute(self, table: TableId, player: PlayerId, *, on: bool = True) -> Accepted:
        """Refuse a player's chat and reactions at the table, or allow them again."""
        return await self._ask_host(HostMute(self._link.new_id(), table, player, on))

    async def pause_table(self, table: TableId) -> Accepted:
        """Start no further hands; the one in play is played to its end."""
        return await self._ask_host(PauseTable(self._link.new_id(), table))

    async def resume_table(self, table: TableId) -> Accepted:
        """Start hands again."""
        return await self._ask_host(ResumeTable(self._link.new_id(), table))

    async def change_table(self, table: TableId, config: TableConfig) -> Accepted:
        """Play by another config from the next hand on."""
        return await self._ask_host(ChangeTable(self._link.new_id(), table, config))

    async def hand_over(self, table: TableId, player: PlayerId) -> Accepted:
        """Make another player at the table its host."""
        return await self._ask_host(HandOver(self._link.new_id(), table, player))

    async def give_chips(self, table: TableId, player: PlayerId, amount: int) -> Accepted:
        """Give a player chips of the table's bank."""
        return await self._ask_host(GiveChips(self._link.new_id(), table, player, amount))

    async def take_chips(self, table: TableId, player: PlayerId, amount: int) -> Accepted:
        """Take chips from a player, back to the table's bank."""
        return await self._ask_host(TakeChips(self._link.new_id(), table, player, amount))

    async def close_table(self, table: TableId) -> Accepted:
        """Close a table for good."""
        return await self._ask_host(CloseTable(self._link.new_id(), table))

    async def link_key(self, table: TableId) -> str:
        """The key in the link of an unlisted table."""
        return (await self._link.ask(GetLink(self._link.new_id(), table), TableLink)).key

    async def renew_link(self, table: TableId) -> Accepted:
        """Make the key of an unlisted table invalid; `link_key` has the new one."""
        return await self._ask_host(RenewLink(self._link.new_id(), table))
