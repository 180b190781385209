"""Keys the receipts of stored tables that an older version left without a key.

A table in memory is upgraded when it is loaded (`storage/vault`).  This does it at the start for
the tables that nobody loads.  A snapshot keeps its version, so it is no change to anybody: it is
rewritten only where version and epoch are as they were read, and no server owns the table.
"""

from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import structlog
from msgspec import Raw

from pokerws.game.state import PlayerId, TableId
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import BY_INDEX, connected
from pokerws.storage.store import Receipt
from pokerws.storage.vault.receipt_digests import ReceiptDigests

# A page of open tables, each with its snapshot if that has to be upgraded: a keyed digest has a
# dot.  Closed and quarantined tables are left as they are.  The log has only keyed receipts.
PAGE = """
SELECT created_at, id, CASE
    WHEN snapshot ~ '\\["\\$?[A-Za-z0-9+/]{12}", ?[0-9]+\\]'
      AND (coalesce(given_to, owner_incarnation) IS NULL OR EXISTS (
          SELECT FROM owners
          WHERE owners.incarnation = coalesce(given_to, owner_incarnation)
            AND owners.ended_at IS NOT NULL))
    THEN snapshot END AS snapshot, kept.version AS snapshot_version, epoch
FROM games LEFT JOIN game_snapshots AS kept ON kept.game_id = games.id
WHERE status IN ('waiting', 'active') AND (created_at, id) > ($1, $2)
ORDER BY created_at, id
LIMIT $3
"""

REWRITE = """
UPDATE game_snapshots AS kept
SET snapshot = new.snapshot
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
     AS new (id, snapshot, snapshot_version, epoch)
JOIN games ON games.id = new.id AND games.epoch = new.epoch
WHERE kept.game_id = new.id AND kept.version = new.snapshot_version
"""

STATEMENTS = (PAGE, REWRITE)
# Rows read at a time: no statement takes long, however many tables there are.
CHUNK = 1_000
ANSWER_S = 10.0

log = structlog.get_logger("pokerws.vault")
_encode = msgspec.json.Encoder().encode
# The other members stay as they are, also those that this version does not know.
_members = msgspec.json.Decoder(dict[str, Raw]).decode
_receipts = msgspec.json.Decoder(dict[PlayerId, list[Receipt]]).decode


class _Row(NamedTuple):
    id: TableId
    snapshot: str
    snapshot_version: int
    epoch: int


async def key_older_receipts(address: Address, digests: ReceiptDigests) -> int:
    """Rewrite such tables; returns how many.  Raises StoreUnavailable."""
    last, count = (datetime.min.replace(tzinfo=UTC), ""), 0
    async with connected(address, "pokerws", settings=BY_INDEX, answer_s=ANSWER_S) as connection:
        while page := await connection.fetch(PAGE, *last, CHUNK):
            unkeyed = [_Row(*row[1:]) for row in page if row["snapshot"] is not None]
            keyed = [new for row in unkeyed if (new := _keyed(row, digests)) is not None]
            if keyed:
                await connection.execute(REWRITE, *map(list, zip(*keyed, strict=True)))
            last, count = (page[-1]["created_at"], page[-1]["id"]), count + len(keyed)
    if count:
        log.info("receipts_keyed", tables=count)
    return count


def _keyed(row: _Row, digests: ReceiptDigests) -> _Row | None:
    """The row with keyed receipts; None if it needs no change, or hydration has to judge it."""
    try:
        members = _members(row.snapshot)
        receipts = _receipts(members["receipts"])
    except (msgspec.MsgspecError, ValueError, LookupError, RecursionError):
        return None
    if not digests.upgrade(row.id, receipts):
        return None
    text = _encode({**members, "receipts": receipts}).decode()
    return row._replace(snapshot=text)
