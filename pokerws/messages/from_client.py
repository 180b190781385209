"""The messages that clients send."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from pokerws.game.commands import Action
from pokerws.game.config.table_config import Chips, TableConfig
from pokerws.game.state import TableId
from pokerws.messages.company import GetNotes, ListWatchers, MutePlayer, React, SetNote
from pokerws.messages.fields import (
    MAX_ID_LENGTH,
    MAX_WATCHES,
    PRINTABLE,
    PROTOCOL,
    Capabilities,
    Cards,
    ChatText,
    CommandId,
    Counter,
    Etag,
    GameCode,
    Message,
    PageSize,
    PlayerName,
    SeatNumber,
    Stack,
    TableName,
    TableRef,
    Times,
    Token,
    Version,
)
from pokerws.messages.identity import CreateLink, LinkCode
from pokerws.messages.moderation import (
    Ban,
    EndSession,
    Kick,
    ListBans,
    ListPlayers,
    Mute,
    Unban,
    Unmute,
)
from pokerws.messages.past_hands import GetHand, GetStats, ListHands
from pokerws.messages.table_filter import TableFilter
from pokerws.messages.tables.bots import AddBot, RemoveBot
from pokerws.messages.tables.clocks import UseTimeBank
from pokerws.messages.tables.extras import AutoMuck, RabbitHunt, VoteBombPot
from pokerws.messages.tables.hosting import HostMessage, LinkKey
from pokerws.messages.tables.ledger import GetLedger
from pokerws.messages.tables.pre_actions import PreAct
from pokerws.messages.tables.seating import (
    AutoChips,
    JoinWaitingList,
    LeaveWaitingList,
    PostBlind,
    QuickSeat,
    Stay,
)


class Hello(Message, frozen=True, tag="hello"):
    """The first message: authenticates the player.

    `token` is the `session` of an earlier `welcome`, or a token of the operator's login service.
    Sending `hello` again with a newer token renews it.  Without a token, a new guest plays under
    `name`.  With a `session`, `name` renames the player.  With a token of the login service, it is
    used only if the token has no name, or one that is taken.  `capabilities` are the
    optional parts of the protocol that the client wants; without the list, all.  A client that has
    kept `variants` and `mixes` of an earlier `welcome` sends its `games_etag`: if they are still
    the same, they are not sent again.  The `code` of a `link` stands for token and name.
    """

    id: CommandId
    token: Token | None = None
    name: PlayerName | None = None
    protocol: Version = PROTOCOL
    capabilities: Capabilities | None = None
    games_etag: Etag | None = None
    code: LinkCode | None = None


class Ping(Message, frozen=True, tag="ping"):
    """Check that the server responds, and read its clock."""

    id: CommandId


class ListTables(Message, frozen=True, tag="list_tables"):
    """Request a list of open tables, oldest first.

    With any of the optional fields it is a page of at most `limit` tables, by default 100.  `after`
    is the `next` of the page before.  Tables that are open all the while are on exactly one page,
    though others open and close meanwhile.  Without these fields, all tables are listed.
    """

    id: CommandId
    filter: TableFilter | None = None
    after: Counter | None = None
    limit: PageSize | None = None


class WatchLobby(Message, frozen=True, tag="watch_lobby"):
    """Subscribe to `lobby` messages about changed tables, until `unwatch_lobby`.

    With `filter` or `limit` these are about the oldest tables that meet the filter, at most `limit`
    of them, by default 100.  Without both they are about all tables, in the form that older clients
    know.  Sent again, it replaces the subscription and sends the list again.
    """

    id: CommandId
    filter: TableFilter | None = None
    limit: PageSize | None = None


class UnwatchLobby(Message, frozen=True, tag="unwatch_lobby"):
    """Unsubscribe from `lobby` messages.  It is accepted without a subscription too."""

    id: CommandId


class CreateTable(Message, frozen=True, tag="create_table"):
    """Create a table, and be its host.  The player is not seated there, and does not watch it yet.

    For an unlisted table `accepted` has the `key` that others need to find it.
    """

    id: CommandId
    name: TableName
    config: TableConfig


# It is deeper in a message than the decoder checks ids itself.
TableEntry = Annotated[TableId, Meta(min_length=1, max_length=MAX_ID_LENGTH, pattern=PRINTABLE)]


class TableWatch(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of several tables to watch; the fields are those of `watch`."""

    table: TableEntry
    after_seq: Counter | None = None
    epoch: Counter | None = None
    key: LinkKey | None = None


class Watch(Message, frozen=True, tag="watch"):
    """Subscribe to a table, or to several `tables`.

    The server first sends the events after `after_seq` if they are available, else a snapshot.
    `epoch` is that of the message from which `after_seq` was taken.  A connection may watch a table
    that it already watches, for example to catch up.  Either `table` or `tables` must be there; the
    fields beside `table` are not allowed with `tables`, since each of those has its own.

    An unlisted table needs the `key` of its link.  Its host, and players who sit there or whom the
    host has approved, need none.
    """

    id: CommandId
    table: TableRef | None = None
    after_seq: Counter | None = None
    epoch: Counter | None = None
    tables: Annotated[list[TableWatch], Meta(min_length=1, max_length=MAX_WATCHES)] | None = None
    key: LinkKey | None = None


class Unwatch(Message, frozen=True, tag="unwatch"):
    """Unsubscribe from a table.  The player keeps the seat."""

    id: CommandId
    table: TableRef


