"""The only module that imports phevaluator: high hands of five to seven cards, and of Omaha.

The functions take card numbers (`CARD_INDEX`) and return a number from 1 (a royal flush) to 7462.
phevaluator's public functions first check the type of every card, which takes three quarters of
their time.  Cards are always numbers here, so this module calls the compiled functions directly.
They are private: if a release moves them, the public ones are used.
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

# By number of cards: the best five of them.
BEST_OF: dict[int, Callable[..., int]] = {
    5: evaluate_5cards,
    6: evaluate_6cards,
    7: evaluate_7cards,
}

# The best hand of three board cards and two hole cards.  Takes five board and four hole cards.
BEST_OF_OMAHA: Callable[..., int] = evaluate_plo4_cards
