"""The profiles that are kept: where the server spends its time in each scenario, as text.

What they led to is in docs/decisions/0024-serving-at-once.md.
"""

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bench.figures import Part
from bench.live.database import Database, database
from bench.live.load import Load
from bench.live.profile import NotProfiled, profile_round
from bench.live.scenarios import DUAL_WRITE, DURABLE, OFF, Server, load
from bench.progress import rounds as rounds_of


class Profiled(Struct, frozen=True):
    """A load on one of our servers; `name` is that of the file."""

    name: str
    server: Server
    load: Load


PROFILED = (
    Profiled("flags_off_50_tables", OFF, load(50)),
    Profiled("flags_off_300_tables", OFF, load(300)),
    Profiled("flags_off_9_seats", OFF, load(50, seats=9)),
    Profiled("flags_off_10_spectators", OFF, load(50, spectators=10)),
    Profiled("flags_off_hand_heavy", OFF, load(50, style="hand_heavy")),
    Profiled("flags_off_action_heavy", OFF, load(50, style="action_heavy")),
    Profiled("dual_write_50_tables", DUAL_WRITE, load(50)),
    Profiled("dual_write_300_tables", DUAL_WRITE, load(300)),
    Profiled("durable_50_tables", DURABLE, load(50)),
    Profiled("durable_300_tables", DURABLE, load(300)),
)


def measure() -> Part:
    """Write all profiles, as far as that is allowed here."""
    part = Part("profiles", [], [])
    with database() as postgres:
        for number in rounds_of("profiles", len(PROFILED)):
            profiled = PROFILED[number]
            try:
                path = _profile(profiled, postgres)
            except NotProfiled as error:
                part.notes.append(f"{profiled.name}: not profiled, {error}.")
                continue
            part.notes.append(f"[{profiled.name}](profiles/{path.name})")
    return part


def _profile(profiled: Profiled, postgres: Database) -> Path:
    server, put_on = profiled.server, profiled.load
    settings = server.settings
    if server.stores:
        postgres.empty()
        settings = {**postgres.settings, **settings}
    if server.auth_secret:
        put_on = replace(put_on, auth_secret=server.auth_secret)
    return profile_round(profiled.name, put_on, settings, stopping=not server.stores)
