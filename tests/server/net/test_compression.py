"""permessage-deflate: with whom it is negotiated, what is compressed, and attacks with it."""

import asyncio
import json
import re
import tracemalloc
import zlib
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import PayloadTooBig
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    PerMessageDeflate,
)
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.typing import ExtensionParameter, Subprotocol

from pokerws.client import connect as connect_client
from pokerws.client.bots import BotSeat, calling_station, run_bots
from pokerws.client.link import WireName
from pokerws.game.config.table_config import Mix, TableConfig
from pokerws.server.app import App
from pokerws.server.net.bounded_protocol import Bounds, Protocol
from pokerws.server.net.deflate import TAIL, inflate
from pokerws.server.net.shared_context import SharedContext

ACCEPTED = "permessage-deflate; client_no_context_takeover; server_max_window_bits=12"
OFFER = b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
HEAD = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
# That of a server by default.
MAX_MESSAGE_BYTES = 4096
CONFIG = TableConfig(seats=2, turn_time_ms=60_000, next_hand_delay_ms=0)

everywhere = pytest.mark.settings(compression="on")


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)


# ---- negotiation


def offered(offers: str) -> tuple[Protocol, Response]:
    """The server's side of a connection after a client's offers, and its response."""
    bounds = Bounds(
        message_bytes=MAX_MESSAGE_BYTES,
        header_bytes=65_536,
        headers=64,
        unread_bytes=4096,
        write_timeout_ms=1000,
    )
    one = Protocol(bounds, {}, {}, lambda: 0)
    one.compressible = (True,)
    one.receive_data(HEAD + f"Sec-WebSocket-Extensions: {offers}\r\n\r\n".encode())
    (request,) = one.events_received()
    assert isinstance(request, Request)
    response = one.accept(request)
    one.send_response(response)
    return one, response


def answer_to(offers: str) -> tuple[int, str | None]:
    """The status of the response, and the extensions in it."""
    _, response = offered(offers)
    return response.status_code, response.headers.get("Sec-WebSocket-Extensions")


@pytest.mark.parametrize(
    ("offers", "extensions"),
    [
        ("permessage-deflate", ACCEPTED),
        # What browsers send.
        ("permessage-deflate; client_max_window_bits", ACCEPTED),
        ("permessage-deflate; client_max_window_bits=10", f"{ACCEPTED}; client_max_window_bits=10"),
        ("permessage-deflate; server_max_window_bits=15", ACCEPTED),
        (
            "permessage-deflate; server_no_context_takeover",
            ACCEPTED.replace(";", "; server_no_context_takeover;", 1),
        ),
        # The first offer that can be accepted.
        ("permessage-deflate; server_max_window_bits=9, permessage-deflate", ACCEPTED),
        ("permessage-deflate, permessage-deflate", ACCEPTED),
        (", ".join(["permessage-deflate"] * 300), ACCEPTED),
        (", ".join(["x-a"] * 1000), None),
        ("permessage-deflate; server_max_window_bits=9", None),
        ("permessage-deflate; server_max_window_bits=8", None),
        ("permessage-deflate; server_max_window_bits=99", None),
        ("permessage-deflate; server_max_window_bits", None),
        ("permessage-deflate; client_max_window_bits=010", None),
        ("permessage-deflate; client_no_context_takeover=1", None),
        ("permessage-deflate; client_no_context_takeover; client_no_context_takeover", None),
        ("permessage-deflate; level=9", None),
        ("permessage-bzip2", None),
    ],
)
def test_an_offer_is_accepted_with_the_windows_of_the_server_or_declined(
    offers: str, extensions: str | None
) -> None:
    assert answer_to(offers) == (101, extensions)


def test_offers_that_cannot_be_read_are_refused() -> None:
    assert answer_to("permessage-deflate; =; ,;")[0] == 400


async def is_negotiated(app: App, address: str, wire: str = "json") -> bool:
    async with connect(
        app.socket_url,
        subprotocols=[Subprotocol(f"poker.v1.{wire}")],
        additional_headers={"X-Forwarded-For": address},
    ) as connection:
        return bool(connection.protocol.extensions)


