"""What is played on which servers, and what came of it: the scenarios of a server under load.

Above all it is data: servers, matches, targets.  In a match the same load is put on several servers
in turn, each started anew for its round, and a ratio is that of two rounds of the same turn.
"""

from statistics import median
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from bench.figures import Figure, Part, figure, number
from bench.live.commit import commits
from bench.live.database import Database, database
from bench.live.load import Latencies, Load, Outcome
from bench.live.nodejs import HOW_TO_HAVE_IT, find_node
from bench.live.rounds import measure_round
from bench.live.servers import UNLIMITED, Kind
from bench.live.summary import cost_us, scenario
from bench.progress import rounds as rounds_of

SECONDS, WARM_UP_S, PAIRS = 3.0, 1.0, 3


class Server(Struct, frozen=True, kw_only=True):
    """What is started for a round; one that `stores` has a PostgreSQL."""

    name: str
    kind: Kind = "ours"
    settings: dict[str, str] = {}
    stores: bool = False

    @property
    def auth_secret(self) -> str:
        """What signs the tokens of its players, if they need any."""
        return self.settings.get("AUTH_SECRET", "")


ALL_ON = MappingProxyType(
    {
        "USE_DB_REPOSITORY": "true",
        "USE_EVENT_PERSISTENCE": "true",
        "USE_INPUT_VALIDATION": "true",
        "USE_AUTH_MIDDLEWARE": "true",
        "AUTH_SECRET": "a secret of a server that plays with itself",
    }
)
# Every rate and every cap that can be on, and none that is ever reached.
LIMITS_ON = MappingProxyType(
    {
        name: "999999/1s" if name.endswith("_RATE") else "100000"
        for name, value in UNLIMITED.items()
        if value == "0" and name != "BOTS"
    }
)
CEILING = Server(name="fan-out ceiling", kind="ceiling")
PEER = Server(name="Node.js peer", kind="peer")
OFF = Server(name="flags off")
LIMITED = Server(name="flags off, limits on", settings=dict(LIMITS_ON))
DUAL_WRITE = Server(name="all on, dual-write", settings=dict(ALL_ON), stores=True)
DURABLE = Server(
    name="all on, durable", settings={**ALL_ON, "USE_DURABLE_ACKS": "true"}, stores=True
)
OURS = (OFF, DUAL_WRITE, DURABLE)


Compared = Literal["actions/s", "p99"]
BOUNDS: dict[Compared, Literal["at least", "at most"]] = {
    "actions/s": "at least",
    "p99": "at most",
}


class Match(Struct, frozen=True, kw_only=True):
    """The same load on `servers` and on the one that they are held `against`.

    What is compared is actions/s, at least `targets` of the other's, or p99, at most so many times
    the other's; a server without a target is there to be known.
    """

    name: str
    load: Load
    servers: tuple[Server, ...]
    against: Server = CEILING
    compares: Compared = "actions/s"
    targets: dict[str, float] = {}
    pairs: int = PAIRS


def load(tables: int, **how: object) -> Load:
    """A load of the usual length; its port is given when it is played."""
    return replace(
        Load(port=0, tables=tables, seconds=SECONDS, warm_up_s=WARM_UP_S),
        **how,
    )


SIZES = (50, 300)
RATES = {OFF.name: 1.0, DUAL_WRITE.name: 0.9, DURABLE.name: 0.8}
P99 = dict.fromkeys(RATES, 2.0)
CLOSED = tuple(
    Match(name=f"{tables} tables", load=load(tables), servers=OURS, targets=RATES)
    for tables in SIZES
)
# At the half of the rate that the ceiling has reached.
HALF = tuple(
    Match(
        name=f"{tables} tables at half the ceiling's rate",
        load=load(tables),
        servers=OURS,
        compares="p99",
        targets=P99,
        pairs=2,
    )
    for tables in SIZES
)
FURTHER = (
    Match(name="50 tables of 9", load=load(50, seats=9), servers=(OFF,), pairs=2),
    Match(
        name="50 tables with 10 spectators", load=load(50, spectators=10), servers=(OFF,), pairs=2
    ),
    Match(
        name="50 tables, hand-heavy",
        load=load(50, style="hand_heavy"),
        servers=(OFF, DURABLE),
        pairs=2,
    ),
    Match(
        name="50 tables, action-heavy",
        load=load(50, style="action_heavy"),
        servers=(OFF, DURABLE),
        pairs=2,
    ),
    Match(
        name="1,000 mostly idle tables",
        load=load(1000, rate=1000.0),
        servers=(OFF, DURABLE),
        compares="p99",
        pairs=2,
    ),
    Match(
        name="50 tables, what limits cost",
        load=load(50),
        servers=(LIMITED,),
        against=OFF,
        pairs=2,
    ),
)
PEERS = tuple(
    Match(
        name=f"{tables} tables",
        load=load(tables),
        servers=(OFF,),
        against=PEER,
        targets={OFF.name: 1.0},
    )
    for tables in SIZES
)

# What a server has done, a round a turn.
Played = dict[str, list[Outcome]]


