"""What an example is, and the situations, ids and tokens that several of them share."""

from typing import NamedTuple

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import ClientMessage

TABLE = TableId("6f1e0c9ab2d4")
ID = "7"

# Situations that several examples share.
NEW = "a new connection"
GREETED = "a player after `hello`"
OPEN = "a table with a free seat"
SEATED = "a player alone at a table, in seat 0"
TURN = "the player's turn, which is the table's first"
LATER_TURN = "the player's turn, which is the table's second"
WAITING = "a player on the waiting list of a table whose seats are all taken"
CHOICE = "a player alone at a table where the player on the button chooses the game"
DRAW = "a player about to draw in a hand of five card draw, holding As, Ad, 7c, 5h and 2s"
MSGPACK = "a new connection that uses MessagePack"
DATABASE_AWAY = "a player after `hello`, and an unavailable database"
BEHIND = "a player with a seat, and a database that is too far behind"
PAUSED = "a player with a seat, durable acks, and an unavailable database"
OTHERS_TURN = "another player's turn, in seat 0"
GREETED_BY_TOKEN = "a player after `hello` with a token"  # noqa: S105  A situation.
OPERATOR = "an operator after `hello`"
TOKENS = "a new connection, where players need a token of the operator's login service"

TWO_SEATED = "the host of a table where two players have 2000 chips each"

# A placeholder for the player's own id.
ANNS_ID = PlayerId("the-id-of-ann")
# Placeholders for tokens.
FORGED = "a-forged-token"
EXPIRED = "an-expired-token"
BENS = "a-token-of-ben"
BANNED = "the-session-of-a-banned-player"


class Example(NamedTuple):
    """What is `sent` in the situation `given`: a message, or a raw frame.

    `message` is the text of the refusal, unless it is the code's meaning.  `id` is the id that the
    server could read.
    """

    given: str
    sent: ClientMessage | str | bytes
    message: str = ""
    id: str = ID
    retry_after_ms: int | None = None
    until_ms: int | None = None
