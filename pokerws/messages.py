"""The wire protocol: every message of protocol v1 as a tagged struct, and their codecs.

One JSON object a text frame; `type` names the message.  The structs are the single source of the
protocol document.  Secrets are removed by `server/views.py` before anything here is built.
"""

from enum import IntEnum
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, NamedTuple, get_args

import msgspec
from msgspec import Meta, Struct, defstruct

from pokerws.game.commands import Action
from pokerws.game.events import TableEvent
from pokerws.game.state import MAX_CHIPS, MAX_SEATS, PlayerId, Table, TableConfig, TableId

PROTOCOL = 1

# Client-made command ids, table ids and names are bounded before anything looks at them.
# Ids are stored with the tables, and a database's JSON takes no zero bytes.
CommandId = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[ -~]*$")]
TableRef = Annotated[TableId, Meta(min_length=1, max_length=64, pattern="^[ -~]*$")]
PlayerName = Annotated[str, Meta(min_length=1, max_length=24)]
TableName = Annotated[str, Meta(min_length=1, max_length=40)]
ChatText = Annotated[str, Meta(min_length=1, max_length=300)]
Token = Annotated[str, Meta(max_length=2048)]
Chips = Annotated[int, Meta(ge=0, le=MAX_CHIPS)]
SeatNumber = Annotated[int, Meta(ge=0, lt=MAX_SEATS)]
Counter = Annotated[int, Meta(ge=0, le=2**53)]


class Message(Struct, frozen=True, tag_field="type", omit_defaults=True):
    """Base of all messages.  The tag is the snake_case name of the class."""


# ---- from the client


class Hello(Message, frozen=True, tag="hello"):
    """The first message.  `token` is the `session` of an earlier `welcome`."""

    id: CommandId
    token: Token | None = None
    name: PlayerName | None = None


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

# ---- from the server


class TableSummary(Struct, frozen=True):
    """A table as the lobby lists it.  `players` is how many seats are taken."""

    table: TableId
    name: str
    status: Literal["waiting", "active", "closed"]
    players: int
    hand_number: int
    config: TableConfig


class Limits(Struct, frozen=True):
    """What a client has to keep to.  Sizes in bytes, lengths in characters."""

    max_message_bytes: int
    max_name_length: int = 24
    max_chat_length: int = 300
    max_id_length: int = 64


class Welcome(Message, frozen=True, tag="welcome"):
    """`session` is a secret: sent as `token` in a later hello it brings the same player back."""

    id: str
    player: PlayerId
    name: str
    session: str
    protocol: int
    now_ms: int
    flags: dict[str, bool]
    limits: Limits


class Pong(Message, frozen=True, tag="pong"):
    id: str
    now_ms: int


class Tables(Message, frozen=True, tag="tables"):
    id: str
    tables: list[TableSummary]


class Lobby(Message, frozen=True, tag="lobby"):
    """Tables that have changed since the last message of this kind; the first has all."""

    tables: list[TableSummary]


class AccountTransfer(Struct, frozen=True, omit_defaults=True):
    """Chips that came to an account, or left it where `amount` is negative.

    `reason` is grant, refill, buy_in, add_on, top_up, cash_out, refund or opening; `table` is the
    table that they went to or came from, if any.
    """

    id: int
    at_ms: int
    reason: str
    amount: int
    table: TableId | None = None


class Account(Message, frozen=True, tag="account"):
    """The viewer's own account, beside the chips at tables, and its latest transfers.

    `refill_at_ms` is when a `refill` is due; there is none while the balance is too large for one.
    """

    id: str
    balance: int
    transfers: list[AccountTransfer]
    refill_at_ms: int | None = None


class Snapshot(Message, frozen=True, tag="snapshot"):
    """A table's whole state at `seq`, as this viewer may see it.

    Unknown cards are `??`; the deck is empty.  `seat` is the viewer's own seat.
    """

    table: TableId
    epoch: int
    seq: int
    now_ms: int
    state: Table
    seat: int | None = None


class Events(Message, frozen=True, tag="events"):
    """Events in order; `seq` is the number of the first one."""

    table: TableId
    epoch: int
    seq: int
    now_ms: int
    events: list[TableEvent]


class Accepted(Message, frozen=True, tag="accepted"):
    """The command was carried out.

    `seq` is the number of the first event that it caused, `table` the table that it made.  It is
    sent right before that event.
    """

    id: str
    seq: int | None = None
    table: TableId | None = None


class Rejected(Message, frozen=True, tag="rejected"):
    """The command was refused and nothing has changed.

    `code` is stable; `id` is empty when the message had none that could be read.
    """

    id: str
    code: str
    message: str
    retryable: bool = False


class ChatSaid(Message, frozen=True, tag="chat"):
    table: TableId
    player: PlayerId
    name: str
    text: str
    at_ms: int


class Notice(Message, frozen=True, tag="notice"):
    """Something about the service: `restarting`, `table_failed`, `paused` or `resumed`."""

    code: str
    message: str
    table: TableId | None = None


