"""An example for each reject code: a situation, a message sent in it, and the server's answer.

They are part of the protocol document.  A test brings a real server into each situation, sends the
message, and compares the answers.  Ids, times and tokens differ between servers, so the test maps
those of the server to the ones here.
"""

from pokerws.messages import JSON, REJECT_CODES, RejectCode, Rejected
from pokerws.schema.example_details import DETAILS
from pokerws.schema.examples.of_actions import OF_ACTIONS
from pokerws.schema.examples.of_messages import OF_MESSAGES
from pokerws.schema.examples.of_moderation import OF_MODERATION
from pokerws.schema.examples.of_seats import OF_SEATS
from pokerws.schema.examples.of_tables import OF_TABLES
from pokerws.schema.examples.situations import (
    ANNS_ID,
    BANNED,
    BEHIND,
    BENS,
    CHOICE,
    DATABASE_AWAY,
    DRAW,
    EXPIRED,
    FORGED,
    GREETED,
    GREETED_BY_TOKEN,
    ID,
    LATER_TURN,
    MSGPACK,
    NEW,
    OPEN,
    OPERATOR,
    OTHERS_TURN,
    PAUSED,
    SEATED,
    TABLE,
    TOKENS,
    TURN,
    TWO_SEATED,
    WAITING,
    Example,
)

__all__ = [
    "ANNS_ID",
    "BANNED",
    "BEHIND",
    "BENS",
    "CHOICE",
    "DATABASE_AWAY",
    "DRAW",
    "EXAMPLES",
    "EXPIRED",
    "FORGED",
    "GREETED",
    "GREETED_BY_TOKEN",
    "ID",
    "LATER_TURN",
    "MSGPACK",
    "NEW",
    "OPEN",
    "OPERATOR",
    "OTHERS_TURN",
    "PAUSED",
    "SEATED",
    "TABLE",
    "TOKENS",
    "TURN",
    "TWO_SEATED",
    "WAITING",
    "Example",
    "answer_text",
    "sent_text",
]

EXAMPLES: dict[RejectCode, Example] = (
    OF_MESSAGES | OF_TABLES | OF_SEATS | OF_ACTIONS | OF_MODERATION
)


def sent_text(example: Example) -> str:
    """What is sent, as the document shows it: bytes as a hexadecimal number."""
    match example.sent:
        case str(text):
            return text
        case bytes(frame):
            return f"0x{frame.hex()}"
        case message:
            return JSON.encode(message).decode()


def answer_text(code: RejectCode, example: Example) -> str:
    """The refusal, as JSON."""
    reason = REJECT_CODES[code]
    message = example.message or reason.meaning
    times = example.retry_after_ms, example.until_ms
    refusal = Rejected(
        example.id, code, message, reason.retryable, *times, reason.category, DETAILS.get(code)
    )
    return JSON.encode(refusal).decode()
