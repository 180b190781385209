"""Reads rows of `game_log`: a row has the events of one command, and is numbered by the last.

A row of an older version, or one that was changed by hand, has one event and its type.
"""

from collections.abc import Iterable, Sequence

import asyncpg

from pokerws.storage.log_events import events_in, row_of
from pokerws.storage.store import EventRow, LogRow

# The columns of a row, for `events_of` and `rows_of`.
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


def rows_of(records: Sequence[asyncpg.Record], after_seq: int = 0) -> list[LogRow]:
    """The rows after `after_seq`, in order, which have `COLUMNS`.

    If somebody else wrote some of them, there is one for each event of `events_of`.
    """
    found, last = list[LogRow](), after_seq
    for seq, count, hand_number, type_, payload, at_ms, receipt in records:
        if type_ is not None or seq - count != last:
            return [row_of(event) for event in events_of(records, after_seq)]
        found.append(
            LogRow(seq, count, hand_number, payload.encode(), at_ms, (receipt or "").encode())
        )
        last = seq
    return found


def events_of(records: Iterable[asyncpg.Record], after_seq: int = 0) -> list[EventRow]:
    """The events after `after_seq` of rows in order, which have `COLUMNS`.

    Events that a later row has too are its own: somebody else wrote the others.  What cannot be
    split comes as one event that cannot be read.
    """
    found: list[EventRow] = []
    for seq, count, hand_number, type_, payload, at_ms, receipt in records:
        first = seq - count + 1
        while found and found[-1].seq >= first:
            found.pop()
        data, receipt_bytes = payload.encode(), (receipt or "").encode()
        if type_ is not None:
            events = [EventRow(seq, hand_number, type_, data, at_ms, receipt_bytes)]
        else:
            events = events_in(LogRow(seq, count, hand_number, data, at_ms, receipt_bytes))
        found += [event for event in events if event.seq > after_seq]
    return found
