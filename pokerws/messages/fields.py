"""Types of message fields: bounds on every text and number that a client sends.

The decoder checks the bounds.  Those of a table's config are in `game/state.py`, since stored
configs have them too.
"""

from typing import Annotated

from msgspec import Meta, Struct

from pokerws.game.cards import Card
from pokerws.game.config.table_config import MAX_SEATS, Runs
from pokerws.game.state import MAX_EXACT, TableId

PROTOCOL = 1

MAX_ID_LENGTH = 64
MAX_NAME_LENGTH = 24
MAX_TABLE_NAME_LENGTH = 40
MAX_CHAT_LENGTH = 300
MAX_TOKEN_LENGTH = 3072
# Far longer than any: an unknown one is answered with all games, not refused.
MAX_ETAG_LENGTH = 3072
# No game has more hole cards.
MAX_CARDS = 6

# Ids are stored with the tables, and PostgreSQL's JSON accepts no zero bytes.  Each message has one
# or two, and two thirds of its decoding would be their regular expressions.  So the decoder leaves
# this to `is_printable`, which whoever decodes has to ask (`server/sessions/decoding.py`).
PRINTABLE = "^[ -~]*$"
_ID = Meta(min_length=1, max_length=MAX_ID_LENGTH, extra_json_schema={"pattern": PRINTABLE})
CommandId = Annotated[str, _ID]
TableRef = Annotated[TableId, _ID]
PlayerName = Annotated[str, Meta(min_length=1, max_length=MAX_NAME_LENGTH)]
TableName = Annotated[str, Meta(min_length=1, max_length=MAX_TABLE_NAME_LENGTH)]
ChatText = Annotated[str, Meta(min_length=1, max_length=MAX_CHAT_LENGTH)]
Token = Annotated[str, Meta(min_length=1, max_length=MAX_TOKEN_LENGTH)]
Etag = Annotated[str, Meta(max_length=MAX_ETAG_LENGTH)]
SeatNumber = Annotated[int, Meta(ge=0, lt=MAX_SEATS)]
KnownCard = Annotated[Card, Meta(max_length=2, pattern="^[2-9TJQKA][cdhs]$")]
Cards = Annotated[list[KnownCard], Meta(max_length=MAX_CARDS)]
# The number of tables of a list, if the client names none, and the most that it may name.
PAGE_SIZE, MAX_PAGE_SIZE = 100, 200
MAX_FILTER_GAMES = 64
GameCode = Annotated[str, Meta(min_length=1, max_length=16, pattern="^[ -~]*$")]
Times = Runs
Counter = Annotated[int, Meta(ge=0, le=MAX_EXACT)]
# Who wins the stacks of others has more than anybody may bring.
Stack = Annotated[int, Meta(ge=0, le=MAX_EXACT)]
GameCodes = Annotated[tuple[GameCode, ...], Meta(max_length=MAX_FILTER_GAMES)]
# The number of hands of a list, if the client names none, and the most that it may name.
HANDS_SIZE, MAX_HANDS_SIZE = 20, 100
HandsSize = Annotated[int, Meta(ge=1, le=MAX_HANDS_SIZE)]
PageCursor = Annotated[str, Meta(min_length=1, max_length=128, pattern="^[ -~]*$")]
# The most tables that one `watch` may name: their ids fill a message.
MAX_WATCHES = 32
FreeSeats = Annotated[int, Meta(ge=0, le=MAX_SEATS)]
PageSize = Annotated[int, Meta(ge=1, le=MAX_PAGE_SIZE)]
Version = Annotated[int, Meta(ge=1, le=1000)]
Capability = Annotated[str, Meta(min_length=1, max_length=32, pattern="^[a-z_0-9]*$")]
Capabilities = Annotated[list[Capability], Meta(max_length=32)]


class Message(Struct, frozen=True, tag_field="type", omit_defaults=True):
    """Base of all messages.  The tag is the snake_case name of the class."""


def is_printable(text: str) -> bool:
    """Whether a text is of printable ASCII, as PRINTABLE says."""
    return text.isascii() and text.isprintable()
