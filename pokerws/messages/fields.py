"""Types of message fields: bounds on every text and number that a client sends.

The decoder checks the bounds.
"""

from typing import Annotated

from msgspec import Meta, Struct

from pokerws.game.cards import Card
from pokerws.game.state import MAX_CHIPS, MAX_SEATS, TableId

PROTOCOL = 1

MAX_ID_LENGTH = 64
MAX_NAME_LENGTH = 24
MAX_TABLE_NAME_LENGTH = 40
MAX_CHAT_LENGTH = 300
MAX_TOKEN_LENGTH = 3072
# No game has more hole cards, nor runs a board more often.
MAX_CARDS = 6
MAX_RUNS = 3

# Ids are stored with the tables, and PostgreSQL's JSON accepts no zero bytes.
CommandId = Annotated[str, Meta(min_length=1, max_length=MAX_ID_LENGTH, pattern="^[ -~]*$")]
TableRef = Annotated[TableId, Meta(min_length=1, max_length=MAX_ID_LENGTH, pattern="^[ -~]*$")]
PlayerName = Annotated[str, Meta(min_length=1, max_length=MAX_NAME_LENGTH)]
TableName = Annotated[str, Meta(min_length=1, max_length=MAX_TABLE_NAME_LENGTH)]
ChatText = Annotated[str, Meta(min_length=1, max_length=MAX_CHAT_LENGTH)]
Token = Annotated[str, Meta(min_length=1, max_length=MAX_TOKEN_LENGTH)]
Chips = Annotated[int, Meta(ge=0, le=MAX_CHIPS)]
SeatNumber = Annotated[int, Meta(ge=0, lt=MAX_SEATS)]
KnownCard = Annotated[Card, Meta(max_length=2, pattern="^[2-9TJQKA][cdhs]$")]
Cards = Annotated[list[KnownCard], Meta(max_length=MAX_CARDS)]
# The number of tables of a list, if the client names none, and the most that it may name.
PAGE_SIZE, MAX_PAGE_SIZE = 100, 200
MAX_FILTER_GAMES = 64
GameCode = Annotated[str, Meta(min_length=1, max_length=16, pattern="^[ -~]*$")]
Times = Annotated[int, Meta(ge=1, le=MAX_RUNS)]
Counter = Annotated[int, Meta(ge=0, le=2**53)]
GameCodes = Annotated[tuple[GameCode, ...], Meta(max_length=MAX_FILTER_GAMES)]
SeatCount = Annotated[int, Meta(ge=0, le=MAX_SEATS)]
PageSize = Annotated[int, Meta(ge=1, le=MAX_PAGE_SIZE)]
Version = Annotated[int, Meta(ge=1, le=1000)]
Capability = Annotated[str, Meta(min_length=1, max_length=32, pattern="^[a-z_0-9]*$")]
Capabilities = Annotated[list[Capability], Meta(max_length=32)]


class Message(Struct, frozen=True, tag_field="type", omit_defaults=True):
    """Base of all messages.  The tag is the snake_case name of the class."""
