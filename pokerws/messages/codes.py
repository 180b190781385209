"""The codes of refusals, of closed connections and of notices, and what each means.

The protocol document and the clients are generated from these tables.
"""

from enum import IntEnum
from typing import Literal, NamedTuple

from pokerws.game.illegal import IllegalCode


class CloseCode(IntEnum):
    """Why the server closed a connection, beside the standard codes of WebSocket."""

    RESTARTING = 1012
    BAD_MESSAGES = 4400
    TOKEN_EXPIRED = 4401
    LOGGED_OUT = 4403
    HELLO_TIMEOUT = 4408
    MOVED = 4409
    TOO_SLOW = 4413
    TOO_FAST = 4429
    TOO_MANY_CONNECTIONS = 4430


class Closing(NamedTuple):
    """Why a connection was closed, what its client should do, and whether to reconnect.

    Where `reconnect` is false, reconnecting would lead to the same result.
    """

    meaning: str
    advice: str
    reconnect: bool = False


class Reason(NamedTuple):
    """What a reject code means, and whether the same command may succeed later."""

    meaning: str
    retryable: bool = False


# Codes of refusals that are not about the rules.
ServerCode = Literal[
    "not_text",
    "not_binary",
    "not_json",
    "not_msgpack",
    "not_an_object",
    "unknown_type",
    "missing_field",
    "unknown_field",
    "wrong_type",
    "out_of_range",
    "invalid_value",
    "hello_first",
    "already_greeted",
    "unsupported_protocol",
    "bad_token",
    "token_missing",
    "token_expired",
    "wrong_player",
    "auth_unavailable",
    "forbidden",
    "name_missing",
    "bad_name",
    "name_taken",
    "names_unavailable",
    "logout_unavailable",
    "restarting",
    "overloaded",
    "paused",
    "too_fast",
    "unknown_table",
    "table_unavailable",
    "table_quarantined",
    "table_limit",
    "too_many_watched",
    "too_many_watchers",
    "unknown_hand",
    "hand_not_over",
    "log_unavailable",
    "not_watching",
    "too_many_tables",
    "bank_unavailable",
    "refill_not_due",
]
RejectCode = IllegalCode | ServerCode

REJECT_CODES: dict[RejectCode, Reason] = {
    # The message.
    "not_text": Reason("a binary frame; send JSON in text frames"),
    "not_binary": Reason("a text frame; send MessagePack in binary frames"),
    "not_json": Reason("the frame is not JSON in UTF-8"),
    "not_msgpack": Reason("the frame is not MessagePack"),
    "not_an_object": Reason("the message is not an object"),
    "unknown_type": Reason("`type` is missing or names no message"),
    "missing_field": Reason("a field that the message needs is missing"),
    "unknown_field": Reason("the message has no such field"),
    "wrong_type": Reason("a field is of another type, such as a number with a fraction"),
    "out_of_range": Reason("a number is negative or too large, or a text too long or too short"),
    "invalid_value": Reason("a field is none of the values that it can have"),
    # The session.
    "hello_first": Reason("the first message has to be `hello`"),
    "already_greeted": Reason("`hello` was said on this connection"),
    "unsupported_protocol": Reason("the server does not speak this version of the protocol"),
    "bad_token": Reason("the token is not one that this server takes"),
    "token_missing": Reason("this server admits only players with a token"),
    "token_expired": Reason("the token has expired; bring a new one"),
    "wrong_player": Reason("a connection's token can only be renewed with one of the same player"),
    "auth_unavailable": Reason(
        "the keys that tokens are checked with cannot be had now", retryable=True
    ),
    "forbidden": Reason("the player's role does not allow it"),
    "name_missing": Reason("`hello` needs a name or a token"),
    "bad_name": Reason(
        "a name has visible characters, not too many, and no space at its ends; the message says "
        "what is wrong"
    ),
    "name_taken": Reason("the name, or one that looks like it, is another player's or the house's"),
    "names_unavailable": Reason(
        "the database, which knows whose name is whose, cannot be reached now", retryable=True
    ),
    "logout_unavailable": Reason(
        "the database, which has to know that the session is over, cannot be reached now",
        retryable=True,
    ),
    "restarting": Reason("the server is about to stop", retryable=True),
    "overloaded": Reason("the database is too far behind", retryable=True),
    "paused": Reason("the database is away and the clocks stand still", retryable=True),
    "too_fast": Reason(
        "more than the limits allow, of messages or of a kind; try again after `retry_after_ms`",
        retryable=True,
    ),
    # Tables.
    "unknown_table": Reason("there is no such table"),
    "table_unavailable": Reason("the table cannot be loaded now", retryable=True),
    "table_quarantined": Reason(
        "the stored table cannot be read until an operator has repaired it"
    ),
    "table_limit": Reason("the server has as many tables as it may have"),
    "bad_config": Reason("no game can be played with this config"),
    "table_closed": Reason("the table is closed for good"),
    "too_many_watched": Reason("the connection watches as many tables as it may"),
    "too_many_watchers": Reason(
        "the table has as many watchers as it may, besides its players", retryable=True
    ),
    "unknown_hand": Reason("there was no such hand, or nobody has kept what happened in it"),
    "hand_not_over": Reason("the hand is being played", retryable=True),
    "log_unavailable": Reason("what happened cannot be read now", retryable=True),
    "not_watching": Reason("the table is not being watched on this connection"),
    # Seats.
    "not_seated": Reason("the player has no seat at the table"),
    "already_seated": Reason("the player has a seat at the table"),
    "too_many_tables": Reason(
        "the player sits at as many tables as a player may, or has opened as many"
    ),
    "seat_taken": Reason("somebody else sits there"),
    "no_such_seat": Reason("the table has no seat of this number"),
    "table_full": Reason("no seat is free"),
    "buy_in_too_small": Reason("less than the table's minimum"),
    "buy_in_too_large": Reason("more than the table's maximum"),
    "insufficient_chips": Reason("the player's account does not have that many chips"),
    "bank_unavailable": Reason("chips cannot move between accounts and tables now", retryable=True),
    "refill_not_due": Reason("the account has enough, or was filled too short a time ago"),
    "already_leaving": Reason("the player leaves when the hand is over"),
    "already_sitting_out": Reason("the player is sitting out"),
    "not_sitting_out": Reason("the player is not sitting out"),
    "no_chips": Reason("the player has no chips to play with"),
    "nothing_to_show": Reason(
        "only the cards of the hand that ended last can be shown, once, before the next one starts"
    ),
    "no_straddles": Reason("the table's config allows no straddles"),
    "not_so_often": Reason("the table's config does not allow to run the board that often"),
    "already_so": Reason("that is how the player has it already"),
    "no_choice": Reason("nobody chooses the game at this table"),
    "not_your_choice": Reason(
        "no hand is due yet, or somebody else will have its button and chooses"
    ),
    "unknown_game": Reason("the table has no such game"),
    "in_hand": Reason("not while the player is in a hand", retryable=True),
    # Actions.
    "not_your_turn": Reason(
        "it is nobody's turn, or somebody else's, as it may be for an answer that comes too late"
    ),
    "wrong_turn": Reason("it is the player's turn, but `turn` is not its number"),
    "illegal_action": Reason("the action is not one of the turn's"),
    "amount_missing": Reason("a bet or raise needs an amount"),
    "amount_not_allowed": Reason("only a bet or raise has an amount"),
    "amount_too_small": Reason("less than the minimum"),
    "amount_too_large": Reason("more than the maximum"),
    "amount_not_a_size": Reason("the turn has `sizes`, and the amount is none of them"),
    "cards_missing": Reason("a discard needs cards"),
    "cards_not_allowed": Reason("only a discard has cards"),
    "not_your_cards": Reason("a card that the player does not hold, or one card twice"),
    "wrong_number_of_cards": Reason("more or fewer cards than the turn allows"),
}

