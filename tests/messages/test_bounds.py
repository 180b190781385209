"""Every number, text and list that a client sends has a bound by its field, on both wires."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, get_args

import msgspec
import pytest
from msgspec import Meta, Struct, inspect

from pokerws.game.config.checks import check_config
from pokerws.game.config.clocks import Clocks, DisconnectProtection, LagAllowance, TimeBank
from pokerws.game.config.table_config import (
    MAX_CHIPS,
    MAX_SEATS,
    HouseRules,
    LimitStakes,
    Rake,
    SessionLimits,
    TableConfig,
)
from pokerws.game.illegal import Illegal
from pokerws.game.state import MAX_EXACT
from pokerws.messages import (
    JSON,
    MSGPACK,
    WIRES,
    Act,
    ClientMessage,
    Wire,
    client_decoder,
)
from pokerws.server.sessions.decoding import decode

CLIENT_MESSAGES: tuple[type[Struct], ...] = get_args(ClientMessage)
VALUES: dict[str, Any] = {
    "amount": 1,
    "id": "1",
    "table": "t",
    "name": "N",
    "config": {},
    "turn": 1,
    "action": "fold",
    "buy_in": 1,
    "on": True,
    "times": 1,
    "variant": "NT",
    "hand": 1,
    "text": "x",
    "player": "p",
    "address": "192.0.2.1",
    "target": "p",
    "reason": "x",
    "kind": "ban",
    "minutes": 1,
}
Path = tuple[str, ...]


def unbounded(kind: inspect.Type, path: Path = ()) -> Iterator[Path]:
    """The fields without a bound; a kind that this does not know counts as one."""
    match kind:
        case inspect.Metadata(type=inner):
            yield from unbounded(inner, path)
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from unbounded(field.type, (*path, field.encode_name))
        case inspect.UnionType(types=kinds):
            for one in kinds:
                yield from unbounded(one, path)
        case inspect.IntType(ge=least, gt=above, le=most, lt=below):
            if least is above is None or most is below is None:
                yield path
        case inspect.StrType(max_length=most) | inspect.BytesType(max_length=most):
            if most is None:
                yield path
        case (
            inspect.ListType(item_type=item, max_length=most)
            | inspect.VarTupleType(item_type=item, max_length=most)
        ):
            if most is None:
                yield path
            yield from unbounded(item, path)
        case inspect.BoolType() | inspect.NoneType() | inspect.LiteralType():
            pass
        case _:
            yield path


def numbers(kind: inspect.Type, path: Path = ()) -> Iterator[tuple[Path, inspect.IntType]]:
    """All whole numbers of a struct and its parts."""
    match kind:
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from numbers(field.type, (*path, field.encode_name))
        case inspect.UnionType(types=kinds):
            for one in kinds:
                yield from numbers(one, path)
        case inspect.IntType():
            yield path, kind
        case _:
            pass


NUMBERS = [
    (message, path, kind)
    for message in CLIENT_MESSAGES
    for path, kind in numbers(inspect.type_info(message))
]


def message_with(message: type[Struct], path: Path, value: object) -> dict[str, Any]:
    """A message with this value there, and otherwise no more than it needs."""
    made: dict[str, Any] = {"type": message.__struct_config__.tag}
    for field in msgspec.structs.fields(message):
        if field.required:
            made[field.encode_name] = VALUES[field.encode_name]
    inner = made
    for name in path[:-1]:
        inner[name] = dict(inner.get(name, {}))
        inner = inner[name]
    inner[path[-1]] = value
    return made


def refusal(wire: Wire, message: dict[str, Any], *, strict: bool) -> str:
    frame = json.dumps(message) if wire.is_text else msgspec.msgpack.encode(message)
    try:
        decode(wire, client_decoder(strict=strict, wire=wire), frame)
    except Illegal as refused:
        return refused.code
    return "accepted"


@pytest.mark.parametrize("message", CLIENT_MESSAGES)
def test_every_field_of_a_client_is_bounded(message: type[Struct]) -> None:
    assert list(unbounded(inspect.type_info(message))) == []


def test_a_field_without_a_bound_is_found_however_deep_it_is() -> None:
    class Inner(Struct):
        fine: Annotated[int, Meta(ge=0, le=9)]
        low: Annotated[int, Meta(le=9)]
        high: Annotated[int, Meta(ge=0)] | None
        text: str
        texts: Annotated[list[str], Meta(max_length=2)]
        raw: dict[str, int]

    class Outer(Struct):
        parts: Annotated[tuple[Inner, ...], Meta(max_length=3)]
        more: list[bool]
        size: float

    assert {path[-1] for path in unbounded(inspect.type_info(Outer))} == {
        *("low", "high", "text", "texts", "raw", "more", "size")
    }


def test_all_numbers_of_a_config_are_looked_at() -> None:
    names = {".".join(path) for _, path, _ in NUMBERS}
    assert {"config.limit.bring_in", "config.house.bomb_pot_ante", "config.mix.hands"} < names


def test_no_number_is_beyond_what_javascript_represents() -> None:
    beyond = [
        (message.__name__, path)
        for message, path, kind in NUMBERS
        for bound in (kind.ge, kind.gt, kind.le, kind.lt)
        if bound is not None and abs(bound) > MAX_EXACT
    ]
    assert beyond == []


def test_all_chips_of_a_table_at_their_bound_are_exact() -> None:
    assert MAX_CHIPS * MAX_SEATS * 100 < MAX_EXACT
    assert int(float(MAX_EXACT)) == MAX_EXACT


@pytest.mark.parametrize("wire", WIRES.values())
def test_whoever_won_more_than_anybody_may_bring_can_go_all_in(wire: Wire) -> None:
    all_in = MAX_SEATS * MAX_CHIPS
    act = {"type": "act", "id": "1", "table": "t", "turn": 1, "action": "raise", "amount": all_in}
    frame = json.dumps(act) if wire is JSON else msgspec.msgpack.encode(act)
    decoded = decode(wire, client_decoder(strict=True, wire=wire), frame)
    assert isinstance(decoded, Act)
    assert decoded.amount == all_in


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("wire", WIRES.values())
def test_a_number_out_of_bounds_is_refused_on_both_wires(*, wire: Wire, strict: bool) -> None:
    for message, path, kind in NUMBERS:
        check_bounds(message, path, kind, wire=wire, strict=strict)


def check_bounds(
    message: type[Struct], path: Path, kind: inspect.IntType, *, wire: Wire, strict: bool
) -> None:
    where = (message.__name__, path)
    code = "bad_config" if path[0] == "config" else "out_of_range"
    most = kind.le if kind.le is not None else (kind.lt or 0) - 1
    least = kind.ge if kind.ge is not None else (kind.gt or 0) + 1
    beyond = [most + 1, least - 1, 2**63, -(2**63), 2**64 - 1]
    if wire is JSON:
        beyond += [2**64, 10**30, -(10**30), int("9" * 3_900)]
    fractions = (1e30, 0.5, -1e300)
    expected: list[tuple[float, str]] = [
        *[(value, code) for value in beyond],
        *[(value, "wrong_type") for value in fractions],
        *[(value, "accepted") for value in (least, most)],
    ]
    for value, answer in expected:
        found = refusal(wire, message_with(message, path, value), strict=strict)
        assert found == answer, (*where, value)


def test_a_minus_zero_is_zero() -> None:
    frame = '{"type":"sit","id":"1","table":"t","buy_in":-0}'
    sit = decode(JSON, client_decoder(strict=True), frame)
    assert MSGPACK.encode(sit) == MSGPACK.encode(
        decode(JSON, client_decoder(strict=True), frame.replace("-0", "0"))
    )


def changed(struct: Any, path: Path, value: int) -> Any:
    """The struct with another value at the end of a path of fields."""
    first, *rest = path
    inner = changed(getattr(struct, first), tuple(rest), value) if rest else value
    return msgspec.structs.replace(struct, **{first: inner})


@pytest.mark.parametrize(("path", "kind"), list(numbers(inspect.type_info(TableConfig))))
def test_the_rules_refuse_what_a_config_made_here_may_not_have_either(
    path: Path, kind: inspect.IntType
) -> None:
    assert kind.le is not None
    clocks = Clocks((), TimeBank(), DisconnectProtection(), LagAllowance())
    config = TableConfig(house=HouseRules(rake=Rake(), session=SessionLimits()), clocks=clocks)
    for value in (kind.le + 1, 10**30, -1):
        with pytest.raises(Illegal) as refused:
            check_config(changed(config, path, value))
        assert refused.value.code == "bad_config"


def test_a_stored_config_has_the_same_bounds() -> None:
    text = msgspec.json.encode(TableConfig(limit=LimitStakes(bring_in=MAX_CHIPS + 1)))
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=TableConfig)