ServerMessage = (
    Events
    | Accepted
    | Rejected
    | Snapshot
    | Pong
    | Welcome
    | Tables
    | Lobby
    | Account
    | ChatSaid
    | Notice
)

# ---- codes


class CloseCode(IntEnum):
    """Why the server closed a connection.  The library's own codes stand beside these."""

    RESTARTING = 1012
    BAD_MESSAGES = 4400
    HELLO_TIMEOUT = 4408
    MOVED = 4409
    TOO_SLOW = 4413


class Reason(NamedTuple):
    """What a reject code means, and whether the same command may succeed later."""

    meaning: str
    retryable: bool = False


REJECT_CODES: dict[str, Reason] = {
    # The message.
    "not_text": Reason("a binary frame; send JSON in text frames"),
    "not_json": Reason("the frame is not JSON in UTF-8"),
    "not_an_object": Reason("the JSON is not an object"),
    "unknown_type": Reason("`type` is missing or names no message"),
    "missing_field": Reason("a field that the message needs is missing"),
    "unknown_field": Reason("the message has no such field"),
    "wrong_type": Reason("a field is of another type, such as a number with a fraction"),
    "out_of_range": Reason("a number is negative or too large, or a text too long or too short"),
    "invalid_value": Reason("a field is none of the values that it can have"),
    # The session.
    "hello_first": Reason("the first message has to be `hello`"),
    "already_greeted": Reason("`hello` was said on this connection"),
    "bad_token": Reason("the token is not one of this server's or has expired"),
    "name_missing": Reason("`hello` needs a name or a token"),
    "bad_name": Reason("a name needs printable characters"),
    "restarting": Reason("the server is about to stop", retryable=True),
    "overloaded": Reason("the database is too far behind", retryable=True),
    "paused": Reason("the database is away and the clocks stand still", retryable=True),
    # Tables.
    "unknown_table": Reason("there is no such table"),
    "table_unavailable": Reason("the table cannot be loaded now", retryable=True),
    "table_quarantined": Reason(
        "the stored table cannot be read until an operator has repaired it"
    ),
    "table_limit": Reason("the server has as many tables as it may have"),
    "bad_config": Reason("no game can be played with this config"),
    "table_closed": Reason("the table is closed for good"),
    "not_watching": Reason("the table is not being watched on this connection"),
    # Seats.
    "not_seated": Reason("the player has no seat at the table"),
    "already_seated": Reason("the player has a seat at the table"),
    "seat_taken": Reason("somebody else sits there"),
    "no_such_seat": Reason("the table has no seat of this number"),
    "table_full": Reason("no seat is free"),
    "buy_in_too_small": Reason("less than the table's minimum"),
    "buy_in_too_large": Reason("more than the table's maximum"),
    "insufficient_chips": Reason("the player's account does not have that many chips"),
    "bank_unavailable": Reason("chips cannot move between accounts and tables now", retryable=True),
    "refill_not_due": Reason("the account has enough, or was filled too short a time ago"),
    "already_leaving": Reason("the player leaves when the hand is over"),
    "already_sitting_out": Reason("the player is sitting out"),
    "not_sitting_out": Reason("the player is not sitting out"),
    "no_chips": Reason("the player has no chips to play with"),
    "in_hand": Reason("not while the player is in a hand", retryable=True),
    # Actions.
    "not_your_turn": Reason("somebody else is to act, or nobody"),
    "wrong_turn": Reason("the turn that this answers is over"),
    "illegal_action": Reason("the action is not one of the turn's"),
    "amount_missing": Reason("a bet or raise needs an amount"),
    "amount_not_allowed": Reason("only a bet or raise has an amount"),
    "amount_too_small": Reason("less than the minimum"),
    "amount_too_large": Reason("more than the maximum"),
}

# ---- codecs

_encoder = msgspec.json.Encoder()


def encode(message: ServerMessage | ClientMessage) -> bytes:
    """A message as JSON in UTF-8."""
    return _encoder.encode(message)


def _strict(message: type[Message]) -> Any:
    """The same message, refusing fields that it does not have."""
    return defstruct(
        message.__name__,
        [],
        bases=(message,),
        frozen=True,
        tag=message.__struct_config__.tag,
        tag_field="type",
        forbid_unknown_fields=True,
        module=__name__,
    )


def client_decoder(*, strict: bool) -> "msgspec.json.Decoder[ClientMessage]":
    """Decodes what clients send.

    Strict: exact types and no unknown fields.  Lenient: unknown fields are ignored and numbers in
    strings are taken for numbers.  Bounds hold in both.
    """
    if not strict:
        return msgspec.json.Decoder(ClientMessage, strict=False)
    strict_messages = [_strict(message) for message in get_args(ClientMessage)]
    return msgspec.json.Decoder(reduce(or_, strict_messages))


def server_decoder() -> "msgspec.json.Decoder[ServerMessage]":
    """Decodes what the server sends; unknown fields are ignored, so that a protocol can grow."""
    return msgspec.json.Decoder(ServerMessage)
