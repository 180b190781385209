"""Plays hands recorded in the Poker Hand History standard with the engine.

The result is the final stacks, or `Refused` with the reason.  This module owns the amounts of a
record; `record` reads its fields, `actions` parses its actions, and `replay` plays them.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import takewhile
from math import lcm
from typing import NamedTuple

from pokerws.game.betting.actions import stack_of
from pokerws.game.cards import UNKNOWN, Card, parse_cards
from pokerws.game.config.table_config import MAX_CHIPS, MAX_SEATS, HouseRules, LimitStakes
from pokerws.game.state import MAX_EXACT
from pokerws.game.variants import VARIANTS, Betting, Forced, Variant
from pokerws.hand_histories.currency import CENTS
from pokerws.hand_histories.errors import NotSupported, Refused
from pokerws.hand_histories.phh.actions import Amount, Script, read_actions
from pokerws.hand_histories.phh.blinds import as_posted, in_order, usual_kinds, whole_blinds
from pokerws.hand_histories.phh.record import HandRecord, RuleBook
from pokerws.hand_histories.phh.replay import Replay
from pokerws.hand_histories.phh.seating import Amounts, Rules, seat_players

# A decimal such as 3.3333333333333335 is read as the nearest fraction (10/3) with at most this
# denominator.
_LARGEST_DENOMINATOR = 1_000_000
# What an unknown stack, which a record has as `inf`, is played as.
_UNKNOWN_STACK = MAX_CHIPS


class Replayed(NamedTuple):
    """The players' stacks after a hand, and what each took from the pots.

    `by_reference` tells whether the standard's reference implementation would allow all bets and
    raises too; it has no meaning for a hand that was played by the rulebook.
    """

    stacks: list[Fraction]
    collected: list[Fraction]
    by_reference: bool


def exact(amount: Amount) -> Fraction:
    """An amount of a record as a fraction.  Raises Refused."""
    if isinstance(amount, Decimal) and not (amount.is_finite() and -30 < amount.adjusted() < 30):
        raise Refused(f"{amount} is not an amount of chips")
    if not -MAX_EXACT <= amount <= MAX_EXACT:
        raise Refused(f"{amount} is more than {MAX_EXACT} chips")
    return Fraction(amount).limit_denominator(_LARGEST_DENOMINATOR)


def is_unknown(amount: Amount) -> bool:
    """Whether it is `inf`, which stands for an unknown stack."""
    return isinstance(amount, Decimal) and amount.is_infinite() and amount > 0


def final_stacks(record: HandRecord, rules: RuleBook | None = None) -> list[Fraction]:
    """Play the hand, and return the players' stacks after it.  Raises Refused."""
    return replay(record, rules).stacks


def replay(record: HandRecord, rules: RuleBook | None = None) -> Replayed:
    """Play the hand by these rules, or by those that the record names.  Raises Refused."""
    variant = VARIANTS.get(record.variant)
    if variant is None:
        raise NotSupported(f"the variant {record.variant!r} is not supported")
    count = len(record.starting_stacks)
    if not 2 <= count <= MAX_SEATS:
        raise Refused(f"expected from 2 to {MAX_SEATS} players, got {count}")
    script = read_actions(variant, count, record.actions)
    scale = _scale(record, script)

    def chips(amount: Amount) -> int:
        return _chips(amount, scale)

    by_book = (rules or record.rule_book) == "rulebook"
    amounts = _amounts(record, variant, scale, by_book=by_book)
    book = _rules(record, variant, script, scale, by_book=by_book)
    table = seat_players(record.src, variant, amounts, book)
    hand = Replay(table, variant, script, chips, book)
    hand.deal(amounts)
    hand.play()
    return Replayed(
        [Fraction(stack_of(table, seat), scale) for seat in range(count)],
        [Fraction(taken, scale) for taken in hand.collected],
        hand.by_reference,
    )


def _scale(record: HandRecord, script: Script) -> int:
    """How many chips of the engine equal one of the record, so that all amounts are integers."""
    amounts: list[Amount] = [*record.starting_stacks, *record.antes]
    amounts += record.blinds_or_straddles or []
    for result in (record.final_stacks, record.finishing_stacks, record.winnings):
        amounts += result or []
    amounts += [move.to for move in script.moves]
    bets = (record.bring_in, record.small_bet, record.big_bet, record.min_bet)
    amounts += [amount for amount in bets if amount is not None]
    parts = [
        exact(amount).denominator
        for amount in amounts
        if type(amount) is not int and not is_unknown(amount)
    ]
    if parts and record.rules is not None:
        # In our exports with a currency a chip is a cent, even where all amounts are whole dollars:
        # odd chips depend on it.
        parts.append(CENTS)
    scale = lcm(*parts)
    if scale > _LARGEST_DENOMINATOR:
        raise Refused("the amounts have no common unit")
    return scale


def _chips(amount: Amount, scale: int) -> int:
    if isinstance(amount, int) and -MAX_EXACT <= amount <= MAX_EXACT:
        return amount * scale
    return int(exact(amount) * scale)


