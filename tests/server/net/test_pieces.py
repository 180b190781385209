"""The same bytes, carried out at once and through the library's parser and queue.

Whatever comes, in whatever pieces, the outcome has to be the same.
"""

import asyncio
import json
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import CloseCode as LibraryCloseCode
from websockets.frames import Opcode

from pokerws.messages import CloseCode
from pokerws.server.tables.actors.lobby_news import summary_of
from tests.server.hand_fed import (
    LISTING,
    MASK,
    PING,
    Fed,
    answers,
    frame,
    frames_in,
    masked,
    told,
    written_long,
)


def act(turn: int, action: str) -> bytes:
    return told("act", turn=turn, action=action)


MESSAGES = st.sampled_from(
    [
        *(act(turn, action) for turn in range(1, 7) for action in ("call", "check", "fold")),
        told("sit_out"),
        told("sit_in"),
        told("stand"),
        told("sit", buy_in=5_000),
        told("straddle", on=True),
        told("unwatch"),
        told("show", hand=1),
        told("logout").replace(b', "table": "000000000000"', b""),
        told("sit_out").replace(b"000000000000", b"111111111111"),
        PING,
        LISTING,
        b"{",
        b'{"type":"sit_out","id":"\xff"}',
        b"x" * 200,
    ]
)
BROKEN = st.sampled_from(
    [
        b"\x81\x03abc",  # Not masked.
        b"\xc1\x81mask" + masked(b"x"),  # Of an extension.
        b"\x83\x81mask" + masked(b"x"),  # An opcode that there is not.
        frame(b"x", Opcode.CONT),
        b"\x89\xfe\x00\x80mask",  # Too long for a ping.
        b"\x81\xff" + (1 << 40).to_bytes(8),
        frame(b"\x03\xe8bye", Opcode.CLOSE),
        frame(b"", Opcode.CLOSE),
        frame(b"\x00\x01", Opcode.CLOSE),
    ]
)


