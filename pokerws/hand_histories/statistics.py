"""Counts what each player did in a finished hand: VPIP, PFR, 3-bets, showdowns and net chips.

All follow from public actions; no card is read.  Here are only sums: the percentages of the field
are one count divided by another.  "Before the flop" is the first betting round, in every game; so
in stud it is third street, and in draw games the round before the first draw.

- VPIP, voluntarily put chips in the pot: `vpip` of `decided`.  A call, bet or raise before the flop
  counts; blinds, straddles, antes, bring-ins and a check do not.  Hands without a decision before
  the flop, such as walks and bomb pots, are left out, as trackers leave out walks.
- PFR, raised before the flop: `pfr` of `decided`.  The first bet of a game without blinds, and
  completing a bring-in, are raises.
- 3-bet: `three_bets` of `three_bet_chances`.  A chance is an action that answers exactly one raise,
  of somebody else, also if the chips allow only a call; the 3-bet is to raise then.
- WTSD, went to showdown: `showdowns` of `flops`.  A player saw the flop who had not folded when the
  second street began, also all-in, and went to showdown if two or more never folded.
- W$SD, won at showdown: `showdowns_won` of `showdowns`.  Any share of a pot counts.
- Net: chips won without those put in; rake is taken off, and bonuses are added.

Source of the terms: PokerTracker's Statistical Reference Guide.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pokerws.game.events import (
    BetPlaced,
    BoardDealt,
    BonusPaid,
    Called,
    Checked,
    DrawStarted,
    Folded,
    HoleCardsDealt,
    PotAwarded,
    Raised,
    TableEvent,
)
from pokerws.game.state import PlayerId
from pokerws.hand_histories.chips import chips_of


class Counts(NamedTuple):
    """Sums over a player's hands; the docstring of the module defines each."""

    hands: int = 0
    decided: int = 0
    vpip: int = 0
    pfr: int = 0
    three_bet_chances: int = 0
    three_bets: int = 0
    flops: int = 0
    showdowns: int = 0
    showdowns_won: int = 0
    net: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """The sums over both."""
        return Counts(*(one + more for one, more in zip(self, other, strict=True)))


class HandCounts(NamedTuple):
    """The counts of each player dealt in, and the pot."""

    players: dict[PlayerId, Counts]
    pot: int


class _Play:
    """What seats did in a hand; only the first betting round is looked at in detail."""

    def __init__(self) -> None:
        self.decided: set[int] = set()
        self.put_in: set[int] = set()
        self.raised: set[int] = set()
        self.chances: set[int] = set()
        self.three_bets: set[int] = set()
        self.folded: set[int] = set()
        # Who had folded when the second street began; None if it did not.
        self.folded_before: set[int] | None = None
        self.winners: set[int] = set()
        self._raises = 0
        self._raiser: int | None = None

    def take(self, event: TableEvent) -> None:
        """Count the next event of the hand."""
        match event:
            case (
                BoardDealt(street=street)
                | HoleCardsDealt(street=street)
                | DrawStarted(street=street)
            ):
                if street and self.folded_before is None:
                    self.folded_before = set(self.folded)
            case Folded() | Checked() | Called() | BetPlaced() | Raised():
                if self.folded_before is None:
                    self._decide(event)
                if isinstance(event, Folded):
                    self.folded.add(event.seat)
            case PotAwarded(shares=shares):
                self.winners.update(share.seat for share in shares)
            case _:
                pass

    def _decide(self, event: Folded | Checked | Called | BetPlaced | Raised) -> None:
        seat, is_raise = event.seat, isinstance(event, (BetPlaced, Raised))
        self.decided.add(seat)
        if is_raise or isinstance(event, Called):
            self.put_in.add(seat)
        if self._raises == 1 and seat != self._raiser:
            self.chances.add(seat)
            if is_raise:
                self.three_bets.add(seat)
        if is_raise:
            self.raised.add(seat)
            self._raises += 1
            self._raiser = seat

    def of(self, seat: int, *, is_showdown: bool, net: int) -> Counts:
        """The counts of a seat."""
        shows = is_showdown and seat not in self.folded
        before = self.folded_before
        return Counts(
            hands=1,
            decided=int(seat in self.decided),
            vpip=int(seat in self.put_in),
            pfr=int(seat in self.raised),
            three_bet_chances=int(seat in self.chances),
            three_bets=int(seat in self.three_bets),
            flops=int(before is not None and seat not in before),
            showdowns=int(shows),
            showdowns_won=int(shows and seat in self.winners),
            net=net,
        )


def counts_of(events: Sequence[TableEvent]) -> HandCounts | None:
    """The counts of a finished hand, from its HandStarted to its end and the bonuses after it.

    None for a cancelled hand, and for an old one that does not tell who was dealt in.
    """
    chips, players = chips_of(events), players_of(events)
    if chips.cancelled or not players:
        return None
    play, nets = _Play(), Counter(chips.won)
    nets.subtract(chips.paid)
    for event in events:
        play.take(event)
        if isinstance(event, BonusPaid):
            nets.update({share.seat: share.amount for share in event.received})
            nets.subtract({share.seat: share.amount for share in event.paid})
    is_showdown = len(players.keys() - play.folded) > 1
    return HandCounts(
        {
            player: play.of(seat, is_showdown=is_showdown, net=nets[seat])
            for seat, player in players.items()
        },
        chips.pot,
    )


def players_of(events: Iterable[TableEvent]) -> dict[int, PlayerId]:
    """The players dealt in, by seat; none in an old log that does not tell."""
    for event in events:
        if isinstance(event, HoleCardsDealt):
            seated = enumerate(event.players)
            return {seat: player for seat, player in seated if player is not None}
    return {}
