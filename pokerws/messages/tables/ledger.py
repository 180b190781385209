"""The messages about the ledger of a table."""

from typing import Literal

from msgspec import Struct, field

from pokerws.game.state import PlayerId, TableId
from pokerws.messages.fields import CommandId, Message, PageCursor, TableRef


class GetLedger(Message, frozen=True, tag="get_ledger"):
    """Request the chips that each player brought to a table, open or closed, and took away.

    Players who have brought chips there may do this, and operators and admins.  `after` is the
    `next` of the page before.  With the `format` `csv` the page is a `text`.
    """

    id: CommandId
    table: TableRef
    after: PageCursor | None = None
    format: Literal["json", "csv"] = "json"


class LedgerRow(Struct, frozen=True):
    """A player's chips at a table: brought, taken away, and there now.

    `stack` counts the chips that the player has put into the hand in play.  `net` is what the
    player has won, or lost if it is negative.  All nets of a table and its rake add up to zero.
    """

    player: PlayerId
    name: str
    bought_in: int
    cashed_out: int
    stack: int
    net: int


class LedgerPayment(Struct, frozen=True):
    """Chips that one player owes another, or the `house` for its rake, if all settle now."""

    source: PlayerId = field(name="from")
    target: PlayerId = field(name="to")
    amount: int


class Ledger(Message, frozen=True, tag="ledger"):
    """The answer to `get_ledger`: at most 50 players, by id.

    `settle` says who pays whom, with few payments; it is absent if there are several pages.  Chips
    from before the server had accounts belong to the player `house`.  At a table with a bank, the
    rows are the lines of the bank.
    """

    id: str
    table: TableId
    rows: list[LedgerRow]
    settle: list[LedgerPayment] | None = None
    next: str | None = None
    text: str | None = None
    rake: int = 0
