"""Encodes and parses the usual frames (RFC 6455, 5.2) faster than the library does.

A usual frame is a whole message.  Fragments, control frames and long ones are the library's.
"""

from struct import Struct
from typing import Final

from websockets.frames import Opcode
from websockets.typing import BytesLike

try:
    from websockets.speedups import apply_mask
except ImportError:
    # The library does the same where no C compiler was available.
    from websockets.utils import apply_mask

# The first byte of a frame that is a whole message; a bit in it says that it is compressed.
_WHOLE_TEXT, _WHOLE_BINARY = 0x80 | Opcode.TEXT, 0x80 | Opcode.BINARY
_COMPRESSED: Final = 0x40
_COMPRESSED_TEXT, _COMPRESSED_BINARY = _WHOLE_TEXT | _COMPRESSED, _WHOLE_BINARY | _COMPRESSED
# The values of the second byte which say that a longer length follows.
_IN_TWO_BYTES, _IN_EIGHT_BYTES = 126, 127
# Clients mask what they send: a bit in the second byte says so, and four bytes follow it.
_MASKED, _MASKED_HEAD = 0x80, 6
_medium, _long = Struct("!BBH").pack, Struct("!BBQ").pack
# Of a message up to this length, the head is looked up.
_USUAL: Final = 2048


def _head(first: int, length: int) -> bytes:
    if length < _IN_TWO_BYTES:
        return bytes((first, length))
    if length < 1 << 16:
        return _medium(first, _IN_TWO_BYTES, length)
    return _long(first, _IN_EIGHT_BYTES, length)


_TEXT_HEADS, _BINARY_HEADS = (
    [_head(first, length) for length in range(_USUAL)] for first in (_WHOLE_TEXT, _WHOLE_BINARY)
)


def frame_of(message: bytes, is_text: bool) -> bytes:  # noqa: FBT001  a keyword costs more
    """The unmasked frame of a whole message."""
    length = len(message)
    if length < _USUAL:
        return (_TEXT_HEADS if is_text else _BINARY_HEADS)[length] + message
    return _head(_WHOLE_TEXT if is_text else _WHOLE_BINARY, length) + message


def compressed_frame_of(data: bytes, *, is_text: bool) -> bytes:
    """The unmasked frame of a whole message that was compressed into `data`."""
    return _head(_COMPRESSED_TEXT if is_text else _COMPRESSED_BINARY, len(data)) + data


def message_of(data: bytes) -> str | bytes | None:
    """The message of one whole, short, uncompressed frame from a client; None for anything else."""
    length = len(data) - _MASKED_HEAD
    if not 0 <= length < _IN_TWO_BYTES or data[1] != _MASKED + length:
        return None
    first = data[0]
    if first == _WHOLE_TEXT:
        try:
            return apply_mask(data[_MASKED_HEAD:], data[2:_MASKED_HEAD]).decode()
        except UnicodeDecodeError:
            # The library closes the connection.
            return None
    if first == _WHOLE_BINARY:
        return apply_mask(data[_MASKED_HEAD:], data[2:_MASKED_HEAD])
    return None


def compressed_of(data: bytes) -> tuple[bytes, bool] | None:
    """What `message_of` leaves out: a compressed message, not yet inflated, and whether it is text.

    None for anything else than one whole, short frame.
    """
    if len(data) < _MASKED_HEAD or data[0] not in (_COMPRESSED_TEXT, _COMPRESSED_BINARY):
        return None
    length = data[1] - _MASKED
    if not 0 <= length < _IN_TWO_BYTES or len(data) != length + _MASKED_HEAD:
        return None
    payload = apply_mask(data[_MASKED_HEAD:], data[2:_MASKED_HEAD])
    return payload, data[0] == _COMPRESSED_TEXT


def read(data: BytesLike, *, is_text: bool) -> str | bytes | None:
    """A message; None for a text that is not UTF-8, which is left to the library."""
    if not is_text:
        return bytes(data)
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError:
        return None
