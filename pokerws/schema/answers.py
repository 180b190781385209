"""Which message answers each command, and what follows the answer."""

from typing import NamedTuple

from pokerws.messages import (
    Accepted,
    Account,
    Act,
    AddBot,
    AddChips,
    ApproveSeat,
    AutoChips,
    AutoMuck,
    Ban,
    Bans,
    ChangeTable,
    Chat,
    ChooseGame,
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
    HandEvents,
    HandOver,
    Hands,
    Hello,
    HostBan,
    HostKick,
    HostMute,
    HostUnban,
    JoinWaitingList,
    Kick,
    LeaveWaitingList,
    Ledger,
    Link,
    ListBans,
    ListHands,
    ListPlayers,
    ListTables,
    ListWatchers,
    Logout,
    Message,
    Mute,
    Notes,
    PauseTable,
    Ping,
    Players,
    Pong,
    PostBlind,
    PreAct,
    QuickSeat,
    RabbitHunt,
    React,
    RemoveBot,
    RenewLink,
    ResumeTable,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Stats,
    Stay,
    Straddle,
    TableLink,
    Tables,
    TakeChips,
    Unwatch,
    UseTimeBank,
    VoteBombPot,
    Watch,
    Watchers,
    WatchLobby,
    Welcome,
)


class Answer(NamedTuple):
    """The `message` that answers a successful command, its optional `fields`, and what follows.

    Every command can also be answered by `rejected`.  It has the fields in `several` instead if the
    command was about several tables.
    """

    message: type[Message] = Accepted
    fields: tuple[str, ...] = ()
    then: str = ""
    several: tuple[str, ...] = ()


_SEQ = Answer(fields=("seq",), then="the events that it caused, to all viewers of the table")
_WAITING = Answer(
    fields=("seq",),
    then="the events that it caused, to all viewers of the table, and `waiting` messages to those "
    "on the list",
)
_ANSWERS: dict[type[Message], Answer] = {
    Hello: Answer(Welcome),
    Ping: Answer(Pong),
    ListTables: Answer(Tables),
    GetAccount: Answer(Account),
    GetHand: Answer(HandEvents),
    ListHands: Answer(Hands),
    GetLedger: Answer(Ledger),
    GetStats: Answer(Stats),
    WatchLobby: Answer(then="`lobby` with the tables, later with those that changed"),
    CreateTable: Answer(fields=("seq", "table")),
    Watch: Answer(
        fields=("table",),
        several=("tables",),
        then="for each table the missed `events`, or a `snapshot`; nothing if no event was missed; "
        "`presence` after them if players are absent, and `table_waiting` after events if no hand "
        "is dealt, and `chat_history` if there is any",
    ),
    Unwatch: Answer(fields=("table",)),
    Chat: Answer(fields=("table",), then="`chat`, to all viewers of the table"),
    React: Answer(fields=("table",), then="`reaction`, to all viewers of the table"),
    CreateLink: Answer(Link),
    GetNotes: Answer(Notes),
    ListWatchers: Answer(Watchers),
    Sit: _SEQ,
    Stand: _SEQ,
    SitOut: _SEQ,
    SitIn: _SEQ,
    AddChips: _SEQ,
    Act: _SEQ,
    Show: _SEQ,
    Straddle: _SEQ,
    RunIt: _SEQ,
    VoteBombPot: _SEQ,
    RabbitHunt: _SEQ,
    AutoMuck: _SEQ,
    ChooseGame: _SEQ,
    UseTimeBank: _SEQ,
    AddBot: _SEQ,
    RemoveBot: _SEQ,
    PostBlind: _SEQ,
    Stay: _SEQ,
    AutoChips: _SEQ,
    JoinWaitingList: _WAITING,
    LeaveWaitingList: _WAITING,
    QuickSeat: Answer(
        fields=("seq", "table"),
        then="the events that it caused, to all viewers of the table, and a `waiting` message",
    ),
    CloseTable: _SEQ,
    GetLink: Answer(TableLink),
    HostKick: _SEQ,
    HostBan: _SEQ,
    HostUnban: _SEQ,
    HostMute: _SEQ,
    PauseTable: _SEQ,
    ResumeTable: _SEQ,
    ChangeTable: _SEQ,
    HandOver: _SEQ,
    RenewLink: _SEQ,
    ApproveSeat: _SEQ,
    DenySeat: _SEQ,
    GiveChips: _SEQ,
    TakeChips: _SEQ,
    PreAct: Answer(then="`pre_action`, to the player's connections that watch the table"),
    Kick: Answer(
        fields=("seq",),
        then="the events that it caused, to all viewers of the table, and the player's notice "
        "`kicked`",
    ),
    Mute: Answer(then="the player's notice `muted`"),
    Ban: Answer(then="to each banned connection, the notice `banned`, and the close with 4423"),
    EndSession: Answer(then="the close of the player's connections, with 4403"),
    ListBans: Answer(Bans),
    ListPlayers: Answer(Players),
    Logout: Answer(then="the close of all connections of the session, with 4403"),
}


def answer_to(command: type[Message]) -> Answer:
    """The answer to a successful command; by default `accepted` alone."""
    return _ANSWERS.get(command, Answer())
