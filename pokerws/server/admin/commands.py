"""The list of admin commands: their arguments, and the least role that each needs.

A command's docstring and the descriptions of its fields are its help, wherever that is shown.
"""

from typing import Annotated, ClassVar, Literal, TypeAlias, get_args

from msgspec import Meta, Struct

from pokerws.game.state import TableId
from pokerws.messages import MAX_MINUTES, MAX_REASON_LENGTH

AdminRole = Literal["viewer", "moderator", "operator"]
# From the least to the most.
ROLES: tuple[AdminRole, ...] = get_args(AdminRole)
# Where a command has its effect, or where its answer is from: the database, which all servers
# share; the server that owns the table; or the server that was asked.
Where = Literal["all servers", "the table's server", "this server"]

MAX_CHIPS = 10**12
PAGE_LENGTH = 100
_ID_LENGTH = 64

CommandId = Annotated[str, Meta(max_length=_ID_LENGTH, description="comes back with the answer")]
TableArg = Annotated[
    TableId,
    Meta(min_length=1, max_length=_ID_LENGTH, pattern="^[ -~]*$", description="the table's id"),
]
PlayerArg = Annotated[
    str,
    Meta(min_length=1, max_length=128, description="a player's id, or the name of one here"),
]
TargetArg = Annotated[
    str,
    Meta(
        min_length=1, max_length=128, description="a player's id or name, an address or a network"
    ),
]
ReasonArg = Annotated[
    str,
    Meta(min_length=1, max_length=MAX_REASON_LENGTH, description="why; the player is told"),
]
WhyArg = Annotated[
    str, Meta(min_length=1, max_length=MAX_REASON_LENGTH, description="why; for the log")
]
FindArg = Annotated[str, Meta(max_length=64, description="only those with this in id or name")]
PageArg = Annotated[int, Meta(ge=0, le=100_000, description="the page, from 0")]
MinutesArg = Annotated[int, Meta(ge=1, le=MAX_MINUTES, description="for how many minutes")]


