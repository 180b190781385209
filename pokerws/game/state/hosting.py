"""What the host of a table has decided."""

from msgspec import Struct

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state.ids import PlayerId


class SeatRequest(Struct, frozen=True):
    """A player who asks for a seat, and means to buy in for `buy_in`."""

    player: PlayerId
    name: str
    buy_in: int


class BankLine(Struct, frozen=True, omit_defaults=True):
    """The chips that a player got from the table's bank, and those that came back to it."""

    player: PlayerId
    name: str
    given: int
    returned: int = 0


class Hosting(Struct, frozen=True, omit_defaults=True):
    """What the host has decided, and is asked for.

    While it is `paused` no hand starts.  `next_config` becomes the config when the hand is over.
    The players in `requests` wait for an answer; those in `approved` may sit down, and those in
    `banned` may not.  Those in `muted` say nothing at the table.  `bank` has a line for each
    player, if the table has a bank.  `link` is the number of the link that is valid, which the
    secret of an unlisted table is made from.  `first_config` is the one with which the table was
    opened, if it has another one now.
    """

    paused: bool = False
    next_config: TableConfig | None = None
    requests: tuple[SeatRequest, ...] = ()
    approved: tuple[PlayerId, ...] = ()
    banned: tuple[PlayerId, ...] = ()
    bank: tuple[BankLine, ...] = ()
    link: int = 0
    first_config: TableConfig | None = None
    muted: tuple[PlayerId, ...] = ()
