"""Builds the answer to a refused message."""

from pokerws.messages.codes import REJECT_CODES
from pokerws.messages.from_server import Rejected


def reject(message_id: str, code: str, detail: str = "") -> Rejected:
    """A refusal with a code of the protocol; without a `detail`, the code's meaning is sent."""
    reason = REJECT_CODES[code]
    return Rejected(message_id, code, detail or reason.meaning, reason.retryable)
