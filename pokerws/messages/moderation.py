"""The messages of operators: what they may do to players and addresses, and the lists for it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from pokerws.game.state import PlayerId, TableId
from pokerws.messages.fields import MAX_ID_LENGTH, CommandId, Message, TableRef

MAX_REASON_LENGTH = 200
# Ten years.
MAX_MINUTES = 5_256_000
KICK_MINUTES = 10
# Entries in one answer.
PAGE_LENGTH = 200

PlayerRef = Annotated[PlayerId, Meta(min_length=1, max_length=MAX_ID_LENGTH, pattern="^[ -~]*$")]
AddressRef = Annotated[str, Meta(min_length=2, max_length=64, pattern="^[0-9A-Fa-f:./]*$")]
Minutes = Annotated[int, Meta(ge=1, le=MAX_MINUTES)]
KickMinutes = Annotated[int, Meta(ge=0, le=MAX_MINUTES)]
ReasonText = Annotated[str, Meta(min_length=1, max_length=MAX_REASON_LENGTH)]
PageNumber = Annotated[int, Meta(ge=0, le=10_000)]


class Kick(Message, frozen=True, tag="kick"):
    """Remove a player from the seat; during a hand, at its end, as after `stand`.

    The chips return to the account.  The player may not sit down at this table again for `minutes`,
    and is told by the notice `kicked`.
    """

    id: CommandId
    table: TableRef
    player: PlayerRef
    minutes: KickMinutes = KICK_MINUTES
    reason: ReasonText | None = None


class Mute(Message, frozen=True, tag="mute"):
    """Refuse a player's chat for `minutes`, in place of an earlier mute."""

    id: CommandId
    player: PlayerRef
    minutes: Minutes
    reason: ReasonText | None = None


class Unmute(Message, frozen=True, tag="unmute"):
    """Let a player chat again."""

    id: CommandId
    player: PlayerRef


class Ban(Message, frozen=True, tag="ban"):
    """Keep a player, or everybody from an address, off the server for `minutes`.

    Their connections are closed with 4423 and their seats are freed, as by `kick`.  It replaces an
    earlier ban of the same player or address.
    """

    id: CommandId
    minutes: Minutes
    player: PlayerRef | None = None
    address: AddressRef | None = None
    reason: ReasonText | None = None


class Unban(Message, frozen=True, tag="unban"):
    """End the ban of a player or an address."""

    id: CommandId
    player: PlayerRef | None = None
    address: AddressRef | None = None


class EndSession(Message, frozen=True, tag="end_session"):
    """End all sessions of a player, as `logout` does.  The player keeps seat and chips.

    All tokens of the player from before become invalid.
    """

    id: CommandId
    player: PlayerRef


class ListBans(Message, frozen=True, tag="list_bans"):
    """Request the sanctions in force: bans, mutes, kicks and ended sessions."""

    id: CommandId
    page: PageNumber = 0


class ListPlayers(Message, frozen=True, tag="list_players"):
    """Request the players who are connected, seated, or left a short time ago."""

    id: CommandId
    page: PageNumber = 0


PlayerSanction = Literal["ban", "address_ban", "mute", "kick", "end_session"]


class SanctionEntry(Struct, frozen=True, omit_defaults=True):
    """A sanction on a player, or on an address.

    `stored` is false while the database is unavailable: until then, a crash of the server ends it.
    """

    kind: PlayerSanction
    at_ms: int
    until_ms: int
    by: str
    stored: bool
    player: PlayerId | None = None
    address: str | None = None
    table: TableId | None = None
    reason: str = ""


class Bans(Message, frozen=True, tag="bans"):
    """The answer to `list_bans`: sanctions, newest first, of page `page` of `pages`."""

    id: str
    page: int
    pages: int
    bans: list[SanctionEntry]


class PlayerEntry(Struct, frozen=True, omit_defaults=True):
    """A player, as an operator sees one."""

    player: PlayerId
    name: str
    connections: int = 0
    addresses: list[str] = []
    tables: list[TableId] = []
    left_ms: int | None = None
    muted_until_ms: int | None = None


class Players(Message, frozen=True, tag="players"):
    """The answer to `list_players`: players by id, of page `page` of `pages`."""

    id: str
    page: int
    pages: int
    players: list[PlayerEntry]
