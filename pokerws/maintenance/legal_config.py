"""Reads snapshots with a config that an older version accepted, and this one does not.

Only what no game used could be out of bounds, so defaults take its place.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from pokerws.game.config.seating import Seating
from pokerws.game.config.table_config import HouseRules, LimitStakes, Mix, TableConfig

_PARTS: Mapping[str, type[Struct]] = {
    "limit": LimitStakes,
    "mix": Mix,
    "house": HouseRules,
    "seating": Seating,
}


def with_legal_config(snapshot: str) -> str | None:
    """The snapshot without the illegal fields of its config; None if that cannot be done."""
    try:
        stored = msgspec.json.decode(snapshot)
        stored["table"]["config"] = _legal(stored["table"]["config"], TableConfig)
    except (msgspec.MsgspecError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return msgspec.json.encode(stored).decode()


def _legal(given: dict[str, Any], kind: type[Struct]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in given.items():
        try:
            # Every field has a default, so that each can be checked by itself.
            msgspec.convert({name: value}, kind)
        except msgspec.ValidationError:
            if isinstance(value, dict) and kind is TableConfig and name in _PARTS:
                kept[name] = _legal(value, _PARTS[name])
        else:
            kept[name] = value
    return kept