@st.composite
def in_pieces(draw: st.DrawFn) -> bytes:
    """A message in two or three frames, perhaps with a ping between."""
    data = draw(MESSAGES)
    cut = draw(st.sampled_from([len(data) // 2, len(data)]))
    first, *later = [data[:cut], data[cut:], b""][: draw(st.integers(2, 3))]
    made = frame(first, fin=False) + draw(st.sampled_from([b"", frame(b"hm", Opcode.PING)]))
    for at, piece in enumerate(later, 1):
        made += frame(piece, Opcode.CONT, fin=at == len(later))
    return made


USUAL = (
    MESSAGES.map(frame)
    | MESSAGES.map(written_long)
    | in_pieces()
    | st.sampled_from([frame(b"hm", Opcode.PING), frame(b"", Opcode.PONG), frame(PING, 2)])
)


@st.composite
def segments(draw: st.DrawFn) -> list[bytes]:
    """What the network makes of a few frames: one segment each, or whatever."""
    frames = draw(st.lists(MESSAGES.map(frame) | USUAL, min_size=1, max_size=8))
    frames += draw(st.lists(BROKEN | st.binary(max_size=9), max_size=1))
    frames += draw(st.lists(MESSAGES.map(frame), max_size=1))
    data = b"".join(frames)
    cuts = {0, len(data)} | set(draw(st.lists(st.integers(0, len(data)), max_size=4)))
    if draw(st.booleans()):
        ends = [sum(map(len, frames[:at])) for at in range(len(frames))]
        cuts |= {end for end in ends if draw(st.booleans())}
    ordered = sorted(cuts)
    return [data[one:other] for one, other in pairwise(ordered)]


class Outcome(NamedTuple):
    """All that can be seen of what bytes have done: to Ann, to Ben, and at the table."""

    written: bytes
    close_code: int | None
    has_ended: bool
    seen_by_ben: list[bytes]
    seq: int
    summary: bytes


async def outcome(fed: Fed, pieces: Sequence[bytes], let_on: int) -> Outcome:
    """Feed these bytes to the end, with what has to wait let on once on the way."""
    await fed.start()
    for at, piece in enumerate(pieces):
        await fed.feed(piece)
        if at == let_on:
            await fed.let_on()
    await fed.let_on()
    has_ended = fed.transport.has_ended
    await fed.end()
    assert fed.ended is None
    return Outcome(
        fed.transport.written,
        fed.close_code,
        has_ended,
        fed.ben.frames,
        fed.actor.table.seq,
        msgspec.json.encode(summary_of(fed.actor.table)),
    )


async def alike(pieces: Sequence[bytes], let_on: int = -1) -> None:
    at_once = await outcome(Fed(), pieces, let_on)
    by_library = await outcome(Fed(by_library=True), pieces, let_on)
    if at_once.close_code == LibraryCloseCode.INVALID_DATA:
        # The library finds it out before what it was to send has had its turn.
        assert at_once.written.endswith(by_library.written[-20:])
        by_library = by_library._replace(written=at_once.written)
    assert at_once == by_library


@settings(max_examples=60)
@given(segments(), st.integers(0, 5))
def test_whatever_comes_in_whatever_pieces_is_answered_as_by_the_library(
    pieces: list[bytes], let_on: int
) -> None:
    asyncio.run(alike(pieces, let_on))


@pytest.mark.parametrize(
    "before", [b"", frame(b"x" * 5), frame(b"x" * 200), frame(b"x" * 4096), written_long(b"x" * 5)]
)
async def test_what_looks_like_a_frame_within_another_one_is_none(before: bytes) -> None:
    within = frame(told("sit_out"))
    head = b"\x82" + bytes([0x80 | len(within)]) + MASK
    for begun in (1, 2, len(head)):
        await alike([before + head[:begun], within, frame(told("sit_in"))])
    fed = Fed()
    await fed.start()
    seq = fed.actor.table.seq
    await fed.feed(before + head, within)
    assert fed.actor.table.seq == seq
    await fed.end()


@pytest.mark.parametrize(
    "pieces",
    [
        [frame(told("sit_out"), fin=False), frame(b" ", Opcode.CONT)],
        [frame(told("sit_out"), fin=False) + frame(told("sit_in")), frame(b" ", Opcode.CONT)],
        [frame(b"", Opcode.CLOSE), frame(told("sit_out"))],
        [b"\x83\x80mask", frame(told("sit_out"))],
    ],
    ids=["whole already", "whole between", "behind a goodbye", "behind a fault"],
)
async def test_what_is_not_the_next_message_is_not_taken_for_it(pieces: list[bytes]) -> None:
    await alike(pieces)


async def test_two_messages_are_answered_alike_wherever_they_are_cut() -> None:
    data = frame(told("sit_out")) + frame(b"hm", Opcode.PING) + written_long(told("sit_in"))
    for cut in range(1, len(data)):
        await alike([data[:cut], data[cut:]])


@pytest.mark.parametrize("step", [1, 2, 3])
async def test_what_comes_behind_a_message_that_waits_waits_too(step: int) -> None:
    fed = Fed()
    await fed.start()
    frames = [frame(one) for one in (told("sit_out"), LISTING, told("sit_in"))]
    seq = fed.actor.table.seq
    await fed.feed(*(b"".join(frames[at : at + step]) for at in range(0, 3, step)))
    assert answers(fed) == ["sit_out"]
    assert fed.actor.table.seq == seq + 1, "nothing has overtaken the one that waits"
    await fed.let_on()
    assert answers(fed) == ["sit_out", "l", "sit_in"]
    await fed.feed(frame(told("straddle", on=True)))
    assert answers(fed)[3:] == ["straddle"]
    await fed.end()


async def test_when_nothing_waits_any_more_messages_are_taken_at_once_again() -> None:
    fed = Fed()
    await fed.start()
    await fed.feed(frame(PING), frame(told("sit_out")[:9], fin=False))
    await fed.feed(frame(told("sit_out")[9:], Opcode.CONT))
    await fed.let_on()
    seq = fed.actor.table.seq
    fed.connection.data_received(frame(told("sit_in")))
    assert fed.actor.table.seq == seq + 1, "before the event loop had a turn"
    await fed.end()


async def test_what_a_turn_has_for_a_client_leaves_in_one_piece() -> None:
    fed = Fed()
    await fed.start()
    await fed.feed(frame(told("sit_out")))
    assert len(fed.transport.writes) == 1
    kinds = [json.loads(bytes(one.data))["type"] for one in frames_in(fed.transport.written)]
    assert kinds == ["accepted", "events"]
    await fed.end()


async def test_a_message_behind_our_goodbye_is_not_carried_out() -> None:
    fed = Fed()
    await fed.start()
    seq = fed.actor.table.seq
    fed.session.log_out()
    fed.connection.data_received(frame(told("sit_out")))
    await fed.settle()
    await fed.feed(frame(told("sit_out")))
    assert fed.actor.table.seq == seq
    assert fed.close_code == CloseCode.LOGGED_OUT
    await fed.end()


async def test_who_may_only_watch_may_not_act() -> None:
    fed = Fed()
    await fed.start()
    assert fed.session.identity is not None
    fed.session.identity = fed.session.identity._replace(role="spectator")
    await fed.feed(frame(told("sit_out")))
    (answer,) = frames_in(fed.transport.written)
    assert json.loads(bytes(answer.data))["code"] == "forbidden"
    await fed.end()
