"""The command `load`: plays at many tables of a running server, and says how it went."""

import argparse
import http.client
import re
import time
from ipaddress import ip_address
from typing import NamedTuple, TextIO
from urllib.parse import urlsplit

from msgspec import Struct

from pokerws.load.arguments import SEATS
from pokerws.load.generator import Generator, LoadFailed, generator
from pokerws.load.joining import LOOPBACK, Caller, NotJoined, greet
from pokerws.load.load import Interval, Load
from pokerws.load.unlimited import rates, unlimited
from pokerws.program import PROGRAM
from pokerws.settings import Settings
from pokerws.settings.network import dial_host, netloc

FAILED = 1
WARM_UP_S = 1.0
MIB, KIB = 1 << 20, 1 << 10
# What `welcome` says of a limit, and the setting that it is.
LIMITS = {
    "connection_commands": "CONNECTION_COMMAND_RATE",
    "player_commands": "PLAYER_COMMAND_RATE",
    "player_reads": "PLAYER_READ_RATE",
    "player_tables": "PLAYER_TABLE_RATE",
    "max_tables_opened_per_address": "MAX_TABLES_OPENED_PER_ADDRESS",
    "min_hand_pause_ms": "MIN_HAND_PAUSE_MS",
    "table_hands_per_hour": "GUEST_TABLE_HANDS_AN_HOUR",
}
ADVICE = f"""\
A load plays for many from a few addresses, so a server needs other limits for it, and a database
that may be thrown away. Start one with these settings, with your own flags and DATABASE_URL added:
  {PROGRAM} load --settings > load.env
  {PROGRAM} serve --env-file load.env"""


class Refused(Exception):
    """The load is not begun.  The message is for the operator."""


class Place(NamedTuple):
    """Where a server is."""

    host: str
    port: int
    path: str

    @property
    def is_here(self) -> bool:
        """Whether it is this machine."""
        return _is_loopback(self.host)


class Process(Struct, frozen=True):
    """What a server says of its process."""

    memory_bytes: float
    cpu_s: float
    at_s: float


def load(settings: Settings, asked: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Put a load on a server, and print what was found.  Returns the exit code."""
    if asked.settings:
        for name, value in unlimited(rates()).items():
            print(f"{name}={value}", file=out)
        return 0
    try:
        place = place_of(asked.url, settings)
        _consented(place, is_mine=asked.yes)
        _run(settings, asked, place, out)
    except NotJoined as failure:
        print(f"pokerws: {failure}\n{ADVICE}", file=err)
        return FAILED
    except (LoadFailed, Refused, OSError) as failure:
        print(f"pokerws: {failure}", file=err)
        return FAILED
    return 0


def place_of(url: str | None, settings: Settings) -> Place:
    """The server's place.  Raises Refused."""
    network = settings.network
    if url is None:
        if network.tls_cert_file:
            raise Refused("the load generator does not speak TLS: try a server without it")
        return Place(_host(network.dial_hosts[0]), network.port, f"{network.base}ws")
    parts = urlsplit(url)
    if parts.scheme != "ws" or not parts.hostname:
        raise Refused(
            f"expected an address like ws://127.0.0.1:8765/ws, got {url!r}: the generator does not "
            "speak TLS, so name the server itself and not its proxy"
        )
    return Place(_host(parts.hostname), parts.port or 80, parts.path or "/ws")


def _host(name: str) -> str:
    # With this address the generator can take others of the machine, each with its own ports.
    return LOOPBACK if name == "localhost" else dial_host(name)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _consented(place: Place, *, is_mine: bool) -> None:
    if not place.is_here and not is_mine:
        raise Refused(
            f"{place.host} is not this machine, and a load disturbs everybody who plays there: "
            "if the server is yours, say --yes"
        )


def _run(settings: Settings, asked: argparse.Namespace, place: Place, out: TextIO) -> None:
    """Raises Refused, LoadFailed, NotJoined or OSError."""
    secret = settings.auth.secret if settings.features.use_auth_middleware else ""
    _check_limits(place, secret)
    wanted = Load(
        port=place.port,
        host=place.host,
        path=place.path,
        tables=asked.tables,
        seats=SEATS,
        auth_secret=secret,
    )
    before = _process(settings, place)
    began_s = time.monotonic()
    with generator(wanted) as here:
        here.idle(max(0, (asked.connections or 0) - here.connections))
        took_s = time.monotonic() - began_s
        players = SEATS * asked.tables
        print(
            f"connected   {here.connections:,} within {took_s:.1f} s: {players:,} players at "
            f"{asked.tables:,} tables, {here.connections - players:,} others",
            file=out,
        )
        joined = _process(settings, place)
        interval = here.play(asked.seconds, asked.rate, warm_up_s=min(WARM_UP_S, asked.seconds))
        after = _process(settings, place)
        _show_play(interval, out)
        _show_process(here, before, joined, after, out)


def _check_limits(place: Place, secret: str) -> None:
    """Raises Refused for a server whose limits stop a load."""
    caller = Caller(place.port, 0, place.host, place.path)
    try:
        greet(caller, secret)
        limits = caller.receive("welcome")["limits"]
    finally:
        caller.socket.close()
    if names := [setting for name, setting in LIMITS.items() if limits.get(name)]:
        raise Refused(f"the server has limits that stop a load: {', '.join(names)}\n{ADVICE}")


def _show_play(found: Interval, out: TextIO) -> None:
    print(
        f"played      {found.seconds:.1f} s: {found.actions_per_s:,.0f} actions/s, "
        f"{found.frames / found.seconds:,.0f} messages/s to clients",
        file=out,
    )
    print(
        f"answers     p50 {found.percentile_ms(50):.1f} ms, p99 {found.percentile_ms(99):.1f} ms: "
        "from an action until the last of its viewers has it",
        file=out,
    )
    print("errors      0", file=out)
    print(f"generator   {found.cpu['generator']:.0%} of a processor", file=out)


def _show_process(
    here: Generator,
    before: Process | None,
    joined: Process | None,
    after: Process | None,
    out: TextIO,
) -> None:
    if before is None or joined is None or after is None:
        print("server      /metrics is not shown to this machine: set METRICS_TOKEN", file=out)
        return
    grown_kib = (after.memory_bytes - before.memory_bytes) / here.connections / KIB
    used = (after.cpu_s - joined.cpu_s) / (after.at_s - joined.at_s)
    print(
        f"server      {used:.0%} of a processor; memory {after.memory_bytes / MIB:,.0f} MiB, "
        f"{before.memory_bytes / MIB:,.0f} before: {grown_kib:.0f} KiB for each connection",
        file=out,
    )


def _process(settings: Settings, place: Place) -> Process | None:
    """What `/metrics` says of the server's process, if it says so to this machine."""
    path = f"{place.path.removesuffix('ws')}metrics"
    token = settings.logs.metrics_token
    headers = {"Host": netloc(place.host, place.port)}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection(place.host, place.port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        text = connection.getresponse().read().decode()
    finally:
        connection.close()
    found = dict(re.findall(r"^(process_\w+) (\S+)$", text, re.MULTILINE))
    if "process_resident_memory_bytes" not in found:
        return None
    memory, cpu_s = found["process_resident_memory_bytes"], found["process_cpu_seconds_total"]
    return Process(float(memory), float(cpu_s), time.monotonic())
