"""What a connection reads and writes, its limits, and the client that does not read."""

import json
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import CONNECTING, OPEN
from websockets.server import ServerProtocol

from pokerws.messages import JSON, CloseCode, Pong
from pokerws.server.limits.limits import Rates
from pokerws.server.limits.rate_limits import Rate
from pokerws.server.net.bounded_protocol import Bounds, Protocol
from pokerws.server.net.connection import MAX_UNWRITTEN, FrameCache, PendingWrites
from pokerws.server.net.frames import frame_of, message_of
from tests.server.hand_fed import (
    HEAD,
    LISTING,
    PING,
    Fed,
    answers,
    frame,
    frames_in,
    masked,
    told,
    written_long,
)

PAGE = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
LIMIT = 1024


def protocol(message_bytes: int = 4096) -> Protocol:
    bounds = Bounds(
        message_bytes=message_bytes,
        header_bytes=LIMIT,
        headers=64,
        unread_bytes=4096,
        write_timeout_ms=1000,
    )
    return Protocol(bounds, {}, {}, lambda: 0)


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


@pytest.mark.parametrize(
    "cut", [1, len(HEAD) // 2, len(HEAD) - 1, len(HEAD), len(HEAD) + 1, len(HEAD + PAGE) - 1]
)
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


# ---- frames


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536])
@pytest.mark.parametrize("is_text", [True, False])
def test_a_message_is_framed_as_the_library_does_it(length: int, *, is_text: bool) -> None:
    message = b"x" * length
    opcode = Opcode.TEXT if is_text else Opcode.BINARY
    assert frame_of(message, is_text) == Frame(opcode, message).serialize(mask=False)


def read_by_library(data: bytes) -> str | bytes | None:
    """The message that the library reads, where the data is one whole frame and nothing else."""
    reader = ServerProtocol(state=OPEN)
    reader.receive_data(data)
    events = reader.events_received()
    if len(events) != 1 or reader.reader.buffer or reader.state is not OPEN:
        return None
    (event,) = events
    assert isinstance(event, Frame)
    # The parser may have taken the head of another frame out of its buffer.
    reader.receive_data(frame(b"", Opcode.PING))
    if [type(one) for one in reader.events_received()] != [Frame] or reader.state is not OPEN:
        return None
    if event.opcode not in (Opcode.TEXT, Opcode.BINARY) or not event.fin:
        return None
    if event.opcode is Opcode.BINARY:
        return bytes(event.data)
    try:
        return bytes(event.data).decode()
    except UnicodeDecodeError:
        return None


@st.composite
def nearly_frames(draw: st.DrawFn) -> bytes:
    """What is a short frame, or would be with another bit or byte."""
    data = draw(st.binary(max_size=8) | st.text(max_size=8).map(str.encode))
    data += b"x" * draw(st.sampled_from([0, 0, 117, 118, 125, 126]))
    first = draw(st.sampled_from([0x81, 0x82]) | st.integers(0, 255))
    second = draw(st.just(0x80 | min(len(data), 126)) | st.integers(0, 255))
    mask = draw(st.binary(min_size=4, max_size=4))
    made = bytes([first, second]) + mask + masked(data, mask)
    return draw(st.sampled_from([made, made, made, made[:-1], made + b"x", made[:5]]))


@given(nearly_frames())
@example(b"\x81\x80mask")
@example(b"\x81\xfe\x00\x01mask" + masked(b"x"))
@example(b"\xc1\x81mask" + masked(b"x"))
@example(b"\x81\x81mask" + masked(b"\xff"))
@example(b"\x81\x01mask" + masked(b"x"))
@example(b"\x01\x81mask" + masked(b"x"))
@example(b"\x81\x81mask" + masked(b"xyz"))
def test_what_is_read_as_one_short_frame_is_what_the_library_reads(data: bytes) -> None:
    message, known = message_of(data), read_by_library(data)
    is_short = len(data) > 1 and (data[1] & 0x7F) < 126
    assert message == (known if is_short else None)
    assert type(message) is type(known if is_short else None)


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_a_protocol_knows_when_it_is_between_frames(length: int) -> None:
    one = protocol(message_bytes=1 << 17)
    assert not one.is_between_frames
    one.receive_data(HEAD)
    answered(one)
    for _ in range(2):
        assert one.is_between_frames
        data = frame(b"x" * length)
        one.receive_data(data[:5])
        assert not one.is_between_frames
        one.receive_data(data[5:])
    one.receive_data(written_long(b"x"))
    assert not one.is_between_frames, "it is not known to be, for ever"


# ---- limits


@pytest.mark.parametrize("apart", [True, False])
async def test_each_frame_counts_once(*, apart: bool) -> None:
    fed = Fed(frames=Rate(8, 60_000))
    await fed.start()
    few = [frame(told("sit_out")), frame(LISTING[:3]), frame(b"", Opcode.PING)] * 2
    few += [frame(PING), frame(told("sit_in"))]
    await fed.feed(*(few if apart else [b"".join(few)]))
    assert fed.close_code is None
    await fed.feed(frame(told("sit_out")))
    assert fed.close_code == CloseCode.TOO_FAST
    assert fed.transport.has_ended
    seq = fed.actor.table.seq
    await fed.feed(frame(told("sit_in")))
    assert fed.actor.table.seq == seq
    await fed.end()