class Command(
    Struct,
    frozen=True,
    kw_only=True,
    tag_field="command",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """Base of all commands.  The tag is the command's name."""

    role: ClassVar[AdminRole] = "viewer"
    where: ClassVar[Where] = "this server"
    # Whether it is written to the admin log.
    changes: ClassVar[bool] = False

    id: CommandId = ""


class Status(Command, frozen=True, kw_only=True, tag="status"):
    """Say how the server is, and whether it is ready."""


class Flags(Command, frozen=True, kw_only=True, tag="flags"):
    """List the features in force, and the settings without secrets."""


class ListTables(Command, frozen=True, kw_only=True, tag="tables"):
    """List the open tables, of all servers."""

    where = "all servers"
    find: FindArg = ""
    page: PageArg = 0


class ShowTable(Command, frozen=True, kw_only=True, tag="table"):
    """Show one table, as a spectator sees it."""

    table: TableArg


class ListPlayers(Command, frozen=True, kw_only=True, tag="players"):
    """List players who are connected, seated at a loaded table, or left within the last hour."""

    find: FindArg = ""
    page: PageArg = 0


class ShowPlayer(Command, frozen=True, kw_only=True, tag="player"):
    """Show one player, with balance, latest transfers and sanctions."""

    role = "moderator"
    player: PlayerArg


class ListConnections(Command, frozen=True, kw_only=True, tag="connections"):
    """List connections, with address and watched tables."""

    role = "moderator"
    find: FindArg = ""
    page: PageArg = 0


class ListSanctions(Command, frozen=True, kw_only=True, tag="sanctions"):
    """List bans, mutes, kicks, ended sessions and frozen tables, newest first."""

    role = "moderator"
    where = "all servers"
    page: PageArg = 0


class ShowLog(Command, frozen=True, kw_only=True, tag="log"):
    """Show what operators have done, newest first."""

    role = "moderator"
    where = "all servers"
    about: Annotated[
        str, Meta(max_length=128, description="only about this player's id, network or table")
    ] = ""
    before: Annotated[
        int, Meta(ge=0, description="only actions with a number below this; 0 for the newest")
    ] = 0


class Audit(Command, frozen=True, kw_only=True, tag="audit"):
    """Look for signs of unfair play in stored hands; the latest 10,000 of their tables at most."""

    role, where, changes = "moderator", "all servers", True
    players: Annotated[
        list[PlayerArg],
        Meta(min_length=1, max_length=8, description="ids of players, or names of those here"),
    ]
    days: Annotated[int, Meta(ge=1, le=3650, description="hands of so many last days")] = 30


class Kick(Command, frozen=True, kw_only=True, tag="kick"):
    """Remove a player from the seat; in a hand the player folds first. The chips return."""

    role, where, changes = "moderator", "the table's server", True
    table: TableArg
    player: PlayerArg
    minutes: Annotated[
        int, Meta(ge=0, le=MAX_MINUTES, description="how long the player may not sit there again")
    ] = 10
    reason: ReasonArg


class Mute(Command, frozen=True, kw_only=True, tag="mute"):
    """Refuse a player's chat."""

    role, where, changes = "moderator", "all servers", True
    player: PlayerArg
    minutes: MinutesArg = 60
    reason: ReasonArg


class Unmute(Command, frozen=True, kw_only=True, tag="unmute"):
    """Let a player chat again."""

    role, where, changes = "moderator", "all servers", True
    player: PlayerArg


class Ban(Command, frozen=True, kw_only=True, tag="ban"):
    """Keep a player, or everybody from an address, off the server; seats are freed."""

    role, where, changes = "moderator", "all servers", True
    target: TargetArg
    minutes: MinutesArg = 1440
    reason: ReasonArg


class Unban(Command, frozen=True, kw_only=True, tag="unban"):
    """End a ban."""

    role, where, changes = "moderator", "all servers", True
    target: TargetArg


class EndSession(Command, frozen=True, kw_only=True, tag="end-session"):
    """Close all connections of a player; tokens from before become invalid."""

    role, where, changes = "moderator", "all servers", True
    player: PlayerArg
    reason: WhyArg


class Announce(Command, frozen=True, kw_only=True, tag="announce"):
    """Show a text to all players, or to all who watch a table."""

    role, where, changes = "moderator", "all servers", True
    text: Annotated[str, Meta(min_length=1, max_length=MAX_REASON_LENGTH, description="the text")]
    table: Annotated[
        TableId,
        Meta(max_length=_ID_LENGTH, pattern="^[ -~]*$", description="only at this table"),
    ] = TableId("")


class Freeze(Command, frozen=True, kw_only=True, tag="freeze"):
    """Stop a table between two actions: clocks stand still, and it takes no commands."""

    role, where, changes = "moderator", "all servers", True
    table: TableArg
    minutes: MinutesArg = 1440
    reason: WhyArg


class Resume(Command, frozen=True, kw_only=True, tag="resume"):
    """Let a frozen table go on, with the time that was left."""

    role, where, changes = "moderator", "all servers", True
    table: TableArg


class CloseTable(Command, frozen=True, kw_only=True, tag="close-table"):
    """Cancel the hand, return all chips and close the table for good."""

    role, where, changes = "operator", "the table's server", True
    table: TableArg
    reason: WhyArg


class Adjust(Command, frozen=True, kw_only=True, tag="adjust"):
    """Give chips to a player's account, or take them; the house is the other side."""

    role, where, changes = "operator", "all servers", True
    player: PlayerArg
    chips: Annotated[
        int,
        Meta(ge=-MAX_CHIPS, le=MAX_CHIPS, description="how many; negative to take them"),
    ]
    reason: WhyArg
    request: Annotated[
        str,
        Meta(
            min_length=8,
            max_length=64,
            pattern="^[!-~]*$",
            description="an id of this adjustment: sent again, nothing is booked twice",
        ),
    ]


class LogLevel(Command, frozen=True, kw_only=True, tag="log-level"):
    """Change which lines the server logs, until it ends."""

    role, changes = "operator", True
    level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="the least level")
    ]


class Drain(Command, frozen=True, kw_only=True, tag="drain"):
    """End the server in order, as SIGTERM does: its tables and clients go to other servers."""

    role, changes = "operator", True
    reason: WhyArg


AnyCommand: TypeAlias = (
    Status
    | Flags
    | ListTables
    | ShowTable
    | ListPlayers
    | ShowPlayer
    | ListConnections
    | ListSanctions
    | ShowLog
    | Audit
    | Kick
    | Mute
    | Unmute
    | Ban
    | Unban
    | EndSession
    | Announce
    | Freeze
    | Resume
    | CloseTable
    | Adjust
    | LogLevel
    | Drain
)
COMMANDS: tuple[type[Command], ...] = get_args(AnyCommand)


def name_of(command: type[Command]) -> str:
    """The name of a command."""
    return str(command.__struct_config__.tag)


def may(role: AdminRole, command: type[Command]) -> bool:
    """Whether a role is allowed a command."""
    return ROLES.index(role) >= ROLES.index(command.role)
