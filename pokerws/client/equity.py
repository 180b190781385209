"""Equity of a hand in any variant: the share of the pot that it wins against one opponent.

A Monte Carlo estimate: the opponent's hidden cards and the cards to come are drawn from all unseen
cards.  If both high and low win, each takes half.
"""

import random
from collections.abc import Sequence

from msgspec import Struct

from pokerws.client.drawing import discards_for_good, discards_in_draw
from pokerws.client.table_view import TableView
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.ranks import Evaluator, evaluator
from pokerws.game.state import Hand, HandSeat
from pokerws.game.variants import Variant

SAMPLES = 60


class Holding(Struct, frozen=True):
    """A partly known hand: the known `cards`, how many are `to_come`, and the `draws` after."""

    cards: list[Card]
    to_come: int
    draws: int


class Spot(Struct, frozen=True):
    """Two or more hands before the rest is dealt.  Each board needs `board_to_come` more cards."""

    variant: Variant
    own: Holding
    rivals: list[Holding]
    boards: list[list[Card]]
    board_to_come: int
    unseen: list[Card]


def spot_of(view: TableView) -> Spot | None:
    """The spot that the player of a view is in, None if there is nothing to estimate."""
    hand, variant, own, rivals = view.table.hand, view.variant, view.own_hand, view.rivals
    if hand is None or variant is None or own is None or not rivals or UNKNOWN in own.cards:
        return None
    size = sum(street.down + street.up - street.discard for street in variant.streets)
    if not variant.has_board:
        # If seven card stud has run out of cards, the community card is everybody's last one.
        size -= len(hand.board)
    draws = sum(street.draw > 0 for street in variant.streets)
    board_size = sum(street.board for street in variant.streets)
    return Spot(
        variant,
        own=_own_holding(view, variant, own, size),
        rivals=[_rival_holding(part, size, draws) for part in rivals.values()],
        boards=view.boards,
        board_to_come=max(0, board_size - len(hand.board)),
        unseen=_unseen(hand, variant),
    )


def pot_share(spot: Spot, rng: random.Random, samples: int = SAMPLES) -> float:
    """The average share of the pot, from 0 to 1, that the own hand wins against one opponent.

    Each sample picks one of the opponents at random, and takes 5 to 20 µs per hand ranking.
    """
    variant, boards = spot.variant, spot.boards
    evaluators = [evaluator(ranking, variant.from_hole) for ranking in variant.rankings]
    needed = len(boards) * spot.board_to_come
    needed += max(_most_to_come(spot.own) + _most_to_come(rival) for rival in spot.rivals)
    needed = min(needed, len(spot.unseen))
    won = 0.0
    for _ in range(samples):
        deck = rng.sample(spot.unseen, needed)
        ours = _completed(spot.own, variant, deck)
        theirs = _completed(rng.choice(spot.rivals), variant, deck)
        for board in boards:
            whole = board + _taken(deck, spot.board_to_come)
            won += _won(evaluators, ours, theirs, whole)
    return won / (samples * len(boards))


def _most_to_come(holding: Holding) -> int:
    whole = len(holding.cards) + holding.to_come
    return holding.to_come + (whole + holding.draws - 1 if holding.draws else 0)


def _completed(holding: Holding, variant: Variant, deck: list[Card]) -> list[Card]:
    """The hand with the rest of its cards, taken from `deck`.

    With several draws, the first one replaces the discards.  Each later one adds a card to choose
    from, which is about what a draw is worth.
    """
    cards = holding.cards + _taken(deck, holding.to_come)
    if not holding.draws:
        return cards
    gone = discards_in_draw(variant.rankings[0], cards, is_last=holding.draws == 1)
    if not gone:
        return cards
    kept = [card for card in cards if card not in gone]
    return kept + _taken(deck, len(gone) + holding.draws - 1)


def _taken(deck: list[Card], count: int) -> list[Card]:
    """The last `count` cards of `deck`, or all if it has fewer; they are removed from it."""
    first = max(0, len(deck) - count)
    taken = deck[first:]
    del deck[first:]
    return taken


def _won(
    evaluators: Sequence[Evaluator],
    ours: Sequence[Card],
    theirs: Sequence[Card],
    board: Sequence[Card],
) -> float:
    """The share that `ours` wins on one board."""
    won, sides = 0.0, 0
    for evaluate in evaluators:
        own, other = evaluate(ours, board), evaluate(theirs, board)
        if own is None and other is None:
            continue
        sides += 1
        if own == other:
            won += 0.5
        elif other is None or (own is not None and own < other):
            won += 1
    return won / sides if sides else 0.5


def _own_holding(view: TableView, variant: Variant, own: HandSeat, size: int) -> Holding:
    cards = own.cards + own.up
    if len(cards) > size:
        ranking, count = variant.rankings[0], len(cards) - size
        gone = discards_for_good(ranking, variant.from_hole, cards, view.board, count)
        cards = [card for card in cards if card not in gone]
    return Holding(cards, size - len(cards), view.draws_left)


def _rival_holding(part: HandSeat, size: int, draws: int) -> Holding:
    """A rival's hand.  Its discards are not known, so all draws count as still to come."""
    is_hidden = UNKNOWN in part.cards
    known = (part.up if is_hidden else part.cards + part.up)[:size]
    return Holding(known, size - len(known), draws if is_hidden else 0)


def _unseen(hand: Hand, variant: Variant) -> list[Card]:
    seen = {card for board in (hand.board, *hand.extra_boards) for card in board}
    for part in hand.seats:
        if part is not None:
            seen.update(part.cards, part.up)
    return [card for card in variant.deck if card not in seen]