@pytest.mark.settings(trusted_proxies=("127.0.0.1", "::1"))
async def test_by_default_compression_is_for_json_to_other_machines(app: App) -> None:
    assert await is_negotiated(app, "192.0.2.7")
    assert not await is_negotiated(app, "192.0.2.7", "msgpack")
    assert not await is_negotiated(app, "127.0.0.1"), "a program on the machine of the proxy"
    assert not await is_negotiated(app, "::1")


async def test_without_a_trusted_proxy_nobody_can_pretend_to_be_elsewhere(app: App) -> None:
    assert not await is_negotiated(app, "192.0.2.7")


@everywhere
async def test_compression_can_be_for_all_clients(app: App) -> None:
    assert await is_negotiated(app, "127.0.0.1")
    assert await is_negotiated(app, "127.0.0.1", "msgpack")


@pytest.mark.settings(compression="off", trusted_proxies=("127.0.0.1", "::1"))
async def test_compression_can_be_off(app: App) -> None:
    assert not await is_negotiated(app, "192.0.2.7")


# ---- what clients send


class ByHand:
    """A client that makes its own frames."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, app: App) -> "ByHand":
        one = cls(*await asyncio.open_connection("127.0.0.1", app.port))
        one.writer.write(HEAD + OFFER + b"\r\n")
        assert ACCEPTED.encode() in await one._reader.readuntil(b"\r\n\r\n")
        return one

    def send(
        self, data: bytes, opcode: Opcode = Opcode.TEXT, *, bits: int = 0x40, fin: bool = True
    ) -> None:
        """Send a frame with these reserved bits; 0x40 says that the message is compressed."""
        first, *rest = Frame(opcode, data, fin).serialize(mask=True)
        self.writer.write(bytes([first | bits, *rest]))

    async def next_frame(self) -> tuple[int, bytes]:
        """The first byte and the payload of the next frame."""
        first, length = await self._reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await self._reader.readexactly(2))
        return first, await self._reader.readexactly(length)

    async def close_code(self) -> int:
        """The code of the close frame."""
        while True:
            first, payload = await self.next_frame()
            if first & 15 == Opcode.CLOSE:
                self.writer.close()
                return int.from_bytes(payload[:2])


def hello_of(length: int, name: str = "Ann") -> bytes:
    """A hello of so many bytes."""
    hello = f'{{"type":"hello","id":"1","name":"{name}"}}'.encode()
    return hello + b" " * (length - len(hello))


@pytest.mark.parametrize("is_trickled", [False, True])
@everywhere
async def test_a_compressed_message_is_read_however_it_is_cut(
    app: App, *, is_trickled: bool
) -> None:
    for length, pieces in product((0, 200, MAX_MESSAGE_BYTES), (1, 2, 9)):
        await say_hello(app, length, pieces, is_trickled=is_trickled)


async def say_hello(app: App, length: int, pieces: int, *, is_trickled: bool) -> None:
    """Send a compressed hello in so many pieces, and two more messages."""
    one = await ByHand.open(app)
    data = deflated(hello_of(length, f"Ann {length} {pieces}"))
    step = -(-len(data) // pieces)
    for start in range(0, len(data), step):
        one.send(
            data[start : start + step],
            Opcode.CONT if start else Opcode.TEXT,
            bits=0 if start else 0x40,
            fin=start + step >= len(data),
        )
        if is_trickled:
            # So that the server reads each fragment by itself.
            one.send(b"", Opcode.PING, bits=0)
            assert (await one.next_frame())[0] == 0x80 | Opcode.PONG
    _, payload = await one.next_frame()
    assert json.loads(payload)["type"] == "welcome"
    # Frames that come next are found where they begin.
    one.send(deflated(b'{"type":"ping","id":"2"}'))
    one.send(b'{"type":"ping","id":"3"}', bits=0)
    assert [json.loads((await one.next_frame())[1])["id"] for _ in range(2)] == ["2", "3"]
    one.writer.close()


def test_a_compressed_frame_is_counted_with_the_length_that_it_came_with() -> None:
    one, _ = offered("permessage-deflate")
    first, *rest = Frame(Opcode.TEXT, deflated(hello_of(2000))).serialize(mask=True)
    one.receive_data(bytes([first | 0x40, *rest]))
    assert one.is_between_frames


BOMB = deflated(bytes(3_000_000))
FULL = deflated(b" " * MAX_MESSAGE_BYTES)


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([(BOMB, Opcode.TEXT, 0x40)], 1009),
        ([(BOMB, Opcode.BINARY, 0x40)], 1009),
        ([(deflated(hello_of(MAX_MESSAGE_BYTES + 1)), Opcode.TEXT, 0x40)], 1009),
        # In fragments, the first of which may have all that a message may have.
        ([(BOMB[:9], Opcode.TEXT, 0x40), (BOMB[9:], Opcode.CONT, 0)], 1009),
        ([(FULL + TAIL, Opcode.TEXT, 0x40), (BOMB, Opcode.CONT, 0)], 1009),
        ([(bytes(4096), Opcode.TEXT, 0x40), (b"x", Opcode.CONT, 0)], 1009),
        ([(b"", Opcode.TEXT, 0x40), *[(b"", Opcode.CONT, 0)] * 64], 1009),
        ([(b"\xff\xff\xff", Opcode.TEXT, 0x40)], 1002),
        ([(deflated(b"\xff\xfe"), Opcode.TEXT, 0x40)], 1007),
        ([(deflated(b"x"), Opcode.PING, 0x40)], 1002),
        ([(deflated(b"x"), Opcode.TEXT, 0x20)], 1002),
        ([(deflated(b"x"), Opcode.TEXT, 0x50)], 1002),
        ([(b"{", Opcode.TEXT, 0), (deflated(b"}"), Opcode.CONT, 0x40)], 1002),
        ([(b"x", Opcode.CONT, 0x40)], 1002),
        ([(b"", Opcode.TEXT, 0x40), (b"", Opcode.TEXT, 0x40)], 1002),
    ],
    ids=[
        *("bomb", "binary bomb", "a byte too long", "bomb in two", "bomb behind a full message"),
        *("too long before it is inflated", "empty fragments", "no deflate", "no UTF-8", "ping"),
        *("RSV2", "RSV1 and RSV3", "compressed fragment", "no first fragment", "two at once"),
    ],
)
@everywhere
async def test_compressed_attacks_are_closed_with_a_code(
    app: App, frames: Sequence[tuple[bytes, Opcode, int]], code: int
) -> None:
    one = await ByHand.open(app)
    for number, (data, opcode, bits) in enumerate(frames, 1):
        fin = number == len(frames) and not (len(frames) > 10)
        one.send(data, opcode, bits=bits, fin=fin or opcode is Opcode.PING)
    assert await one.close_code() == code


def test_a_bomb_is_inflated_no_further_than_a_message_may_be_long() -> None:
    tracemalloc.start()
    with pytest.raises(PayloadTooBig):
        inflate(BOMB, MAX_MESSAGE_BYTES)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000


# ---- what is compressed


class Spy(ClientPerMessageDeflateFactory):
    """Offers compression, and notes of each message whether it came compressed."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[tuple[bool, bytes]] = []

    def process_response_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> PerMessageDeflate:
        extension = super().process_response_params(params, accepted_extensions)
        decode = extension.decode

        def note(frame: Frame, *, max_size: int | None = None) -> Frame:
            decoded = decode(frame, max_size=max_size)
            if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
                self.messages.append((frame.rsv1, bytes(decoded.data)))
            return decoded

        extension.decode = note  # type: ignore[method-assign]  # the library has no such hook
        return extension

    @property
    def compressed(self) -> set[bytes]:
        """The messages that came compressed."""
        return {message for is_compressed, message in self.messages if is_compressed}

    @property
    def plain(self) -> list[dict[str, Any]]:
        """The others."""
        return [
            json.loads(message) for is_compressed, message in self.messages if not is_compressed
        ]


