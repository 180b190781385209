"""What an action costs the server while it has more and more: tables, connections, viewers, log.

Costs are processor time of the server process, which does not depend on who waits for whom.  How
memory, latency and the database grow with the hours is seen by the long run (`bench.live.long`).
"""

from collections.abc import Sequence
from contextlib import ExitStack

import uvloop

from bench.figures import Curve, Line, Part
from bench.live.crowd import Crowd, crowd
from bench.live.idle import Idle, idling
from bench.live.load import Interval, Load
from bench.live.log_growth import measure_log
from bench.live.rounds import measure_round
from bench.live.servers import running
from bench.live.slope import growth
from bench.live.summary import cost_us
from bench.progress import rounds as rounds_of

SECONDS, WARM_UP_S = 2.5, 0.5
TABLES = (10, 50, 200, 1000, 2000)
CONNECTIONS = (0, 1000, 4000, 8000)
LOBBY = (0, 200, 500, 1000)
WATCHERS = (0, 10, 50, 100, 200)
LOG_ROWS = (10_000, 100_000, 500_000, 2_000_000)
# Of all tables together, in an open loop: what the smallest number of tables takes easily.
RATE = 1000.0
# So many tables are played at while others only listen.
PLAYED_TABLES, WATCHED_TABLES = 50, 10
# What a curve that has to be flat may rise within: caches that become too small, and noise.
FLAT = 1.5


def measure(
    *,
    seconds: float = SECONDS,
    tables: Sequence[int] = TABLES,
    connections: Sequence[int] = CONNECTIONS,
    lobby: Sequence[int] = LOBBY,
    watchers: Sequence[int] = WATCHERS,
    log_rows: Sequence[int] = LOG_ROWS,
) -> Part:
    """All curves."""
    part = Part("growth", [], [NOTE.format(rate=RATE)])
    _with_tables(part, tables, seconds)
    _with_connections(part, connections, lobby, seconds)
    _with_watchers(part, watchers, seconds)
    uvloop.run(measure_log(part, log_rows, seconds, flat=FLAT))
    return part


NOTE = (
    "Flags off, one server, which gets more while it runs; what an action costs is processor time "
    "of the server. In a closed loop it is always busy, and does much at a time; at {rate:,.0f} "
    "actions/s it does each by itself, and what it does unasked (checks whether clients are still "
    "there) counts too."
)


def _with_tables(part: Part, counts: Sequence[int], seconds: float) -> None:
    busy, slow = Line("closed loop", []), Line(f"{RATE:,.0f} actions/s", [])
    with running("ours") as server:
        load = Load(port=server.port, tables=0, watched={"server": [server.pid]})
        with crowd(load) as here:
            for number in rounds_of("growth with tables", len(counts)):
                here.grow(counts[number])
                busy.points.append((counts[number], cost_us(played(here, seconds), "server")))
                at_rate = played(here, seconds, RATE)
                slow.points.append((counts[number], cost_us(at_rate, "server")))
    curve = Curve(
        name="cost of an action by tables",
        x_label="tables of six",
        y_label="processor time of the server, us an action",
        lines=[busy, slow],
        log_x=True,
    )
    _add(part, curve, "tables", flat=(busy, slow))


def _with_connections(
    part: Part, guests: Sequence[int], lobby: Sequence[int], seconds: float
) -> None:
    idle = Line("others only connected", idle_costs(guests, seconds))
    listening = Line("others watching the lobby", idle_costs(lobby, seconds, lobby=True))
    curve = Curve(
        name="cost of an action by connections",
        x_label=f"connections, {6 * PLAYED_TABLES} of which play",
        y_label="processor time of the server, us an action",
        lines=[idle, listening],
    )
    _add(part, curve, "connections", flat=(idle,))


def idle_costs(
    counts: Sequence[int], seconds: float, *, lobby: bool = False
) -> list[tuple[float, float]]:
    """What an action costs while so many others are connected."""
    points: list[tuple[float, float]] = []
    where = "in the lobby" if lobby else "connected"
    with running("ours") as server:
        load = Load(port=server.port, tables=0, watched={"server": [server.pid]})
        with crowd(load) as here, ExitStack() as there:
            here.grow(PLAYED_TABLES)
            for number in rounds_of(f"growth with others {where}", len(counts)):
                more = counts[number] - sum(count for count in counts[number - 1 : number])
                if more:
                    there.enter_context(idling(Idle(server.port, more, lobby=lobby)))
                cost = cost_us(played(here, seconds, RATE), "server")
                points.append((here.connections + counts[number], cost))
    return points


def _with_watchers(part: Part, counts: Sequence[int], seconds: float) -> None:
    action, frame = Line("an action", []), Line("a frame", [])
    for number in rounds_of("growth with watchers", len(counts)):
        load = Load(
            port=0,
            tables=WATCHED_TABLES,
            spectators=counts[number],
            seconds=seconds,
            warm_up_s=WARM_UP_S,
        )
        outcome = measure_round("ours", load)
        viewers = counts[number] + load.seats
        cost = cost_us(outcome, "server")
        action.points.append((viewers, cost))
        frame.points.append((viewers, cost * outcome.actions / outcome.frames))
    by_viewers = Curve(
        name="cost of an action by viewers of a table",
        x_label="viewers of each table",
        y_label="processor time of the server, us an action",
        lines=[action],
    )
    _add(part, by_viewers, "viewers", flat=())
    by_frame = Curve(
        name="cost of a frame by viewers of a table",
        x_label="viewers of each table",
        y_label="processor time of the server, us a frame",
        lines=[frame],
    )
    # In proportion to the viewers, or less.
    _add(part, by_frame, "viewers", flat=(frame,), at_most=1.0)


def played(here: Crowd, seconds: float, rate: float | None = None) -> Interval:
    """Play in a closed loop, or at a rate, after a moment that does not count."""
    pace = here.closed() if rate is None else here.open(rate)
    here.play(pace, WARM_UP_S)
    seen = here.play(pace, seconds)
    here.pause()
    return seen


def _add(part: Part, curve: Curve, of: str, *, flat: Sequence[Line], at_most: float = FLAT) -> None:
    """Put a curve into the part; those lines that are to be flat are held to it."""
    for line in curve.lines:
        what = curve.name.partition(" by ")[0]
        if len(curve.lines) > 1:
            what = f"{what}, {line.name}"
        compared, said = growth(
            what, "us", line.points, of, at_most=at_most if line in flat else None
        )
        part.figures.append(compared)
        curve.note = f"{curve.note} {said}".strip()
    part.curves.append(curve)
