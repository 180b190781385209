"""The same hand in PokerKit, another implementation of the rules, seen as our tables are."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from pokerkit import (
    Automation,
    ChipsPushing,
    HoleCardsShowingOrMucking,
    Mode,
    State,
)

from pokerws.game.cards import Card
from tests.game.pokerkit.pokerkit_games import GAMES
from tests.game.random_hands import Plan

_AUTOMATIONS = tuple(
    automation
    for automation in Automation
    if automation
    not in (Automation.CARD_BURNING, Automation.HOLE_DEALING, Automation.BOARD_DEALING)
)


@contextmanager
def no_warnings() -> Iterator[None]:
    """PokerKit warns of folds where checking is free, which are legal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class PokerKitHand:
    """A plan in PokerKit.  Its player i is our place i.

    It deals from the plan's deck by itself, but burns cards that nobody knows.
    """

    def __init__(self, plan: Plan) -> None:
        count = len(plan.stacks)
        self.forced = False
        self.rules = GAMES[plan.variant]
        # Heads-up PokerKit takes forced bets with the button, its second player, first.
        turned = slice(None, None, -1) if count == 2 else slice(None)
        limit = plan.variant.startswith("F")
        self.state = State(
            _AUTOMATIONS,
            self.rules.deck,
            # It only ever asks them for the hand of some cards.
            cast(Any, self.rules.ranked),
            self.rules.streets(plan.min_bet, plan.min_bet * (2 if limit else 1)),
            self.rules.betting,
            not plan.dead_antes,
            plan.antes[turned],
            plan.blinds[turned],
            plan.bring_in,
            plan.stacks,
            count,
            # In a tournament it forbids to fold where checking is free.
            mode=Mode.CASH_GAME,
        )
        each = self.rules.down + self.rules.up
        for place in range(count):
            self.state.deal_hole("".join(plan.deck[place : each * count : count]), place)
        self._deck = plan.deck[each * count :]
        self._drawn: list[Card] = []

    def deal(self) -> None:
        """Deal as far as the betting and the draws have come."""
        state = self.state
        while state.stand_patter_or_discarder_index is None:
            if state.card_burning_status:
                state.burn_card("??")
            elif any(state.hole_dealing_statuses):
                self._deal_hole()
            elif any(state.board_dealing_counts):
                count = state.board_dealing_count
                assert count
                state.deal_board("".join(self._next(count)))
            else:
                return

    def _deal_hole(self) -> None:
        """To one player.  Where the deck is too small for all, one card is for all: PokerKit would
        use the cards of folded hands first, which the rulebook does not (TDA RP-10-H).
        """
        state = self.state
        waiting = [dealings for dealings in state.hole_dealing_statuses if dealings]
        if (
            not self._drawn
            and len(waiting) == sum(state.statuses)
            and len(self._deck) < len(waiting)
        ):
            for dealings in waiting:
                dealings.clear()
            state.board_dealing_counts[0] = 1
            return
        place = state.hole_dealee_index
        assert place is not None
        count = len(state.hole_dealing_statuses[place])
        if self._drawn:
            cards, self._drawn = self._drawn[:count], self._drawn[count:]
        else:
            cards = self._next(count)
        state.deal_hole("".join(cards), place)

    def _next(self, count: int) -> list[Card]:
        cards, self._deck = self._deck[:count], self._deck[count:]
        return cards

    def discard(self, cards: list[Card], drawn: list[Card]) -> None:
        """What the player whose turn it is throws away, and is dealt once all have done so."""
        place = self.state.stand_patter_or_discarder_index
        assert place is not None
        self.state.stand_pat_or_discard("".join(cards))
        self._drawn += drawn
        if not drawn:
            self.state.hole_dealing_statuses[place].clear()

    @property
    def actor(self) -> int | None:
        """The player to bet or to draw."""
        drawing = self.state.stand_patter_or_discarder_index
        return self.state.actor_index if drawing is None else drawing

    @property
    def board(self) -> list[str]:
        return [repr(card) for cards in self.state.board_cards for card in cards]

    def held(self, place: int) -> list[str]:
        """All cards of a player."""
        return [repr(card) for card in self.state.hole_cards[place]]

    @property
    def call(self) -> int:
        """What a call would add, 0 for a check."""
        amount = self.state.checking_or_calling_amount
        assert amount is not None
        return amount

    @property
    def raise_bounds(self) -> tuple[int, int] | None:
        """Least and most to bet or raise to, None where neither is legal."""
        if not self.state.can_complete_bet_or_raise_to():
            return None
        least = self.state.min_completion_betting_or_raising_to_amount
        most = self.state.max_completion_betting_or_raising_to_amount
        assert least is not None
        assert most is not None
        return least, most

    def pots(self) -> list[tuple[int, list[int]]]:
        """Chips and contenders of each pot, bets of the street not included."""
        return [(pot.amount, list(pot.player_indices)) for pot in self.state.pots]

    def shown_and_mucked(self) -> list[tuple[int, bool]]:
        """Who showed (True) or mucked at the showdown, in order."""
        return [
            (operation.player_index, bool(operation.hole_cards))
            for operation in self.state.operations
            if isinstance(operation, HoleCardsShowingOrMucking)
        ]

    def awards(self) -> list[list[int]]:
        """What each player took out of each part of each pot, main pot first."""
        return [
            list(operation.amounts)
            for operation in self.state.operations
            if isinstance(operation, ChipsPushing)
        ]

    def raise_to_anything(self, to: int) -> None:
        """A bet of any size, past PokerKit's own rules."""
        self.forced = True
        self.state.verify_completion_betting_or_raising_to = lambda amount=None: to  # type: ignore[method-assign]
        self.state.complete_bet_or_raise_to(to)
        del self.state.verify_completion_betting_or_raising_to
