"""Hundreds of histories of a table and a failing store, in virtual time."""

from collections.abc import Iterator

import pytest
import structlog

from tests.simulation.virtual import Mode, run

SEEDS = 25


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Faults by the thousand are logged, and nobody reads it."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.configure(**before)


@pytest.mark.parametrize("mode", ["dual-write", "crashing", "durable"])
def test_whatever_fails_nothing_shown_is_lost_and_play_goes_on(mode: Mode) -> None:
    stored = 0
    for seed in range(SEEDS):
        try:
            stored += run(seed, mode)[0]
        except Exception as error:
            error.add_note(f"seed {seed}, {mode}")
            raise
    assert stored > 100 * SEEDS


@pytest.mark.parametrize("mode", ["dual-write", "durable"])
def test_a_seed_is_the_same_history_each_time(mode: Mode) -> None:
    assert run(1, mode) == run(1, mode) != run(2, mode)
