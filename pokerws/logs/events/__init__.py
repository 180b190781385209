"""The registry of log lines: `docs/logs.md` and the tests are made from it.

A running server does not import it, so an entry costs nothing.  A test compares it with all log
calls of the code.
"""

from pokerws.logs.events import auth, background, client, cluster, net, process, storage, tables
from pokerws.logs.events.event import LogEvent, Section

__all__ = ["EVENTS", "SECTIONS", "LogEvent", "Section"]

SECTIONS: tuple[Section, ...] = (
    process.SECTION,
    net.SECTION,
    auth.SECTION,
    tables.SECTION,
    background.SECTION,
    cluster.SECTION,
    storage.SECTION,
    client.SECTION,
)
EVENTS = {event.name: event for section in SECTIONS for event in section.events}
