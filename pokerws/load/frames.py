"""WebSocket frames for the generator: found in received bytes, and built from a payload.

A server's frames are not masked. The generator's are masked with zeros, a legal key that needs no
work.
"""

TEXT, CLOSE, PING = 0x81, 0x88, 0x89
_PONG = 0x8A
_MASKED = 0x80
_NO_KEY = bytes(4)


def span(data: bytes | bytearray, at: int, end: int) -> tuple[int, int] | None:
    """Start and end of the payload of the frame at `at`, or None if the frame is incomplete.

    `data` has been received up to `end`.
    """
    if end - at < 2:
        return None
    length, start = data[at + 1], at + 2
    if length == 126:
        start += 2
        if end < start:
            return None
        length = data[at + 2] << 8 | data[at + 3]
    elif length == 127:
        start += 8
        if end < start:
            return None
        length = int.from_bytes(data[at + 2 : start], "big")
    stop = start + length
    return (start, stop) if stop <= end else None


def text_frame(payload: bytes) -> bytes:
    """A complete text message of a client."""
    return _head(TEXT, len(payload)) + payload


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping."""
    return _head(_PONG, len(payload)) + payload


def close_frame() -> bytes:
    """A client's normal close."""
    return _head(CLOSE, 2) + (1000).to_bytes(2, "big")


def _head(first: int, length: int) -> bytes:
    if length < 126:
        return bytes((first, _MASKED | length)) + _NO_KEY
    if length >= 1 << 16:
        raise ValueError("no command is as long")
    return bytes((first, _MASKED | 126)) + length.to_bytes(2, "big") + _NO_KEY
