"""permessage-deflate (RFC 7692): its negotiation, and the messages that clients compress.

Each message of a client is inflated by itself and in one piece, with a bound.  So a connection
keeps no inflater, which would take 40 KiB, not even between the fragments of a message.  What the
server compresses is in `shared_context`.
"""

import zlib
from collections.abc import Sequence
from typing import Final

from websockets.exceptions import NegotiationError, PayloadTooBig, ProtocolError
from websockets.extensions import Extension, ServerExtensionFactory
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import CTRL_OPCODES, Frame, Opcode
from websockets.typing import ExtensionName, ExtensionParameter

from pokerws.server.net.frames import compressed_of, read

# The window of all that the server compresses: 4 KiB, about a hand.
WINDOW_BITS: Final = 12
# A sender leaves these bytes out at the end of each message (RFC 7692, 7.2.1).
TAIL: Final = b"\x00\x00\xff\xff"
# The window of clients' messages.  It costs nothing, since inflaters live as long as a call.
_CLIENT_WINDOW_BITS = 15
_NAME = ExtensionName("permessage-deflate")


def inflate(data: bytes, limit: int) -> bytes:
    """A client's message.  Raises PayloadTooBig above `limit` bytes, or ProtocolError."""
    try:
        message = zlib.decompressobj(-_CLIENT_WINDOW_BITS).decompress(data + TAIL, limit + 1)
    except zlib.error as error:
        raise ProtocolError("decompression failed") from error
    if len(message) > limit:
        raise PayloadTooBig(None, limit)
    return message


def message_of(data: bytes, limit: int) -> str | bytes | None:
    """The message of one whole, short, compressed frame; None for what the library must judge."""
    found = compressed_of(data)
    if found is None:
        return None
    payload, is_text = found
    try:
        return read(inflate(payload, limit), is_text=is_text)
    except (PayloadTooBig, ProtocolError):
        return None


class Deflate(Extension):
    """The extension of one connection.

    `keeps_context` is whether frames to the client may refer to earlier ones.  The library's own
    extension would keep an inflater, and compress all that the server sends.
    """

    name = _NAME

    def __init__(self, *, keeps_context: bool) -> None:
        self.keeps_context = keeps_context
        # The length of the latest frame as it was received.
        self.received = 0
        # The fragments of an unfinished compressed message.
        self._pieces: list[bytes] | None = None

    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        """Part of the library's extension.

        All fragments of a compressed message but the last are passed on empty, and with the last
        one comes the whole message.  `max_size` is what the message may have until its end.
        """
        self.received = len(frame.data)
        # A reserved bit that is wrong here is left in the frame, so that the library refuses it.
        if frame.opcode in CTRL_OPCODES or (frame.opcode is Opcode.CONT and frame.rsv1):
            return frame
        if frame.opcode is not Opcode.CONT:
            if not frame.rsv1:
                return frame
            self._pieces = []
        if self._pieces is None:
            return frame
        self._pieces.append(bytes(frame.data))
        limit = 0 if max_size is None else max_size
        if sum(map(len, self._pieces)) > limit:
            raise PayloadTooBig(None, limit)
        if not frame.fin:
            return Frame(frame.opcode, b"", fin=False, rsv2=frame.rsv2, rsv3=frame.rsv3)
        data, self._pieces = inflate(b"".join(self._pieces), limit), None
        return Frame(frame.opcode, data, fin=True, rsv2=frame.rsv2, rsv3=frame.rsv3)

    def encode(self, frame: Frame) -> Frame:
        """Part of the library's extension: its own frames are not compressed."""
        return frame


class DeflateOffers(ServerExtensionFactory):
    """Answers clients' offers; the library checks their parameters."""

    name = _NAME

    def __init__(self) -> None:
        self._library = ServerPerMessageDeflateFactory(
            # A client's message must not refer to earlier ones.
            client_no_context_takeover=True,
            server_max_window_bits=WINDOW_BITS,
            # The library makes a compressor, which is dropped: the smallest one.
            compress_settings={"memLevel": 1},
        )

    def process_request_params(
        self,
        params: Sequence[ExtensionParameter],
        accepted_extensions: Sequence[Extension],
    ) -> tuple[list[ExtensionParameter], Deflate]:
        """Part of the library's factory.  Raises NegotiationError for an offer that is declined."""
        response, theirs = self._library.process_request_params(params, accepted_extensions)
        if theirs.local_max_window_bits < WINDOW_BITS:
            # All clients get the same compressed frames.
            raise NegotiationError(f"server_max_window_bits must be {WINDOW_BITS} or more")
        return response, Deflate(keeps_context=not theirs.local_no_context_takeover)


OFFERS: Final = (DeflateOffers(),)
