"""The blinds of a recorded hand: of which kind each is, and in which order they are posted.

A record has only amounts, by seat; p1, seat 0, is left of the button, and heads-up the button is
seat 1.  A negative amount is that of a player who enters late.
"""

from collections.abc import Sequence
from typing import Literal

from pokerws.game.events import BlindKind
from pokerws.game.hand import Blind

Kind = BlindKind | Literal[""]

_ORDER = ("entry", "small", "big", "button", "straddle", "sleeper")


def usual_kinds(amounts: Sequence[int]) -> list[Kind]:
    """The kind of each seat's blind, from the amounts; "" for a seat without one.

    The smallest of several is the small blind, those above the next are straddles.  Heads-up the
    button has the small one of two that are equal.
    """
    kinds: list[Kind] = [""] * len(amounts)
    posted = [seat for seat, amount in enumerate(amounts) if amount > 0]
    posted.sort(key=lambda seat: (amounts[seat], -seat if len(amounts) == 2 else seat))
    names: list[BlindKind] = ["small", "big"]
    names = names[-len(posted) :] + ["straddle"] * (len(posted) - 2)
    for seat, kind in zip(posted, names, strict=False):
        kinds[seat] = kind
    most = max(amounts, default=0)
    for seat, amount in enumerate(amounts):
        if amount < 0:
            kinds[seat] = "sleeper" if 0 < most < -amount else "entry"
    return kinds


def whole_blinds(amounts: Sequence[int], able: Sequence[int], min_bet: int) -> list[int]:
    """The amounts, where a big blind that is all-in for less is the whole one.

    Some records have what was posted in its place.  Others must match the whole big blind all the
    same (Robert's Rules of Poker, section 14).
    """
    whole = list(amounts)
    place = 0 if len(amounts) == 2 else 1
    if whole[place] <= 0:
        place = max(range(len(whole)), key=lambda seat: whole[seat])
    if whole[place] > 0 and able[place] <= whole[place] < min_bet:
        whole[place] = min_bet
    return whole


def in_order(kinds: Sequence[Kind], amounts: Sequence[int]) -> list[Blind]:
    """The blinds as they are posted: the betting starts after the last that is not an entry."""
    blinds = [
        Blind(seat, abs(amount), kind)
        for seat, (kind, amount) in enumerate(zip(kinds, amounts, strict=True))
        if kind and amount
    ]
    return sorted(blinds, key=lambda blind: (_ORDER.index(blind.blind), blind.amount))


def as_posted(amounts: Sequence[int], able: Sequence[int]) -> list[Blind]:
    """The blinds as PokerKit posts them: nobody has to match more than was posted.

    Entry blinds come first, then the others from the smallest.
    """
    posted: list[tuple[int, int]] = []
    blinds: list[Blind] = []
    for seat, amount in enumerate(amounts):
        if amount < 0:
            blinds.append(Blind(seat, min(able[seat], -amount), "entry"))
        elif amount:
            posted.append((min(able[seat], amount), seat))
    kinds: list[BlindKind] = ["small", "big"]
    kinds = kinds[-len(posted) :] + ["straddle"] * (len(posted) - 2)
    for (amount, seat), kind in zip(sorted(posted), kinds, strict=False):
        blinds.append(Blind(seat, amount, kind))
    return blinds