@pytest.mark.parametrize("apart", [True, False])
async def test_each_message_counts_once(*, apart: bool) -> None:
    rates = Rates(connection={"commands": Rate(4, 60_000)}, refusals=Rate(2, 60_000))
    fed = Fed(rates=rates)
    await fed.start()
    kinds = ["sit_out", "sit_in", "sit_in", "sit_out"] * 2
    few = [frame(told(kind, id=str(at))) for at, kind in enumerate(kinds)]
    few[1] = frame(b"{")
    await fed.feed(*(few if apart else [b"".join(few)]))
    sent = [json.loads(bytes(one.data)) for one in frames_in(fed.transport.written)[:-1]]
    codes = [(one["id"], one.get("code")) for one in sent if "id" in one]
    assert codes[:4] == [("0", None), ("", "not_json"), ("2", None), ("3", None)]
    assert codes[4:] == [(str(at), "too_fast") for at in (4, 5, 6)]
    assert all("retry_after_ms" in one for one in sent if one.get("code") == "too_fast")
    assert fed.close_code == CloseCode.TOO_FAST
    await fed.end()


async def test_who_changes_seats_too_fast_is_told_when_to_come_back() -> None:
    rates = Rates(player={"seats": Rate(1, 60_000)}, refusals=Rate(2, 60_000))
    fed = Fed(rates=rates)
    await fed.start()
    await fed.feed(*[frame(told("sit_out"))] * 4)
    sent = [json.loads(bytes(one.data)) for one in frames_in(fed.transport.written)[:-1]]
    refused = [one for one in sent if one["type"] == "rejected"]
    assert [(one["code"], one["retry_after_ms"]) for one in refused] == [("too_fast", 60_000)] * 3
    assert fed.close_code == CloseCode.TOO_FAST
    await fed.end()


# ---- the client that does not read


async def test_nothing_overtakes_what_waits_for_a_client_that_does_not_read() -> None:
    fed = Fed()
    await fed.start()
    fed.connection.pause_writing()
    await fed.feed(frame(told("sit_out")), frame(told("sit_in")))
    fed.connection.resume_writing()
    # What waits leaves in the next turn, and these are said before.
    fed.session.send_table_frame(JSON.encode(Pong("shown", 0)))
    fed.session.send(JSON.encode(Pong("told", 0)))
    await fed.feed(frame(told("straddle", on=True)))
    assert answers(fed) == ["sit_out", "sit_in", "shown", "told", "straddle"]
    seen = [json.loads(bytes(one.data)) for one in frames_in(fed.transport.written)]
    seqs = [one["seq"] for one in seen if one["type"] == "events"]
    assert seqs == sorted(seqs)
    assert seqs
    await fed.end()


async def test_a_client_that_never_reads_is_shown_the_table_once_more_and_then_closed() -> None:
    fed = Fed(outbox_frames=4)
    await fed.start()
    fed.connection.pause_writing()
    toggles = [frame(told(kind)) for kind in ("sit_out", "sit_in")] * 6
    await fed.feed(*toggles[:4])
    assert fed.session._resynced
    assert not fed.session._closing
    await fed.feed(*toggles[4:])
    assert fed.session._closing
    assert fed.connection._unread is not None
    await fed.end()
    assert fed.connection._unread is None


async def test_a_connection_writes_nothing_at_once_that_has_to_wait() -> None:
    fed = Fed()
    assert not fed.connection.write(b"{}"), "its session has not started"
    await fed.start()
    assert fed.connection.write(b"{}")
    fed.connection.pause_writing()
    assert not fed.connection.write(b"{}"), "the client does not read"
    fed.connection.resume_writing()
    await fed.feed(frame(b"", Opcode.CLOSE))
    assert not fed.connection.write(b"{}"), "it has said goodbye"
    await fed.end()
    assert frames_in(fed.transport.written)[0].data == b"{}"
    assert fed.connection._receiver is None


async def test_what_one_segment_asks_for_does_not_pile_up_behind_the_turn() -> None:
    fed = Fed()
    await fed.start()
    said = len(answers(fed))
    asked = 0
    while len(answers(fed)) == said:
        fed.connection.data_received(frame(told("act", turn=99, action="fold")))
        asked += 1
    assert len(fed.transport.written) > MAX_UNWRITTEN
    assert len(answers(fed)) - said == asked
    fed.connection.data_received(frame(told("act", turn=99, action="fold")))
    assert len(fed.connection.unwritten) < MAX_UNWRITTEN
    assert len(answers(fed)) - said == asked, "the next one waits for the end of the turn"
    await fed.settle()
    assert len(answers(fed)) - said == asked + 1
    await fed.end()


async def test_a_connection_that_fails_does_not_hold_up_the_others() -> None:
    first, second = Fed(), Fed()
    writes = PendingWrites()

    def fail(data: bytes) -> None:
        raise RuntimeError("no more of this")

    for one in (first, second):
        await one.start()
        one.connection._frames = FrameCache(writes, is_text=True)
    with patch.object(first.transport, "write", fail), capture_logs() as lines:
        for one in (first, second):
            assert one.connection.write(b"{}")
        await second.settle()
    assert [line["event"] for line in lines] == ["connection_failed"]
    assert first.transport.is_closing()
    assert second.transport.writes[-1] == b"\x81\x02{}"
    await first.end()
    await second.end()
