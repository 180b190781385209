"""Random histories of connections to one table, in all storage modes."""

import pytest
import structlog

from tests.server.protocol.ordered import MODES, Mode
from tests.simulation.order import play

SEEDS = 8


@pytest.mark.parametrize("mode", MODES)
async def test_whatever_comes_between_answers_are_in_order_and_nothing_follows_unwatch(
    mode: Mode,
) -> None:
    answers = 0
    for seed in range(SEEDS):
        try:
            with structlog.testing.capture_logs():
                answers += await play(seed, mode)
        except Exception as error:
            error.add_note(f"seed {seed}, {mode}")
            raise
    assert answers > 50 * SEEDS
