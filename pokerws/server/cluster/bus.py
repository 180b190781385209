"""What carries messages between the nodes of a cluster, as the rest of the server sees it.

A bus promises little: a message arrives once, late, twice or never.  `links.py` numbers messages,
and tells its user what was lost.
"""

from collections.abc import Sequence
from typing import Protocol


class BusError(Exception):
    """Base of the errors of a bus.  The message is for the operator, without passwords."""


class BusUnavailable(BusError):
    """No server answers in time; it may later."""


class BusRefused(BusError):
    """The address, a password, a permission or a certificate is wrong; the operator must act."""


class BusListener(Protocol):
    """Who is told what happens on a bus.  Its methods return soon, and raise nothing."""

    def message(self, subject: str, message: bytes) -> None:
        """A message arrived, on a subject that the listener asked for."""

    def connected(self) -> None:
        """Messages can be sent from now on, and arrive.  Called once for each connection."""

    def disconnected(self) -> None:
        """The connection is lost; messages of both directions may be, too.  A new one is tried."""


class Bus(Protocol):
    """Messages by subject, between processes."""

    @property
    def most_bytes(self) -> int:
        """The longest message that can be sent now."""

    async def open(self, subjects: Sequence[str], listener: BusListener) -> None:
        """Connect, and listen to these subjects until `close`.

        A node needs two, so none come or go later.  When this returns, `connected` was called,
        and messages on each subject have been seen to arrive.  Raises BusError.
        """

    def send(self, subject: str, message: bytes) -> bool:
        """Send a message now or never: nothing waits for a connection to come back.

        False if it certainly was not sent.  It reaches the sender too, where that listens.
        """

    async def close(self) -> None:
        """Disconnect.  What was sent before may be lost; the listener is not called any more."""
