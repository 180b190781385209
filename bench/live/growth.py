"""The cost of an action as the server gets more tables, connections or viewers.

A cost is processor time of the server process, with all flags off.
"""

from bench.figures import Part, figure
from bench.live.generator import generator
from bench.live.load import Interval, Load
from bench.live.rounds import measure_round, started
from bench.progress import rounds as rounds_of

SECONDS = 2.5
TABLES = (10, 2000)
PLAYED_TABLES, GUESTS = 50, 8000
WATCHED_TABLES, SPECTATORS = 10, 200
# Of all tables together, in an open loop: low enough for the smallest number of tables.
RATE = 1000.0
# Allowed growth of a cost that should be flat: for caches that overflow, and noise.
FLAT = 1.5

Pair = tuple[float, float]


def measure(rounds: int) -> Part:
    """The cost with many against the cost with few."""
    closed: list[Pair] = []
    open_: list[Pair] = []
    guests: list[Pair] = []
    viewers: list[Pair] = []
    for _ in rounds_of("growth", max(1, rounds // 2)):
        by_tables = with_tables(*TABLES, SECONDS)
        closed.append(by_tables[0])
        open_.append(by_tables[1])
        guests.append(with_guests(PLAYED_TABLES, GUESTS, SECONDS))
        viewers.append(with_viewers(WATCHED_TABLES, SPECTATORS, SECONDS))
    few, many = TABLES
    players = 6 * PLAYED_TABLES
    found = (
        (f"an action, closed loop, {many:,} tables", closed, f"{few} tables", FLAT),
        (f"an action at {RATE:,.0f}/s, {many:,} tables", open_, f"{few} tables", FLAT),
        (
            f"an action, {players + GUESTS:,} connections",
            guests,
            f"{players} connections",
            FLAT,
        ),
        (f"a frame, {6 + SPECTATORS} viewers per table", viewers, "6 viewers", 1.0),
    )
    return Part(
        "growth",
        [
            figure(what, "us", pairs, against=against, bound="at most", target=target)
            for what, pairs, against, target in found
        ],
        [
            (
                "Processor time of the server. In a closed loop it does much per read; at "
                f"{RATE:,.0f} actions/s it handles each by itself, and its pings count too."
            ),
            f"Of the connections, {players} play and the others are guests who only said hello.",
        ],
    )


def with_tables(few: int, many: int, seconds: float) -> tuple[Pair, Pair]:
    """The cost of an action with many and with few tables: closed loop, and at a low rate."""
    with started("ours") as server:
        load = Load(port=server.port, tables=few, watched={"server": [server.pid]})
        with generator(load) as here:
            closed_few, open_few = here.play(seconds), here.play(seconds, RATE)
            here.grow(many)
            closed_many, open_many = here.play(seconds), here.play(seconds, RATE)
    return _costs(closed_many, closed_few), _costs(open_many, open_few)


def with_guests(tables: int, guests: int, seconds: float) -> Pair:
    """The cost of an action with guests and without."""
    with started("ours") as server:
        load = Load(port=server.port, tables=tables, watched={"server": [server.pid]})
        with generator(load) as here:
            before = here.play(seconds, RATE)
            here.add_guests(guests)
            return _costs(here.play(seconds, RATE), before)


def with_viewers(tables: int, spectators: int, seconds: float) -> Pair:
    """The cost of a frame with spectators and without."""
    costs = []
    for count in (spectators, 0):
        load = Load(port=0, tables=tables, spectators=count)
        seen = measure_round("ours", load, seconds=seconds).seen
        costs.append(seen.cpu_us("server") * seen.actions / seen.frames)
    many, few = costs
    return many, few


def _costs(many: Interval, few: Interval) -> Pair:
    return many.cpu_us("server"), few.cpu_us("server")