def measure() -> Part:
    """Our server against the fan-out ceiling."""
    part = Part("live", [], list(NOTES))
    with database() as postgres:
        postgres.use_log_files()
        for closed, half in zip(CLOSED, HALF, strict=True):
            played = play(closed, postgres)
            _add(part, closed, played, judged(closed, played))
            rate = median(outcome.actions_per_s for outcome in played[CEILING.name]) / 2
            bare = commits(postgres)
            half = replace(half, load=replace(half.load, rate=rate))  # noqa: PLW2901  now it is known
            played = play(half, postgres)
            _add(part, half, played, judged(half, played, bare))
            part.notes.append(
                f"{half.name}: {number(rate)} actions/s. A bare commit of one row before it: "
                f"p50 {bare.p50_us / 1000:.2f} ms, p99 {bare.p99_us / 1000:.2f} ms."
            )
        for match in FURTHER:
            played = play(match, postgres)
            _add(part, match, played, judged(match, played))
    return part


def measure_peer() -> Part:
    """Our server against one in Node.js that stores nothing."""
    part = Part("peer", [], [])
    if find_node() is None:
        part.notes.append(f"Not measured: there is no Node.js with its packages; {HOW_TO_HAVE_IT}.")
        return part
    for match in PEERS:
        played = play(match, None)
        _add(part, match, played, judged(match, played))
    return part


NOTES = (
    (
        f"Each round is {SECONDS:g} s after {WARM_UP_S:g} s of warm-up, on a server that is made "
        "for it. It has a processor to itself; the generator and PostgreSQL share the other one."
    ),
    (
        "Limits are off, since a few players play for many and faster than people may, but for the "
        "scenario that has all of them on, too high to be reached: it shows what the checks cost."
    ),
    (
        "A latency is from the instant at which an action was due until the last viewer of the "
        "table has its events. A closed loop (no rate) sends an action when the last one was seen; "
        "at a rate, instants are fixed beforehand (Poisson), and what is held up counts in full."
    ),
)


def play(match: Match, postgres: Database | None) -> Played:
    """All rounds of a match, of its servers in turn: once in this order, once in the other."""
    servers = (match.against, *match.servers)
    played: Played = {server.name: [] for server in servers}
    for turn in rounds_of(match.name, match.pairs):
        for server in servers if turn % 2 == 0 else reversed(servers):
            played[server.name].append(play_round(server, match.load, postgres))
    return played


def play_round(server: Server, load: Load, postgres: Database | None) -> Outcome:
    """One round.  The database is empty before."""
    load = replace(load, auth_secret=server.auth_secret)
    if not server.stores:
        return measure_round(server.kind, load, server.settings)
    assert postgres is not None, f"{server.name} stores"
    postgres.empty()
    return measure_round(server.kind, load, server.settings, postgres)


def judged(match: Match, played: Played, bare: Latencies | None = None) -> dict[str, Figure]:
    """How each server compares; to p99 of a durable one the bare commit's is added."""
    figures = {}
    for server in match.servers:
        name, against = f"{server.name}, {match.name}", match.against.name
        target = match.targets.get(server.name)
        turns = list(zip(played[server.name], played[match.against.name], strict=True))
        if match.compares == "actions/s":
            unit = "actions/s"
            pairs = [(ours.actions_per_s, its.actions_per_s) for ours, its in turns]
        else:
            unit = "ms p99"
            pairs = [(_p99_ms(ours.latencies), _p99_ms(its.latencies)) for ours, its in turns]
            if bare is not None and server is DURABLE and target is not None:
                # The target becomes the measure, so that the sum has one.
                pairs = [(ours, target * its + _p99_ms(bare)) for ours, its in pairs]
                against, target = f"{target:g} times the {against}'s and a bare commit's", 1.0
        figures[server.name] = figure(
            name,
            unit,
            pairs,
            against=against,
            bound=None if target is None else BOUNDS[match.compares],
            target=target,
        )
    return figures


def _add(part: Part, match: Match, played: Played, figures: dict[str, Figure]) -> None:
    """Put a match into the part: its scenarios, its figures, and what an action costs."""
    part.figures += figures.values()
    for server in (match.against, *match.servers):
        found = scenario(match.name, server.name, played[server.name], figures.get(server.name))
        if match.compares != "p99":
            # In a closed loop a latency says no more than the rate.
            found.percentiles = []
        part.scenarios.append(found)
    part.notes.append(f"Processor time an action, {match.name}: {_costs(played)}.")


def _costs(played: Played) -> str:
    """Of each server the microseconds an action, and those of its database."""
    said = []
    for name, outcomes in played.items():
        server = median(cost_us(outcome, "server") for outcome in outcomes)
        said.append(f"{name} {number(server)} us")
        if "database" in outcomes[0].watched_cpu:
            stored = median(cost_us(outcome, "database") for outcome in outcomes)
            said[-1] += f" (and {number(stored)} us in the database)"
    return ", ".join(said)


def _p99_ms(latencies: Latencies) -> float:
    return latencies.p99_us / 1000
