"""The same hand in PokerKit, another implementation of the rules, seen as our tables are."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from pokerkit import (
    Automation,
    Card,
    ChipsPushing,
    HoleCardsShowingOrMucking,
    Mode,
    NoLimitTexasHoldem,
    StandardHighHand,
)
from pokerkit.utilities import CardsLike

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


@lru_cache(maxsize=64)
def _best_hand(hole: tuple[Card, ...], board: tuple[Card, ...]) -> "RankedOnce":
    return super(RankedOnce, RankedOnce).from_game(hole, board)


class RankedOnce(StandardHighHand):
    """PokerKit's own ranking, kept: at a showdown it asks for that of each hand many times."""

    @classmethod
    def from_game(cls, hole_cards: CardsLike, board_cards: CardsLike = ()) -> "RankedOnce":
        return _best_hand(Card.clean(hole_cards), Card.clean(board_cards))


class Holdem(NoLimitTexasHoldem):
    """PokerKit's game, ranking each hand once."""

    hand_types = (RankedOnce,)


class PokerKitHand:
    """A plan in PokerKit.  Its player i is our place i."""

    def __init__(self, plan: Plan) -> None:
        count = len(plan.stacks)
        self.forced = False
        # Heads-up PokerKit takes forced bets with the button, its second player, first.
        turned = slice(None, None, -1) if count == 2 else slice(None)
        self.state = Holdem.create_state(
            _AUTOMATIONS,
            not plan.dead_antes,
            plan.antes[turned],
            plan.blinds[turned],
            plan.min_bet,
            plan.stacks,
            count,
            # In a tournament it forbids to fold where checking is free.
            mode=Mode.CASH_GAME,
        )
        for place in range(count):
            self.state.deal_hole(plan.deck[place] + plan.deck[place + count], place)
        self._board = plan.deck[2 * count :]

    def deal(self) -> None:
        """Deal the board as far as the betting has come; it burns unknown cards."""
        while self.state.card_burning_status or any(self.state.board_dealing_counts):
            if self.state.card_burning_status:
                self.state.burn_card("??")
            else:
                count = self.state.board_dealing_count
                assert count
                cards, self._board = self._board[:count], self._board[count:]
                self.state.deal_board("".join(cards))

    @property
    def actor(self) -> int | None:
        return self.state.actor_index

    @property
    def board(self) -> list[str]:
        return [repr(card) for cards in self.state.board_cards for card in cards]

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
        """What each player took out of each pot, main pot first."""
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
