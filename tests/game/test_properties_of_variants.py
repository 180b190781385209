"""What holds in every game whatever happens: random play of each variant, and of mixes.

`random_tables.py` says what, after every command and at every turn.
`VARIANT_HANDS=5000 VARIANT_SEED=7 pytest tests/game/test_properties_of_variants.py` plays so many
hands of each, or the same ones again.
"""

import os
from random import Random, SystemRandom

import pytest

from pokerws.game.variants import MIXES, VARIANTS
from tests.game.random_tables import RandomTable

HANDS = int(os.environ.get("VARIANT_HANDS", "60"))
SEED = int(os.environ.get("VARIANT_SEED") or SystemRandom().randrange(10**6))
# Long enough for stacks to be lost, and for the game of a mix to change.
HANDS_OF_A_TABLE = 15
# So many take seconds, where a test may take a minute.
BATCH = 40 * HANDS_OF_A_TABLE


@pytest.mark.parametrize("first", range(0, HANDS, BATCH))
@pytest.mark.parametrize("code", [*VARIANTS, *MIXES])
def test_random_play_keeps_chips_cards_and_events_whole(code: str, first: int) -> None:
    for number in range(first, min(first + BATCH, HANDS), HANDS_OF_A_TABLE):
        table = RandomTable(Random(f"{SEED}:{code}:{number}"), code)
        try:
            table.play_hands(HANDS_OF_A_TABLE)
            table.close_within_a_hand()
        except Exception as error:
            error.add_note(f"VARIANT_SEED={SEED}, hand {number + table.hands} of {code}")
            error.add_note(str(table.config))
            error.add_note(str(table.table))
            raise
