"""The currencies in which an export can write chips, for programs that know no play money.

A chip is then the smallest unit of the currency, a cent: 150 chips are $1.50.
"""

from decimal import Decimal
from typing import Literal, NamedTuple, get_args

CurrencyCode = Literal["USD", "EUR", "GBP", "CAD", "INR", "CNY"]
CURRENCY_CODES: tuple[CurrencyCode, ...] = get_args(CurrencyCode)

_SIGNS: dict[str, str] = {
    "USD": "$",
    "EUR": "\u20ac",
    "GBP": "\u00a3",
    "CAD": "$",
    "INR": "\u20b9",
    "CNY": "\u00a5",
}
# Chips of a whole unit.
CENTS = 100


class Money(NamedTuple):
    """How amounts of chips are written: as chips, or as money of a currency."""

    code: CurrencyCode | None = None

    @property
    def sign(self) -> str:
        """The currency's sign; empty for chips."""
        return "" if self.code is None else _SIGNS[self.code]

    def value(self, chips: int) -> int | Decimal:
        """An amount as a number: 150 chips are Decimal("1.50")."""
        return chips if self.code is None else Decimal(chips).scaleb(-2)

    def written(self, chips: int, *, cents: bool = False) -> str:
        """An amount as PokerStars writes it: "$1.50", "$2", "200".

        Whole amounts have no decimals, unless `cents`.
        """
        if self.code is None:
            return str(chips)
        whole, rest = divmod(chips, CENTS)
        decimals = f".{rest:02}" if rest or cents else ""
        return f"{self.sign}{whole}{decimals}"


CHIPS = Money()
