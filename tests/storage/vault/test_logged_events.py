"""Events in the log: a usual turn is an array, and every turn comes back as it was."""

import json
from itertools import product
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pokerws.game.events import Folded, TableEvent, TurnStarted
from pokerws.game.state import Turn
from pokerws.storage.vault.logged_events import decode_event, encode_event, encode_events
from pokerws.storage.vault.vault import UNREADABLE

TURN = Turn(
    1, 76, ["fold", "call", "raise"], 100, 200, 10_000, 1_796_166_990_361, 1_796_166_993_361
)
PACKED = b'{"type":"turn_started","turn":[1,76,"fcr",100,200,10000,1796166990361,3000]}'
WAYS = [
    ["fold", answer, *more] for answer, more in product(["check", "call"], [[], ["bet"], ["raise"]])
]
RARE: list[dict[str, Any]] = [
    {"sizes": [200, 400]},
    {"actions": ["discard"], "discard_max": 5},
    {"actions": ["fold"], "discard_min": 1, "discard_max": 1},
    {"actions": ["bring_in", "bet"]},
    {"actions": ["fold", "fly"]},
]


def test_a_usual_turn_takes_less_than_half_of_its_frame() -> None:
    assert encode_event(TurnStarted(TURN)) == PACKED
    assert 2 * len(PACKED) < len(msgspec.json.encode(TurnStarted(TURN)))


def test_only_the_turn_of_a_change_is_written_in_another_way() -> None:
    events: list[TableEvent] = [Folded(0), TurnStarted(TURN)]
    assert encode_events(events) == b'[{"type":"folded","seat":0},' + PACKED + b"]"
    assert encode_events([Folded(0)]) == msgspec.json.encode([Folded(0)])


@pytest.mark.parametrize("actions", WAYS)
def test_a_turn_is_read_as_it_was(actions: list[str]) -> None:
    event = TurnStarted(replace(TURN, actions=actions))
    payload = encode_event(event)
    assert isinstance(json.loads(payload)["turn"], list)
    assert decode_event(payload) == event
    assert msgspec.json.encode(decode_event(payload.decode())) == msgspec.json.encode(event)


@pytest.mark.parametrize("changed", RARE)
def test_a_turn_with_more_than_the_array_has_stays_whole(changed: dict[str, Any]) -> None:
    event = TurnStarted(replace(TURN, **changed))
    assert encode_event(event) == msgspec.json.encode(event)
    assert decode_event(encode_event(event)) == event


def test_a_turn_of_an_older_version_is_read() -> None:
    event = TurnStarted(TURN)
    assert decode_event(msgspec.json.encode(event)) == event


@pytest.mark.parametrize(
    "payload",
    [
        PACKED.replace(b"fcr", b"xyz"),
        PACKED.replace(b",3000", b""),
        PACKED.replace(b"76", b'"76"'),
        PACKED.replace(b"[1,", b"[1,1,"),
    ],
)
def test_a_damaged_turn_cannot_be_read(payload: bytes) -> None:
    with pytest.raises(UNREADABLE):
        decode_event(payload)
