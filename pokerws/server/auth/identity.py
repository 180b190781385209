"""Identities and roles, shared by all kinds of authentication."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol, get_args

from pokerws.game.state import PlayerId
from pokerws.messages import (
    AddBot,
    ApproveSeat,
    Ban,
    ChangeTable,
    ClientMessage,
    CloseTable,
    DenySeat,
    EndSession,
    GetAccount,
    GetHand,
    GetLedger,
    GetLink,
    GetNotes,
    GetStats,
    GiveChips,
    HandOver,
    Hello,
    HostBan,
    HostKick,
    HostMute,
    HostUnban,
    Kick,
    ListBans,
    ListHands,
    ListPlayers,
    ListTables,
    ListWatchers,
    Logout,
    Mute,
    MutePlayer,
    PauseTable,
    Ping,
    RemoveBot,
    RenewLink,
    ResumeTable,
    Role,
    SetNote,
    Stand,
    TakeChips,
    Unban,
    Unmute,
    Unwatch,
    UnwatchLobby,
    Watch,
    WatchLobby,
)
from pokerws.server.auth.player_names import PlayerNames

# Messages that need no permission to play.  `stand` is included, so that a player whose role has
# become spectator can leave the seat.
_WATCHING = frozenset(
    {Hello, Logout, Ping, ListTables, WatchLobby, UnwatchLobby, Watch, Unwatch}
    | {GetAccount, GetHand, GetLedger, GetStats, ListHands, Stand}
    | {MutePlayer, SetNote, GetNotes, ListWatchers}
)
# Messages that moderate others.  A new one is forbidden to players and spectators by this set.
MODERATING: frozenset[type[ClientMessage]] = frozenset(
    {Kick, Mute, Unmute, Ban, Unban, EndSession, ListBans, ListPlayers}
)
# Messages of a table's host.  Operators may send them about every table.
HOSTING: frozenset[type[ClientMessage]] = frozenset(
    (
        *(HostKick, HostBan, HostUnban, PauseTable, ResumeTable, ChangeTable, HandOver, GetLink),
        *(RenewLink, ApproveSeat, DenySeat, GiveChips, TakeChips, CloseTable, HostMute),
        *(AddBot, RemoveBot),
    )
)
# An operator has neither account nor seat.
_OPERATING = (_WATCHING | MODERATING | HOSTING) - {Stand, GetAccount, MutePlayer, SetNote, GetNotes}
_ALL: frozenset[type[ClientMessage]] = frozenset(get_args(ClientMessage))
# Messages that a role may not send.  A new message is forbidden to spectators and operators unless
# it is listed above.
FORBIDDEN: Mapping[Role, frozenset[type[ClientMessage]]] = {
    "player": MODERATING,
    "spectator": _ALL - _WATCHING,
    "admin": frozenset(),
    "operator": _ALL - _OPERATING,
}
# Operators' ids begin with it; no other token may claim such an id.
OPERATOR_PREFIX = "operator:"
OPERATOR_NAME = re.compile(r"[A-Za-z0-9._-]{1,24}")
# What an operator's token may be for: `operator` is also admitted to the game's own protocol, the
# others to the admin commands alone.
OperatorRole = Literal["operator", "moderator", "viewer"]
OPERATOR_ROLES: tuple[OperatorRole, ...] = get_args(OperatorRole)


class Identity(NamedTuple):
    """An authenticated player.

    `session` is the token with which a guest can come back.  `expires_ms` is when the
    authentication expires, in ms UTC, or None if it does not.  `sid` identifies the session; tokens
    that renew each other share it.  `issued_ms` is when the presented token was issued, if that is
    known; a guest's always is.
    """

    player: PlayerId
    name: str
    role: Role = "player"
    session: str | None = None
    expires_ms: int | None = None
    sid: str = ""
    issued_ms: int | None = None


class Check(Protocol):
    """Refuses a player who is known, but not admitted now."""

    def __call__(self, player: PlayerId, sid: str, issued_ms: int | None) -> None:
        """Raise Refused for a banned player or an ended session.

        `issued_ms` is when the token was issued, in ms UTC, or None if it does not say so.
        """


def admit_all(player: PlayerId, sid: str, issued_ms: int | None) -> None:
    """A `Check` that refuses nobody."""


class Admission(Protocol):
    """Authenticates players."""

    @property
    def names(self) -> PlayerNames:
        """The names of the players."""

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """The identity for a token, or for a name, which must be valid.  Raises Refused."""
