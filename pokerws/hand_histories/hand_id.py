"""The public number of a hand: the same in every format, and permanent."""

from hashlib import blake2b

from pokerws.game.state import TableId

# What readers keep it in is a signed number of 64 bits.
_BITS = 63


def hand_id(table: TableId, hand: int) -> int:
    """The number of a table's hand of this number, from 0 up to 2**63.

    Some readers take hands with the same number for one hand, so it is spread over the whole range
    by a hash of both: of ten million hands, any two have the same with a chance of 1 in 180,000.
    Programs that keep only its first 53 bits, as those in JavaScript do, are hardly worse off.
    """
    digest = blake2b(f"{hand} {table}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - _BITS)
