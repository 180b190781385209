"""Each message is counted, then decoded once, then carried out, however it came."""

import json
from typing import Any, get_args, get_type_hints

import pytest
from websockets.frames import Opcode

from pokerws.messages import STRICT_TYPES, ClientMessage, CloseCode, Decoder
from pokerws.server.limits.limits import Rates
from pokerws.server.limits.rate_limits import Rate
from pokerws.server.sessions.handlers import HANDLERS
from tests.server.hand_fed import LISTING, Fed, answers, frame, frames_in, told

MESSAGES = [
    b'{"type":"ping","id":"p"}',
    b'{"type":"hello","id":"h","name":"Ann"}',
    b'{"type":"get_account","id":"a"}',
    told("act", turn=1, action="fold"),
    told("sit_out"),
    told("sit", buy_in=5_000),
    told("watch"),
    b"garbage",
    b'{"type":"garbage","id":"g"}',
    b'{"type":"ping"}',
]
one_of_each = pytest.mark.parametrize("message", MESSAGES)


class CountingDecoder:
    """Counts what the session decodes."""

    def __init__(self, decoder: Decoder[ClientMessage]) -> None:
        self.decoder = decoder
        self.count = 0

    def decode(self, frame: Any, /) -> ClientMessage:
        self.count += 1
        return self.decoder.decode(frame)


async def counted(fed: Fed) -> CountingDecoder:
    """Start, and count from now on."""
    await fed.start()
    decoder = fed.session._decoder = CountingDecoder(fed.session._decoder)
    return decoder


@one_of_each
async def test_a_message_is_decoded_once(message: bytes) -> None:
    fed = Fed()
    decoder = await counted(fed)
    await fed.feed(frame(message))
    await fed.let_on()
    assert decoder.count == 1
    assert len(answers(fed)) == 1
    await fed.end()


@one_of_each
async def test_a_message_behind_one_that_waits_is_decoded_once_when_its_turn_comes(
    message: bytes,
) -> None:
    fed = Fed()
    decoder = await counted(fed)
    await fed.feed(frame(LISTING), frame(message))
    assert decoder.count == 1, "what waits is not looked at"
    await fed.let_on()
    await fed.let_on()
    assert decoder.count == 2
    assert len(answers(fed)) == 2
    await fed.end()


@one_of_each
async def test_a_message_in_two_pieces_is_decoded_once(message: bytes) -> None:
    fed = Fed()
    decoder = await counted(fed)
    await fed.feed(frame(message[:4], fin=False), frame(message[4:], Opcode.CONT))
    await fed.let_on()
    assert decoder.count == 1
    assert len(answers(fed)) == 1
    await fed.end()


@pytest.mark.parametrize("by_library", [False, True])
@one_of_each
async def test_a_message_that_comes_too_fast_is_not_decoded(
    message: bytes, *, by_library: bool
) -> None:
    fed = Fed(by_library=by_library, rates=Rates(connection={"commands": Rate(1, 60_000)}))
    decoder = await counted(fed)
    await fed.feed(frame(b"garbage"))
    assert decoder.count == 1
    await fed.feed(frame(message))
    assert decoder.count == 1
    refused = json.loads(bytes(frames_in(fed.transport.written)[-1].data))
    assert refused["code"] == "too_fast"
    assert refused["id"] == (json.loads(message).get("id", "") if message != b"garbage" else "")
    await fed.end()


@pytest.mark.parametrize("by_library", [False, True])
async def test_a_frame_that_is_one_too_many_is_not_carried_out(*, by_library: bool) -> None:
    fed = Fed(by_library=by_library, frames=Rate(2, 60_000))
    await fed.start()
    seq = fed.actor.table.seq
    await fed.feed(frame(told("sit_out")), frame(told("sit_in")))
    assert fed.actor.table.seq == seq + 2
    await fed.feed(frame(told("sit_out", id="third")))
    assert fed.close_code == CloseCode.TOO_FAST
    assert fed.actor.table.seq == seq + 2
    assert answers(fed) == ["sit_out", "sit_in"]
    await fed.end()


async def test_behind_a_message_that_waits_the_socket_is_not_read_without_end() -> None:
    fed = Fed()
    await fed.start()
    await fed.feed(frame(LISTING), *[frame(told("sit_out"))] * 16)
    assert not fed.transport.is_paused
    await fed.feed(frame(told("sit_out")))
    assert fed.transport.is_paused
    await fed.let_on()
    assert not fed.transport.is_paused
    assert answers(fed) == ["l", *["sit_out"] * 17]
    await fed.end()


def test_each_message_has_a_handler_that_takes_it() -> None:
    messages = get_args(ClientMessage)
    assert set(HANDLERS) == {*messages, *STRICT_TYPES.values()}
    for message in messages:
        taken = get_type_hints(HANDLERS[message])["message"]
        assert message in (get_args(taken) or (taken,))
        assert HANDLERS[STRICT_TYPES[message]] is HANDLERS[message]
