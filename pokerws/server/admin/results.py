"""The results of admin commands, as they are sent.  Times are milliseconds UTC, chips whole."""

from msgspec import Struct

from pokerws.fair_play.report import Report
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import SanctionEntry
from pokerws.server.admin.commands import Where
from pokerws.server.background.readiness import Reason


class _Result(Struct, frozen=True, omit_defaults=True):
    """Base of all results."""


class StatusResult(_Result, frozen=True):
    """How a server is.  `reasons` say why it is not ready."""

    version: str
    node: str
    started_ms: int
    health: dict[str, object]
    reasons: list[Reason]
    connections: int
    tables_listed: int
    tables_in_memory: int
    frozen: list[TableId]
    log_level: str
    log_is_kept: bool


class FlagsResult(_Result, frozen=True):
    """The features in force, and all settings as text; secrets are `(secret)`."""

    flags: dict[str, bool]
    settings: dict[str, str]


class TableRow(_Result, frozen=True):
    """A table in the list."""

    table: TableId
    name: str
    status: str
    variant: str
    players: int
    seats: int
    hand_number: int
    in_memory: bool
    frozen: bool = False
    waiting_for: str | None = None


class TablesResult(_Result, frozen=True):
    """A page of the tables."""

    tables: list[TableRow]
    page: int
    pages: int


class SeatRow(_Result, frozen=True):
    """A taken seat."""

    seat: int
    player: PlayerId
    name: str
    stack: int
    connected: bool
    sitting_out: bool = False


class TableResult(_Result, frozen=True):
    """A table.  `to_act` is the seat whose turn it is, and `left_ms` the time that it has."""

    row: TableRow
    seats: list[SeatRow]
    host: PlayerId | None
    viewers: int
    seq: int
    pot: int = 0
    board: list[str] = []
    to_act: int | None = None
    left_ms: int | None = None
    frozen_until_ms: int | None = None
    frozen_by: str = ""
    frozen_reason: str = ""


class PlayerRow(_Result, frozen=True):
    """A player.  Addresses are shown to moderators."""

    player: PlayerId
    name: str
    connections: int = 0
    addresses: list[str] = []
    tables: list[TableId] = []
    left_ms: int | None = None
    muted_until_ms: int | None = None


class PlayersResult(_Result, frozen=True):
    """A page of the players whom this server knows."""

    players: list[PlayerRow]
    page: int
    pages: int


class TransferRow(_Result, frozen=True):
    """A transfer of an account; negative for chips that left it."""

    id: int
    at_ms: int
    reason: str
    amount: int
    table: TableId | None = None


class PlayerResult(_Result, frozen=True):
    """A player.  `balance` is missing if there is no account."""

    row: PlayerRow
    sanctions: list[SanctionEntry]
    balance: int | None = None
    transfers: list[TransferRow] = []


class ConnectionRow(_Result, frozen=True):
    """A connection."""

    player: PlayerId
    name: str
    role: str
    address: str
    tables: list[TableId]
    latency_ms: int = 0


class ConnectionsResult(_Result, frozen=True):
    """A page of the connections of this server."""

    connections: list[ConnectionRow]
    page: int
    pages: int


class FrozenRow(_Result, frozen=True):
    """A frozen table."""

    table: TableId
    at_ms: int
    until_ms: int
    by: str
    reason: str = ""


class SanctionsResult(_Result, frozen=True):
    """A page of the sanctions, and the frozen tables."""

    sanctions: list[SanctionEntry]
    frozen: list[FrozenRow]
    page: int
    pages: int


class LogRow(_Result, frozen=True):
    """An action.  Without a `result` the server ended before it was done, or it is being done."""

    id: int
    at_ms: int
    who: str
    role: str
    via: str
    node: str
    command: str
    target: str = ""
    table: str = ""
    reason: str = ""
    arguments: str = ""
    result: str = ""
    detail: str = ""


class LogResult(_Result, frozen=True):
    """A page of the log.  The next one is `before` the last number."""

    actions: list[LogRow]
    is_last: bool
    is_kept: bool


class ActionResult(_Result, frozen=True):
    """What was done, as a sentence, and the figures of it.

    `stored` is false while the database is away: until then a crash ends it.
    """

    text: str
    player: PlayerId | None = None
    table: TableId | None = None
    until_ms: int | None = None
    stored: bool = True
    balance: int | None = None
    repeated: bool = False
    reached: int | None = None


class AuditResult(_Result, frozen=True):
    """The report of an audit, and one line about it."""

    text: str
    report: Report


Result = (
    StatusResult
    | FlagsResult
    | TablesResult
    | TableResult
    | PlayersResult
    | PlayerResult
    | ConnectionsResult
    | SanctionsResult
    | LogResult
    | ActionResult
    | AuditResult
)


class Done(Struct, frozen=True, tag_field="type", tag="done"):
    """The answer to a command: which server gave it, and where it holds."""

    id: str
    node: str
    where: Where
    result: Struct


class Welcome(Struct, frozen=True, tag_field="type", tag="welcome"):
    """The answer to `hello`: who the operator is, and which commands the role allows."""

    id: str
    who: str
    role: str
    node: str
    commands: list[str]
