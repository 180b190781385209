"""What clients send."""

from pokerws.game.commands import Action
from pokerws.game.state import TableConfig
from pokerws.messages.fields import (
    PROTOCOL,
    Capabilities,
    ChatText,
    Chips,
    CommandId,
    Counter,
    Message,
    PlayerName,
    SeatNumber,
    TableName,
    TableRef,
    Token,
    Version,
)


class Hello(Message, frozen=True, tag="hello"):
    """The first message.

    `token` is the `session` of an earlier `welcome`, or what the operator's own service signed; a
    further `hello` with a newer one renews it.  `protocol` is the version that the client speaks.
    `capabilities` are the optional parts of it that the client wants; without the list, all.
    """

    id: CommandId
    token: Token | None = None
    name: PlayerName | None = None
    protocol: Version = PROTOCOL
    capabilities: Capabilities | None = None


class Ping(Message, frozen=True, tag="ping"):
    id: CommandId


class ListTables(Message, frozen=True, tag="list_tables"):
    id: CommandId


class WatchLobby(Message, frozen=True, tag="watch_lobby"):
    """Ask for `lobby` messages whenever a table changes, until the connection ends."""

    id: CommandId


class CreateTable(Message, frozen=True, tag="create_table"):
    id: CommandId
    name: TableName
    config: TableConfig


class Watch(Message, frozen=True, tag="watch"):
    """Follow a table: the events after `after_seq` where they are known, else a snapshot."""

    id: CommandId
    table: TableRef
    after_seq: Counter | None = None
    epoch: Counter | None = None


class Unwatch(Message, frozen=True, tag="unwatch"):
    id: CommandId
    table: TableRef


class Sit(Message, frozen=True, tag="sit"):
    id: CommandId
    table: TableRef
    buy_in: Chips
    seat: SeatNumber | None = None


class Stand(Message, frozen=True, tag="stand"):
    id: CommandId
    table: TableRef


class SitOut(Message, frozen=True, tag="sit_out"):
    id: CommandId
    table: TableRef


class SitIn(Message, frozen=True, tag="sit_in"):
    id: CommandId
    table: TableRef


class AddChips(Message, frozen=True, tag="add_chips"):
    """Bring chips to the seat; without an amount, as many as the table and the account allow."""

    id: CommandId
    table: TableRef
    amount: Chips | None = None


class Act(Message, frozen=True, tag="act"):
    """Answer a turn.  `amount` is the player's total for the street (raise to)."""

    id: CommandId
    table: TableRef
    turn: Counter
    action: Action
    amount: Chips | None = None


class Chat(Message, frozen=True, tag="chat"):
    id: CommandId
    table: TableRef
    text: ChatText


class GetAccount(Message, frozen=True, tag="get_account"):
    """Ask for the own account; `before` pages back: the id of the oldest transfer known."""

    id: CommandId
    before: Counter | None = None


class Refill(Message, frozen=True, tag="refill"):
    """Ask the house to fill the own account up."""

    id: CommandId


ClientMessage = (
    Act
    | Ping
    | Watch
    | Unwatch
    | Sit
    | Stand
    | SitOut
    | SitIn
    | AddChips
    | Chat
    | ListTables
    | WatchLobby
    | CreateTable
    | GetAccount
    | Refill
    | Hello
)
