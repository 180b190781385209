"""The messages of a table's host.

An operator or admin may send all of them too, about any table.
"""

from typing import Annotated

from msgspec import Meta

from pokerws.game.config.table_config import Chips, TableConfig
from pokerws.game.state import TableId
from pokerws.messages.fields import CommandId, Message, TableRef
from pokerws.messages.moderation import PlayerRef

MAX_KEY_LENGTH = 64
# The secret in the link of an unlisted table.
LinkKey = Annotated[str, Meta(min_length=1, max_length=MAX_KEY_LENGTH, pattern="^[ -~]*$")]


class HostKick(Message, frozen=True, tag="host_kick"):
    """Remove a player from the seat; during a hand, at its end, as after `stand`.

    The player may sit down again, but needs an approval where seats are approved.
    """

    id: CommandId
    table: TableRef
    player: PlayerRef


class HostBan(Message, frozen=True, tag="host_ban"):
    """Ban a player from the seats of this table, and remove the player from the seat."""

    id: CommandId
    table: TableRef
    player: PlayerRef


class HostUnban(Message, frozen=True, tag="host_unban"):
    """Let a banned player sit down at this table again."""

    id: CommandId
    table: TableRef
    player: PlayerRef


class HostMute(Message, frozen=True, tag="host_mute"):
    """Refuse a player's chat and reactions at this table, or with `on` false, allow them again.

    The player need not sit there.
    """

    id: CommandId
    table: TableRef
    player: PlayerRef
    on: bool = True


class PauseTable(Message, frozen=True, tag="pause_table"):
    """Start no further hands; the one in play is played to its end."""

    id: CommandId
    table: TableRef


class ResumeTable(Message, frozen=True, tag="resume_table"):
    """End the pause of the table."""

    id: CommandId
    table: TableRef


class ChangeTable(Message, frozen=True, tag="change_table"):
    """Change the table's config: at once between hands, otherwise when the hand is over.

    `seats` cannot change, nor can `unlisted` and `bank` of `hosting`.  Sending the present config
    withdraws a change that waits.
    """

    id: CommandId
    table: TableRef
    config: TableConfig


class HandOver(Message, frozen=True, tag="hand_over"):
    """Make another player who sits at the table its host."""

    id: CommandId
    table: TableRef
    player: PlayerRef


class GetLink(Message, frozen=True, tag="get_link"):
    """Request the key in the link of an unlisted table."""

    id: CommandId
    table: TableRef


class RenewLink(Message, frozen=True, tag="renew_link"):
    """Make the key of an unlisted table invalid; `get_link` has the new one.

    Players with a seat or an approval need no key, and viewers of the table keep watching it.
    """

    id: CommandId
    table: TableRef


class ApproveSeat(Message, frozen=True, tag="approve_seat"):
    """Let a player who asked for a seat sit down, now and later."""

    id: CommandId
    table: TableRef
    player: PlayerRef


class DenySeat(Message, frozen=True, tag="deny_seat"):
    """Refuse a player who asked for a seat, or take the approval back.  It frees no seat."""

    id: CommandId
    table: TableRef
    player: PlayerRef


class GiveChips(Message, frozen=True, tag="give_chips"):
    """Give a player chips from the table's bank, while the player is not in a hand."""

    id: CommandId
    table: TableRef
    player: PlayerRef
    amount: Chips


class TakeChips(Message, frozen=True, tag="take_chips"):
    """Take chips from a player, back to the table's bank, while the player is not in a hand."""

    id: CommandId
    table: TableRef
    player: PlayerRef
    amount: Chips


class TableLink(Message, frozen=True, tag="table_link"):
    """The answer to `get_link`: with this `key`, `watch` and `sit` find the unlisted table.

    The page has it in its address, as `#table=…&key=…`.
    """

    id: str
    table: TableId
    key: str


HostMessage = (
    HostKick
    | HostBan
    | HostUnban
    | HostMute
    | PauseTable
    | ResumeTable
    | ChangeTable
    | HandOver
    | GetLink
    | RenewLink
    | ApproveSeat
    | DenySeat
    | GiveChips
    | TakeChips
)
