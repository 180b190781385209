"""Says a line of chat once, although its message is sent again.

Chat and reactions have no receipts.  So the owner of a table remembers which of the messages that
gateways have numbered it has carried out.  A new owner does not know what a dead one has said, so
gateways refuse what that one has not answered.
"""

from collections import OrderedDict
from typing import Any

from pokerws.messages import Accepted, Chat, React
from pokerws.server.net.connection import Work
from pokerws.server.sessions.handlers import HANDLERS, Handler

# An answer that is lost is asked for again within seconds.
MOST_SAID = 10_000


class Said:
    """The latest lines, by the number of their messages."""

    def __init__(self) -> None:
        self._latest: OrderedDict[int, None] = OrderedDict()

    def add(self, message_no: int) -> None:
        """Remember a line."""
        self._latest[message_no] = None
        if len(self._latest) > MOST_SAID:
            self._latest.popitem(last=False)

    def has(self, message_no: int) -> bool:
        """Whether a line was said."""
        return message_no in self._latest


def _once(handler: Handler) -> Handler:
    # A `RelayedSession`, whose module imports this one.
    def say_once(session: Any, message: Chat | React) -> Work | None:
        if session.has_said:
            session.answer_in_turn(message.table, Accepted(message.id, table=message.table))
            return None
        work = handler(session, message)
        session.note_said()
        return work

    return say_once


# The handlers of relayed messages.
RELAYED = HANDLERS | {Chat: _once(HANDLERS[Chat]), React: _once(HANDLERS[React])}
