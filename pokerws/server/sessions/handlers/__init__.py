"""The table of handlers, by type of message, and `dispatch`, which calls them.

`dispatch` checks that the sender's role allows the message, applies the rate limit of its kind, and
calls its handler.  The checks for each role and type are found once, when the module is loaded.  A
handler answers through the session, and raises Illegal to refuse the message.  It returns None when
it is done, or a coroutine with the rest of the work, which is awaited before the next message is
handled.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn, TypeVar, get_args

from pokerws.messages import (
    STRICT_TYPES,
    Act,
    AddBot,
    AddChips,
    ApproveSeat,
    AutoChips,
    AutoMuck,
    Ban,
    ChangeTable,
    Chat,
    ChooseGame,
    ClientMessage,
    CloseTable,
    CreateLink,
    CreateTable,
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
    JoinWaitingList,
    Kick,
    LeaveWaitingList,
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
    PostBlind,
    PreAct,
    QuickSeat,
    RabbitHunt,
    React,
    Refill,
    Refused,
    RemoveBot,
    RenewLink,
    ResumeTable,
    Role,
    RunIt,
    SetNote,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Stay,
    Straddle,
    TakeChips,
    Unban,
    Unmute,
    Unwatch,
    UnwatchLobby,
    UseTimeBank,
    VoteBombPot,
    Watch,
    WatchLobby,
)
from pokerws.server.auth.identity import FORBIDDEN
from pokerws.server.limits.rate_limits import Kind
from pokerws.server.net.connection import Work
from pokerws.server.sessions.handlers import bots, company, moderation
from pokerws.server.sessions.handlers.hosting import command_as_host, get_link
from pokerws.server.sessions.handlers.ledgers import get_ledger
from pokerws.server.sessions.handlers.players import (
    create_link,
    get_account,
    greet,
    log_out,
    ping,
    refill,
)
from pokerws.server.sessions.handlers.pre_actions import pre_act
from pokerws.server.sessions.handlers.seating import (
    join_waiting_list,
    leave_waiting_list,
    quick_seat,
)
from pokerws.server.sessions.handlers.tables import (
    command_table,
    create_table,
    list_tables,
    pay,
    unwatch_lobby,
    watch_lobby,
)
from pokerws.server.sessions.handlers.watching import (
    get_hand,
    get_stats,
    list_hands,
    unwatch,
    watch,
)
from pokerws.server.sessions.session import Dispatch, Session

Handler = Callable[[Session, Any], Work | None]
_Entry = TypeVar("_Entry")


def _for_both_decoders(
    entries: Mapping[type[ClientMessage], _Entry],
) -> dict[type[ClientMessage], _Entry]:
    """The same entries, also for the message types that strict decoders create."""
    return {**entries, **{STRICT_TYPES[message]: entry for message, entry in entries.items()}}


HANDLERS: dict[type[ClientMessage], Handler] = _for_both_decoders(
    {
        Hello: greet,
        Logout: log_out,
        CreateLink: create_link,
        Ping: ping,
        GetAccount: get_account,
        Refill: refill,
        ListTables: list_tables,
        WatchLobby: watch_lobby,
        UnwatchLobby: unwatch_lobby,
        CreateTable: create_table,
        Watch: watch,
        Unwatch: unwatch,
        GetHand: get_hand,
        ListHands: list_hands,
        GetStats: get_stats,
        Chat: company.chat,
        React: company.react,
        MutePlayer: company.mute_player,
        SetNote: company.set_note,
        GetNotes: company.get_notes,
        ListWatchers: company.list_watchers,
        Sit: pay,
        AddChips: pay,
        Stand: command_table,
        SitOut: command_table,
        SitIn: command_table,
        Act: command_table,
        Show: command_table,
        Straddle: command_table,
        RunIt: command_table,
        ChooseGame: command_table,
        UseTimeBank: command_table,
        AddBot: bots.add_bot,
        RemoveBot: bots.remove_bot,
        VoteBombPot: command_table,
        RabbitHunt: command_table,
        AutoMuck: command_table,
        CloseTable: command_as_host,
        GetLink: get_link,
        ApproveSeat: command_as_host,
        ChangeTable: command_as_host,
        DenySeat: command_as_host,
        GiveChips: command_as_host,
        HandOver: command_as_host,
        HostBan: command_as_host,
        HostKick: command_as_host,
        HostUnban: command_as_host,
        HostMute: command_as_host,
        PauseTable: command_as_host,
        RenewLink: command_as_host,
        ResumeTable: command_as_host,
        TakeChips: command_as_host,
        Kick: moderation.kick,
        Mute: moderation.mute,
        Unmute: moderation.unmute,
        Ban: moderation.ban,
        Unban: moderation.unban,
        EndSession: moderation.end_session,
        ListBans: moderation.list_bans,
        ListPlayers: moderation.list_players,
        PostBlind: command_table,
        Stay: command_table,
        AutoChips: command_table,
        JoinWaitingList: join_waiting_list,
        LeaveWaitingList: leave_waiting_list,
        QuickSeat: quick_seat,
        PreAct: pre_act,
        GetLedger: get_ledger,
    }
)

# Messages with a rate limit of their own, besides the one for all messages.  `chat`, `react`,
# `create_table` and a guest's `hello` have one too, applied by their handlers to valid messages.
COUNTED_AS: dict[type[ClientMessage], Kind] = _for_both_decoders(
    {
        Watch: "reads",
        WatchLobby: "reads",
        ListTables: "reads",
        GetHand: "reads",
        ListHands: "reads",
        GetStats: "reads",
        GetAccount: "reads",
        GetLedger: "reads",
        Refill: "reads",
        CreateLink: "reads",
        MutePlayer: "reads",
        SetNote: "reads",
        GetNotes: "reads",
        ListWatchers: "reads",
        ListBans: "reads",
        ListPlayers: "reads",
        Sit: "seats",
        Stand: "seats",
        SitOut: "seats",
        SitIn: "seats",
        AddChips: "seats",
        Straddle: "seats",
        RunIt: "seats",
        ChooseGame: "seats",
        AddBot: "seats",
        RemoveBot: "seats",
        VoteBombPot: "seats",
        AutoMuck: "seats",
        GetLink: "reads",
        ApproveSeat: "seats",
        ChangeTable: "seats",
        DenySeat: "seats",
        GiveChips: "seats",
        HandOver: "seats",
        HostBan: "seats",
        HostKick: "seats",
        HostMute: "seats",
        HostUnban: "seats",
        PauseTable: "seats",
        RenewLink: "seats",
        ResumeTable: "seats",
        TakeChips: "seats",
        PostBlind: "seats",
        Stay: "seats",
        AutoChips: "seats",
        JoinWaitingList: "seats",
        LeaveWaitingList: "seats",
        QuickSeat: "seats",
    }
)


def _route(
    kind: type[ClientMessage], role: Role | None, handler: Handler, *, is_counted: bool
) -> Handler:
    """The handler of a message for a role, or before hello, behind its checks."""
    if role is None and kind is not Hello:
        return _refuse_stranger
    if role is not None and kind in FORBIDDEN[role]:
        return partial(_refuse_role, role)
    counted_as = COUNTED_AS.get(kind) if is_counted else None
    return handler if counted_as is None else partial(_count, counted_as, handler)


def _refuse_stranger(session: Session, message: ClientMessage) -> NoReturn:
    raise Refused("hello_first")


def _refuse_role(role: Role, session: Session, message: ClientMessage) -> NoReturn:
    raise Refused("forbidden", f"not for the role {role}")


def _count(kind: Kind, handler: Handler, session: Session, message: ClientMessage) -> Work | None:
    session.meter.check(kind, session.context.clock.now_ms())
    return handler(session, message)


_Routes = Mapping[Role | None, Mapping[type[ClientMessage], Handler]]


def _routes_to(handlers: Mapping[type[ClientMessage], Handler], *, is_counted: bool) -> _Routes:
    """The handlers by role and type, found beforehand, so that a message costs one look-up."""
    return {
        role: _for_both_decoders(
            {
                kind: _route(kind, role, handlers[kind], is_counted=is_counted)
                for kind in get_args(ClientMessage)
            }
        )
        for role in (None, *FORBIDDEN)
    }


_ROUTES = _routes_to(HANDLERS, is_counted=True)


def dispatch(session: Session, message: ClientMessage) -> Work | None:
    """Part of `session.Dispatch`.  Raises Illegal."""
    identity = session.identity
    return _ROUTES[None if identity is None else identity.role][type(message)](session, message)


def dispatch_to(
    handlers: Mapping[type[ClientMessage], Handler], *, is_counted: bool = True
) -> Dispatch:
    """The same to other handlers; without the rate limits by type unless `is_counted`."""
    routes = _routes_to(handlers, is_counted=is_counted)

    def dispatch_there(session: Session, message: ClientMessage) -> Work | None:
        identity = session.identity
        return routes[None if identity is None else identity.role][type(message)](session, message)

    return dispatch_there
