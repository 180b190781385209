"""Reads the snapshots of claimed tables, with the log after them."""

import asyncpg

from pokerws.storage.postgres.log_rows import rows_of
from pokerws.storage.store import Claimed, Sums

# A claim cannot read them by itself: it may have waited for a save, whose row it then sees, but not
# what else was saved.
STATES = """
SELECT wanted.id, coalesce(kept.snapshot, '') AS snapshot,
       coalesce(kept.version, 0) AS snapshot_version, coalesce(
           (SELECT seq FROM game_log WHERE game_id = wanted.id ORDER BY seq DESC LIMIT 1), 0
       ) AS log_seq, ARRAY(
           SELECT ROW(seq, events, hand_number, type, payload,
                      round(extract(epoch FROM at) * 1000)::bigint, receipt)
           FROM game_log
           WHERE game_id = wanted.id AND seq > coalesce(kept.version, 0)
           ORDER BY seq
           LIMIT $2
       ) AS later_rows
FROM unnest($1::text[]) AS wanted (id)
LEFT JOIN game_snapshots AS kept ON kept.game_id = wanted.id
"""

STATEMENTS = (STATES,)

# Rows of the log that come with a claim; the rest is read a page at a time.
MOST_ROWS = 500


def claimed(row: asyncpg.Record, state: asyncpg.Record) -> Claimed:
    """The table of a row of a claim, and of its row of `STATES`."""
    return Claimed(
        snapshot=state["snapshot"].encode(),
        snapshot_version=state["snapshot_version"],
        version=row["version"],
        epoch=row["epoch"],
        branch=row["branch"],
        saved_ms=row["saved_ms"],
        log_seq=state["log_seq"],
        later_rows=rows_of(state["later_rows"], state["snapshot_version"]),
        sums=Sums(row["players"], row["hand_number"], row["total_pot"], row["chips"]),
        doubted=row["doubted_owners"],
    )
