"""What a cluster costs: processor time of an action, by where its players are connected.

Each place is a new cluster with 20 tables of six players, all of them owned by the first server.
Servers, NATS and the database share two processors, so nothing is said of throughput, and more
servers than processors show only what they cost.
"""

import time
from collections.abc import Sequence
from statistics import median

from bench.figures import Part, number, plain
from bench.live.database import Database, database
from bench.live.moving import moved
from bench.live.nodes import (
    OTHER,
    OWNER,
    TABLES,
    THIRD,
    Cluster,
    Place,
    Used,
    cluster,
    load_at,
)
from bench.live.takeover import idle_players, many_taken_over, taken_over
from bench.progress import rounds as rounds_of
from pokerws.load.generator import Generator, generator

SECONDS, WARM_UP_S, IDLE_S = 3.0, 0.5, 3.0
# Actions/s of all tables together; None is a closed loop, as fast as it goes.
RATES: tuple[float | None, ...] = (100.0, 1_000.0, None)


PLACES = (
    Place("no cluster", (OWNER,) * 6, nodes=1),
    Place("all at the owner", (OWNER,) * 6),
    Place("and a spectator there", (OWNER,) * 7),
    Place("and a spectator elsewhere", (*(OWNER,) * 6, OTHER)),
    Place("all elsewhere", (OTHER,) * 6),
    Place("over three servers", (OWNER, OTHER, THIRD) * 2, nodes=3),
)


NOTES = (
    (
        f"{TABLES} tables of six players with durable acks, all owned by the first server, for "
        f"{SECONDS:g} s at each rate. Microseconds of processor time per action, and messages and "
        "bytes over NATS, are medians, above what the cluster uses at rest."
    ),
)


def per_action(here: Generator, found: Cluster, rate: float | None, idle: Used) -> list[float]:
    """Reached actions/s, then what an action used: microseconds, messages and bytes.

    What the cluster uses in a second at rest, `idle`, does not count.
    """
    here.play(WARM_UP_S, rate)
    began_s, actions, before = time.perf_counter(), here.actions, found.used()
    here.play(SECONDS, rate)
    after, played = found.used(), here.actions - actions
    took_s = time.perf_counter() - began_s
    each = [
        (getattr(after, name) - getattr(before, name) - took_s * getattr(idle, name)) / played
        for name in Used.__struct_fields__
    ]
    return [played / took_s, *(1e6 * used for used in each[:4]), *each[4:]]


def at_rest(found: Cluster) -> Used:
    """What the cluster uses in a second while its players wait."""
    before, began_s = found.used(), time.perf_counter()
    time.sleep(IDLE_S)
    after, took_s = found.used(), time.perf_counter() - began_s
    return Used(
        *(
            (getattr(after, name) - getattr(before, name)) / took_s
            for name in Used.__struct_fields__
        )
    )


def measure(rounds: int) -> Part:
    """All places, at all rates."""
    part = Part("cluster", [], [*NOTES])
    played: dict[str, list[list[float]]] = {}
    with database() as postgres:
        for _ in rounds_of("cluster", rounds):
            for place in PLACES:
                for rate, used in zip(RATES, play(place, postgres), strict=True):
                    asked = "closed loop" if rate is None else f"{rate:,.0f}/s"
                    played.setdefault(f"{place.name}, {asked}", []).append(used)
        more = [
            *taken_over(postgres, rounds),
            many_taken_over(postgres),
            moved(postgres),
            idle_players(postgres),
        ]
    for name, rows in played.items():
        # Servers and NATS: the database does the same work in all places.
        total = [sum(row[1:4]) for row in rows]
        part.figures.append(plain(f"{name}, servers and NATS", "us an action", total))
        part.notes.append(f"{name}: {_split(rows)}.")
    part.notes += more
    return part


def play(place: Place, postgres: Database) -> list[list[float]]:
    """Play at all rates in a new cluster."""
    with (
        cluster(postgres, place.nodes) as found,
        generator(load_at(place, found)) as here,
    ):
        idle = at_rest(found)
        return [per_action(here, found, rate, idle) for rate in RATES]


def _split(rows: Sequence[Sequence[float]]) -> str:
    """The medians of the rounds."""
    reached, owner, others, nats_us, database_us, messages, size = map(
        median, zip(*rows, strict=True)
    )
    return (
        f"owner {number(owner)} us, other servers {number(others)}, NATS {number(nats_us)}, "
        f"database {number(database_us)}; {number(messages)} messages and {number(size)} bytes "
        f"over NATS; {number(reached)} actions/s"
    )
