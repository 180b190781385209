"""Attacks with real sockets, while two players play on at another table.

During each of them the table has to keep its pace, the memory its size, and the log its calm.
"""

import asyncio
import logging
import resource
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.typing import Origin

from pokerws.client import connect as connect_client
from pokerws.client.bots import BotSeat, calling_station, run_bots
from pokerws.game.config.table_config import TableConfig
from pokerws.messages import CloseCode
from pokerws.server.app import App
from tests.server.net.play_meanwhile import SOON_S, Play
from tests.settings import settings_of

# The players come from 127.0.0.1, the attacker from here.
ATTACKER = "127.0.0.2"
# A player thinks this long; two of them are far below the limits of a connection.
THOUGHT_MS = 30

CONFIG = TableConfig(seats=2, turn_time_ms=60_000, next_hand_delay_ms=0)
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)
PAGE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
HELLO = b'{"type":"hello","id":"1","name":"Mallory"}'

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def app(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[App]:
    """A server with its limits as they are by default, but for a test's `settings` marker."""
    marker = request.node.get_closest_marker("settings")
    nowhere = f"embedded:{tmp_path / 'none'}"
    chosen = marker.kwargs if marker else {}
    # The pace of the attacked table is measured over hands that follow each other at once.
    app = App(settings_of(port=0, database_url=nowhere, min_hand_pause_ms=0, **chosen))
    await app.start()
    yield app
    await app.stop()


@pytest.fixture
async def play(app: App) -> AsyncIterator[Play]:
    async with connect_client(app.socket_url, name="Rail") as rail:
        table = await rail.create_table("Quiet", CONFIG)
        play = Play()
        play.view = await rail.watch(table, play.note)
        seats = [
            BotSeat(calling_station, table, name, delay_ms=(THOUGHT_MS, THOUGHT_MS))
            for name in ("Ada", "Blaise")
        ]
        bots = asyncio.create_task(run_bots(app.socket_url, seats))
        yield play
        bots.cancel()
        await asyncio.wait([bots])


@pytest.fixture(autouse=True)
def _calm(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that an attacker does is a fault of the server."""
    yield
    assert "Traceback" not in capsys.readouterr().out
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def dial(app: App) -> Stream:
    return await asyncio.open_connection("127.0.0.1", app.port, local_addr=(ATTACKER, 0))


async def shake_hands(app: App) -> Stream:
    """A socket that speaks WebSocket by hand."""
    reader, writer = await dial(app)
    writer.write(HANDSHAKE)
    answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"deflate" not in answer
    return reader, writer


def frame(
    data: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True, rsv1: bool = False
) -> bytes:
    first, *rest = Frame(opcode, data, fin).serialize(mask=True)
    return bytes([first | 0x40 if rsv1 else first, *rest])


async def code_of(reader: asyncio.StreamReader) -> int | None:
    """The code of the close frame, after whatever comes before it; None if there is none."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        async with asyncio.timeout(SOON_S):
            while True:
                first, length = await reader.readexactly(2)
                if length == 126:
                    length = int.from_bytes(await reader.readexactly(2))
                elif length == 127:
                    length = int.from_bytes(await reader.readexactly(8))
                data = await reader.readexactly(length)
                if first & 15 == Opcode.CLOSE:
                    return int.from_bytes(data[:2])
    return None


async def ended(reader: asyncio.StreamReader) -> None:
    """Wait until the server has closed a socket."""
    with suppress(ConnectionError):
        async with asyncio.timeout(SOON_S):
            while await reader.read(65_536):
                pass


async def flood(app: App, data: bytes, *, first: bytes = b"") -> int | None:
    """Send the same over and over until the server has enough; the code that it says so with."""
    reader, writer = await shake_hands(app)
    code = asyncio.create_task(code_of(reader))
    with suppress(ConnectionError):
        writer.write(first)
        while not code.done():
            writer.write(data)
            await writer.drain()
            await asyncio.sleep(0)  # What can be written at once does not let others run.
    writer.transport.abort()
    return await code


async def send_until_cut_off(writer: asyncio.StreamWriter, data: bytes) -> None:
    with suppress(ConnectionError):
        async with asyncio.timeout(SOON_S):
            while True:
                writer.write(data)
                await writer.drain()
                await asyncio.sleep(0)  # What can be written at once does not let others run.


def closes(app: App, code: int) -> int:
    """How many sessions have ended with a code, by the server's own count."""
    line = f'pokerws_session_closes_total{{code="{code}"}}'
    text = app._metrics.text().decode()
    return next((int(float(x.split()[-1])) for x in text.splitlines() if x.startswith(line)), 0)


async def closed_with(app: App, code: int, count: int = 1) -> None:
    async with asyncio.timeout(SOON_S):
        while closes(app, code) < count:  # noqa: ASYNC110  The server has no event for it.
            await asyncio.sleep(0.001)


def as_many_as_files_allow(wished: int) -> int:
    """So many sockets, both ends of which are in this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 2 * wished + 200
    if soft < needed and (hard == resource.RLIM_INFINITY or hard > soft):
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(wished, (soft - 200) // 2)


@pytest.mark.settings(
    max_connections_per_address=0, address_connection_rate="0", open_timeout_ms=800
)
async def test_a_thousand_half_open_handshakes_are_cut_off(app: App, play: Play) -> None:
    count = as_many_as_files_allow(1000)
    beginnings = (b"", b"GET /w", HANDSHAKE[:-2])
    async with play.goes_on():
        streams = [await dial(app) for _ in range(count)]
        for number, (_, writer) in enumerate(streams):
            writer.write(beginnings[number % 3])
        async with connect_client(app.socket_url, name="Late"):
            pass  # Who is no attacker gets in all the same.
        await asyncio.gather(*(ended(reader) for reader, _ in streams))
        for _, writer in streams:
            writer.close()
    assert app.listener._counts._opening == 0


async def test_the_half_open_sockets_of_one_address_keep_nobody_else_out(
    app: App, play: Play
) -> None:
    async with play.goes_on():
        streams = [await dial(app) for _ in range(300)]
        async with connect_client(app.socket_url, name="Late"):
            most = settings_of().limits.max_connections_per_address
            assert app.listener._counts._opening <= most
        for _, writer in streams:
            writer.transport.abort()


async def test_headers_without_end_are_cut_off_at_the_limit(app: App, play: Play) -> None:
    async with play.goes_on():
        reader, writer = await dial(app)
        writer.write(b"GET /ws HTTP/1.1\r\n")
        with suppress(ConnectionError):
            for _ in range(100_000):
                writer.write(b"A: " + b"b" * 1000 + b"\r\n")
                await writer.drain()
                if reader.at_eof() or reader._buffer:  # type: ignore[attr-defined]
                    break
            assert (await reader.readline()).startswith(b"HTTP/1.1 431 ")
        writer.close()


@pytest.mark.parametrize("name", [b"A", b"X-Forwarded-For", b"Origin"])
async def test_too_many_headers_are_refused(app: App, play: Play, name: bytes) -> None:
    async with play.goes_on():
        for _ in range(20):
            reader, writer = await dial(app)
            writer.write(HANDSHAKE[:-2] + (name + b": b\r\n") * 100 + b"\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 431 ")
            writer.close()


async def test_headers_that_are_too_long_together_are_refused(app: App, play: Play) -> None:
    async with play.goes_on():
        reader, writer = await dial(app)
        writer.write(HANDSHAKE[:-2] + (b"A: " + b"b" * 1000 + b"\r\n") * 30 + b"\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 431 ")
        writer.close()


@pytest.mark.settings(hello_timeout_ms=300)
async def test_sockets_that_never_say_hello_are_closed(app: App, play: Play) -> None:
    async with play.goes_on():
        streams = [await shake_hands(app) for _ in range(90)]
        codes = await asyncio.gather(*(code_of(reader) for reader, _ in streams))
        assert set(codes) == {CloseCode.HELLO_TIMEOUT}
        for _, writer in streams:
            writer.close()


async def test_a_huge_frame_is_not_even_read(app: App, play: Play) -> None:
    async with play.goes_on():
        for announced in (1 << 20, 1 << 40):
            reader, writer = await shake_hands(app)
            writer.write(b"\x81\xff" + announced.to_bytes(8) + b"mask" + b"x" * 65_536)
            assert await code_of(reader) == 1009
            writer.close()


@pytest.mark.parametrize("piece", [b"", b"x", b"x" * 100])
async def test_a_message_of_endless_pieces_is_closed(app: App, play: Play, piece: bytes) -> None:
    async with play.goes_on():
        reader, writer = await shake_hands(app)
        writer.write(frame(b"{", fin=False))
        code = asyncio.create_task(code_of(reader))
        with suppress(ConnectionError):
            while not code.done():
                writer.write(frame(piece, Opcode.CONT, fin=False))
                await writer.drain()
                await asyncio.sleep(0)
        writer.transport.abort()
        assert await code in (1009, None), "None is a reset that has overtaken the code"
        await closed_with(app, 1009)


async def test_a_compressed_bomb_is_not_opened(app: App, play: Play) -> None:
    packer = zlib.compressobj(wbits=-15)
    bomb = packer.compress(bytes(3_000_000)) + packer.flush(zlib.Z_SYNC_FLUSH)
    assert len(bomb) < settings_of().limits.max_message_bytes, (
        "it has to be short enough to be taken in"
    )
    async with play.goes_on():
        reader, writer = await shake_hands(app)
        writer.write(frame(bomb, rsv1=True))
        assert await code_of(reader) == 1002
        writer.close()


async def answer_to(app: App, data: bytes, *, half_closed: bool = False) -> bytes:
    """The status of the answer to all of this at once; none if it is just closed."""
    reader, writer = await dial(app)
    writer.write(data)
    if half_closed:
        writer.write_eof()
    answer = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(SOON_S):
            answer = await reader.read()
    writer.close()
    assert answer.count(b"HTTP/1.1 ") <= 1
    return answer[9:12]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (2 * (PAGE + b"\r\n"), b"200"),
        (PAGE + b"\r\n" + b"\xff" * 20_000, b"200"),
        (PAGE + b"Content-Length: 40\r\n\r\n" + b"x" * 40, b""),
        (PAGE + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", b""),
        (HANDSHAKE + frame(HELLO), b"400"),
        (HANDSHAKE + PAGE + b"\r\n", b"400"),
    ],
    ids=["two", "junk", "body", "chunked", "frame", "get"],
)
async def test_what_follows_a_request_is_no_fault(app: App, data: bytes, status: bytes) -> None:
    assert await answer_to(app, data) == status
    # Whether the answer or the end of the socket comes first is for the network to say.
    assert await answer_to(app, data, half_closed=True) in (status, b"")
    assert await answer_to(app, PAGE + b"\r\n") == b"200"


@pytest.mark.parametrize("data", [b"", b"GET /w", HANDSHAKE[:-2], HANDSHAKE])
async def test_who_closes_its_half_of_a_handshake_is_let_go(app: App, data: bytes) -> None:
    assert await answer_to(app, data, half_closed=True) in (b"101", b"")
    assert await answer_to(app, PAGE + b"\r\n") == b"200"


async def test_foreign_pages_are_refused(app: App, play: Play) -> None:
    async with play.goes_on():
        for _ in range(100):
            with pytest.raises(InvalidStatus, match="403"):
                await connect(
                    app.socket_url,
                    origin=Origin("http://evil.example"),
                    local_addr=(ATTACKER, 0),
                )
    text = app._metrics.text().decode()
    assert 'pokerws_connections_refused_total{reason="origin"} 100.0' in text


@pytest.mark.parametrize(
    ("message", "first", "expected"),
    [
        (b'{"type":"ping","id":"2"}', HELLO, CloseCode.TOO_FAST),
        (b'{"type":"ping","id":"2"}', b"", CloseCode.BAD_MESSAGES),
        (b"garbage", HELLO, CloseCode.BAD_MESSAGES),
    ],
    ids=["ping", "before hello", "garbage"],
)
async def test_a_flood_of_messages_ends_with_its_connection(
    app: App, play: Play, message: bytes, first: bytes, expected: CloseCode
) -> None:
    """One after the other as the server reads them, so that no frame too many closes it before."""
    async with play.goes_on():
        # With a bounded queue the client would leave the close frame unread, and wait ten seconds.
        connection = await connect(
            app.socket_url, compression=None, max_queue=None, local_addr=(ATTACKER, 0)
        )
        reading = asyncio.create_task(connection.wait_closed())
        with suppress(ConnectionClosed):
            if first:
                await connection.send(first.decode())
            while not reading.done():
                await connection.send(message.decode())
                with suppress(TimeoutError):
                    async with asyncio.timeout(0):
                        await connection.recv()
        await reading
        await closed_with(app, expected)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Opcode.TEXT, b'{"type":"ping","id":"2"}'),
        (Opcode.TEXT, b""),
        (Opcode.BINARY, b"x"),
        (Opcode.PING, b""),
        (Opcode.PONG, b"x" * 125),
    ],
    ids=["ping", "empty", "binary", "control ping", "control pong"],
)
async def test_a_flood_of_frames_is_cut_off_in_the_middle_of_a_read(
    app: App, play: Play, kind: Opcode, data: bytes
) -> None:
    async with play.goes_on():
        many = frame(data, kind) * 20_000
        codes = {await flood(app, many, first=frame(HELLO)) for _ in range(3)}
        assert codes <= {CloseCode.TOO_FAST, None}, "None is a reset that has overtaken the code"
        await closed_with(app, CloseCode.TOO_FAST, 3)


@pytest.mark.settings(
    frame_rate="0", write_timeout_ms=600_000, ping_interval_ms=600_000, hello_timeout_ms=600_000
)
async def test_pongs_that_nobody_reads_do_not_pile_up(app: App, play: Play) -> None:
    async with play.goes_on():
        reader, writer = await shake_hands(app)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        ping = frame(b"x" * 125, Opcode.PING) * 100
        sent = 0
        with suppress(ConnectionError):
            # 64 MB are more than the system keeps for a client that does not read.
            while sent < 64_000_000:
                writer.write(ping)
                await writer.drain()
                sent += len(ping)
                await asyncio.sleep(0)
        writer.transport.abort()
        assert sent < 64_000_000


@pytest.mark.settings(
    frame_rate="0",
    connection_command_rate="0",
    player_command_rate="0",
    address_command_rate="0",
    outbox_frames=65_536,
    outbox_bytes=1 << 30,
    write_timeout_ms=300,
)
async def test_who_reads_nothing_is_cut_off_though_there_is_room_to_wait(
    app: App, play: Play
) -> None:
    async with play.goes_on():
        reader, writer = await shake_hands(app)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(frame(HELLO))
        await send_until_cut_off(writer, frame(b'{"type":"list_tables","id":"2"}') * 400)
