"""Reads rows of `game_log`: a row has the events of one command, and is numbered by the last.

A row of an older version, or one that was changed by hand, has one event and its type.
"""

from collections.abc import Iterable

import asyncpg
import msgspec
from msgspec import Raw, Struct

from pokerws.storage.store import EventRow

# The columns of a row, for `events_of`.
COLUMNS = """
seq, events, hand_number, type, payload, round(extract(epoch FROM at) * 1000)::bigint AS at_ms,
receipt
"""
# In SQL, what joined to `game_log AS log` gives its events, one a row; and their columns.
PARTS = """
json_array_elements(CASE WHEN log.type IS NULL THEN log.payload::json ELSE '[null]' END)
    WITH ORDINALITY AS part (event, place)
"""
PART_SEQ = "log.seq - log.events + part.place"
PART_TYPE = "coalesce(log.type, part.event ->> 'type')"
PART_PAYLOAD = "CASE WHEN log.type IS NULL THEN part.event::text ELSE log.payload END"


class _Kind(Struct):
    type: str


_split = msgspec.json.Decoder(list[Raw]).decode
_kind = msgspec.json.Decoder(_Kind).decode


def events_of(rows: Iterable[asyncpg.Record], after_seq: int = 0) -> list[EventRow]:
    """The events after `after_seq` of rows in order, which have `COLUMNS`.

    Events that a later row has too are its own: somebody else wrote the others.  What cannot be
    split comes as one event that cannot be read.
    """
    found: list[EventRow] = []
    for seq, count, hand_number, type_, payload, at_ms, receipt in rows:
        first = seq - count + 1
        while found and found[-1].seq >= first:
            found.pop()
        events = _typed(type_, payload, count)
        if len(events) != count:
            first = seq
        last = len(events) - 1
        receipt_bytes = b"" if receipt is None else receipt.encode()
        for place, (kind, event) in enumerate(events):
            if first + place > after_seq:
                given = receipt_bytes if place == last else b""
                found.append(EventRow(first + place, hand_number, kind, event, at_ms, given))
    return found


def _typed(type_: str | None, payload: str, count: int) -> list[tuple[str, bytes]]:
    """The events of a row with their types; the whole payload as one, if it is damaged."""
    data = payload.encode()
    if type_ is not None:
        return [(type_, data)]
    try:
        parts = [bytes(part) for part in _split(data)]
        events = [(_kind(part).type, part) for part in parts]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        events = []
    return events if len(events) == count else [("", data)]
