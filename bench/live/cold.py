"""A cold start: a server comes up with tables in mid-play, and all their players come back.

Until a table has its first action again, its row has been read and taken over, its clock goes on,
and six players have said who they are and got the whole table.  What reading a row alone takes is
measured in bench/hydration.py.
"""

import base64
import time
from statistics import median

import uvloop

from bench.figures import Part, figure, number
from bench.live.calls import OPENING
from bench.live.commit import pinned
from bench.live.crowd import crowd
from bench.live.database import database
from bench.live.load import Load
from bench.live.returning import Back, Place, come_back
from bench.live.scenarios import DURABLE
from bench.live.servers import OTHER_CPU, running
from bench.live.storm import SEATS, Storm, handshakes, places_of
from bench.progress import rounds as rounds_of

TABLES, ROUNDS, PLAYED_S = 300, 3, 1.0
# The next server has to open what this one has sealed.
SETTINGS = {**DURABLE.settings, "VAULT_KEYS": f"bench:{base64.b64encode(bytes(32)).decode()}"}
WAYS = {
    "each table when it is asked for": {"LOAD_ALL_TABLES": "false"},
    "all tables at the start": {"LOAD_ALL_TABLES": "true"},
}


def measure(*, tables: int = TABLES, rounds: int = ROUNDS, played_s: float = PLAYED_S) -> Part:
    """Starts on the same stored tables, in both ways, and bare handshakes."""
    back: dict[str, list[Storm]] = {way: [] for way in WAYS}
    played: dict[str, list[float]] = {way: [] for way in WAYS}
    started: dict[str, list[float]] = {way: [] for way in WAYS}
    bare: list[Storm] = []
    with database() as postgres:
        settings = {**postgres.settings, **SETTINGS}
        places = stored_tables(settings, tables, played_s)
        for _ in rounds_of("cold start", rounds):
            bare.append(handshakes(tables * SEATS))
            for way, setting in WAYS.items():
                start_s, came = cold_start({**settings, **setting}, places)
                started[way].append(start_s)
                back[way].append(Storm.of(came.caught_up_s))
                played[way].append(1000 * max(came.played_s))
    part = Part("cold", [], [NOTE.format(clients=tables * SEATS, tables=tables)])
    for way in WAYS:
        for what, ours in (
            ("until every table has played", played[way]),
            ("until the last one is back", [storm.last_ms for storm in back[way]]),
        ):
            pairs = list(zip(ours, (storm.last_ms for storm in bare), strict=True))
            part.figures.append(
                figure(f"{what}, {way}", "ms", pairs, against="bare handshakes, the last one")
            )
        part.notes.append(
            f"Loading {way}: the server listens {number(median(started[way]))} s after it was "
            f"started, and then play is back after {number(median(played[way]) / tables)} ms a "
            "table; reading alone is in the part hydration."
        )
    return part


NOTE = (
    "A server with {tables} tables in the database, all in the middle of a hand, is started, and "
    "all {clients:,} players come at the moment at which it listens; they get their tables whole, "
    "and whoever is to act does. All on, durable. "
    f"The client opens {OPENING} connections at a time."
)


def stored_tables(settings: dict[str, str], tables: int, played_s: float) -> list[list[Place]]:
    """Play for a while on a server that then stops; where everybody was."""
    with running("ours", settings) as process:
        load = Load(
            port=process.port, tables=tables, seats=SEATS, auth_secret=settings["AUTH_SECRET"]
        )
        with crowd(load) as here:
            here.grow(tables)
            here.play(here.closed(), played_s)
            here.pause()
            return [places_of(joined) for joined in here.joined]


def cold_start(settings: dict[str, str], places: list[list[Place]]) -> tuple[float, Back]:
    """The seconds until a server listens, and how everybody then comes back to it."""
    began_s = time.perf_counter()
    with running("ours", settings) as process:
        start_s = time.perf_counter() - began_s
        with pinned(OTHER_CPU):
            return start_s, uvloop.run(come_back(process.port, places))
