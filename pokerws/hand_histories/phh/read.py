"""Reads hands recorded in the Poker Hand History standard, and plays them with the engine.

A record is a JSON object with the fields and actions of the standard
(https://phh.readthedocs.io).  Records are untrusted input: the result is the final stacks, or
`Refused` with the reason.  This module owns the fields and amounts of a record; `actions` parses
its actions, and `replay` plays them.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

import msgspec
from msgspec import Struct

from pokerws.game.betting.actions import stack_of
from pokerws.game.state import MAX_EXACT, MAX_SEATS, LimitStakes
from pokerws.game.variants import VARIANTS, Betting, Forced, Variant
from pokerws.hand_histories.errors import NotSupported, Refused
from pokerws.hand_histories.phh.actions import Amount, Script, read_actions
from pokerws.hand_histories.phh.replay import Amounts, Replay, seat_players

# A decimal such as 3.3333333333333335 is read as the nearest fraction (10/3) with at most this
# denominator.
_LARGEST_DENOMINATOR = 1_000_000


class HandRecord(Struct):
    """A hand as recorded; fields that are not needed to play it are ignored.

    Lists are in the order of the players p1, p2, …, where p1 sits left of the button.  Heads-up,
    `antes` and `blinds_or_straddles` have the button, p2, first.  A negative blind is posted by a
    player who enters late.  The variant decides which of the bet fields are present.
    `final_stacks` is the expected result.
    """

    variant: str
    starting_stacks: list[Amount]
    actions: list[str]
    antes: list[Amount] = []
    blinds_or_straddles: list[Amount] | None = None
    bring_in: Amount | None = None
    small_bet: Amount | None = None
    big_bet: Amount | None = None
    min_bet: Amount | None = None
    ante_trimming_status: bool = False
    final_stacks: list[Amount] | None = None
    src: str = ""
    hand: int | str | None = None


_decoder = msgspec.json.Decoder(HandRecord)


def read_record(line: bytes) -> HandRecord:
    """Decode a record from a line of JSON.  Raises Refused."""
    try:
        return _decoder.decode(line)
    except msgspec.ValidationError as error:
        raise Refused(f"malformed: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"not JSON: {error}") from None


def exact(amount: Amount) -> Fraction:
    """An amount of a record as a fraction.  Raises Refused."""
    if isinstance(amount, Decimal) and not (amount.is_finite() and -30 < amount.adjusted() < 30):
        raise Refused(f"{amount} is not an amount of chips")
    if not -MAX_EXACT <= amount <= MAX_EXACT:
        raise Refused(f"{amount} is more than {MAX_EXACT} chips")
    return Fraction(amount).limit_denominator(_LARGEST_DENOMINATOR)


def final_stacks(record: HandRecord) -> list[Fraction]:
    """Play the hand, and return the players' stacks after it.  Raises Refused."""
    return replay(record)[0]


def replay(record: HandRecord) -> tuple[list[Fraction], bool]:
    """Play the hand.  Raises Refused.

    Returns the stacks after it, and whether the standard's reference implementation would allow all
    bets and raises too.
    """
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

    amounts = _amounts(record, variant, scale)
    table = seat_players(record.src, variant, amounts)
    hand = Replay(table, variant, script, chips)
    hand.deal(amounts)
    hand.play()
    stacks = [Fraction(stack_of(table, seat), scale) for seat in range(count)]
    return stacks, hand.by_reference


def _scale(record: HandRecord, script: Script) -> int:
    """How many chips of the engine equal one of the record, so that all amounts are integers."""
    amounts: list[Amount] = [*record.starting_stacks, *record.antes]
    amounts += record.blinds_or_straddles or []
    amounts += record.final_stacks or []
    amounts += [move.to for move in script.moves]
    bets = (record.bring_in, record.small_bet, record.big_bet, record.min_bet)
    amounts += [amount for amount in bets if amount is not None]
    scale = lcm(*[exact(amount).denominator for amount in amounts if type(amount) is not int])
    if scale > _LARGEST_DENOMINATOR:
        raise Refused("the amounts have no common unit")
    return scale


def _chips(amount: Amount, scale: int) -> int:
    if isinstance(amount, int) and -MAX_EXACT <= amount <= MAX_EXACT:
        return amount * scale
    return int(exact(amount) * scale)


def _amounts(record: HandRecord, variant: Variant, scale: int) -> Amounts:
    """The amounts in chips of the engine, by seat.  Raises Refused."""
    count = len(record.starting_stacks)
    stacks = [_chips(amount, scale) for amount in record.starting_stacks]
    if min(stacks) < 1:
        raise Refused("a player has no chips")
    antes = _per_seat(record.antes, count, scale, "antes")
    if min(antes) < 0:
        raise Refused("an ante is negative")
    blinds = _per_seat(record.blinds_or_straddles or [], count, scale, "blinds_or_straddles")
    min_bet, limit = _bets(record, variant, blinds, scale)
    dead = not record.ante_trimming_status
    return Amounts(stacks, antes, blinds, min_bet, limit, dead)


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
