"""The messages that the server sends.

`game/redaction.py` removes secrets before they are built.
"""

from typing import Literal

from msgspec import Struct, field

from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import TableEvent
from pokerws.game.illegal import Details
from pokerws.game.state import PlayerId, Table, TableId, TableStatus
from pokerws.messages.company import ChatHistory, Notes, ReactionShown, Watchers
from pokerws.messages.fields import MAX_CHAT_LENGTH, MAX_ID_LENGTH, MAX_NAME_LENGTH, Message
from pokerws.messages.identity import Link
from pokerws.messages.moderation import Bans, Players
from pokerws.messages.past_hands import HandEvents, Hands, Stats
from pokerws.messages.tables.bots import TableWaiting
from pokerws.messages.tables.hosting import TableLink
from pokerws.messages.tables.ledger import Ledger
from pokerws.messages.tables.pre_actions import PreActionHeld
from pokerws.messages.tables.seating import Waiting

# What a player of the login service may do: a spectator only watches, an admin also moderates.
LoginRole = Literal["player", "spectator", "admin"]
# An operator, who has a token of the server itself, moderates and does not play.
Role = LoginRole | Literal["operator"]


class TableSummary(Struct, frozen=True, omit_defaults=True):
    """A table as listed in the lobby.

    `players` is the number of taken seats, and `bots` the number of bots among them.
    `bots_waiting` is the number of bots that the host wants and that have no seat.  `waiting` is
    the number of players on the waiting list, and `waiting_for` why no hand is dealt.  Only tables
    in memory have the last four and the figures of the latest hands.  `paused` is true while the
    host has paused the table.
    """

    table: TableId
    name: str
    status: TableStatus
    players: int
    hand_number: int
    config: TableConfig
    bots: int = 0
    waiting_for: str | None = None
    paused: bool = False
    waiting: int = 0
    average_pot: int = 0
    hands_an_hour: int = 0
    bots_waiting: int = 0


class TableChange(Struct, frozen=True, omit_defaults=True):
    """The fields of a listed table that change; `config` only if the host has changed it."""

    table: TableId
    status: TableStatus
    players: int
    hand_number: int
    bots: int = 0
    waiting_for: str | None = None
    paused: bool = False
    config: TableConfig | None = None
    waiting: int = 0
    average_pot: int = 0
    hands_an_hour: int = 0
    bots_waiting: int = 0


class RateLimit(Struct, frozen=True):
    """A token bucket of `burst` tokens, which refills evenly, from empty to full in `over_ms`."""

    burst: int
    over_ms: int


class Limits(Struct, frozen=True):
    """The limits that a client must observe.  Null is no limit.

    There are rate limits for the messages of a connection and of a player.  Some kinds of a
    player's messages have their own: chat; creating tables; queries (`watch`, once for each table,
    `watch_lobby`, `list_tables`, `get_hand`, `list_hands`, `get_stats`, `get_account`, `get_link`);
    and seat commands (`sit`, `stand`, `sit_out`, `sit_in`, `add_chips`, `straddle`, `run_it`,
    `choose_game`, `vote_bomb_pot`, `rabbit_hunt`, `auto_muck`, `post_blind`, `stay`, `auto_chips`,
    `join_waiting_list`, `leave_waiting_list`, `quick_seat`, and what a host sends).  A message over
    a limit is refused with `too_fast`.
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
    max_tables_opened_per_address: int | None = None
    min_hand_pause_ms: int = 0
    table_hands_per_hour: int | None = None


class VariantSummary(Struct, frozen=True, omit_defaults=True):
    """A game that a new table can have.

    `forced` are the bets posted before the deal.  `draws` is how often a player may replace cards,
    `board` whether there are community cards.
    """

    name: str
    betting: Literal["no_limit", "pot_limit", "fixed_limit"]
    forced: Literal["blinds", "button_blind", "antes", "bring_in"]
    max_seats: int
    draws: int = 0
    board: bool = False


class MixSummary(Struct, frozen=True, omit_defaults=True):
    """A mix of games, played in turn.

    `games` are their codes.  If they are absent, each table has its own.
    """

    name: str
    games: tuple[str, ...] = ()


class HeartbeatTimes(Struct, frozen=True):
    """How a client notices that its connection has died without being closed.

    The server sends something at least every `interval_ms` to a client with the capability
    `heartbeat`.  If such a client receives nothing for `timeout_ms`, it connects again.
    """

    interval_ms: int
    timeout_ms: int


class Welcome(Message, frozen=True, tag="welcome"):
    """The answer to `hello`: the authenticated player, and the server's features and limits.

    `session` is a guest's secret: sent as `token` of a later `hello`, it brings the same player
    back.  At `expires_ms` the token expires and the connection is closed, unless it is renewed.
    `capabilities` are the optional parts of the protocol that this server has, whether or not the
    client wants them.  `variants` and `mixes` are the games that new tables can have, by code; they
    are absent where the `games_etag` of `hello` was this one.
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
    heartbeat: HeartbeatTimes | None = None
    games_etag: str | None = None


class Pong(Message, frozen=True, tag="pong"):
    """The answer to `ping`."""

    id: str
    now_ms: int


class Tables(Message, frozen=True, tag="tables"):
    """The answer to `list_tables`: all tables or a page of them, oldest first.

    `next` is the `after` of the next page, absent on the last one.  It is valid until the server
    restarts.
    """

    id: str
    tables: list[TableSummary]
    next: int | None = None


