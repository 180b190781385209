"""Messages about finished hands: one of them, lists, and what players did in them."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import TableEvent
from pokerws.game.state import PlayerId, TableId
from pokerws.messages.fields import (
    HANDS_SIZE,
    CommandId,
    Counter,
    HandsSize,
    Message,
    PageCursor,
    TableRef,
)
from pokerws.messages.moderation import PlayerRef
from pokerws.messages.tables.hosting import LinkKey

# The latest hands that are counted, if the client does not say how many, and the most.
STATS_HANDS, MAX_STATS_HANDS = 200, 1_000
# The most sessions of an answer.
MAX_SESSIONS = 50
StatsHands = Annotated[int, Meta(ge=1, le=MAX_STATS_HANDS)]


class GetHand(Message, frozen=True, tag="get_hand"):
    """Request a finished hand, as this player saw it.

    `format` selects its events (`json`), or a `text` for programs that read hand histories: in the
    Poker Hand History standard (`phh`), the format of PokerStars (`pokerstars`), or Open Hand
    History (`ohh`), which has hold'em and Omaha only.
    """

    id: CommandId
    table: TableRef
    hand: Counter
    format: Literal["json", "phh", "pokerstars", "ohh"] = "json"
    key: LinkKey | None = None


class ListHands(Message, frozen=True, tag="list_hands"):
    """Request a page of finished hands, newest first, which `get_hand` can return.

    They are those of a `table`, or those that the player was dealt into (`mine`); with both, the
    player's at that table.  `before` is the `next` of the page before.  Hands that are played
    meanwhile do not change the pages that follow.
    """

    id: CommandId
    table: TableRef | None = None
    mine: bool = False
    before: PageCursor | None = None
    limit: HandsSize = HANDS_SIZE
    key: LinkKey | None = None


class GetStats(Message, frozen=True, tag="get_stats"):
    """Request the statistics of the latest `hands`.

    With a `table` they count all of its latest hands.  Otherwise they count the player's latest
    hands, at all tables.

    Players get their own.  If `statistics` of the table's config is `all`, players with a seat
    there get those of all players of these hands, or of one `player`.  An operator or admin gets
    those of all players at every table.
    """

    id: CommandId
    table: TableRef | None = None
    player: PlayerRef | None = None
    hands: StatsHands = STATS_HANDS
    key: LinkKey | None = None


class PlayerStats(Struct, frozen=True, omit_defaults=True):
    """What a player did in `hands` hands.

    All but `net` are numbers of hands.  In `decided` the player had a decision before the flop, or
    in the first betting round of games without one.  In `vpip` of them the player called, bet or
    raised there; in `pfr`, bet or raised.  In `three_bet_chances` the player answered a first
    raise; in `three_bets`, with a raise.  In `flops` the player saw the flop, in `showdowns` came
    to the showdown, and in `showdowns_won` won chips there.  `net` is the sum of chips won or lost,
    with bonuses and after rake.
    """

    player: PlayerId
    hands: int = 0
    decided: int = 0
    vpip: int = 0
    pfr: int = 0
    three_bet_chances: int = 0
    three_bets: int = 0
    flops: int = 0
    showdowns: int = 0
    showdowns_won: int = 0
    net: int = 0


class PlaySession(Struct, frozen=True, omit_defaults=True):
    """A player's hands at a table, with no pause of more than half an hour between two of them."""

    table: TableId
    started_ms: int
    ended_ms: int
    hands: int
    net: int = 0


class TableStats(Struct, frozen=True, omit_defaults=True):
    """What a table was like in the counted hands.

    `hands_an_hour` leaves out pauses of more than half an hour.  It is absent for a single hand.
    """

    table: TableId
    hands: int = 0
    average_pot: int = 0
    hands_an_hour: int | None = None


class Stats(Message, frozen=True, tag="stats"):
    """The answer to `get_stats`.

    `sessions` are those of the requested player, or of the one who asks; at most 50, the latest
    first.  `of_table` is there if a table was named.  Cancelled hands do not count.
    """

    id: str
    players: list[PlayerStats]
    sessions: list[PlaySession]
    of_table: TableStats | None = None


class HandEvents(Message, frozen=True, tag="hand"):
    """The events of a hand, from `hand_started` to `hand_ended` or `hand_cancelled`.

    They have the player's own cards and those that were shown.  `seq` is the number of the first
    event.  `hand_shown` events before the next hand are appended; their numbers may not be
    consecutive.  In formats other than `json` there is a `text`, and no events.  With the events
    come the `name` of the table, and the `config` with which the table was opened; `hand_started`
    has its own `config` if that was another one.
    """

    id: str
    table: TableId
    hand: int
    epoch: int
    seq: int
    events: list[TableEvent]
    text: str | None = None
    name: str = ""
    config: TableConfig | None = None


class HandSummary(Struct, frozen=True, omit_defaults=True):
    """A finished hand, as listed.

    `seq` is the number of its first event, `players` the number of players dealt in, and `pot` all
    chips that were won, without uncalled bets.  `net` is what this player won, or lost if it is
    negative; absent if the player was not dealt in.  A cancelled hand has no `pot`.
    """

    table: TableId
    hand: int
    seq: int
    variant: str
    started_ms: int
    ended_ms: int
    players: int
    pot: int = 0
    net: int | None = None
    cancelled: bool = False


class Hands(Message, frozen=True, tag="hands"):
    """The answer to `list_hands`: finished hands, the one that ended last first.

    `next` is the `before` of the next page, absent on the last one.  A page may have fewer hands
    than requested, or none, and still a `next`: the server reads only a part of a long log at once.
    """

    id: str
    hands: list[HandSummary]
    next: str | None = None
