"""Whatever a client sends, on both wires and in both ways of checking: an answer, and no fault."""

import asyncio
import itertools
import json
import random
from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pokerws.game.config.table_config import MAX_CHIPS, TableConfig
from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.messages import (
    JSON,
    MAX_EXACT,
    MSGPACK,
    REJECT_CODES,
    ClientMessage,
    Details,
    Ping,
    Refused,
    Wire,
    client_decoder,
)
from pokerws.server.sessions.decoding import decode, id_of
from tests.server.fakes import ManualClock
from tests.server.in_process import Client, carried_out, open_context

BOTH = [
    pytest.param((wire, strict), id=f"{'json' if wire.is_text else 'msgpack'}-{strict}")
    for wire, strict in itertools.product((JSON, MSGPACK), (True, False))
]
BIG = [2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, -1, -(2**63), MAX_CHIPS, MAX_CHIPS + 1]
FLOATS = [float("inf"), float("-inf"), float("nan"), -0.0, 1e308, 0.5, 2.0, 1e18]
TEXTS = ["", "7", "-7", "1e3", "1e400", "NaN", "true", "null", "\x00", "\u202e", "x" * 2_000, "é"]
BY_TAG = {
    str(message.__struct_config__.tag): message.__struct_fields__
    for message in get_args(ClientMessage)
}
CONFIG_FIELDS = TableConfig.__struct_fields__

plain = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(BIG),
    st.integers(-5, 20_000),
    st.sampled_from(FLOATS),
    st.sampled_from(TEXTS),
    st.text(max_size=30),
    st.sampled_from(["t", "NT", "fold", "raise", "each"]),
)
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
configs = st.dictionaries(st.sampled_from(CONFIG_FIELDS), plain) | values


@st.composite
def messages(draw: st.DrawFn) -> dict[str, Any]:
    """Something like a message: of a known type, with some of its fields, and any values."""
    tag = draw(st.sampled_from(sorted(BY_TAG)))
    drawn: dict[str, Any] = {"type": tag, "id": "1"}
    for field in BY_TAG[tag]:
        kind = draw(st.sampled_from(["good", "good", "good", "any", "none"]))
        if kind == "good":
            drawn[field] = draw(GOOD.get(field, values))
        elif kind == "any":
            drawn[field] = draw(configs if field == "config" else values)
    if draw(st.booleans()):
        drawn |= draw(st.dictionaries(st.text(max_size=5), values, max_size=2))
    return drawn


GOOD: dict[str, st.SearchStrategy[Any]] = {
    "id": st.just("1"),
    "table": st.just("TABLE"),
    "name": st.sampled_from(["One", "Jose\u0301", "Ann"]),
    "text": st.text(min_size=1, max_size=20),
    "config": st.dictionaries(st.sampled_from(CONFIG_FIELDS), st.integers(0, 50_000)),
    "buy_in": st.integers(1_000, 30_000),
    "amount": st.none() | st.integers(0, 30_000),
    "turn": st.integers(0, 20),
    "action": st.sampled_from(["fold", "check", "call", "bet", "raise"]),
    "seat": st.none() | st.integers(0, 9),
    "after_seq": st.none() | st.integers(0, 100),
    "protocol": st.just(1),
}


def written(wire: Wire, message: dict[str, Any]) -> str | bytes:
    if wire.is_text:
        # With NaN and Infinity as Python writes them, and lone surrogates as escapes.
        return json.dumps(message)
    return msgspec.msgpack.encode(message)


class Server:
    """A server in memory with one table, and one client."""

    def __init__(self, wire: Wire, *, strict: bool) -> None:
        self.runner = asyncio.Runner()
        self.context = msgspec.structs.replace(
            open_context(ManualClock(), random.Random(1), strict=strict), strict=strict
        )
        self.client = Client(self.context, wire, "p_ann")
        self.decoder = self.context.decoders[wire]
        self.table = self.runner.run(self._open())
        self.decoded = self.carried_out = 0

    async def _open(self) -> TableId:
        return self.context.lobby.create("One", TableConfig()).table.id

    def stop(self) -> None:
        self.context.lobby.stop()
        self.runner.close()

    def take(self, frame: str | bytes) -> None:
        """Decode and carry out a frame.  Nothing but Illegal may be raised."""
        code = None
        try:
            message = decode(self.client.session.wire, self.decoder, frame)
            self.decoded += 1
            self.runner.run(carried_out(self.client.session, message))
            self.carried_out += 1
        except Illegal as refused:
            code = refused.code
        assert code is None or code in REJECT_CODES
        assert isinstance(id_of(frame), str)
        self.client.take()
        for summary in self.context.lobby.summaries():
            actor = self.context.lobby.at(summary.table)
            assert actor is not None
            assert actor.table.chips >= 0