# All codes that a client may see.  Those below 4000 are WebSocket's own; clients report some of
# them without a close frame.
CLOSE_CODES: dict[int, Closing] = {
    1000: Closing("the client has closed the connection itself", "nothing"),
    1001: Closing("a proxy before the server, or the page, goes away", "connect again", True),
    1002: Closing("a frame broke the WebSocket protocol", "mend the client"),
    1005: Closing("closed without a code", "connect again", True),
    1006: Closing(
        "broken off: nobody said goodbye, and no code was on the wire", "connect again", True
    ),
    1007: Closing("a text frame was not UTF-8", "mend the client"),
    1009: Closing("a message was longer than `limits.max_message_bytes`", "send shorter ones"),
    1011: Closing("no answer to a WebSocket ping, or a fault in the server", "connect again", True),
    CloseCode.RESTARTING: Closing("the server restarts", "connect again", True),
    1013: Closing("a proxy before the server has no place", "connect again later", True),
    CloseCode.BAD_MESSAGES: Closing("too many messages made no sense", "mend the client"),
    CloseCode.LOGGED_OUT: Closing("the player has logged out, here or elsewhere", "nothing"),
    CloseCode.TOKEN_EXPIRED: Closing(
        "the token has expired and was not renewed", "connect again with a new token"
    ),
    CloseCode.HELLO_TIMEOUT: Closing("no `hello` in time", "connect again and say it", True),
    CloseCode.MOVED: Closing(
        "another server process has taken a watched table over", "connect again", True
    ),
    CloseCode.TOO_SLOW: Closing(
        "the client did not read as fast as its tables played", "connect again", True
    ),
    CloseCode.TOO_FAST: Closing(
        "the client went on sending commands after many were refused with `too_fast`, or sent far "
        "too many frames at once",
        "mend the client: wait for as long as `retry_after_ms` says",
    ),
    CloseCode.TOO_MANY_CONNECTIONS: Closing(
        "the player has as many connections as it may have",
        "close others, and connect again after a while",
        True,
    ),
}

NOTICES: dict[str, str] = {
    "token_expiring": "the token expires soon, and the connection is closed with 4401 then; a "
    "`hello` with a newer one goes on without a break",
    "restarting": "the server is about to stop; the connection is closed next, with 1012",
    "table_failed": "the table had a fault and sends no more; `watch` it again, and it comes back "
    "from the database, or is refused where there is none",
    "paused": "the database is away: the table takes no command, and its clocks stand still",
    "resumed": "the database is back, and the clocks go on; an event tells the new deadline",
}
