"""The fields of a PHH file with amounts of a currency in place of chips."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from pokerws.hand_histories.currency import Money

Value: TypeAlias = str | int | Decimal | Sequence[str] | Sequence[int] | Sequence[int | Decimal]

# The fields whose numbers are chips.
_AMOUNTS = frozenset(
    "antes blinds_or_straddles bring_in small_bet big_bet min_bet starting_stacks "
    "finishing_stacks _refunds _dead _small_blind _rake".split()
)
_CHIPS_IN_ACTION = re.compile(r"(?<= cbr )\d+")


def in_currency(fields: Mapping[str, Value], money: Money) -> dict[str, Value]:
    """The fields with amounts of a currency, and its code."""
    return {name: _in_money(name, value, money) for name, value in fields.items()} | {
        "currency": str(money.code)
    }


def _in_money(name: str, value: Value, money: Money) -> Value:
    match value:
        case int() if name in _AMOUNTS:
            return money.value(value)
        case list() if name in _AMOUNTS:
            return [money.value(chips) for chips in value]
        case list() if name == "actions":
            return [
                _CHIPS_IN_ACTION.sub(lambda found: f"{money.value(int(found[0]))}", action)
                for action in value
            ]
        case _:
            return value