@pytest.fixture(params=BOTH)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    wire, strict = request.param
    server = Server(wire, strict=strict)
    yield server
    server.stop()


def test_whatever_decodes_is_carried_out_or_refused_with_a_code(server: Server) -> None:
    wire = server.client.session.wire

    @settings(max_examples=100)
    @given(messages())
    def take(message: dict[str, Any]) -> None:
        if message.get("table") == "TABLE":
            message["table"] = server.table
        if message["type"] in ("hello", "logout"):
            # Of these the client would not come back.
            message["token"] = "forged"
        server.take(written(wire, message))

    take()
    # Otherwise this would show nothing.
    assert server.decoded
    assert server.carried_out


def test_what_is_no_message_is_refused_with_a_code(server: Server) -> None:
    is_text = server.client.session.wire.is_text

    @settings(max_examples=60)
    @given(st.text() | st.binary() | st.builds(lambda text: '{"type":' + text, st.text()))
    def take(frame: str | bytes) -> None:
        server.take(frame)

    take()
    server.take("[" * 4_000)
    server.take(b"\x91" * 4_000)
    server.take('"\udc00' if is_text else b"\xa1\xff")
    assert server.carried_out == 0


NUMBERS = ["1e400", "-1e400", "NaN", "Infinity", "true", "1e99999", "99999999999999999999999", "{}"]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    "number", [*NUMBERS, '"1e400"', '"NaN"', "[7]", "0.5", "-1", '"-1"', '" 7"']
)
def test_a_number_that_is_none_is_refused_in_both_ways_of_checking(
    number: str, *, strict: bool
) -> None:
    decoder = client_decoder(strict=strict)
    for frame in (
        f'{{"type":"sit","id":"1","table":"t","buy_in":{number}}}',
        f'{{"type":"act","id":"1","table":"t","turn":{number},"action":"fold"}}',
        f'{{"type":"watch","id":"1","table":"t","after_seq":{number}}}',
    ):
        with pytest.raises(Illegal) as refused:
            decode(JSON, decoder, frame)
        assert refused.value.code in ("out_of_range", "wrong_type", "not_json")


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("number", [*FLOATS[:3], 1e308, 0.5, 2**64 - 1, -(2**63), True, b"7", {}])
def test_a_number_of_messagepack_that_is_none_is_refused_too(number: Any, *, strict: bool) -> None:
    message = {"type": "sit", "id": "1", "table": "t", "buy_in": number}
    with pytest.raises(Illegal) as refused:
        decode(
            MSGPACK, client_decoder(strict=strict, wire=MSGPACK), msgspec.msgpack.encode(message)
        )
    assert refused.value.code in ("out_of_range", "wrong_type")


@pytest.mark.parametrize("field", ["id", "table", "text", "type", "extra"])
@pytest.mark.parametrize("bad", [b"\xff\xfe\xff", b"\xed\xa0\x80", b"\xc0\x80\xc0"])
def test_a_text_of_messagepack_that_is_not_utf_8_is_refused(field: str, bad: bytes) -> None:
    message = {"type": "chat", "id": "1", "table": "t", "text": "hi", "extra": "", field: "BAD"}
    frame = msgspec.msgpack.encode(message).replace(b"BAD", bad)
    decoder = client_decoder(strict=True, wire=MSGPACK)
    with pytest.raises(Illegal) as refused:
        decode(MSGPACK, decoder, frame)
    assert refused.value.code in ("not_msgpack", "unknown_field")
    assert isinstance(id_of(frame), str)


