"""A situation in which commands are refused."""

from collections.abc import Sequence
from typing import NamedTuple

from pokerws.messages import ClientMessage
from tests.server.protocol.situations import SITUATIONS, Situation


class Shown(NamedTuple):
    """Commands that are refused with a code in a situation, on a server."""

    code: str
    bring: Situation
    server: str
    said: Sequence[ClientMessage]


def shown(code: str, given: str, *said: ClientMessage) -> Shown:
    """Commands that are refused in a situation of the document."""
    return Shown(code, SITUATIONS[given], "", said)
