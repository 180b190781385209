"""One frame of any bytes against the decoder, the texts and the dispatch, for a fuzzer that looks
at what code its input reaches: `make fuzz`.

The first byte chooses the wire and how strict it is, and whether hello has been said.
"""

import asyncio
import random
from pathlib import Path
from typing import get_args
from unittest.mock import patch

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import TableId
from pokerws.messages import JSON, MSGPACK, REJECT_CODES, Wire
from pokerws.messages.answers import Answer
from pokerws.metrics import Metrics
from pokerws.schema.schemas import tag_of
from tests.fuzz.frames import Frames
from tests.server.fakes import ManualClock
from tests.server.in_process import Client, open_context, read

# The types of all messages of which every command gets one.
ANSWERS = {tag_of(kind) for kind in get_args(Answer)}
TABLE = TableId("t")
STRICT, BINARY, STRANGER = 1, 2, 4
# To make these takes longer than all the rest.
METRICS = Metrics()


def one_input(runner: asyncio.Runner, data: bytes) -> None:
    """Give a session what `data` says; whatever it is, it gets one answer, with a known code."""
    if data:
        runner.run(_answer(data[0], data[1:]))


async def _answer(how: int, frame: bytes) -> None:
    wire = MSGPACK if how & BINARY else JSON
    clock, rng = ManualClock(), random.Random(1)
    context = open_context(clock, rng, strict=bool(how & STRICT), metrics=METRICS)
    with patch("secrets.token_hex", return_value=TABLE):
        context.lobby.create("T", TableConfig())
    client = Client(context, wire, None if how & STRANGER else "p0")
    await client.sends(_delivered(wire, frame))
    answers = [read(wire, sent) for sent in client.take()]
    [answer] = [answer for answer in answers if answer["type"] in ANSWERS]
    assert answer["type"] != "rejected" or answer["code"] in REJECT_CODES
    if client.session._closing is not None:
        await client.session._closing
    client.leave()


def _delivered(wire: Wire, frame: bytes) -> str | bytes:
    """A frame as the library hands it on: a text frame has been found to be UTF-8."""
    if wire is MSGPACK:
        return frame
    return frame.decode(errors="replace")


def write_corpus(directory: Path, count: int, seed: int) -> None:
    """Frames to start from."""
    rng = random.Random(seed)
    frames = Frames(rng, {"table": lambda: TABLE, "token": lambda: None})
    directory.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        how = rng.randrange(8)
        frame = frames.frame(MSGPACK if how & BINARY else JSON)
        raw = frame.encode() if isinstance(frame, str) else frame
        (directory / f"{number:03}").write_bytes(bytes([how]) + raw)
