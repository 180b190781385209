"""Keys the receipts of stored tables that an older version left without a key.

A table in memory is upgraded when it is loaded (`storage/vault`).  This does it at the start for
the tables that nobody loads.  A row keeps its version and epoch, so it is no change to anybody: it
is rewritten only where these are as they were read, and where no server owns the table.
"""

from typing import NamedTuple

import msgspec
import structlog
from msgspec import Raw

from pokerws.game.state import PlayerId, TableId
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import connected
from pokerws.storage.store import Receipt
from pokerws.storage.vault.receipt_digests import ReceiptDigests

# A keyed digest has a dot.  Closed and quarantined tables are left as they are.
UNKEYED = """
SELECT id, snapshot, version, epoch
FROM games
WHERE status IN ('waiting', 'active') AND id > $1
  AND snapshot ~ '\\["\\$?[A-Za-z0-9+/]{12}", ?[0-9]+\\]'
  AND (owner_incarnation IS NULL OR EXISTS (
      SELECT FROM owners
      WHERE owners.incarnation = games.owner_incarnation AND owners.ended_at IS NOT NULL))
ORDER BY id
LIMIT $2
"""

REWRITE = """
UPDATE games
SET snapshot = new.snapshot
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
     AS new (id, snapshot, version, epoch)
WHERE games.id = new.id AND games.version = new.version AND games.epoch = new.epoch
"""

STATEMENTS = (UNKEYED, REWRITE)
# Rows read and rewritten at a time.
CHUNK = 200
ANSWER_S = 10.0

log = structlog.get_logger("pokerws.vault")
_encode = msgspec.json.Encoder().encode
# The other members stay as they are, also those that this version does not know.
_members = msgspec.json.Decoder(dict[str, Raw]).decode
_receipts = msgspec.json.Decoder(dict[PlayerId, list[Receipt]]).decode


class _Row(NamedTuple):
    id: TableId
    snapshot: str
    version: int
    epoch: int


async def key_older_receipts(address: Address, digests: ReceiptDigests) -> int:
    """Rewrite such tables; returns how many.  Raises StoreUnavailable."""
    last, count = "", 0
    async with connected(address, "pokerws", answer_s=ANSWER_S) as connection:
        while rows := [_Row(*row.values()) for row in await connection.fetch(UNKEYED, last, CHUNK)]:
            keyed = [new for row in rows if (new := _keyed(row, digests)) is not None]
            if keyed:
                await connection.execute(REWRITE, *map(list, zip(*keyed, strict=True)))
            last, count = rows[-1].id, count + len(keyed)
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
