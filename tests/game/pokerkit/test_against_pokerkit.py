"""The same random hands of every variant, action by action, in our engine and in PokerKit 0.7.7.

`POKERKIT_HANDS=20000 POKERKIT_SEED=7 pytest tests/game/pokerkit/test_against_pokerkit.py` plays so
many of each variant, or the same ones again.

At each turn both sides must have the same player to act, with the same choices, bounds, stacks and
bets; on each street the same pots, cards and board; at the end the same showdown, and the same
chips to each part of each pot.  Cards are dealt from the same deck.
"""

import inspect
import os
from collections import Counter
from dataclasses import replace
from random import Random, SystemRandom
from typing import Any, NamedTuple

import pokerkit
import pytest

from pokerws.game.variants import VARIANTS
from tests.game.pokerkit.comparison import Comparison
from tests.game.pokerkit.pokerkit_games import GAMES
from tests.game.pokerkit.pokerkit_hand import no_warnings
from tests.game.random_hands import random_plan

HANDS = int(os.environ.get("POKERKIT_HANDS", "30"))
SEED = int(os.environ.get("POKERKIT_SEED") or SystemRandom().randrange(10**6))
# So many take seconds, where a test may take a minute.
BATCH = 600


class Difference(NamedTuple):
    """Where PokerKit does not do what the rulebook says, and what is done about it here."""

    pokerkit: str
    rule: str
    here: str


# Where the rulebook decides, our side is held against a second reading of it in
# `second_reading.py`, and PokerKit is made to follow.
READ_AGAIN = "held against the second reading"

DIFFERENCES = {
    "short opening all-in": Difference(
        "An all-in of less than the minimum bet that opens a round, or before the flop raises by"
        " less, counts as a full one, so that a player who has checked or called may raise.",
        "TDA rule 47: it does not reopen the betting.",
        READ_AGAIN,
    ),
    "short all-ins that add up": Difference(
        "Short all-ins that add up to a full raise are forgotten when another one follows, so that"
        " a player who faces them all may not raise.",
        "TDA rule 47: it is what a player faces that counts.",
        READ_AGAIN,
    ),
    "short blind": Difference(
        "When the big blind was short, others may call with as little as it posted, and a raise is"
        " measured from there.",
        "Robert's Rules of Poker, section 14: whoever enters enters for the whole blind.",
        READ_AGAIN + "; in pot-limit and fixed-limit hands the blinds are never short",
    ),
    "short all-in at a limit": Difference(
        "After an all-in of no full bet, the next raise is a bet more than it; it counts as a bet,"
        " and reopens nothing.",
        "Robert's Rules, section 3; TDA rule 47: under half a bet it is completed and counts for"
        " nothing, from half a bet on it is a bet, and reopens the betting.",
        READ_AGAIN,
    ),
    "no cap for two": Difference(
        "A street has a bet and three raises, also between two players.",
        "Robert's Rules, section 3: with two players left who have chips there is no limit.",
        READ_AGAIN,
    ),
    "open pair": Difference(
        "On fourth street of seven card stud, an open pair allows no larger bet.",
        "Robert's Rules, section 8: each player may bet or raise by either amount.",
        READ_AGAIN,
    ),
    "asked to check": Difference(
        "A player who owes nothing is asked to check, though nobody is left to answer a bet.",
        "It decides nothing.",
        "PokerKit is made to check",
    ),
    "bring-in for another": Difference(
        "Where the low card is all-in from the ante, the next player may not fold.",
        "TDA recommended procedure 10: the player may.",
        "that player does not fold",
    ),
    "low hand of another pot": Difference(
        "Where anybody has a low hand, half of each pot goes to low, also of a side pot in which"
        " nobody has one: there all its players share it.",
        "TDA rules 20 and 21: each pot by itself; without a low hand it is all for high.",
        "PokerKit's awards are held against that error",
    ),
    "big blind as a bet": Difference(
        "Before the first draw or the flop, four raises are legal above the big blind.",
        "Robert's Rules, section 3: the big blind is the first of the four bets.",
        "its first streets are made to have three raises",
    ),
    "short bring-in": Difference(
        "After a bring-in that was short, others call as little, and who can just pay the bring-in"
        " may complete it with that.",
        "As with a short blind.",
        "nobody is short of it alone",
    ),
    "hands that lost": Difference(
        "They are taken out of the pots before the pots are split, so that two pots with the same"
        " players left become one, and all odd chips go to one player.",
        "TDA rules 20 and 21; Robert's Rules, section 3: each pot by itself, an odd chip each.",
        'our house rule is `odd_chips="button"`',
    ),
    "antes in a pot-limit pot": Difference(
        "The ante of the big blind counts from the first bet on.",
        "It does from the second round on.",
        "our house rule is `whole_pot=True`",
    ),
    "ante before blind": Difference(
        "A big blind that is short posts the ante for the table first.",
        "TDA recommended procedure 11: the blind first.",
        "the plan has our side post so too",
    ),
    "straddle": Difference(
        "A raise over a straddle may be by a big blind.",
        "Robert's Rules, section 14: the straddle is the new minimum.",
        "a third blind stands for it, in no-limit hands",
    ),
    "fold of the largest stake": Difference(
        "Chips of a player who folds having paid more than anyone left, which uneven antes and"
        " entry blinds make possible, are lost or go back.",
        "They stay in the pot; `test_pots.py` has it.",
        "such a fold is not played",
    ),
    "cards of folded hands": Difference(
        "When the deck of a stud hand is too small, folded cards are dealt again.",
        "TDA recommended procedure 10-H: one card is for all.",
        "PokerKit is made to deal one card for all",
    ),
    "own discards": Difference(
        "When the deck of a draw hand runs out, players may be dealt what they threw away.",
        "Robert's Rules, section 10: they may not.",
        "PokerKit is dealt the cards that our side deals; `test_properties_of_variants.py` has it",
    ),
    "Omaha hi-lo": Difference(
        "Its fixed-limit Omaha hi-lo is played with pot-limit betting, and no cap.",
        "It is a limit game.",
        "it is made of the same parts as fixed-limit Omaha",
    ),
    "pineapple": Difference(
        "There is no game in which cards are thrown away for none.",
        "The rules of pineapple.",
        "players draw on the next street, and get no card",
    ),
}

