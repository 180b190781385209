"""What clients send."""

from typing import Literal

from pokerws.game.commands import Action
from pokerws.game.state import TableConfig
from pokerws.messages.fields import (
    PROTOCOL,
    Capabilities,
    Cards,
    ChatText,
    Chips,
    CommandId,
    Counter,
    GameCode,
    Message,
    PlayerName,
    SeatNumber,
    TableName,
    TableRef,
    Times,
    Token,
    Version,
)


class Hello(Message, frozen=True, tag="hello"):
    """The first message.

    `token` is the `session` of an earlier `welcome`, or what the operator's own service signed; a
    further `hello` with a newer one renews it.  Where there is a token, it tells who the player is.
    A `name` beside a `session` is the player's new name; beside a token of the operator's service
    it counts only where that has none.  `protocol` is the version that the client speaks.
    `capabilities` are the optional parts of it that the client wants; without the list, all.
    """

    id: CommandId
    token: Token | None = None
    name: PlayerName | None = None
    protocol: Version = PROTOCOL
    capabilities: Capabilities | None = None


class Ping(Message, frozen=True, tag="ping"):
    """Ask for an answer, to see that the server is there and what its clock says."""

    id: CommandId


class ListTables(Message, frozen=True, tag="list_tables"):
    """Ask for all open tables."""

    id: CommandId


class WatchLobby(Message, frozen=True, tag="watch_lobby"):
    """Ask for `lobby` messages whenever a table changes, until the connection ends."""

    id: CommandId


class CreateTable(Message, frozen=True, tag="create_table"):
    """Open a table.  Nobody sits there yet, and it is not watched yet."""

    id: CommandId
    name: TableName
    config: TableConfig


class Watch(Message, frozen=True, tag="watch"):
    """Follow a table: just the events after `after_seq`, where they can be had, else a snapshot.

    `epoch` is the one of the message that `after_seq` was taken from.  A connection that watches
    already may do so again.
    """

    id: CommandId
    table: TableRef
    after_seq: Counter | None = None
    epoch: Counter | None = None


class Unwatch(Message, frozen=True, tag="unwatch"):
    """Follow a table no more; a seat there stays."""

    id: CommandId
    table: TableRef


class Sit(Message, frozen=True, tag="sit"):
    """Take a seat with chips of the own account; without `seat`, the first free one.

    A player may sit without watching the table, but sees nothing of it then.
    """

    id: CommandId
    table: TableRef
    buy_in: Chips
    seat: SeatNumber | None = None


class Stand(Message, frozen=True, tag="stand"):
    """Leave the seat and take the chips home; in a hand, when it is over.

    For the rest of that hand the player's turns are played at once: checked where that is free,
    else folded.  It cannot be taken back.
    """

    id: CommandId
    table: TableRef


class SitOut(Message, frozen=True, tag="sit_out"):
    """Be dealt no further hands, and keep the seat.  The hand in play is played to its end."""

    id: CommandId
    table: TableRef


class SitIn(Message, frozen=True, tag="sit_in"):
    """Be dealt in again, and after two time-outs have turns again in the hand in play."""

    id: CommandId
    table: TableRef


class AddChips(Message, frozen=True, tag="add_chips"):
    """Bring chips to the seat, while its player is not in a hand.

    With them the stack has from `min_buy_in` to `max_buy_in`.  Without an amount it is filled to
    `max_buy_in`, or as far as the account goes.
    """

    id: CommandId
    table: TableRef
    amount: Chips | None = None


class Act(Message, frozen=True, tag="act"):
    """Answer a turn.

    `amount` is for `bet` and `raise`, from `min_to` to `max_to` of the turn, or one of its `sizes`
    where it has such: the player's total for the street (raise to).  `cards` is for `discard`: one
    or more that are thrown away, from `discard_min` to `discard_max` of the turn.
    """

    id: CommandId
    table: TableRef
    turn: Counter
    action: Action
    amount: Chips | None = None
    cards: Cards | None = None


class Show(Message, frozen=True, tag="show"):
    """Show the own cards of `hand`, which has just ended, before the next one starts.

    Who folded, mucked, or won without a call may do so, once; everybody gets `hand_shown`.
    """

    id: CommandId
    table: TableRef
    hand: Counter


class Straddle(Message, frozen=True, tag="straddle"):
    """From the next hand on straddle where it is possible, or do so no more.

    The kind of straddle is in the table's config, `house`.
    """

    id: CommandId
    table: TableRef
    on: bool


class RunIt(Message, frozen=True, tag="run_it"):
    """Agree to have the board run up to `times` times, where all who are left are all-in.

    It is run as often as all of them agree to, and the table's config, `house`, allows.  It counts
    until the player says otherwise or leaves the seat.
    """

    id: CommandId
    table: TableRef
    times: Times


class ChooseGame(Message, frozen=True, tag="choose_game"):
    """Name the game of the hand that is due, at a table where the button chooses it."""

    id: CommandId
    table: TableRef
    variant: GameCode


class GetHand(Message, frozen=True, tag="get_hand"):
    """Ask what happened in `hand`, which is over, as far as the player may see it.

    `format` is how it is told: by its events (`json`), or by a `text` in the Poker Hand History
    standard (`phh`) or as PokerStars writes it (`pokerstars`), for programs that read such files.
    """

    id: CommandId
    table: TableRef
    hand: Counter
    format: Literal["json", "phh", "pokerstars"] = "json"


class Chat(Message, frozen=True, tag="chat"):
    """Say something to all who watch the table, as the player has to do too."""

    id: CommandId
    table: TableRef
    text: ChatText


class Logout(Message, frozen=True, tag="logout"):
    """End the session, on all its connections: they are closed with 4403 after `accepted`.

    Its token is worth nothing from then on.  A seat stays, and the name stays reserved until the
    token would have expired.
    """

    id: CommandId


class CloseTable(Message, frozen=True, tag="close_table"):
    """Close a table for good, for an admin: its hand is cancelled, its chips go home."""

    id: CommandId
    table: TableRef


class GetAccount(Message, frozen=True, tag="get_account"):
    """Ask for the own account and its latest transfers, 50 at most.

    `before` pages back: the id of the oldest transfer known.
    """

    id: CommandId
    before: Counter | None = None


class Refill(Message, frozen=True, tag="refill"):
    """Ask the house to fill the own account up, where that is due."""

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
    | Chat
    | ListTables
    | WatchLobby
    | CreateTable
    | CloseTable
    | Logout
    | GetAccount
    | Refill
    | Hello
)
