"""Our server under load, against the fan-out ceiling and the Node.js peer.

In a match the same load is put on several servers in turn, each started for its round. A ratio is
taken from two rounds of the same turn.
"""

from collections.abc import Mapping, Sequence
from statistics import median
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from bench.figures import Figure, Part, figure, number, plain
from bench.live.database import Database, database
from bench.live.rounds import SECONDS, WARM_UP_S, Outcome, measure_round
from bench.live.servers import NODE, Kind
from bench.progress import rounds as rounds_of
from pokerws.load.load import Load, percentile_us


class Server(Struct, frozen=True, kw_only=True):
    """A kind of server with its settings; if it `stores`, it has a PostgreSQL.

    It plays in a `closed` loop, at `half` the ceiling's rate, or both.
    """

    name: str
    kind: Kind = "ours"
    settings: dict[str, str] = {}
    stores: bool = False
    closed: bool = True
    half: bool = True


ALL_ON = MappingProxyType(
    {
        "USE_DB_REPOSITORY": "true",
        "USE_EVENT_PERSISTENCE": "true",
        "USE_INPUT_VALIDATION": "true",
        "USE_AUTH_MIDDLEWARE": "true",
        "AUTH_SECRET": "a secret for the players of the benchmark",
    }
)
CEILING = Server(name="fan-out ceiling", kind="ceiling")
PEER = Server(name="Node.js peer", kind="peer", half=False)
OFF = Server(name="flags off")
DUAL_WRITE = Server(name="dual-write", settings=dict(ALL_ON), stores=True)
DURABLE = Server(name="durable", settings={**ALL_ON, "USE_DURABLE_ACKS": "true"}, stores=True)
PROBED = replace(DURABLE, name="durable, probed", kind="probed", closed=False)
OURS = (OFF, DUAL_WRITE, DURABLE)


class Match(Struct, frozen=True, kw_only=True):
    """The same load on several servers; the ceiling begins each turn.

    `rates` are the targets of actions/s ÷ the ceiling's.
    """

    name: str
    load: Load
    servers: tuple[Server, ...]
    rates: dict[str, float]


MATCHES = (
    Match(
        name="50 tables",
        load=Load(port=0, tables=50),
        servers=(CEILING, *OURS, PEER),
        rates={OFF.name: 1.05, DUAL_WRITE.name: 1.0, DURABLE.name: 0.85},
    ),
    Match(
        name="300 tables",
        load=Load(port=0, tables=300),
        servers=(CEILING, *OURS, PEER, PROBED),
        rates={OFF.name: 1.05, DUAL_WRITE.name: 0.95, DURABLE.name: 0.85},
    ),
    Match(
        name="hand-heavy, 50 tables",
        load=Load(port=0, tables=50, style="hand_heavy"),
        servers=(replace(CEILING, half=False), replace(OFF, half=False)),
        rates={OFF.name: 1.0},
    ),
)
# Targets: actions/s ÷ the peer's; p99 ÷ so many times the ceiling's, and a commit if acks are
# durable; bytes of an action; the longest turn of the event loop.
PEER_TARGET = 1.05
TIMES_P99 = 2.0
# A fifth of what an action took when each stored its whole table.
WAL_BYTES, GROWTH_BYTES = 780, 400
LONGEST_MS = 5
NOTES = (
    (
        f"Each round is {SECONDS:g} s of a closed loop, after {WARM_UP_S:g} s of warm-up, and "
        f"{SECONDS:g} s at half the ceiling's rate, on a new server with a processor of its own; "
        "the generator and PostgreSQL share the other one."
    ),
    (
        "Actions/s are of the closed loop: a table's next action is sent when all viewers have "
        "seen the last one. At half the ceiling's rate actions are due at Poisson instants, and a "
        "latency counts from there until the last viewer has the events. What the database writes "
        "and the longest turn of the loop are of this load, too."
    ),
)

# The rounds of each server, by its name.
Played = dict[str, list[Outcome]]


def measure(rounds: int) -> Part:
    """All matches."""
    part = Part("live", [], list(NOTES))
    if NODE is None:
        part.notes.append("No Node.js peer: run tests/install-node.sh bench/live/peer.")
    with database() as postgres:
        postgres.use_wal_files()
        for match in MATCHES:
            commit_ms = percentile_us(postgres.commits_us(), 99) / 1000
            played = play(match, rounds, postgres)
            part.figures += [*compared(match, played, commit_ms)]
            part.notes.append(f"{match.name}, us of processor time per action: {_costs(played)}.")
    return part


