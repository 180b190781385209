"""Who may bet or raise, and to how much: the rules of betting once more, as plainly as can be.

`BigBet` is TDA rules 43 and 47, for no limit and pot limit; `Limit` is Robert's Rules of Poker,
sections 3 and 8, for fixed limit.  Both are one street; players are places.
"""

from typing import NamedTuple


class Most(NamedTuple):
    """What a player could have in on the street, what the others could, and the pot limit."""

    own: int
    others: int
    pot: int


class BigBet:
    """A street without fixed bets.

    PokerKit may see it otherwise where a `short_open` all-in, of less than the minimum bet, began
    the betting, and where there are several `short_all_ins` since the last full raise.
    """

    def __init__(self, bet: int, min_bet: int) -> None:
        self.bet = bet
        self.full_raise = min_bet
        self.short_open = False
        self.raises = 0
        self.short_all_ins = 0
        self.faced: dict[int, int] = {}

    def wagered(self, place: int, to: int, able: int, *, pair: bool) -> None:
        size = to - self.bet
        if size >= self.full_raise:
            self.full_raise = size
            self.short_open = False
            self.short_all_ins = 0
        else:
            self.short_open = self.short_open or not self.raises
            self.short_all_ins += 1
        self.raises += 1
        self.bet = to
        self.faced[place] = to

    def answered(self, place: int) -> None:
        """A check or a call."""
        self.faced[place] = self.bet

    def bounds(self, place: int, most: Most, *, pair: bool) -> list[int]:
        """Least and most to raise to; nothing where no raise is legal."""
        reopened = place not in self.faced or self.bet - self.faced[place] >= self.full_raise
        if not reopened or min(most.own, most.others) <= self.bet:
            return []
        least = self.bet + self.full_raise
        return [min(most.own, least), min(most.own, max(least, most.pot))]

    def explained(self, place: int, ours: list[int], theirs: list[int]) -> str:
        """The name of the known difference that lets PokerKit's answer be another one."""
        if place in self.faced and not ours and self.short_open:
            return "short opening all-in"
        if place in self.faced and not theirs and self.short_all_ins > 1:
            return "short all-ins that add up"
        return ""


class Limit:
    """A fixed-limit street of so many `bets` until now, the last one to `level`.

    `odd` names what makes PokerKit count otherwise from here on: an all-in that was no whole bet, a
    larger bet over an open pair, or that two players alone may go on after the last raise.
    """

    def __init__(self, bets: int, bet: int, size: int, cap: int, big_bet: int) -> None:
        self.bets = bets
        self.bet = bet
        self.level = bet if bets else 0
        self.size = size
        self.cap = cap
        self.big_bet = big_bet
        self.capped = False
        self.odd = ""
        self.faced: dict[int, int] = {}

    def wagered(self, place: int, to: int, able: int, *, pair: bool) -> None:
        added = to - self.level
        if added != self.size:
            self.odd = "short all-in at a limit" if added < self.size else "open pair"
        if added * 2 >= self.size:
            if added > self.size and pair:
                self.size = self.big_bet
            self.level = to
            self.bets += 1
            if self.bets >= self.cap:
                # Of the one bet of Kuhn poker, the rules say nothing else.
                self.capped = able > 2 or self.cap == 1
                if not self.capped:
                    self.odd = "no cap for two"
        self.bet = to
        self.faced[place] = to

    def answered(self, place: int) -> None:
        """A check, a call or a bring-in."""
        self.faced[place] = self.bet

    def bounds(self, place: int, most: Most, *, pair: bool) -> list[int]:
        """All legal totals; nothing where no raise is legal."""
        reopened = self.faced.get(place, -1) < self.level or place not in self.faced
        if self.capped or not reopened or min(most.own, most.others) <= self.bet:
            return []
        sizes = {self.size, self.big_bet} if pair else {self.size}
        return sorted({min(most.own, self.level + size) for size in sizes})

    def explained(self, place: int, ours: list[int], theirs: list[int]) -> str:
        """The name of the known difference that lets PokerKit's answer be another one."""
        if not self.odd and len(ours) > 1 and ours[:1] == theirs:
            return "open pair"
        return self.odd
