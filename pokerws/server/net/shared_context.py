"""Compresses the broadcasts of a table once, with one context that all its viewers share.

With permessage-deflate a message may refer to earlier ones of its connection: its context.  A
context for each connection would take 30 KiB of it, and compress each message once per viewer.
Here a table has one.  The compressed frames form a chain, each referring only to those before it.
A client is sent a frame if the one before it in the chain is the last compressed frame that the
client got; or else the same message uncompressed, which RFC 7692 allows for any message.  When
clients have missed frames, because they came later, watch another table as well or are slow, a new
chain is begun from time to time.

SECRETS MUST NOT COME HERE.  The length of a compressed message tells those who listen on the line
what it has in common with the messages before it, such as a name that they have chosen
themselves (CRIME).  So messages are sent uncompressed, but for those that everybody may see.
"""

import zlib
from itertools import count
from typing import Final

from pokerws.server.net.deflate import TAIL, WINDOW_BITS
from pokerws.server.net.frames import compressed_frame_of

# 24 KiB for each chain with a window of 4 KiB; more memory makes messages no shorter.
_MEMORY_LEVEL = 4
# Level 1 saves a tenth of the time, and its messages are a third longer.
_LEVEL = 6
# A chain has at least so many frames, however many clients have missed some of them.
MIN_CHAIN = 16
# `after` of the first frame of a chain.
NOTHING: Final = 0

_numbers = count(1)


class _Chain:
    """Compressed frames, each of which may refer to those before it; only the latest is kept.

    `number` is that of the latest frame, and `after` that of the one before it.
    """

    __slots__ = (
        *("_compressor", "_is_text", "_length", "after", "frame", "is_missed", "message", "number"),
    )

    def __init__(self, *, is_text: bool) -> None:
        self._is_text = is_text
        self._compressor = zlib.compressobj(
            _LEVEL, zlib.DEFLATED, -WINDOW_BITS, memLevel=_MEMORY_LEVEL
        )
        self._length = 0
        self.message = self.frame = b""
        self.number = self.after = NOTHING
        # Whether a client could not be sent a frame of this chain.
        self.is_missed = False

    @property
    def is_over(self) -> bool:
        """Whether a new chain should be begun."""
        return self.is_missed and self._length >= MIN_CHAIN

    def add(self, message: bytes) -> None:
        """Compress a message."""
        data = self._compressor.compress(message) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
        self.frame = compressed_frame_of(data.removesuffix(TAIL), is_text=self._is_text)
        self.message = message
        self.after, self.number = self.number, next(_numbers)
        self._length += 1


class SharedContext:
    """The compression of one table's broadcasts."""

    __slots__ = ("_chains",)

    def __init__(self) -> None:
        # By `is_text`; None while no client compresses.
        self._chains: dict[bool, _Chain] | None = None

    def forget(self) -> None:
        """Free the memory; the next message begins a new chain."""
        self._chains = None

    def frame(self, message: bytes, last: int, *, is_text: bool) -> tuple[bytes, int] | None:
        """The compressed frame of a message, and its number.

        `last` is the number of the last compressed frame that the client got.  Returns None if the
        client cannot inflate this one: send the message uncompressed.
        """
        if self._chains is None:
            self._chains = {}
        chain = self._chains.get(is_text)
        if chain is None or message is not chain.message:
            if chain is None or chain.is_over:
                chain = self._chains[is_text] = _Chain(is_text=is_text)
            chain.add(message)
        if chain.after not in (NOTHING, last):
            chain.is_missed = True
            return None
        return chain.frame, chain.number
