"""Sends one message as an operator's client would, without a connection.

So a command reaches the same handlers, with the same checks, and a table of another server through
the same relays.
"""

import asyncio
from typing import Any, cast

import msgspec

from pokerws.messages import JSON, ClientMessage, Refused, RejectCode, Rejected
from pokerws.metrics import ACCEPTED
from pokerws.server.admin.caller import Caller, Desk
from pokerws.server.auth.identity import OPERATOR_PREFIX, Identity
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.sessions.session import Session

# With durable acks the answer waits for its commit; a table of another server for its owner.
PATIENCE_S = 15.0

_decode = msgspec.json.Decoder(Rejected).decode


class _Line:
    """Takes the place of a session's `Connection`."""

    subprotocol = JSON.subprotocol
    latency_ms = 0
    is_silent = False


class InnerSession(Session):
    """A session that waits for one answer and drops all else."""

    __slots__ = ("answered",)

    def __init__(self, desk: Desk, caller: Caller) -> None:
        connection: Any = _Line()
        super().__init__(connection, desk.context, desk.dispatch, address=caller.address)
        name = caller.who.removeprefix(OPERATOR_PREFIX)
        self.identity = Identity(caller.who, name, "operator", sid=f"admin {caller.via}")
        self.answered: asyncio.Future[Rejected | None] = asyncio.get_running_loop().create_future()

    def pass_on(self, message_id: str, answer: str, frame: bytes) -> None:
        """Part of `Session`."""
        if not self.answered.done():
            self.answered.set_result(None if answer == ACCEPTED else _decode(frame))

    def send(self, frame: bytes) -> None:
        """Part of `Session`."""

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        """Part of `Session`."""

    def send_droppable(self, frame: bytes) -> None:
        """Part of `Session`."""

    def _close(self, code: int, reason: str) -> None:
        if not self.answered.done():
            self.answered.set_exception(Refused("table_unavailable", reason))

    def leave(self) -> None:
        """Unregister everywhere."""
        self.leave_tables()
        self.context.elsewhere.forget(self)


async def send(desk: Desk, caller: Caller, message: ClientMessage) -> None:
    """Carry out a message.  Raises Refused, as a client would be refused."""
    session = InnerSession(desk, caller)
    try:
        async with asyncio.timeout(PATIENCE_S):
            work = session.carry_out(message)
            if work is not None:
                await work
            rejected = await session.answered
    except TimeoutError:
        raise Refused(
            "table_unavailable",
            "no answer yet: it may still be done; look before you send it again",
        ) from None
    finally:
        session.leave()
    if rejected is not None:
        raise Refused(
            # The server's own answer has one of its codes.
            cast("RejectCode", rejected.code),
            rejected.message,
            rejected.details,
            retry_after_ms=rejected.retry_after_ms,
            until_ms=rejected.until_ms,
        )