@pytest.mark.parametrize("field", CONFIG_FIELDS)
@pytest.mark.parametrize("value", [2**70, 2**63, -1, "x" * 300])
def test_a_config_out_of_bounds_is_refused(field: str, value: Any) -> None:
    for strict in (True, False):
        server = Server(JSON, strict=strict)
        frame = {"type": "create_table", "id": "1", "name": "Two", "config": {field: value}}
        before = len(server.context.lobby.summaries())
        server.take(json.dumps(frame))
        assert server.carried_out == 0
        assert len(server.context.lobby.summaries()) == before
        server.stop()


@pytest.mark.parametrize("wire", [JSON, MSGPACK])
def test_a_message_that_is_nested_too_deeply_cannot_be_read(wire: Wire) -> None:
    ping = wire.encode(Ping("1"))
    deep = b"[" * 4_000 if wire.is_text else b"\x91" * 4_000
    if wire.is_text:
        frame: str | bytes = (ping[:-1] + b',"x":' + deep).decode()
    else:
        frame = bytes([ping[0] + 1]) + ping[1:] + b"\xa1x" + deep
    with pytest.raises(Refused, match="nested too deeply") as refused:
        decode(wire, client_decoder(strict=False, wire=wire), frame)
    assert refused.value.code in ("not_json", "not_msgpack")


ACT = {"type": "act", "id": "1", "table": "t", "turn": 1, "action": "fold"}
CREATE = {"type": "create_table", "id": "1", "name": "Two", "config": {}}


@pytest.mark.parametrize("wire", [JSON, MSGPACK])
@pytest.mark.parametrize(
    ("message", "code", "details"),
    [
        (ACT | {"turn": -1}, "out_of_range", Details(field="turn", min=0, max=MAX_EXACT)),
        (ACT | {"turn": "1"}, "wrong_type", Details(field="turn")),
        (ACT | {"cards": ["As", "xx"]}, "invalid_value", Details(field="cards[1]", max=2)),
        (ACT | {"cards": ["As"] * 7}, "out_of_range", Details(field="cards", max=6)),
        (
            CREATE | {"config": {"seats": 11}},
            "bad_config",
            Details(field="config.seats", min=2, max=10),
        ),
        (
            CREATE | {"config": {"mix": {"rotation": "never"}}},
            "invalid_value",
            Details(field="config.mix.rotation", choices=("choice", "hands", "orbit")),
        ),
        (CREATE | {"config": {"loud": 1}}, "unknown_field", Details(field="config.loud")),
        ({"type": "pong", "id": "1"}, "unknown_type", Details(field="type")),
        ([], "not_an_object", None),
    ],
)
def test_a_message_that_does_not_decode_names_the_field_and_its_bounds(
    wire: Wire, message: Any, code: str, details: Details | None
) -> None:
    with pytest.raises(Refused) as refused:
        decode(wire, client_decoder(strict=True, wire=wire), written(wire, message))
    assert (refused.value.code, refused.value.details) == (code, details)


@pytest.mark.parametrize(("wire", "strict"), [one.values[0] for one in BOTH])
@pytest.mark.parametrize("text", ["\x00", "a\n", "\x7f", "é", "\u2028"])
@pytest.mark.parametrize(
    ("place", "fields"),
    [
        ("id", {"type": "ping"}),
        ("id", {"type": "sit_in", "table": "t"}),
        ("table", {"type": "sit_in", "id": "1"}),
        ("table", {"type": "watch", "id": "1"}),
    ],
)
def test_ids_are_of_printable_ascii(
    wire: Wire, *, strict: bool, text: str, place: str, fields: dict[str, str]
) -> None:
    decoder = client_decoder(strict=strict, wire=wire)
    encoded = (msgspec.json if wire.is_text else msgspec.msgpack).encode(fields | {place: text})
    with pytest.raises(Refused) as refused:
        decode(wire, decoder, encoded.decode() if wire.is_text else encoded)
    assert refused.value.code == "invalid_value"
    assert refused.value.detail == f"Expected `str` matching regex '^[ -~]*$' - at `$.{place}`"
    assert refused.value.details == Details(field=place, min=1, max=64)
