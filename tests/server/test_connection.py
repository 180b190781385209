"""What is sent along with a request, or right behind it, wherever the network cuts it."""

import pytest
from websockets.http11 import Request
from websockets.protocol import CONNECTING, OPEN

from pokerws.server.connection import Bounds, Protocol

HEAD = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LIMIT = 1024


def protocol() -> Protocol:
    bounds = Bounds(
        message_bytes=4096,
        header_bytes=LIMIT,
        headers=64,
        unread_bytes=4096,
        write_timeout_ms=1000,
    )
    return Protocol(bounds, {}, lambda: 0)


def answered(one: Protocol) -> bytes:
    """Shake hands as the server does; what was sent."""
    (request,) = one.events_received()
    assert isinstance(request, Request)
    one.send_response(one.accept(request))
    return b"".join(one.data_to_send())


@pytest.mark.parametrize("pieces", [1, 2, 3, 7, len(HEAD)])
def test_a_request_is_read_in_whatever_pieces_it_comes(pieces: int) -> None:
    one = protocol()
    step = -(-len(HEAD) // pieces)
    for start in range(0, len(HEAD), step):
        one.receive_data(HEAD[start : start + step])
    assert answered(one).startswith(b"HTTP/1.1 101 ")
    assert one.state is OPEN
    one.receive_data(b"\x89\x80mask")
    assert one.data_to_send() == [b"\x8a\x00"], "a ping is answered once the handshake is done"


@pytest.mark.parametrize("cut", range(1, len(HEAD + PAGE)))
def test_who_does_not_wait_for_the_handshake_is_refused(cut: int) -> None:
    one = protocol()
    one.receive_data((HEAD + PAGE)[:cut])
    one.receive_data((HEAD + PAGE)[cut:])
    assert answered(one).startswith(b"HTTP/1.1 400 ")
    assert one.state is CONNECTING
    assert one.eof_sent


def test_what_follows_a_request_does_not_count_as_its_header() -> None:
    one = protocol()
    one.receive_data(PAGE)
    for _ in range(10):
        one.receive_data(b"x" * LIMIT)
    (request,) = one.events_received()
    assert isinstance(request, Request)
    one.send_response(one.reject(404, "no\n"))
    assert b"".join(one.data_to_send()).count(b"HTTP/1.1 ") == 1
