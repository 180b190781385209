"""What the server sends.

Secrets are removed by `game/redaction.py` before these messages are built.
"""

from typing import Literal

from msgspec import Struct, field

from pokerws.game.events import TableEvent
from pokerws.game.state import PlayerId, Table, TableConfig, TableId, TableStatus
from pokerws.messages.fields import MAX_CHAT_LENGTH, MAX_ID_LENGTH, MAX_NAME_LENGTH, Message

# What a player may do: a spectator only watches, an admin also closes tables.
Role = Literal["player", "spectator", "admin"]


class TableSummary(Struct, frozen=True):
    """A table as the lobby lists it.  `players` is how many seats are taken."""

    table: TableId
    name: str
    status: TableStatus
    players: int
    hand_number: int
    config: TableConfig


class RateLimit(Struct, frozen=True):
    """`burst` at once; what has been used comes back evenly, all of it within `over_ms`."""

    burst: int
    over_ms: int


class Limits(Struct, frozen=True):
    """What a client has to keep to.  Sizes in bytes, lengths in characters; null is no limit.

    The rates are those of one connection and of one player: of its messages, its chat, the tables
    that it opens, what it reads (`watch`, `watch_lobby`, `list_tables`, `get_hand`, `get_account`),
    and what it does with a seat (`sit`, `stand`, `sit_out`, `sit_in`, `add_chips`, `straddle`,
    `run_it`, `choose_game`).  What comes too fast is refused with `too_fast`.
    """

    max_message_bytes: int
    max_name_length: int = MAX_NAME_LENGTH
    max_chat_length: int = MAX_CHAT_LENGTH
    max_id_length: int = MAX_ID_LENGTH
    max_violations: int = 20
    max_connections_per_player: int | None = None
    max_tables_per_player: int | None = None
    max_watched_tables: int | None = None
    max_watchers_per_table: int | None = None
    connection_commands: RateLimit | None = None
    player_commands: RateLimit | None = None
    player_chat: RateLimit | None = None
    player_tables: RateLimit | None = None
    player_reads: RateLimit | None = None
    player_seats: RateLimit | None = None
    max_tables_opened_per_player: int | None = None


class VariantSummary(Struct, frozen=True, omit_defaults=True):
    """A game that a table may be opened with.

    `forced` is what is put in before the cards are dealt.  `draws` is how often a player may
    replace cards, `board` whether there are common cards.
    """

    name: str
    betting: Literal["no_limit", "pot_limit", "fixed_limit"]
    forced: Literal["blinds", "button_blind", "antes", "bring_in"]
    max_seats: int
    draws: int = 0
    board: bool = False


class MixSummary(Struct, frozen=True, omit_defaults=True):
    """Several games in turn.  `games` are the codes; without them each table tells its own."""

    name: str
    games: tuple[str, ...] = ()


class Welcome(Message, frozen=True, tag="welcome"):
    """Who the connection speaks for, and what the server does.

    `session` is a guest's secret: sent as `token` in a later hello it brings the same player back.
    `expires_ms` is when the token ends, and with it the connection, unless it is renewed.
    `capabilities` are the optional parts of the protocol that this server has, whatever the client
    wants of them.  `variants` and `mixes` are what a table may be opened with, by code.
    """

    id: str
    player: PlayerId
    name: str
    role: Role
    protocol: int
    now_ms: int
    flags: dict[str, bool]
    limits: Limits
    capabilities: list[str]
    session: str | None = None
    expires_ms: int | None = None
    variants: dict[str, VariantSummary] = field(default_factory=dict)
    mixes: dict[str, MixSummary] = field(default_factory=dict)


class Pong(Message, frozen=True, tag="pong"):
    """The answer to `ping`."""

    id: str
    now_ms: int


class Tables(Message, frozen=True, tag="tables"):
    """The answer to `list_tables`: all tables, oldest first."""

    id: str
    tables: list[TableSummary]


class Lobby(Message, frozen=True, tag="lobby"):
    """Tables that have changed since the last message of this kind; the first has all."""

    tables: list[TableSummary]


class AccountTransfer(Struct, frozen=True, omit_defaults=True):
    """Chips that came to an account, or left it where `amount` is negative.

    `reason` is grant, refill, buy_in, add_on, top_up, cash_out or refund; `table` is the table that
    they went to or came from, if any.
    """

    id: int
    at_ms: int
    reason: str
    amount: int
    table: TableId | None = None


class Account(Message, frozen=True, tag="account"):
    """The viewer's own account, beside the chips at tables, and its latest transfers.

    There are 50 transfers at most; where there are fewer, none is older.  `refill_at_ms` is when a
    `refill` is due, which may be past; there is none while the balance is too large for one.
    """

    id: str
    balance: int
    transfers: list[AccountTransfer]
    refill_at_ms: int | None = None


class Snapshot(Message, frozen=True, tag="snapshot"):
    """A table's whole state at `seq`, as this viewer may see it.

    Unknown cards are `??`.  `seat` is the viewer's own seat; without it, the viewer has none.
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


class HandEvents(Message, frozen=True, tag="hand"):
    """What happened in a hand, from `hand_started` to `hand_ended` or `hand_cancelled`.

    It has the own cards and those that were shown.  `seq` is the number of the first event; behind
    the last one stand the `hand_shown` of cards that were turned up before the next hand, whose
    numbers need not be the next ones.  In another format than `json` there is a `text`, and no
    events.
    """

    id: str
    table: TableId
    hand: int
    epoch: int
    seq: int
    events: list[TableEvent]
    text: str | None = None


class Accepted(Message, frozen=True, tag="accepted"):
    """The command was carried out.

    `seq` is the number of the first event that it caused, and it is sent right before that event:
    for whatever changes a table, and for `create_table`.  `table` is the table that was made by
    `create_table`, or that `watch`, `unwatch` or `chat` was about.
    """

    id: str
    seq: int | None = None
    table: TableId | None = None


class Rejected(Message, frozen=True, tag="rejected"):
    """The command was refused and nothing has changed.

    `code` is stable; `id` is empty when the message had none that could be read.
    `retry_after_ms` is how long to wait before the same command can succeed, where that is known.
    """

    id: str
    code: str
    message: str
    retryable: bool = False
    retry_after_ms: int | None = None


class ChatSaid(Message, frozen=True, tag="chat"):
    """What somebody said at a table.  A slow client may miss it."""

    table: TableId
    player: PlayerId
    name: str
    text: str
    at_ms: int


class Notice(Message, frozen=True, tag="notice"):
    """Something about the service, or about `table`."""

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
    | HandEvents
    | ChatSaid
    | Notice
)
