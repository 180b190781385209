"""Our server under load, against the fan-out ceiling and the Node.js peer.

In a match the same load is put on several servers in turn, each started for its round. A ratio is
taken from two rounds of the same turn.
"""

from statistics import median
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from bench.figures import Figure, Part, figure, number
from bench.live.database import Database, database
from bench.live.generator import WARM_UP_S
from bench.live.load import Load, percentile_us
from bench.live.rounds import SECONDS, Outcome, measure_round
from bench.live.servers import NODE, Kind
from bench.progress import rounds as rounds_of


class Server(Struct, frozen=True, kw_only=True):
    """A kind of server with its settings; if it `stores`, it has a PostgreSQL."""

    name: str
    kind: Kind = "ours"
    settings: dict[str, str] = {}
    stores: bool = False


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
PEER = Server(name="Node.js peer", kind="peer")
OFF = Server(name="flags off")
DUAL_WRITE = Server(name="all on, dual-write", settings=dict(ALL_ON), stores=True)
DURABLE = Server(
    name="all on, durable", settings={**ALL_ON, "USE_DURABLE_ACKS": "true"}, stores=True
)


class Compared(Struct, frozen=True):
    """One of our servers and another one, with the target of their ratio if there is one."""

    ours: Server
    against: Server = CEILING
    target: float | None = None


class Match(Struct, frozen=True, kw_only=True):
    """The same load on several servers, compared by actions/s or by the p99 of latencies."""

    name: str
    load: Load
    pairs: tuple[Compared, ...]
    by: Literal["actions/s", "p99"] = "actions/s"
    rate: float | None = None

    @property
    def servers(self) -> list[Server]:
        """All servers that take part."""
        found = [server for pair in self.pairs for server in (pair.against, pair.ours)]
        return list({server.name: server for server in found}.values())


SIZES = (50, 300)
CLOSED = tuple(
    Match(
        name=f"{tables} tables",
        load=Load(port=0, tables=tables),
        pairs=(
            Compared(OFF, target=1.0),
            Compared(DUAL_WRITE, target=0.9),
            Compared(DURABLE, target=0.8),
            Compared(OFF, PEER, target=1.0),
        ),
    )
    for tables in SIZES
)
HALF = tuple(
    Match(
        name=f"{tables} tables at half the ceiling's rate",
        load=Load(port=0, tables=tables),
        pairs=tuple(Compared(server, target=2.0) for server in (OFF, DUAL_WRITE, DURABLE)),
        by="p99",
    )
    for tables in SIZES
)
HAND_HEAVY = Match(
    name="50 tables, hand-heavy",
    load=Load(port=0, tables=50, style="hand_heavy"),
    pairs=(Compared(OFF),),
)
NOTES = (
    (
        f"A round takes {SECONDS:g} s after {WARM_UP_S:g} s of warm-up, on a new server with a "
        "processor of its own; the generator and PostgreSQL share the other one."
    ),
    (
        "Actions/s are of a closed loop: a table's next action is sent when all viewers have seen "
        "the last one. At half the ceiling's rate actions are due at Poisson instants, and a "
        "latency counts from there until the last viewer has the events."
    ),
)

# The rounds of each server, by its name.
Played = dict[str, list[Outcome]]


def measure(rounds: int) -> Part:
    """All matches."""
    part = Part("live", [], list(NOTES))
    with database() as postgres:
        postgres.use_wal_files()
        for closed, half in zip(CLOSED, HALF, strict=True):
            played = play(_available(closed, part), rounds, postgres)
            _add(part, closed, played)
            rates = [outcome.seen.actions_per_s for outcome in played[CEILING.name]]
            commit_ms = percentile_us(postgres.commits_us(), 99) / 1000
            half = replace(half, rate=median(rates) / 2)  # noqa: PLW2901  now it is known
            _add(part, half, play(half, max(1, rounds - 1), postgres), commit_ms)
            part.notes.append(f"{half.name}: p99 of a bare commit before it {commit_ms:.2f} ms.")
        _add(part, HAND_HEAVY, play(HAND_HEAVY, rounds, postgres))
    return part


def _available(match: Match, part: Part) -> Match:
    """The match without the peer where Node.js or its packages are missing, with a note."""
    if NODE is not None:
        return match
    part.notes.append("No Node.js peer: run tests/install-node.sh bench/live/peer.")
    return replace(match, pairs=tuple(pair for pair in match.pairs if pair.against is not PEER))


def play(
    match: Match, rounds: int, postgres: Database | None, *, seconds: float = SECONDS
) -> Played:
    """All rounds of a match, in alternating order."""
    played: Played = {server.name: [] for server in match.servers}
    for turn in rounds_of(match.name, rounds):
        for server in match.servers if turn % 2 == 0 else reversed(match.servers):
            if server.stores and postgres is not None:
                postgres.empty()
            outcome = measure_round(
                server.kind,
                replace(match.load, auth_secret=server.settings.get("AUTH_SECRET", "")),
                server.settings,
                postgres if server.stores else None,
                rate=match.rate,
                seconds=seconds,
            )
            played[server.name].append(outcome)
    return played


def _add(part: Part, match: Match, played: Played, commit_ms: float = 0.0) -> None:
    """Add the figures of a match, and the processor time of an action."""
    part.figures += compared(match, played, commit_ms)
    part.notes.append(f"{match.name}, us of processor time per action: {_costs(played)}.")


def compared(match: Match, played: Played, commit_ms: float = 0.0) -> list[Figure]:
    """How the servers compare. A durable answer may take a bare commit longer."""

    def measured(outcome: Outcome) -> float:
        seen = outcome.seen
        return seen.actions_per_s if match.by == "actions/s" else seen.percentile_ms(99)

    figures = []
    for pair in match.pairs:
        if pair.against.name not in played:
            continue
        both = zip(played[pair.ours.name], played[pair.against.name], strict=True)
        pairs = [(measured(ours), measured(theirs)) for ours, theirs in both]
        against, target = pair.against.name, pair.target
        if match.by == "p99" and pair.ours is DURABLE and target is not None:
            # The sum includes the target, which becomes 1.
            pairs = [(ours, target * theirs + commit_ms) for ours, theirs in pairs]
            against, target = f"{target:g} x {against} + commit", 1.0
        figures.append(
            figure(
                f"{pair.ours.name}, {match.name}",
                "actions/s" if match.by == "actions/s" else "ms p99",
                pairs,
                against=against,
                bound="at least" if match.by == "actions/s" else "at most",
                target=target,
            )
        )
    return figures


def _costs(played: Played) -> str:
    """The microseconds per action of each server and its database, and the bytes written."""
    said = []
    for name, outcomes in played.items():
        server = median(outcome.seen.cpu_us("server") for outcome in outcomes)
        said.append(f"{name} {number(server)}")
        stored = [outcome.stored for outcome in outcomes if outcome.stored is not None]
        if stored:
            in_database = median(outcome.seen.cpu_us("database") for outcome in outcomes)
            wal, size = (median(sizes) for sizes in zip(*stored, strict=True))
            said[-1] += (
                f" + {number(in_database)} in the database (which writes {wal:,.0f} bytes of WAL "
                f"and grows by {size:,.0f})"
            )
    most = max(outcome.seen.cpu["generator"] for those in played.values() for outcome in those)
    return f"{'; '.join(said)}; the generator used up to {most:.0%} of its processor"