# PokerKit's own games, of which the parts in `pokerkit_games.py` must be the same.  All but its
# fixed-limit Omaha hi-lo, see above.
OWN_GAMES: dict[str, Any] = {
    "NT": pokerkit.NoLimitTexasHoldem,
    "FT": pokerkit.FixedLimitTexasHoldem,
    "NS": pokerkit.NoLimitShortDeckHoldem,
    "PO": pokerkit.PotLimitOmahaHoldem,
    "F7S": pokerkit.FixedLimitSevenCardStud,
    "F7S/8": pokerkit.FixedLimitSevenCardStudHighLowSplitEightOrBetter,
    "FR": pokerkit.FixedLimitRazz,
    "N2L1D": pokerkit.NoLimitDeuceToSevenLowballSingleDraw,
    "F2L3D": pokerkit.FixedLimitDeuceToSevenLowballTripleDraw,
    "FB": pokerkit.FixedLimitBadugi,
    "FK": pokerkit.KuhnPoker,
}


# No-limit hold'em has the rules of betting that no limit hides.
BATCHES = [
    (code, first, min(first + BATCH, hands))
    for code in VARIANTS
    for hands in [2 * HANDS if code == "NT" else HANDS]
    for first in range(0, hands, BATCH)
]


@pytest.mark.parametrize(("code", "first", "end"), BATCHES)
def test_random_hands_go_as_in_pokerkit(code: str, first: int, end: int) -> None:
    met: Counter[str] = Counter()
    with no_warnings():
        for number in range(first, end):
            rng = Random(f"{SEED}:{code}:{number}")
            comparison = Comparison(random_plan(rng, code))
            try:
                comparison.run(rng)
            except Exception as error:
                told = "\n".join(map(str, [*comparison.ours_log, comparison.plan]))
                error.add_note(f"POKERKIT_SEED={SEED}, hand {number} of {code}:\n{told}")
                raise
            met += comparison.met
    assert {*met} <= {*DIFFERENCES}


@pytest.mark.parametrize("code", OWN_GAMES)
def test_the_parts_of_a_game_are_those_of_pokerkits_own_one(code: str) -> None:
    amounts = {
        "ante_trimming_status": True,
        "raw_antes": 1,
        "raw_blinds_or_straddles": 0,
        "bring_in": 1,
        "min_bet": 2,
        "small_bet": 2,
        "big_bet": 4,
        "bet": 2,
    }
    takes = inspect.signature(OWN_GAMES[code].__init__).parameters
    own = OWN_GAMES[code]((), **{name: amounts[name] for name in amounts if name in takes})
    rules = GAMES[code]
    assert {*rules.deck} == {*own.deck}
    assert tuple(ranked.kind for ranked in rules.ranked) == own.hand_types
    assert rules.betting == own.betting_structure
    first, *later = rules.streets(2, 4 if "big_bet" in takes else 2)
    if own.streets[0].opening is pokerkit.Opening.POSITION and "small_bet" in takes:
        # The big blind is a bet.
        first = replace(first, max_completion_betting_or_raising_count=4)
    assert (first, *later) == own.streets
