"""What storing a change and reading missed events take while the event log grows.

The log is filled with events that were really played, of tables that are not played at any more.
"""

import time
from collections.abc import Sequence
from random import Random
from statistics import median

from bench.figures import Curve, Line, Part
from bench.latency import Rows, Waits, arrivals_s, journal_waits
from bench.live.slope import growth
from bench.place import LOG_FILES, Place, measuring_place
from bench.played import Played
from bench.progress import rounds as rounds_of
from pokerws.game.state import TableId

# The tables that have a log already, and those that are played at.
LOGGED_TABLES, PLAYED_TABLES, RATE = 1000, 200, 1000
READS, READ_EVENTS = 300, 20
# So many different events the log is filled with: PostgreSQL goes through them for each row.
EVENTS = 64
# One event a table in turn, as play has it.
FILL = """
INSERT INTO game_events (game_id, seq, hand_number, type, payload, at)
SELECT 'logged' || game, seq, 1 + seq / 40,
       ($4::text[])[(seq + game) % $5::int + 1], ($3::text[])[(seq + game) % $5::int + 1],
       now() - interval '1 day' + seq * interval '1 second'
FROM generate_series($1::int, $2::int) AS seq, generate_series(0, $6::int - 1 + 0 * seq) AS game
"""


async def measure_log(
    part: Part,
    rows: Sequence[int],
    seconds: float,
    *,
    flat: float,
    log_files: int = LOG_FILES,
) -> None:
    """Put the curve of the log into the part."""
    played = Played.make(tables=2)
    stored, stored_p99 = Line("change to durable, p50", []), Line("change to durable, p99", [])
    read = Line(f"read of {READ_EVENTS} events, p50", [])
    async with measuring_place() as place:
        await place.use_log_files(log_files)
        tables = Rows(played, 31, PLAYED_TABLES)
        await place.fill(tables.openings)
        filled = 0
        for turn in rounds_of("growth with the log", len(rows)):
            seqs = max(READ_EVENTS, rows[turn] // LOGGED_TABLES)
            await fill(place, played, filled + 1, seqs)
            filled = seqs
            waits = await _waits(place, tables, seconds, seed=turn)
            stored.points.append((rows[turn], 1000 * waits.median_s))
            stored_p99.points.append((rows[turn], 1000 * waits.p99_s))
            read.points.append((rows[turn], 1000 * await read_s(place, filled, READS)))
    curve = Curve(
        name="storing and reading by size of the log",
        x_label="events in the log",
        y_label="ms",
        lines=[stored, stored_p99, read],
        log_x=True,
    )
    for line in curve.lines:
        compared, said = growth(
            line.name, "ms", line.points, "events", at_most=None if line is stored_p99 else flat
        )
        part.figures.append(compared)
        curve.note = f"{curve.note} {said}".strip()
    part.curves.append(curve)


async def fill(place: Place, played: Played, first_seq: int, last_seq: int) -> None:
    """Give each of the logged tables its events of these numbers."""
    every = [event for step in played.steps for event in step.events]
    events = Random(1).sample(every, EVENTS)
    await place.bare.execute(
        FILL,
        first_seq,
        last_seq,
        [event.payload.decode() for event in events],
        [event.type for event in events],
        len(events),
        LOGGED_TABLES,
        timeout=300,
    )
    await place.bare.execute("VACUUM ANALYZE game_events", timeout=300)
    await place.settle()


async def read_s(place: Place, last_seq: int, reads: int) -> float:
    """The median of what it takes to read what somebody has missed."""
    rng, took_s = Random(last_seq), []
    for _ in range(reads):
        table = TableId(f"logged{rng.randrange(LOGGED_TABLES)}")
        after_seq = rng.randint(0, last_seq - READ_EVENTS)
        began_s = time.perf_counter()
        events = await place.store.events(table, after_seq, READ_EVENTS)
        took_s.append(time.perf_counter() - began_s)
        assert len(events) == READ_EVENTS, "the log has a gap"
    return median(took_s)


async def _waits(place: Place, tables: Rows, seconds: float, *, seed: int) -> Waits:
    count = max(1, round(RATE * seconds / PLAYED_TABLES)) * PLAYED_TABLES
    instants = arrivals_s(Random(seed), RATE, count)
    return await journal_waits(place, tables.take(count), tables, instants)