class Sit(Message, frozen=True, tag="sit"):
    """Take a seat, with chips from the player's account; without `seat`, the first free one.

    A player may sit down without watching the table, but then gets no events of it.  `key` is as in
    `watch`.  If the table needs the host's approval, the first `sit` asks for it: it is accepted,
    and `seat_requested` follows.  After `seat_approved` the player sends `sit` again.  A player
    with a reserved seat gets that one.  A player who owes blinds waits for the big blind, or with
    the `entry` `post`, posts them in the next hand in which that is possible.
    """

    id: CommandId
    table: TableRef
    buy_in: Chips
    seat: SeatNumber | None = None
    key: LinkKey | None = None
    entry: Literal["wait", "post"] = "wait"


class Stand(Message, frozen=True, tag="stand"):
    """Leave the seat and return the chips to the account; during a hand, at its end.

    For the rest of that hand the server acts for the player at once: it checks if that is free,
    else folds.  That cannot be undone.  Without a seat, `stand` withdraws a request for one.
    With `when`, the player leaves after playing this `hand`, or right before the next big blind
    comes; `stay` undoes it.
    """

    id: CommandId
    table: TableRef
    when: Literal["now", "hand", "next_big_blind"] = "now"


class SitOut(Message, frozen=True, tag="sit_out"):
    """Sit out: get no further hands, but keep the seat.  A hand in play is played to its end.

    It begins at once, or right before the `next_big_blind` comes; `sit_in` and `stay` undo that.
    """

    id: CommandId
    table: TableRef
    when: Literal["now", "next_big_blind"] = "now"


class SitIn(Message, frozen=True, tag="sit_in"):
    """Sit in again.  After too many time-outs, the player also gets turns again in the current
    hand.

    `entry` is that of `sit`, for blinds that were missed.
    """

    id: CommandId
    table: TableRef
    entry: Literal["wait", "post"] = "wait"


class AddChips(Message, frozen=True, tag="add_chips"):
    """Add chips to the stack, while not in a hand.

    The new stack must be from `min_buy_in` to `max_buy_in`.  Without `amount` it is filled to
    `max_buy_in`, or as far as the account allows.
    """

    id: CommandId
    table: TableRef
    amount: Chips | None = None


class Act(Message, frozen=True, tag="act"):
    """Act in a turn.

    `amount` is for `bet` and `raise`: the player's total for the street (raise to).  It is from
    `min_to` to `max_to` of the turn, or one of its `sizes` if it has any.  `cards` is for
    `discard`: one or more cards, from `discard_min` to `discard_max` of the turn.
    """

    id: CommandId
    table: TableRef
    turn: Counter
    action: Action
    amount: Stack | None = None
    cards: Cards | None = None


class Show(Message, frozen=True, tag="show"):
    """Show the player's cards of `hand`, which has just ended, before the next hand starts.

    A player who folded, mucked, or won without a call may do this once.  With `cards`, only these
    are shown, and the others may be shown later.  All viewers get `hand_shown`, or `part_shown`
    while some cards are not shown.
    """

    id: CommandId
    table: TableRef
    hand: Counter
    cards: Cards | None = None


class Straddle(Message, frozen=True, tag="straddle"):
    """Turn straddling on or off, from the next hand on.

    With it on, the player straddles whenever possible.  `house` of the table's config has the kind
    of straddle.
    """

    id: CommandId
    table: TableRef
    on: bool


class RunIt(Message, frozen=True, tag="run_it"):
    """Agree to run the board up to `times` times when all players left in the hand are all-in.

    The board is run as often as all of them agree to, and `house` of the table's config allows.
    The setting lasts until the player changes it or leaves the seat.
    """

    id: CommandId
    table: TableRef
    times: Times


class ChooseGame(Message, frozen=True, tag="choose_game"):
    """Choose the game of the next hand, at a table where the player on the button does so."""

    id: CommandId
    table: TableRef
    variant: GameCode


class Chat(Message, frozen=True, tag="chat"):
    """Send a chat message to all viewers of a table.  The player must watch it too."""

    id: CommandId
    table: TableRef
    text: ChatText


class Logout(Message, frozen=True, tag="logout"):
    """End the session: all its connections are closed with 4403 after `accepted`.

    Its token becomes invalid.  The player keeps the seat, and the name stays reserved until the
    token would have expired.
    """

    id: CommandId


class CloseTable(Message, frozen=True, tag="close_table"):
    """Close a table for good: its hand is cancelled, and all chips return to the accounts.

    Only the table's host, an operator or an admin may do this.
    """

    id: CommandId
    table: TableRef


class GetAccount(Message, frozen=True, tag="get_account"):
    """Request the player's account with its latest transfers, at most 50.

    `before` requests an older page: it is the id of the oldest transfer that the client has.
    """

    id: CommandId
    before: Counter | None = None


class Refill(Message, frozen=True, tag="refill"):
    """Request free chips for the player's account, if a refill is due."""

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
    | Show
    | Straddle
    | RunIt
    | ChooseGame
    | GetHand
    | ListHands
    | GetStats
    | Chat
    | ListTables
    | WatchLobby
    | UnwatchLobby
    | CreateTable
    | CloseTable
    | Logout
    | GetAccount
    | Refill
    | Hello
    | Kick
    | Mute
    | Unmute
    | Ban
    | Unban
    | EndSession
    | ListBans
    | ListPlayers
    | UseTimeBank
    | AddBot
    | RemoveBot
    | VoteBombPot
    | RabbitHunt
    | AutoMuck
    | HostMessage
    | PostBlind
    | Stay
    | AutoChips
    | JoinWaitingList
    | LeaveWaitingList
    | QuickSeat
    | PreAct
    | GetLedger
    | CreateLink
    | React
    | MutePlayer
    | SetNote
    | GetNotes
    | ListWatchers
)
