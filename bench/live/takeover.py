"""How long it takes to take over the tables of a server that was killed, and what players cost.

A part of `cluster`.  Idle players are connected to three servers, and watch tables of another one.
"""

import multiprocessing
import re
import signal
import time
from multiprocessing.connection import Connection
from statistics import median
from urllib.request import urlopen

from msgspec.structs import replace

from bench.figures import number
from bench.live.database import Database
from bench.live.matches import DURABLE
from bench.live.memory import KIB, MIB, resting_bytes
from bench.live.nodes import OTHER, OWNER, Cluster, Place, cluster, load_at
from bench.live.servers import ServerProcess, precise_cpu_s
from pokerws.load.generator import generator
from pokerws.load.joining import Caller, greet
from pokerws.load.processes import allow_many_files

TABLES = 300
# Of one server, with two players each, in the middle of hands; so many at a time with connections,
# since a process may open only so many files.
MANY, CONNECTED = 10_000, 5_000
LEFT = """
SELECT count(*) FROM games JOIN owners ON incarnation = owner_incarnation
WHERE status <> 'closed' AND node = $1
"""
LOADED = re.compile(r"^pokerws_tables_in_memory (\S+)$", re.MULTILINE)
MOST_S = 60.0
# Of each of three servers.
IDLE_PLAYERS = 10_000
SECRET = DURABLE.settings["AUTH_SECRET"]


def taken_over(postgres: Database, rounds: int) -> list[str]:
    """What it costs to take over a table with its six players; notes."""
    return [
        f"Taken over, {TABLES} tables {name}: {_described(postgres, node, rounds)}."
        for name, node in (("whose players have gone too", OWNER), ("with six players", OTHER))
    ]


def _described(postgres: Database, node: int, rounds: int) -> str:
    rows = [_take_over(postgres, node) for _ in range(rounds)]
    survivor, in_database, later_s = map(median, zip(*rows, strict=True))
    return (
        f"{number(survivor)} us of the survivor's processor a table and {number(in_database)} of "
        f"the database's; the last one was loaded {number(later_s)} s after the death"
    )


def _take_over(postgres: Database, node: int) -> tuple[float, float, float]:
    """Microseconds a table of the survivor and the database, and seconds until all are loaded."""
    with cluster(postgres, 2) as found:
        load = replace(load_at(Place("", (node,) * 6), found), tables=TABLES)
        with generator(load):
            owner, survivor = found.nodes
            before = {pid: precise_cpu_s(pid) for pid in found.survivors()}
            owner.abort()
            began_s = time.perf_counter()
            while (loaded := _loaded(survivor)) < TABLES:
                if time.perf_counter() > began_s + MOST_S:
                    raise SystemExit(f"{loaded} tables were taken over:\n{survivor.log_tail()}")
                time.sleep(0.05)
            later_s = time.perf_counter() - began_s
            # Processes of the database that served the dead one have ended.
            used = {pid: precise_cpu_s(pid) - before.get(pid, 0) for pid in found.survivors()}
    of_survivor = used.pop(survivor.pid)
    return (1e6 * of_survivor / TABLES, 1e6 * sum(used.values()) / TABLES, later_s)


def _loaded(server: ServerProcess) -> int:
    """How many tables a server has in memory."""
    url = f"http://127.0.0.1:{server.port}/metrics"
    with urlopen(url) as answer:
        return int(float(LOADED.findall(answer.read().decode())[0]))


def many_taken_over(postgres: Database, tables: int = MANY) -> str:
    """Let two servers take over so many tables of a third one; a note."""
    with cluster(postgres, 3) as found:
        owner, *survivors = found.nodes
        load = replace(load_at(Place("", (OWNER,) * 2), found), seats=2, spectators=0)
        while (left := tables - _loaded(owner)) > CONNECTED:
            # They go, and their hands wait for them.
            with generator(replace(load, tables=CONNECTED)):
                pass
        with generator(replace(load, tables=left)):
            # Until all of it is stored.
            while postgres.ask(LEFT, "node-0") < tables:
                time.sleep(0.1)
            # How long it takes is asked, not what it costs: two servers must not share a processor
            # while the database leaves its own alone.
            found.unpin()
            owner.abort()
            began_s = time.perf_counter()
            # The servers have the machine for themselves: who looks often takes a part of it.
            while sum(map(_loaded, survivors)) < tables:
                if time.perf_counter() > began_s + MOST_S:
                    raise SystemExit(f"tables are missing:\n{survivors[0].log_tail()}")
                time.sleep(0.2)
            loaded_s = time.perf_counter() - began_s
    return (
        f"{tables:,} tables with a hand in play, taken over by two servers: all are in play "
        f"{number(loaded_s)} s after the death. The lease is 3 s."
    )


def idle_players(postgres: Database, players: int = IDLE_PLAYERS) -> str:
    """Connect so many players to each of three servers, then let them watch; a note."""
    # They answer no pings.
    with cluster(postgres, 3, {"PING_INTERVAL_MS": "600000"}) as found:
        table = _table(found)
        pipes = []
        for node, server in enumerate(found.nodes):
            ours, theirs = multiprocessing.Pipe()
            arguments = (theirs, server.port, players, node, table)
            multiprocessing.Process(target=_connect, args=arguments, daemon=True).start()
            pipes.append(ours)
        steps = [_memory(found)]
        for _ in range(2):
            for pipe in pipes:
                pipe.send(None)
            for pipe in pipes:
                pipe.recv()
            steps.append(_memory(found))
        before, connected, watching = steps
        began_s, used = time.perf_counter(), found.used()
        time.sleep(5)
        seconds, after = time.perf_counter() - began_s, found.used()
        here = [sum(watching[1:]) - sum(connected[1:]), watching[OWNER] - connected[OWNER]]
        each = (sum(connected) - sum(before)) / (3 * players) / KIB
        return (
            f"{3 * players:,} idle players over three servers: {number(each)} KiB each; those who "
            f"watch a table of another server {number(here[0] / (2 * players) / KIB)} KiB more at "
            f"their own one, and {number((here[1] / (3 * players)) / KIB)} at the owner (which has "
            f"a third of the players itself). PSS {number(sum(watching) / MIB)} MiB together. At "
            f"rest {(after.owner - used.owner) / seconds:.1%} of a processor for the owner, "
            f"{(after.others - used.others) / seconds:.1%} for the other two, "
            f"{(after.nats - used.nats) / seconds:.1%} for NATS."
        )


def _memory(found: Cluster) -> list[int]:
    return [resting_bytes(node) for node in found.nodes]


def _table(found: Cluster) -> str:
    """A table of the first server, where nobody sits."""
    opener = Caller(found.nodes[OWNER].port, 0)
    greet(opener, SECRET)
    opener.receive("welcome")
    opener.send(type="create_table", id="create", name="Idle", config={"seats": 6})
    table: str = opener.receive("accepted")["table"]
    opener.socket.close()
    return table


def _connect(pipe: Connection, port: int, players: int, node: int, table: str) -> None:
    """Connect, and let all watch: each step when it is told to."""
    allow_many_files()
    pipe.recv()
    callers = []
    for player in range(players):
        callers.append(Caller(port, players * node + player))
        greet(callers[-1], SECRET)
        callers[-1].receive("welcome")
    pipe.send(None)
    pipe.recv()
    for caller in callers:
        # On a busy machine tables may be paused for a moment.
        answer = {"retryable": True}
        while answer.get("retryable"):
            caller.send(type="watch", id="watch", table=table)
            answer = caller.receive("accepted", "rejected", "notice")
    pipe.send(None)
    signal.pause()
