"""Why the server refuses a message, and the answer to it."""

from typing import cast

from pokerws.game.illegal import Illegal
from pokerws.messages.codes import REJECT_CODES, RejectCode
from pokerws.messages.from_server import Rejected


class Refused(Illegal):
    """A message that the server refuses, for a reason of its own beside those of the rules.

    `retry_after_ms` is how long to wait before the same message can succeed, where that is known.
    """

    def __init__(
        self, code: RejectCode, detail: str = "", *, retry_after_ms: int | None = None
    ) -> None:
        # Only the type of the code is wider than that of the rules.
        Exception.__init__(self, f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.retry_after_ms = retry_after_ms


def reject(
    message_id: str, code: RejectCode, detail: str = "", *, retry_after_ms: int | None = None
) -> Rejected:
    """A refusal with a code of the protocol; without a `detail`, the code's meaning is sent."""
    reason = REJECT_CODES[code]
    return Rejected(message_id, code, detail or reason.meaning, reason.retryable, retry_after_ms)


def rejection(message_id: str, refusal: Illegal) -> Rejected:
    """The answer to a message whose handling raised `refusal`."""
    retry_after_ms = refusal.retry_after_ms if isinstance(refusal, Refused) else None
    # Each code was checked against its type where the refusal was raised.
    code = cast("RejectCode", refusal.code)
    return reject(message_id, code, refusal.detail, retry_after_ms=retry_after_ms)