def play(match: Match, rounds: int, postgres: Database, *, seconds: float = SECONDS) -> Played:
    """All rounds of a match: the ceiling first, and the others in alternating order."""
    ceiling, *others = (one for one in match.servers if one is not PEER or NODE is not None)
    played: Played = {server.name: [] for server in (ceiling, *others)}
    for turn in rounds_of(match.name, rounds):
        rate: float | None = None
        for server in (ceiling, *(others if turn % 2 == 0 else reversed(others))):
            if server.stores:
                postgres.empty()
            outcome = measure_round(
                server.kind,
                replace(match.load, auth_secret=server.settings.get("AUTH_SECRET", "")),
                server.settings,
                postgres if server.stores else None,
                closed=server.closed,
                half_of=rate if server.half else 0,
                seconds=seconds,
            )
            if outcome.closed is not None and server is ceiling:
                rate = outcome.closed.actions_per_s
            played[server.name].append(outcome)
    return played


def compared(match: Match, played: Played, commit_ms: float) -> Sequence[Figure]:
    """The figures of a match.  A durable answer may take a bare commit longer."""
    rates = {name: _rates(outcomes) for name, outcomes in played.items()}
    waits = {name: _waits_ms(outcomes) for name, outcomes in played.items()}
    figures = [
        _compared(f"{name}, {match.name}", rates[name], CEILING.name, rates[CEILING.name], target)
        for name, target in match.rates.items()
    ]
    if PEER.name in played:
        title = f"{OFF.name}, {match.name}"
        figures.append(_compared(title, rates[OFF.name], PEER.name, rates[PEER.name], PEER_TARGET))
    for name in match.rates:
        if waits[name]:
            commit = commit_ms if name == DURABLE.name else 0
            figures.append(
                figure(
                    f"{name}, {match.name} at half the rate",
                    "ms p99",
                    [
                        (ours, TIMES_P99 * theirs + commit)
                        for ours, theirs in zip(waits[name], waits[CEILING.name], strict=True)
                    ],
                    against=f"{TIMES_P99:g} x ceiling{' + commit' if commit else ''}",
                    bound="at most",
                    target=1.0,
                )
            )
    return [*figures, *_written(match, played), *_turns(match, played)]


def _compared(
    title: str, ours: Sequence[float], against: str, theirs: Sequence[float], target: float
) -> Figure:
    pairs = list(zip(ours, theirs, strict=True))
    return figure(title, "actions/s", pairs, against=against, target=target)


def _rates(outcomes: Sequence[Outcome]) -> list[float]:
    return [one.closed.actions_per_s for one in outcomes if one.closed is not None]


def _waits_ms(outcomes: Sequence[Outcome]) -> list[float]:
    return [one.half.percentile_ms(99) for one in outcomes if one.half is not None]


def _written(match: Match, played: Played) -> list[Figure]:
    """What the database writes for a durable action."""
    stored = [one.stored for one in played.get(DURABLE.name, ()) if one.stored is not None]
    if not stored:
        return []
    wal, size = zip(*stored, strict=True)
    return [
        plain(f"{DURABLE.name}, {match.name}, WAL an action", "bytes", wal, WAL_BYTES),
        plain(f"{DURABLE.name}, {match.name}, growth an action", "bytes", size, GROWTH_BYTES),
    ]


def _turns(match: Match, played: Played) -> list[Figure]:
    """The longest turn of a probed server's event loop."""
    turns = [one.longest_ms for one in played.get(PROBED.name, ()) if one.longest_ms is not None]
    title = f"{DURABLE.name}, {match.name}, longest turn of the event loop"
    return [plain(title, "ms", turns, LONGEST_MS)] if turns else []


def _costs(played: Mapping[str, Sequence[Outcome]]) -> str:
    """The microseconds per action of each server and its database, in the closed loop."""
    said, most = [], 0.0
    for name, outcomes in played.items():
        closed = [one.closed for one in outcomes if one.closed is not None]
        if not closed:
            continue
        most = max(most, *(seen.cpu["generator"] for seen in closed))
        said.append(f"{name} {number(median(seen.cpu_us('server') for seen in closed))}")
        if "database" in closed[0].cpu:
            in_database = median(seen.cpu_us("database") for seen in closed)
            said[-1] += f" + {number(in_database)} in the database"
    return f"{'; '.join(said)}; the generator used up to {most:.0%} of its processor"
