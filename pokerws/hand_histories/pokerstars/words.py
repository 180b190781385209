"""The wording of a PokerStars hand history: its header, and its names of games and streets.

It follows real PokerStars files, as collected in the regression tests of fpdb
(https://github.com/jejellyroll-fr/fpdb-3, regression-test-files).
"""

from collections.abc import Iterable
from typing import NamedTuple

from pokerws.game.cards import Card
from pokerws.game.config.stakes import stakes_of
from pokerws.game.state import Table
from pokerws.game.variants import MIXES, Betting, Forced, Variant
from pokerws.hand_histories.currency import CENTS, CHIPS, Money
from pokerws.hand_histories.dates import Moment, eastern, moment
from pokerws.hand_histories.hand_id import hand_id

ORDINALS = ("FIRST", "SECOND", "THIRD")

_LIMITS = {
    Betting.NO_LIMIT: "No Limit",
    Betting.POT_LIMIT: "Pot Limit",
    Betting.FIXED_LIMIT: "Limit",
}
_BOARD_STREETS = ("HOLE CARDS", "FLOP", "TURN", "RIVER")
_STUD_STREETS = ("3rd STREET", "4th STREET", "5th STREET", "6th STREET", "RIVER")
_BOARD_FOLDS = ("before Flop", "on the Flop", "on the Turn", "on the River")
_STUD_FOLDS = (
    *(f"on the {number} Street" for number in ("3rd", "4th", "5th", "6th")),
    "on the River",
)
_DRAWS = ("1st Draw", "2nd Draw", "3rd Draw")

# Characters that some reader takes for the beginning or end of a name or field.
_GRAMMAR = frozenset("%+:;,|()[]{}<>*#\"'$\u20ac\u00a3\u00a5\u20b9")


def plain_name(name: str) -> str:
    """Escape a name, so that it cannot be mistaken for other text of a line.

    A space becomes `+`; a character with a meaning in the format becomes its code, such as `%3A`
    for a colon.  Otherwise a player named "Ann collected 500 from pot" could forge a line.
    Different names stay different.
    """
    return "".join(
        _coded(mark) if mark in _GRAMMAR or not mark.isprintable() else mark.replace(" ", "+")
        for mark in name
    )


def _coded(mark: str) -> str:
    return "".join(f"%{byte:02X}" for byte in mark.encode(errors="surrogatepass"))


def header(
    table: Table,
    variant: Variant,
    hand: int,
    *,
    boards: int,
    started_ms: int,
    money: Money = CHIPS,
) -> list[str]:
    """The first two lines: the game, and the table."""
    game = f"{'Split ' if boards > 1 else ''}{variant.history_name} {_LIMITS[variant.betting]}"
    stakes = _stakes(table, variant, money)
    mix = MIXES.get(table.config.variant)
    what = f"{game} ({stakes})"
    if mix is not None and mix.history_name:
        what = f"{mix.history_name} ({game}, {stakes})"
    when = f"{_written(moment(started_ms))} UTC [{_written(eastern(started_ms))} ET]"
    seats = f"Table '{plain_name(table.name)}' {len(table.seats)}-max"
    if money.code is None:
        seats += " (Play Money)"
    if variant.forced is not Forced.BRING_IN and table.button is not None:
        seats += f" Seat #{table.button + 1} is the button"
    return [f"PokerStars Hand #{hand_id(table.id, hand)}:  {what} - {when}", seats]


def _stakes(table: Table, variant: Variant, money: Money) -> str:
    stakes = stakes_of(table.config, variant)
    if variant.forced is Forced.BUTTON_BLIND:
        first, second = stakes.big_blind, stakes.ante
    elif variant.betting is Betting.FIXED_LIMIT:
        first, second = stakes.min_bet, stakes.big_bet or stakes.min_bet
    else:
        first, second = stakes.small_blind, stakes.big_blind
    cents = bool(first % CENTS or second % CENTS)
    one, other = (money.written(amount, cents=cents) for amount in (first, second))
    code = f" {money.code}" if money.code else ""
    if variant.forced is Forced.BUTTON_BLIND:
        # The format has the currency before the bracket, and play money has none.
        return f"Button Blind {one} - Ante {other} {money.code or ''}"
    return f"{one}/{other}{code}"


def _written(at: Moment) -> str:
    date = f"{at.year}/{at.month:02}/{at.day:02}"
    return f"{date} {at.hour}:{at.minute:02}:{at.second:02}"


class _Words(NamedTuple):
    """The wording for each street: its title, and when a hand was folded on it."""

    titles: tuple[str, ...]
    folds: tuple[str, ...]


def _words_for(variant: Variant) -> _Words | None:
    """The wording for a variant's streets; None if PokerStars does not have these streets."""
    draws = sum(1 for street in variant.streets if street.draw)
    if variant.has_board:
        words = _Words(_BOARD_STREETS, _BOARD_FOLDS)
    elif variant.forced is Forced.BRING_IN:
        words = _Words(_STUD_STREETS, _STUD_FOLDS)
    elif draws == 1:
        words = _Words(("DEALING HANDS", ""), ("before the Draw", "after the Draw"))
    else:
        words = _Words(
            ("DEALING HANDS", *(f"{ordinal} DRAW" for ordinal in ORDINALS[:draws])),
            ("before the Draw", *(f"after the {draw}" for draw in _DRAWS[:draws])),
        )
    return words if len(words.titles) == len(variant.streets) else None


def street_title(variant: Variant, street: int) -> str:
    """The heading of a street, without the stars; empty for the draw of a single-draw game.

    Streets that PokerStars does not have get the variant's own name for them.
    """
    words = _words_for(variant)
    return variant.streets[street].name.upper() if words is None else words.titles[street]


def fold_place(variant: Variant, street: int) -> str:
    """When a hand was folded, in the words of the summary."""
    words = _words_for(variant)
    return f"on {variant.streets[street].name.title()}" if words is None else words.folds[street]


def cards_in(cards: Iterable[Card]) -> str:
    """Cards in brackets."""
    return f"[{' '.join(cards)}]"
