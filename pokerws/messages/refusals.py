"""Refusals: the exception for a message that the server refuses, and the answer to it."""

from typing import cast

from pokerws.game.illegal import Details, Illegal
from pokerws.messages.codes import REJECT_CODES, RejectCode
from pokerws.messages.from_server import Rejected


class Refused(Illegal):
    """The server refuses a message, for a reason other than the rules of the game.

    `until_ms` is when a ban, mute or kick ends.
    """

    def __init__(
        self,
        code: RejectCode,
        detail: str = "",
        details: Details | None = None,
        *,
        retry_after_ms: int | None = None,
        until_ms: int | None = None,
    ) -> None:
        # `Illegal.__init__` accepts only the codes of the rules.
        Exception.__init__(self, f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.details = details
        self.retry_after_ms = retry_after_ms
        self.until_ms = until_ms


def reject(
    message_id: str,
    code: RejectCode,
    detail: str = "",
    details: Details | None = None,
    *,
    retry_after_ms: int | None = None,
    until_ms: int | None = None,
) -> Rejected:
    """A refusal with this code.  Without a `detail`, the text is the code's meaning."""
    reason = REJECT_CODES[code]
    return Rejected(
        message_id,
        code,
        detail or reason.meaning,
        reason.retryable,
        retry_after_ms,
        until_ms,
        reason.category,
        details,
    )


def rejection(message_id: str, refusal: Illegal, details: Details | None = None) -> Rejected:
    """The answer to a message whose handler raised `refusal`; `details` replace its own."""
    return reject(
        message_id,
        # The code was type-checked where the exception was raised.
        cast("RejectCode", refusal.code),
        refusal.detail,
        details or refusal.details,
        retry_after_ms=refusal.retry_after_ms,
        until_ms=refusal.until_ms if isinstance(refusal, Refused) else None,
    )
