"""The form of a table's config has all options, with the bounds and defaults of the server."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.inspect import (
    BoolType,
    IntType,
    LiteralType,
    StructType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

from pokerws.game.config.checks import check_config
from pokerws.game.config.table_config import TableConfig
from tests.node_programs import FOLDER, run

# A field of its own, since all others depend on it.
VARIANT = "variant"


def leaves(kind: StructType, prefix: str = "") -> Iterator[tuple[str, Type, object]]:
    """The options of a config: path, type and default; parts that may be null are options too."""
    for field in kind.fields:
        path, inner = f"{prefix}{field.name}", field.type
        if isinstance(inner, UnionType):
            (part,) = [one for one in inner.types if isinstance(one, StructType)]
            yield path, inner, None
            yield from leaves(part, f"{path}.")
        elif isinstance(inner, StructType):
            yield from leaves(inner, f"{path}.")
        elif path != VARIANT:
            yield path, inner, field.default


def bounds(kind: Type) -> dict[str, Any]:
    match kind:
        case IntType(ge=least, le=most):
            return {"min": least, "max": most}
        case LiteralType(values=values):
            return {"choices": sorted(map(str, values))}
        case BoolType():
            return {"kind": "switch"}
        case VarTupleType() | UnionType():
            return {}
        case _:
            raise AssertionError(kind)


async def test_the_form_has_all_options_of_the_server() -> None:
    made = json.loads(await run("node", FOLDER / "options.mjs"))
    form = {option["path"]: option for option in made["options"]}
    config = type_info(TableConfig)
    assert isinstance(config, StructType)
    server = {path: (kind, default) for path, kind, default in leaves(config)}
    assert sorted(form) == sorted(server)
    for path, (kind, default) in server.items():
        option = form[path]
        assert option["initial"] == (list(default) if isinstance(default, tuple) else default), path
        for name, value in bounds(kind).items():
            if option["kind"] == "choice" and name in ("min", "max"):
                edge = min if name == "min" else max
                assert edge(option["choices"]) == value, path
            elif name == "choices":
                assert sorted(map(str, option["choices"])) == value, path
            else:
                assert option[name] == value, f"{path} {name}"
    for name, preset in made["presets"].items():
        try:
            check_config(msgspec.convert(preset, TableConfig))
        except Exception as error:
            raise AssertionError(name) from error
