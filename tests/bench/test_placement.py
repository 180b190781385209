"""Where tables are and who takes them over: the figures of docs/scaling.md."""

from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from bench.placement import CHUNK, LEASE_S, SEATS, Costs, place, recover, report
from pokerws.server.background import orphans
from pokerws.storage.postgres import lease

DOCUMENT = Path(__file__).parents[2] / "docs/scaling.md"


def test_the_document_quotes_the_simulation() -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    assert [line for line in report(Costs()) if line and line not in lines] == []


def test_it_simulates_the_servers_as_they_are() -> None:
    assert (CHUNK, LEASE_S) == (orphans.CHUNK, lease.LEASE_S)


def test_another_cost_is_another_figure() -> None:
    assert report(Costs()) != report(replace(Costs(), forward_us=500))


def test_players_at_the_servers_of_their_tables_cost_no_more_than_without_a_cluster() -> None:
    placed = place(10, 100, near=1.0)
    assert (placed.gateways, placed.forwarded) == (0, 0)
    assert Costs().action_us(placed) == Costs().local_us


@pytest.mark.parametrize("servers", [2, 10])
def test_players_by_chance_are_elsewhere_as_often_as_one_expects(servers: int) -> None:
    placed = place(servers, 20_000, near=0.0)
    assert sum(placed.tables) == 20_000
    assert placed.forwarded == pytest.approx(1 - 1 / servers, abs=0.01)
    seen = (servers - 1) * (1 - (1 - 1 / servers) ** SEATS)
    assert placed.gateways == pytest.approx(seen, rel=0.02)


@pytest.mark.parametrize(("survivors", "tables"), [(1, 1), (1, 1_000), (9, 1_000), (99, 50)])
def test_all_tables_of_the_dead_are_taken_once_its_lease_is_over(
    survivors: int, tables: int
) -> None:
    death = recover(survivors, tables, Costs(), Random(1))
    assert sum(death.taken) == tables
    assert 2.25 < death.first_s <= death.last_s


def test_more_survivors_are_sooner_until_the_database_is_the_limit() -> None:
    costs = Costs(take_survivor_us=1_000, take_database_us=0)
    alone, together = (recover(n, 10_000, costs, Random(1)).last_s for n in (1, 10))
    assert alone > 10 + LEASE_S - 1 > together
    slow = replace(costs, take_database_us=1_000)
    assert recover(10, 10_000, slow, Random(1)).last_s > 10
