"""Splits rows of the log into events: a row has those of one command, as a JSON array."""

import msgspec
from msgspec import Raw, Struct

from pokerws.storage.store import EventRow, LogRow


class _Kind(Struct):
    type: str


_split = msgspec.json.Decoder(list[Raw]).decode
_kind = msgspec.json.Decoder(_Kind).decode


def events_in(row: LogRow) -> list[EventRow]:
    """The events of a row; one that cannot be read, with the whole payload, if it is damaged."""
    last, hand_number, at_ms = row.seq, row.hand_number, row.at_ms
    try:
        events = [(_kind(part).type, bytes(part)) for part in _split(row.payload)]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        events = []
    if len(events) != row.count:
        events = [("", row.payload)]
    return [
        EventRow(seq, hand_number, kind, event, at_ms, row.receipt if seq == last else b"")
        for seq, (kind, event) in enumerate(events, last + 1 - len(events))
    ]


def row_of(event: EventRow) -> LogRow:
    """A row that has this event alone."""
    payload = b"[%b]" % event.payload
    return LogRow(event.seq, 1, event.hand_number, payload, event.at_ms, event.receipt)
