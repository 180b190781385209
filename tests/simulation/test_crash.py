"""A few seeds of the crash harness; `make soak` runs many."""

from pathlib import Path

import pytest

from tests.simulation.cluster_crash import run_cluster
from tests.simulation.crash import run
from tests.simulation.home.run import run_home


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_that_anyone_was_shown_is_lost_to_kill_9(seed: int, place: Path) -> None:
    assert await run(seed, place) > 100


async def test_chips_that_were_acknowledged_are_booked_in_dual_write_too(place: Path) -> None:
    # The fewer, the slower the machine.
    assert await run(4, place, durable=False) > 5


async def test_home_games_keep_all_that_was_decided_through_kill_9(place: Path) -> None:
    assert await run_home(1, place, kills=2, events=4_000) > 100


# Postgres fails together with NATS, and with a server; a server is killed, and another one sleeps.
@pytest.mark.parametrize("seed", [1, 3])
async def test_nothing_that_a_cluster_has_shown_is_lost_whatever_fails(
    seed: int, place: Path
) -> None:
    assert await run_cluster(seed, place, faults=3) > 100
