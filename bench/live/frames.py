"""WebSocket frames as the generator needs them: found in what came in, and made of a payload.

A server's frames are not masked.  Ours are masked with zeros, which is a legal key and no work.
"""

TEXT, CLOSE, PING = 0x81, 0x88, 0x89
_PONG_OPCODE = 0x8A
_MASKED = 0x80
_NO_KEY = bytes(4)


def span(data: bytes | bytearray, at: int, end: int) -> tuple[int, int] | None:
    """From where to where the payload of the frame at `at` lies, or None if it is not all there.

    Of `data` only what is before `end` has been received.
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
    """A whole text message of a client."""
    return _head(TEXT, len(payload)) + payload


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping."""
    return _head(_PONG_OPCODE, len(payload)) + payload


def close_frame(code: int = 1000) -> bytes:
    """A client's goodbye."""
    return _head(CLOSE, 2) + code.to_bytes(2, "big")


def _head(first: int, length: int) -> bytes:
    if length < 126:
        return bytes((first, _MASKED | length)) + _NO_KEY
    assert length < 1 << 16, "no command is as long"
    return bytes((first, _MASKED | 126)) + length.to_bytes(2, "big") + _NO_KEY
