"""The schema of Open Hand History for the objects that cash games have, after its specification.

https://hh-specs.handhistory.org, version 1.4.7, with the flags that the page of flags lists.  There
is no published schema: the one of `ohh-pydantic` 0.1.1 demands a field that no page has.
"""

from typing import Any

from pokerws.game.cards import DECK

_INTEGER = {"type": "integer"}
_AMOUNT = {"type": "number", "minimum": 0}
_CARDS = {"type": "array", "items": {"enum": [*DECK]}, "uniqueItems": True}
_TEXT = {"type": "string", "minLength": 1}
_VERSION = {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": [*required],
        "additionalProperties": False,
    }


def _list_of(item: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least}


_ACTION = _object(
    {
        "action_number": _INTEGER,
        "player_id": _INTEGER,
        "action": {
            "enum": [
                *("Dealt Cards", "Mucks Cards", "Shows Cards", "Post Ante", "Post SB", "Post BB"),
                *("Straddle", "Post Dead", "Post Extra Blind", "Fold", "Check", "Bet", "Raise"),
                *("Call", "Added Chips", "Sits Down", "Stands Up", "Add to Pot"),
            ]
        },
    },
    {"amount": _AMOUNT, "is_allin": {"type": "boolean"}, "cards": _CARDS},
)
_ROUND = _object(
    {
        "id": _INTEGER,
        "street": {"enum": ["Preflop", "Flop", "Turn", "River", "Showdown"]},
        "actions": _list_of(_ACTION),
    },
    {"cards": _CARDS},
)
_PLAYER = _object(
    {"id": _INTEGER, "seat": _INTEGER, "name": _TEXT, "starting_stack": _AMOUNT},
    {"display": _TEXT, "is_sitting_out": {"type": "boolean"}},
)
_POT = _object(
    {
        "number": _INTEGER,
        "amount": _AMOUNT,
        "player_wins": _list_of(_object({"player_id": _INTEGER, "win_amount": _AMOUNT}), 1),
    },
    {"rake": _AMOUNT},
)
_HAND = _object(
    {
        "spec_version": _VERSION,
        "site_name": _TEXT,
        "network_name": _TEXT,
        "internal_version": _VERSION,
        "tournament": {"type": "boolean"},
        "game_number": _TEXT,
        "start_date_utc": {
            "type": "string",
            "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$",
        },
        "table_name": _TEXT,
        "game_type": {"enum": ["Holdem", "Omaha", "OmahaHiLo", "Stud", "StudHiLo", "Draw"]},
        "bet_limit": _object({"bet_type": {"enum": ["NL", "PL", "FL"]}, "bet_cap": _AMOUNT}),
        "table_size": _INTEGER,
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "dealer_seat": _INTEGER,
        "small_blind_amount": _AMOUNT,
        "big_blind_amount": _AMOUNT,
        "ante_amount": _AMOUNT,
        "players": _list_of(_PLAYER, 2),
        "rounds": _list_of(_ROUND, 1),
        "pots": _list_of(_POT, 1),
    },
    {
        "hero_player_id": {"type": ["integer", "null"]},
        "flags": _list_of(
            {"enum": ["Run_It_Twice", "Anonymous", "Observed", "Fast", "Cap", "Bomb_Pot"]}
        ),
    },
)
SCHEMA = _object({"ohh": _HAND})