def _amounts(record: HandRecord, variant: Variant, scale: int, *, by_book: bool) -> Amounts:
    """The amounts in chips of the engine, by seat.  Raises Refused."""
    count = len(record.starting_stacks)
    stacks = [
        _UNKNOWN_STACK * scale if is_unknown(amount) else _chips(amount, scale)
        for amount in record.starting_stacks
    ]
    if min(stacks) < 1:
        raise Refused("a player has no chips")
    antes = _per_seat(record.antes, count, scale, "antes")
    if min(antes) < 0:
        raise Refused("an ante is negative")
    blinds = _per_seat(record.blinds_or_straddles or [], count, scale, "blinds_or_straddles")
    min_bet, limit = _bets(record, variant, blinds, scale)
    dead = [0] * count if record.ante_trimming_status else antes
    if by_book and record.dead:
        dead = _per_seat(record.dead, count, scale, "_dead")
        if any(not 0 <= part <= ante for part, ante in zip(dead, antes, strict=True)):
            raise Refused("a part of an ante is more than the ante")
    able = [max(0, stack - ante) for stack, ante in zip(stacks, antes, strict=True)]
    if not by_book:
        posted = as_posted(blinds, able)
    elif record.blinds is None:
        ours = record.rules is not None or record.game
        whole = blinds if ours else whole_blinds(blinds, able, min_bet)
        posted = in_order(usual_kinds(whole), whole)
    elif len(record.blinds) == count:
        posted = in_order(record.blinds, blinds)
    else:
        raise Refused(f"{len(record.blinds)} _blinds for {count} players")
    return Amounts(stacks, antes, dead, posted, min_bet, limit)


def _rules(
    record: HandRecord, variant: Variant, script: Script, scale: int, *, by_book: bool
) -> Rules:
    """The rules by which the hand is played.  Raises Refused."""
    if not by_book:
        straddles = len([amount for amount in (record.blinds_or_straddles or [])[2:] if amount > 0])
        most = 0 if variant.max_bets_always else variant.max_bets + 1 + straddles
        house = HouseRules(max_bets=most, odd_chips="button", whole_pot=True)
        return Rules(by_book=False, house=house)
    house = HouseRules(
        max_bets=record.max_bets,
        odd_chips=record.odd_chips or "rulebook",
        whole_pot=bool(record.whole_pot),
    )
    small_blind = None if record.small_blind is None else _chips(record.small_blind, scale)
    return Rules(
        by_book=True, house=house, small_blind=small_blind, boards=_boards(record, variant, script)
    )


def _boards(record: HandRecord, variant: Variant, script: Script) -> list[list[Card]]:
    """The second and third board, with unknown cards up to their whole size.  Raises Refused."""
    size = sum(street.board for street in variant.streets)
    seen = {card for groups in script.hole for cards in groups for card in cards}
    seen.update(script.board)
    boards: list[list[Card]] = []
    for text in record.boards:
        try:
            board = parse_cards(text)
        except ValueError as error:
            raise Refused(f"_boards: {error}") from None
        if len(board) > size:
            raise Refused(f"a board has {len(board)} cards")
        pairs = zip(board, script.board, strict=False)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        for card in board[shared:]:
            if card == UNKNOWN:
                continue
            if card in seen or card not in variant.deck:
                raise Refused(f"a card was dealt twice, or is not in the deck: {card}")
            seen.add(card)
        boards.append(board + [UNKNOWN] * (size - len(board)))
    return boards


def _bets(
    record: HandRecord, variant: Variant, blinds: Sequence[int], scale: int
) -> tuple[int, LimitStakes]:
    """The smallest bet, and the stakes of a fixed-limit game.

    A record without a smallest bet has the largest blind in its place.
    """
    fixed = variant.betting is Betting.FIXED_LIMIT
    given = record.small_bet if fixed and record.small_bet is not None else record.min_bet
    smallest = max(blinds) if given is None else _chips(given, scale)
    if smallest < 1:
        raise Refused(f"{'small_bet' if fixed else 'min_bet'} must be at least 1")
    if not fixed:
        return smallest, LimitStakes()
    big = 2 * smallest if record.big_bet is None else _chips(record.big_bet, scale)
    bring_in = 0 if record.bring_in is None else _chips(record.bring_in, scale)
    if big < smallest:
        raise Refused("the big_bet is less than the small_bet")
    if variant.forced is Forced.BRING_IN and not 0 < bring_in < smallest:
        raise Refused("bring_in must be more than 0 and less than the small_bet")
    return smallest, LimitStakes(small_bet=smallest, big_bet=big, bring_in=bring_in)


def _per_seat(amounts: Sequence[Amount], count: int, scale: int, field: str) -> list[int]:
    """One amount per seat.  Heads-up, a record has the button first, which is the second seat."""
    if len(amounts) > count:
        raise Refused(f"{len(amounts)} {field} for {count} players")
    chips = [_chips(amount, scale) for amount in amounts]
    chips += [0] * (count - len(chips))
    return chips[::-1] if count == 2 else chips
