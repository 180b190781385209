"""Where a cluster's tables are, and how soon they play again when a server has died: simulated.

`python -m bench.placement` prints the tables of docs/scaling.md.  Nothing is measured here: what a
table costs comes from `make bench PARTS=cluster`.  The same seed gives the same figures everywhere.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from math import ceil
from random import Random
from statistics import mean

from msgspec import Struct

# Of pokerws: the lease, its renewal, how often servers look for the dead, tables of a claim.
LEASE_S, RENEW_S, LOOK_S, CHUNK = 3.0, 0.75, 1.0, 200
SEATS = 6
SEED = 1
# Servers, and tables for each.
CLUSTERS = ((2, 500), (3, 500), (10, 500), (100, 500))
# Machines of eight processors: one is for NATS and the system.  Half of the players are near.
MACHINES, SERVERS_EACH, NEAR = (1, 10, 100), 7, 0.5
PLACES = "servers | tables | most, fewest | forwarded | us | forwarded, half near | us, half near"
DEATHS = "servers | tables left | each survivor takes | first play | all play | longest"
SIZES = (
    "machines | servers | us | actions/s | tables | players | database, processors | WAL, MB/s "
    "| databases"
)


class Costs(Struct, frozen=True):
    """What an operator can measure, and what one expects of the players and the machines.

    Microseconds of processor time are those of an action: with all players at the owner; more for
    each other server that has players of the table; more if it is forwarded; of the database.  Of
    a table that is taken over they are those of the survivor and of the database, which serves one
    survivor at a time.
    """

    local_us: float = 230
    gateway_us: float = 76
    forward_us: float = 120
    database_us: float = 110
    wal_bytes: float = 800
    take_survivor_us: float = 3900
    take_database_us: float = 1100
    # How much of a processor may be used, and how many a database has.
    use: float = 0.6
    database_processors: int = 32
    # Seconds between two actions of a table.
    pace_s: float = 5

    def action_us(self, placed: "Placed") -> float:
        """Processor time of servers and NATS for an action."""
        return (
            self.local_us + self.gateway_us * placed.gateways + self.forward_us * placed.forwarded
        )


class Placed(Struct, frozen=True):
    """Tables of each server, other servers with players of a table, and forwarded commands."""

    tables: list[int]
    gateways: float
    forwarded: float


class Recovery(Struct, frozen=True):
    """Tables that each survivor has taken, and seconds from the death until they play."""

    taken: list[int]
    first_s: float
    last_s: float


def place(servers: int, tables: int, near: float) -> Placed:
    """Each table is at its creator's server, which a load balancer has chosen by chance.

    A share of the players, `near`, comes to the server of the table; the others to any.
    """
    rng = Random(SEED)
    counts = [0] * servers
    gateways = forwarded = 0
    for _ in range(tables):
        owner = rng.randrange(servers)
        counts[owner] += 1
        others = [
            server
            for _ in range(SEATS)
            if rng.random() >= near and (server := rng.randrange(servers)) != owner
        ]
        forwarded += len(others)
        gateways += len(set(others))
    return Placed(counts, gateways / tables, forwarded / (SEATS * tables))


def recover(survivors: int, tables: int, costs: Costs, rng: Random) -> Recovery:
    """A server dies between two renewals; its tables are taken over in chunks."""
    over_s = LEASE_S - rng.random() * RENEW_S
    looks: list[tuple[float, int]] = []
    for survivor in range(survivors):
        heappush(looks, (over_s + rng.random() * LOOK_S, survivor))
    taken, left = [0] * survivors, tables
    database_s = first_s = last_s = 0.0
    while left:
        now_s, survivor = heappop(looks)
        chunk = min(CHUNK, left)
        left -= chunk
        taken[survivor] += chunk
        database_s = max(now_s, database_s) + chunk * costs.take_database_us / 1e6
        done_s = database_s + chunk * costs.take_survivor_us / 1e6
        # The tables of a chunk play when all of it is loaded.
        first_s, last_s = first_s or done_s, max(last_s, done_s)
        heappush(looks, (done_s, survivor))
    return Recovery(taken, first_s, last_s)


def places(costs: Costs) -> Iterator[str]:
    """Where tables are, and what an action costs."""
    for servers, each in CLUSTERS:
        anywhere, near = (place(servers, servers * each, share) for share in (0.0, NEAR))
        yield (
            f"{servers} | {servers * each:,} | {max(anywhere.tables)}, {min(anywhere.tables)} "
            f"| {anywhere.forwarded:.0%} | {costs.action_us(anywhere):.0f} "
            f"| {near.forwarded:.0%} | {costs.action_us(near):.0f}"
        )


def deaths(costs: Costs) -> Iterator[str]:
    """What survivors take, and when: the mean of a hundred deaths, and the longest."""
    for servers, tables in CLUSTERS:
        rng = Random(SEED)
        found = [recover(servers - 1, tables, costs, rng) for _ in range(100)]
        most = max(max(one.taken) for one in found)
        yield (
            f"{servers} | {tables} | {tables / (servers - 1):.0f} (at most {most}) "
            f"| {mean(one.first_s for one in found):.1f} s "
            f"| {mean(one.last_s for one in found):.1f} s "
            f"| {max(one.last_s for one in found):.1f} s"
        )


def sizes(costs: Costs) -> Iterator[str]:
    """What so many machines carry, and what the database has to."""
    for machines in MACHINES:
        servers = machines * SERVERS_EACH
        action_us = costs.action_us(place(servers, 20 * servers, NEAR))
        actions = costs.use * servers * 1e6 / action_us
        tables = actions * costs.pace_s
        processors = actions * costs.database_us / 1e6
        databases = ceil(processors / (costs.use * costs.database_processors))
        yield (
            f"{machines} | {servers} | {action_us:.0f} | {_round(actions)} | {_round(tables)} "
            f"| {_round(SEATS * tables)} | {processors:.1f} "
            f"| {actions * costs.wal_bytes / 1e6:.0f} | {databases}"
        )


def _round(value: float) -> str:
    """Two significant digits: nothing here is known better."""
    return f"{float(f'{value:.2g}'):,.0f}"


def report(costs: Costs) -> list[str]:
    """The lines of all tables, which the document quotes."""
    parts = ((PLACES, places(costs)), (DEATHS, deaths(costs)), (SIZES, sizes(costs)))
    lines: list[str] = []
    for head, rows in parts:
        columns = head.count("|") + 1
        lines += [f"| {head} |", "|" + " ---: |" * columns, *(f"| {row} |" for row in rows), ""]
    return lines


if __name__ == "__main__":
    print("\n".join(report(Costs())))