async def watched(spectator: ClientConnection, table: str, hands: int) -> list[dict[str, Any]]:
    """All messages to a new spectator until so many hands are over."""
    await spectator.send(f'{{"type":"hello","id":"1","name":"Rail {id(spectator)}"}}')
    await spectator.send(f'{{"type":"watch","id":"2","table":"{table}"}}')
    messages: list[dict[str, Any]] = []
    while hands > 0:
        messages.append(json.loads(await spectator.recv()))
        hands -= sum(event["type"] == "hand_ended" for event in messages[-1].get("events", []))
    return messages


def events_of(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message for message in messages if message["type"] == "events"]


@everywhere
async def test_what_only_one_player_may_see_is_never_compressed(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not with anything else: its length would tell what it has in common with that."""
    given: list[bytes] = []
    frame = SharedContext.frame

    def note(context: SharedContext, message: bytes, last: int, *, is_text: bool) -> Any:
        given.append(message)
        return frame(context, message, last, is_text=is_text)

    monkeypatch.setattr(SharedContext, "frame", note)
    spy = Spy()
    async with (
        connect_client(app.socket_url, name="Host") as host,
        connect(app.socket_url, compression=None) as plain,
        connect(app.socket_url, compression=None, extensions=[spy]) as spied,
    ):
        # Hidden cards, cards that are drawn, and in stud cards that all may see.
        mix = Mix(games=("F2L3D", "F7S"), rotation="hands", hands=2)
        table = await host.create_table("Cards", replace(CONFIG, variant="MIX", mix=mix))
        seats = [BotSeat(calling_station, table, name, delay_ms=(0, 0)) for name in ("Ada", "Bo")]
        shown = asyncio.gather(watched(plain, table, 5), watched(spied, table, 5))
        bots = asyncio.create_task(run_bots(app.socket_url, seats))
        seen, same = await shown
        bots.cancel()
        await asyncio.wait([bots])
    assert events_of(seen) == events_of(same)
    public = {encode(message) for message in events_of(seen)}
    last = events_of(seen)[-1]["seq"]
    compressed = [message for message in map(json.loads, given) if message["seq"] <= last]
    assert {*map(encode, compressed)} <= public
    assert {message["type"] for message in spy.plain} >= {"welcome", "accepted", "snapshot"}
    # Hands begin with a message of which each player has a version of its own.
    starts = [encode(one) for one in events_of(seen) if "hand_started" in str(one)]
    assert len(starts) == 5
    assert {*starts}.isdisjoint(encode(json.loads(message)) for message in spy.compressed)
    assert any(b'"up":' in message for message in spy.compressed), "cards dealt face up"
    assert len(spy.compressed) > len(spy.plain)


def encode(message: dict[str, Any]) -> str:
    return json.dumps(message)


async def bytes_compressed(app: App) -> tuple[float, float]:
    """What the metric says: bytes before and after."""
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
    text = await reader.read()
    writer.close()
    found = re.findall(rb'^pokerws_compressed_bytes_total{size="(\w+)"} (.*)$', text, re.MULTILINE)
    counts = {name: float(count) for name, count in found}
    return counts[b"before"], counts[b"after"]


@pytest.mark.parametrize("wire", ["json", "msgpack"])
@everywhere
async def test_the_client_offers_compression_unless_told_not_to(app: App, wire: WireName) -> None:
    async def sit_down(name: str, *, compression: bool) -> None:
        async with connect_client(
            app.socket_url, name=name, wire=wire, compression=compression
        ) as client:
            table = await client.create_table(name, CONFIG)
            view = await client.watch(table)
            for _ in range(5):
                await client.sit(table, 4000, 0)
                await client.stand(table)
            assert view.table.seats == [None, None]

    await sit_down("Plain", compression=False)
    assert await bytes_compressed(app) == (0, 0)
    await sit_down("Dense", compression=True)
    before, after = await bytes_compressed(app)
    assert 0 < after < before / 2
