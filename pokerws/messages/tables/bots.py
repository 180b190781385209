"""Messages of a table's host about its bots, and of the server about why a table waits."""

from pokerws.game.hosting.bots import BotName, BotStyle
from pokerws.game.state import TableId
from pokerws.messages.fields import CommandId, Message, TableRef
from pokerws.messages.moderation import PlayerRef


class AddBot(Message, frozen=True, tag="add_bot"):
    """Ask the server for one more bot at the table.  Only the host may do this.

    The server plays it: it takes a free seat while people are at the table, sits out while no
    person plays, and gives up its seat to a person who wants it.  Without a `name` the server
    chooses one.
    """

    id: CommandId
    table: TableRef
    style: BotStyle
    name: BotName | None = None


class RemoveBot(Message, frozen=True, tag="remove_bot"):
    """Remove a wanted bot; during a hand, at its end.  Only the host may do this.

    `player` is that of an entry in the table's `bots`.
    """

    id: CommandId
    table: TableRef
    player: PlayerRef


class TableWaiting(Message, frozen=True, tag="table_waiting"):
    """Why no hand is dealt at a watched table, whenever that changes.  It is no event.

    Without `waiting_for`, a hand is in play or scheduled again.  It follows each `accepted` of
    `watch` with its events if there is a reason; a `snapshot` has it itself.
    """

    table: TableId
    # A `WaitingFor`.  A client accepts any text, since a newer server may have other reasons.
    waiting_for: str | None = None
