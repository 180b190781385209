"""The showdown: the order of showing, and the winners of each part of each pot.

A pot is divided between the boards; each part between the high and the low hand, if a variant has
both; then between the hands that tie.  Odd chips go to the first boards, and to the high hand (TDA
rule 20); `pots.py` assigns those of a tie.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Literal, NamedTuple

from pokerws.game.betting.actions import hand_seat, live_seats, taken_seat
from pokerws.game.betting.pots import split_among, split_evenly
from pokerws.game.cards import CARD_INDEX, UNKNOWN, Card
from pokerws.game.events import (
    BetsCollected,
    CardsMucked,
    CardsShown,
    PotAwarded,
    Share,
    TableEvent,
)
from pokerws.game.extras.rake import take_rake
from pokerws.game.ranks import evaluator, hand_name
from pokerws.game.state import Hand, Pot, Table
from pokerws.game.variants import VARIANTS, Forced, Ranking, Variant

Side = Literal["", "high", "low"]


class _Contest(NamedTuple):
    """A contest for a part of each pot: the high or the low hand on one board.

    `strengths` are by seat; None is a hand that cannot win it.
    """

    board: int
    cards: Sequence[Card]
    ranking: Ranking
    side: Side
    strengths: dict[int, int | None]

    def winners(self, pot: Pot) -> list[int]:
        """The seats with the best hand of those that can win the pot, from the left of the button.

        There are none if no low hand qualifies.  If no high hand is known, as in some records, all
        tie.
        """
        best = min(
            (strength for seat in pot.seats if (strength := self.strengths[seat]) is not None),
            default=None,
        )
        if best is None:
            return [] if self.side == "low" else pot.seats
        return [seat for seat in pot.seats if self.strengths[seat] == best]


def showdown(table: Table, hand: Hand, pots: list[Pot], *, all_in: bool) -> list[TableEvent]:
    """Show in turn, muck what cannot win, and award the side pots before the main pot.

    The last aggressor of the street shows first, otherwise the first to act (TDA rule 17).  A later
    player who cannot win or share any pot mucks, unless somebody is `all_in`: then all hands are
    tabled (TDA rule 16).  A player without `auto_muck` shows.
    """
    variant = VARIANTS[hand.variant]
    live = live_seats(hand)
    contests = _contests(hand, variant, live)
    events = _show(table, hand, pots, contests, must_show=all_in)
    if table.config.house.odd_chips == "button" and len(pots) > 1:
        merged = _pots_by_winners(pots, contests)
        if merged != pots:
            pots = merged
            events.append(BetsCollected(pots))
    raked, pots = take_rake(table, hand, pots)
    events += raked
    for index in range(len(pots) - 1, -1, -1):
        events += _award(table, hand, index, pots[index], contests)
    return events


def _pots_by_winners(pots: list[Pot], contests: list[_Contest]) -> list[Pot]:
    """The pots, with neighbours merged that the same hands win.

    If all odd chips go to one player, this keeps their number small.
    """
    merged: list[Pot] = []
    last: list[list[int]] = []
    for pot in pots:
        winners = [contest.winners(pot) for contest in contests]
        if winners == last:
            merged[-1] = Pot(merged[-1].amount + pot.amount, pot.seats)
        else:
            merged.append(pot)
        last = winners
    return merged


def _contests(hand: Hand, variant: Variant, live: list[int]) -> list[_Contest]:
    contests = []
    sides: tuple[Side, ...] = ("",) if len(variant.rankings) == 1 else ("high", "low")
    for number, board in enumerate((hand.board, *hand.extra_boards)):
        for ranking, side in zip(variant.rankings, sides, strict=True):
            evaluate = evaluator(ranking, variant.from_hole)
            strengths = {seat: evaluate(_held(hand, seat), board) for seat in live}
            contests.append(_Contest(number, board, ranking, side, strengths))
    return contests


def _held(hand: Hand, number: int) -> list[Card]:
    part = hand_seat(hand, number)
    return part.cards + part.up if part.up else part.cards


def _showing_order(hand: Hand, live: list[int]) -> list[int]:
    first = hand.opener if hand.aggressor is None else hand.aggressor
    if first is None:
        return live
    index = hand.order.index(first)
    return [seat for seat in hand.order[index:] + hand.order[:index] if seat in live]


def _show(
    table: Table, hand: Hand, pots: list[Pot], contests: list[_Contest], *, must_show: bool
) -> list[TableEvent]:
    events: list[TableEvent] = []
    variant = VARIANTS[hand.variant]
    best: dict[tuple[int, int], int] = {}
    for number in _showing_order(hand, live_seats(hand)):
        part = hand_seat(hand, number)
        wins = False
        for which, contest in enumerate(contests):
            strength = contest.strengths[number]
            if strength is None:
                continue
            for index, pot in enumerate(pots):
                if number in pot.seats and strength <= best.get((which, index), strength):
                    best[which, index] = strength
                    wins = True
        shows = wins or must_show or part.shown or not taken_seat(table, number).auto_muck
        if UNKNOWN in part.cards or not shows:
            events.append(CardsMucked(number))
        elif not part.shown:
            events.append(_shown(hand, variant, contests, number))
    return events


def _shown(hand: Hand, variant: Variant, contests: list[_Contest], number: int) -> CardsShown:
    """The cards of a seat, with its high and low hand on the first board."""
    held = _held(hand, number)
    names = [hand_name(r, variant.from_hole, held, hand.board) for r in variant.rankings]
    return CardsShown(number, hand_seat(hand, number).cards, *names)


def _award(
    table: Table, hand: Hand, index: int, pot: Pot, contests: list[_Contest]
) -> list[TableEvent]:
    """Award the parts of one pot.  If there is no low hand, the high hand wins both halves."""
    events: list[TableEvent] = []
    variant = VARIANTS[hand.variant]
    to_first = table.config.house.odd_chips == "button"
    for board, amount in enumerate(split_evenly(pot.amount, len(hand.extra_boards) + 1)):
        won = [
            (contest, winners)
            for contest in contests
            if contest.board == board and (winners := contest.winners(pot))
        ]
        odd_to: list[int] = []
        for (contest, winners), part in zip(won, split_evenly(amount, len(won)), strict=True):
            if not part:
                continue
            order = winners if to_first else _odd_chip_order(hand, variant, contest, winners)
            if not to_first and set(odd_to) == set(order):
                # The same hands win both sides: they share the whole as evenly as possible
                # (Robert's Rules of Poker, section 3).
                order = odd_to
            shares = split_among(part, order, all_odd_to_first=to_first)
            odd = part % len(order)
            odd_to = order[odd:] + order[:odd]
            name = hand_name(
                contest.ranking, variant.from_hole, _held(hand, winners[0]), contest.cards
            )
            side: Side = contest.side if len(won) > 1 else ""
            shared = [Share(seat, shares[seat]) for seat in winners if shares[seat]]
            events.append(PotAwarded(index, shared, name, board, side))
    return events


def _odd_chip_order(
    hand: Hand, variant: Variant, contest: _Contest, winners: list[int]
) -> list[int]:
    """The winners in the order in which they get odd chips.

    The order is from the left of the button; in stud by the highest card and suit of the winning
    five (TDA rule 20), where the ace of a low hand is its lowest card.
    """
    if len(winners) == 1 or variant.forced is not Forced.BRING_IN:
        return winners
    evaluate = evaluator(contest.ranking, variant.from_hole)
    ace_is_low = contest.ranking is not Ranking.HIGH

    def height(card: Card) -> int:
        return -1 if ace_is_low and card[0] == "A" else CARD_INDEX[card]

    def top_card(seat: int) -> int:
        best = contest.strengths[seat]
        fives = combinations((*_held(hand, seat), *contest.cards), 5)
        return max(height(card) for five in fives if evaluate(five, ()) == best for card in five)

    return sorted(winners, key=top_card, reverse=True)
