"""The public id of a hand: a number, the same in every format, and permanent."""

from hashlib import blake2b

from pokerws.game.state import TableId

# Readers store it as a signed 64-bit integer.
_BITS = 63


def hand_id(table: TableId, hand: int) -> int:
    """The id of a table's hand number `hand`, from 0 up to 2**63.

    Some readers treat hands with the same id as one hand, so it has to be unique across tables.  It
    is a hash of both numbers: among ten million hands, the chance of any collision is 1 in 180,000.
    """
    digest = blake2b(f"{hand} {table}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - _BITS)