class Lobby(Message, frozen=True, tag="lobby"):
    """The tables that changed since the last `lobby` message; the first message has all tables.

    Without `filter` and `limit` in `watch_lobby`, `tables` has the changed tables, closed ones as
    well.  Otherwise `tables` are new to the client, `changes` are those of tables that it has, and
    `left` are tables that closed or do not belong to the list any more.  Clients apply `left`
    first.  With `reset`, the client forgets what it had.  A client that reads too slowly gets such
    a message instead of the changes that it has missed.  Hand numbers alone are sent every few
    seconds.
    """

    tables: list[TableSummary]
    changes: list[TableChange] = field(default_factory=list)
    left: list[TableId] = field(default_factory=list)
    reset: bool = False
    more: bool = False


class AccountTransfer(Struct, frozen=True, omit_defaults=True):
    """A transfer of chips to an account, or from it if `amount` is negative.

    `reason` is grant, refill, buy_in, add_on, top_up, cash_out, refund or carried.  `table` is the
    table on the other side, if any.
    """

    id: int
    at_ms: int
    reason: str
    amount: int
    table: TableId | None = None


class Account(Message, frozen=True, tag="account"):
    """The player's account, without chips at tables, and its latest transfers.

    There are at most 50 transfers; if there are fewer, there are no older ones.  `refill_at_ms` is
    when a `refill` is due, possibly in the past.  It is absent while the balance is too large, or
    the player has chips at a table.  A new player's `held` chips cannot be brought to tables yet.
    """

    id: str
    balance: int
    transfers: list[AccountTransfer]
    refill_at_ms: int | None = None
    held: int | None = None
    held_until_ms: int | None = None


class Snapshot(Message, frozen=True, tag="snapshot"):
    """The whole state of a table after event `seq`, as this viewer may see it.

    Hidden cards are `??`.  `seat` is the viewer's own seat, absent if the viewer has none.  With
    `state_hash` a client [checks](#checking-the-state) how it reads the state.  `waiting_for` is
    why no hand is dealt, if that is so.
    """

    table: TableId
    epoch: int
    seq: int
    now_ms: int
    state: Table
    seat: int | None = None
    state_hash: str | None = None
    waiting_for: str | None = None


class Events(Message, frozen=True, tag="events"):
    """Events of a table, in order.  `seq` is the number of the first one.

    Some messages have a `state_hash`, with which a client [checks](#checking-the-state) the state
    that it has after the last event.
    """

    table: TableId
    epoch: int
    seq: int
    now_ms: int
    events: list[TableEvent]
    state_hash: str | None = None


class WatchOutcome(Struct, frozen=True, omit_defaults=True):
    """What became of one of several tables in a `watch`.

    Without a `code` it is watched; otherwise the fields are those of `rejected`.
    """

    table: TableId
    code: str | None = None
    message: str | None = None
    retryable: bool = False
    retry_after_ms: int | None = None
    category: str = ""
    details: Details | None = None


class Accepted(Message, frozen=True, tag="accepted"):
    """The command was carried out.

    For `create_table` and commands that change a table, `seq` is the number of the first event that
    the command caused, and `accepted` is sent right before that event.  `table` is the table of
    `create_table`, `watch`, `unwatch`, `chat`, `react` or `quick_seat`.  For a `watch` of several
    tables, `tables` has the outcome for each, in the order of the command.  `key` is the secret of
    a new unlisted table.
    """

    id: str
    seq: int | None = None
    table: TableId | None = None
    tables: list[WatchOutcome] | None = None
    key: str | None = None


class Rejected(Message, frozen=True, tag="rejected"):
    """The command was refused, and nothing has changed.

    `code` is stable.  `id` is empty if the message had no readable one.  `retry_after_ms` is how
    long to wait before the same command can succeed, if that is known.  `until_ms` is when a ban,
    mute or kick ends.  `category` says what a client can do about it, and `details` has the bounds
    and amounts of `message` as data.
    """

    id: str
    code: str
    message: str
    retryable: bool = False
    retry_after_ms: int | None = None
    until_ms: int | None = None
    category: str = ""
    details: Details | None = None


class ChatSaid(Message, frozen=True, tag="chat"):
    """A chat message at a table.  A slow client may miss it."""

    table: TableId
    player: PlayerId
    name: str
    text: str
    at_ms: int


class PresenceState(Message, frozen=True, tag="presence"):
    """The players who sit at a table and have no connection.

    It follows each `snapshot` and each `accepted` of `watch` with its events, if there are any such
    players.  Without it there are none.
    """

    table: TableId
    absent: list[PlayerId]


class PlayerDisconnected(Message, frozen=True, tag="player_disconnected"):
    """A player who sits at a table has lost the last connection.  It is no event."""

    table: TableId
    seat: int
    player: PlayerId


class PlayerReconnected(Message, frozen=True, tag="player_reconnected"):
    """A player who sits at a table has a connection again.  It is no event."""

    table: TableId
    seat: int
    player: PlayerId


class Heartbeat(Message, frozen=True, tag="heartbeat"):
    """The connection works.  It is sent at the interval that `welcome` tells."""


class Notice(Message, frozen=True, tag="notice"):
    """A notice about the server, or about `table`.

    `until_ms` is when a ban, mute or kick ends.  `retry_after_ms` comes with `restarting`: after
    the close with 1012, a client waits so long and then connects again.  Each client is told a time
    of its own, by chance, so that not all come back at once.
    """

    code: str
    message: str
    table: TableId | None = None
    until_ms: int | None = None
    retry_after_ms: int | None = None


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
    | Hands
    | ChatSaid
    | PresenceState
    | PlayerDisconnected
    | PlayerReconnected
    | Heartbeat
    | Notice
    | Bans
    | Players
    | TableWaiting
    | TableLink
    | Waiting
    | PreActionHeld
    | Ledger
    | Link
    | ReactionShown
    | ChatHistory
    | Notes
    | Watchers
    | Stats
)
