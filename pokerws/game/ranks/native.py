"""The only door to phevaluator: the best high hand of five, six or seven cards, and of Omaha.

Cards go in as numbers (`CARD_INDEX`), and a number from 1 (a royal flush) to 7462 comes out.
phevaluator's public functions look at the type of every card first, which takes three quarters of
their time.  Ours are numbers already, so the compiled functions behind them are called.  Their
module is private: should a release move them, the public ones take over.
"""

from collections.abc import Callable

try:
    from phevaluator._pheval import (
        evaluate_5cards,
        evaluate_6cards,
        evaluate_7cards,
        evaluate_plo4_cards,
    )
except ImportError:
    from phevaluator.evaluator import evaluate_5cards, evaluate_6cards, evaluate_7cards
    from phevaluator.evaluator_omaha import evaluate_plo4_cards

# The best five of as many cards.
BEST_OF: dict[int, Callable[..., int]] = {
    5: evaluate_5cards,
    6: evaluate_6cards,
    7: evaluate_7cards,
}

# Three of the board's five cards, which come first, with two of the hole's four.
BEST_OF_OMAHA: Callable[..., int] = evaluate_plo4_cards
