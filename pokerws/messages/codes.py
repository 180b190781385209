"""The codes with which commands are refused and connections closed, and what each means."""

from enum import IntEnum
from typing import NamedTuple


class CloseCode(IntEnum):
    """Why the server closed a connection.  The library's own codes stand beside these."""

    RESTARTING = 1012
    BAD_MESSAGES = 4400
    HELLO_TIMEOUT = 4408
    MOVED = 4409
    TOO_SLOW = 4413


class Reason(NamedTuple):
    """What a reject code means, and whether the same command may succeed later."""

    meaning: str
    retryable: bool = False


REJECT_CODES: dict[str, Reason] = {
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
    "bad_token": Reason("the token is not one of this server's or has expired"),
    "name_missing": Reason("`hello` needs a name or a token"),
    "bad_name": Reason("a name needs printable characters"),
    "restarting": Reason("the server is about to stop", retryable=True),
    "overloaded": Reason("the database is too far behind", retryable=True),
    "paused": Reason("the database is away and the clocks stand still", retryable=True),
    # Tables.
    "unknown_table": Reason("there is no such table"),
    "table_unavailable": Reason("the table cannot be loaded now", retryable=True),
    "table_quarantined": Reason(
        "the stored table cannot be read until an operator has repaired it"
    ),
    "table_limit": Reason("the server has as many tables as it may have"),
    "bad_config": Reason("no game can be played with this config"),
    "table_closed": Reason("the table is closed for good"),
    "not_watching": Reason("the table is not being watched on this connection"),
    # Seats.
    "not_seated": Reason("the player has no seat at the table"),
    "already_seated": Reason("the player has a seat at the table"),
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
    "in_hand": Reason("not while the player is in a hand", retryable=True),
    # Actions.
    "not_your_turn": Reason("somebody else is to act, or nobody"),
    "wrong_turn": Reason("the turn that this answers is over"),
    "illegal_action": Reason("the action is not one of the turn's"),
    "amount_missing": Reason("a bet or raise needs an amount"),
    "amount_not_allowed": Reason("only a bet or raise has an amount"),
    "amount_too_small": Reason("less than the minimum"),
    "amount_too_large": Reason("more than the maximum"),
}
