"""Which message answers each command, and what follows the answer."""

from typing import NamedTuple

from pokerws.messages import (
    Accepted,
    Account,
    Act,
    AddChips,
    Ban,
    Bans,
    Chat,
    ChooseGame,
    CloseTable,
    CreateLink,
    CreateTable,
    EndSession,
    GetAccount,
    GetHand,
    GetNotes,
    HandEvents,
    Hands,
    Hello,
    Kick,
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
    Ping,
    Players,
    Pong,
    React,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Straddle,
    Tables,
    Unwatch,
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
_ANSWERS: dict[type[Message], Answer] = {
    Hello: Answer(Welcome),
    Ping: Answer(Pong),
    ListTables: Answer(Tables),
    GetAccount: Answer(Account),
    GetHand: Answer(HandEvents),
    ListHands: Answer(Hands),
    WatchLobby: Answer(then="`lobby` with the tables, later with those that changed"),
    CreateTable: Answer(fields=("seq", "table")),
    Watch: Answer(
        fields=("table",),
        several=("tables",),
        then="for each table the missed `events`, or a `snapshot`; nothing if no event was missed; "
        "`presence` after them if players are absent, and `chat_history` if there is any",
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
    ChooseGame: _SEQ,
    CloseTable: _SEQ,
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
