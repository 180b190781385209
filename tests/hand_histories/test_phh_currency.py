"""PHH in a currency: chips are cents, and the hand plays to the same stacks."""

import tomllib
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from pokerws.hand_histories.currency import CHIPS, Money
from pokerws.hand_histories.phh.read import final_stacks
from pokerws.hand_histories.phh.record import HandRecord
from pokerws.hand_histories.phh.write import write_hand
from tests.game.pokerkit.played_hands import PlayedHand, played_hands

AMOUNTS = ("antes", "starting_stacks", "finishing_stacks", "blinds_or_straddles")
ONE_AMOUNT = ("min_bet", "small_bet", "big_bet", "bring_in")


def fields_of(hand: PlayedHand, money: Money = CHIPS) -> dict[str, Any]:
    text = write_hand(hand.before, hand.events, started_ms=1_000, money=money)
    return tomllib.loads(text, parse_float=Decimal)


@pytest.mark.parametrize("game", ["NT", "F7S"])
def test_amounts_are_decimals_of_the_currency(game: str) -> None:
    replayed = 0
    for hand in played_hands(game, 3, 4, 8):
        chips, dollars = fields_of(hand), fields_of(hand, Money("USD"))
        assert "currency" not in chips
        assert dollars.pop("currency") == "USD"
        assert [*dollars] == [*chips]
        for name in AMOUNTS:
            cents = [Decimal(amount).scaleb(-2) for amount in chips.get(name, [])]
            assert dollars.get(name, []) == cents
        for name in ONE_AMOUNT:
            assert dollars.get(name, 0) * 100 == chips.get(name, 0)
        bets = [int(action.split()[2]) for action in chips["actions"] if " cbr " in action]
        paid = [Decimal(action.split()[2]) for action in dollars["actions"] if " cbr " in action]
        assert [amount * 100 for amount in paid] == bets
        if "_not_replayable" not in chips:
            stacks = final_stacks(msgspec.convert(dollars, HandRecord))
            assert stacks == [Fraction(stack) for stack in dollars["finishing_stacks"]]
            replayed += 1
    assert replayed


def test_half_a_dollar_is_fifty_cents_where_all_amounts_are_whole_dollars() -> None:
    preflop = ["d dh p1 2c3d", "d dh p2 AsKd", "d dh p3 AcKh", "p3 cc", "p1 f", "p2 cc"]
    checks = ["p2 cc", "p3 cc"]
    record = HandRecord(
        variant="NT",
        rules="rulebook",
        starting_stacks=[Decimal("5.00")] * 3,
        antes=[Decimal("0.00")] * 3,
        blinds_or_straddles=[Decimal("1.00"), Decimal("2.00"), Decimal("0.00")],
        min_bet=Decimal("2.00"),
        actions=[*preflop, "d db QsJh9d", *checks, "d db 4c", *checks, "d db 5h", *checks],
    )
    assert final_stacks(record) == [Fraction(4), Fraction(11, 2), Fraction(11, 2)]
