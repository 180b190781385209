"""The health command: asks the server of these settings whether it is alive.

It imports nothing but the settings and the standard library, since a container runs it every few
seconds.  It reads no secret: only the settings of the network.
"""

import argparse
import json
import signal
import ssl
import sys
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from types import FrameType
from typing import NoReturn

from msgspec.structs import fields

from pokerws.settings import SettingsError, load
from pokerws.settings.network import Network, netloc
from pokerws.settings.sources.environment import environment

UNHEALTHY = 1
TIMEOUT_S = 3.0
# For all addresses together, below the time that Docker is told to wait.
DEADLINE_S = 4.0
MAX_BYTES = 65_536


class Unhealthy(Exception):
    """The server is not well.  The message is one line for the operator."""


class Overdue(Exception):
    """The time for all addresses is over.  The message is one line for the operator."""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    env_file: argparse.ArgumentParser,
) -> None:
    """Add the command to a command line."""
    commands.add_parser(
        "health",
        help="ask the running server whether it is alive, for health checks",
        parents=[env_file],
    )


def main(argv: Sequence[str]) -> int:
    """Run the command by itself.  Returns the exit code: 0, or 1 for every failure."""
    env_file = argparse.ArgumentParser(add_help=False)
    env_file.add_argument("--env-file", type=Path, default=argparse.SUPPRESS)
    parser = argparse.ArgumentParser(prog="pokerws", parents=[env_file])
    add_parser(parser.add_subparsers(dest="command"), env_file)
    return check(parser.parse_args(argv, argparse.Namespace(env_file=None)).env_file)


def check(env_file: Path | None) -> int:
    """Print one line about the server.  Returns the exit code: 0, or 1 for every failure."""
    signal.signal(signal.SIGALRM, _late)
    signal.setitimer(signal.ITIMER_REAL, DEADLINE_S)
    try:
        print(f"ok: {ask(_network(env_file))}")
    except (SettingsError, Unhealthy, Overdue) as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return UNHEALTHY
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return 0


def _late(number: int, frame: FrameType | None) -> NoReturn:
    raise Overdue(f"no complete answer within {DEADLINE_S:.0f} s; is the server overloaded?")


def _network(env_file: Path | None) -> Network:
    """The settings of the network.  Raises SettingsError."""
    given = environment(env_file)
    names = {setting.encode_name for setting in fields(Network)}
    return load({name: value for name, value in given.items() if name in names}).network


def ask(network: Network) -> str:
    """What the server says of itself, in one line.  Raises Unhealthy.

    Where it listens on several addresses, one that answers is enough.
    """
    if network.port == 0:
        raise Unhealthy("PORT is 0, so the server's port is not known: set PORT to a number")
    first, *others = network.dial_hosts
    try:
        return _ask_at(network, first)
    except Unhealthy:
        for host in others:
            with suppress(Unhealthy):
                return _ask_at(network, host)
        raise


def _ask_at(network: Network, host: str) -> str:
    scheme = "https" if network.tls_cert_file else "http"
    path = f"{network.base}healthz"
    address = f"{scheme}://{netloc(host, network.port)}{path}"
    connection = _connection(network, host)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        body = answer.read(MAX_BYTES)
    except (OSError, HTTPException) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        if isinstance(error, ssl.SSLError):
            why = f"it does not speak TLS ({error.reason})"
        raise Unhealthy(
            f"no answer from {address}: {why}; is a server running with these settings?"
        ) from error
    finally:
        connection.close()
    return f"{address} answers, database {_database(address, answer.status, body)}"


def _connection(network: Network, host: str) -> HTTPConnection:
    if not network.tls_cert_file:
        return HTTPConnection(host, network.port, timeout=TIMEOUT_S)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # An expired certificate, or one renewed since the start, is not for a restart to mend.  Nothing
    # secret is sent, and the answer tells whether this is our server.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return HTTPSConnection(host, network.port, timeout=TIMEOUT_S, context=context)


def _database(address: str, status: int, body: bytes) -> str:
    """The state of the database in an answer of `/healthz`.  Raises Unhealthy."""
    if status != 200:
        raise Unhealthy(f"{address} answers with HTTP {status}: is it this server?")
    try:
        facts = json.loads(body)
        state, database = facts["status"], facts["database"]
    except (ValueError, TypeError, LookupError):
        raise Unhealthy(
            f"{address} is not this server: another program listens on this port"
        ) from None
    if state != "ok":
        raise Unhealthy(f"{address} says {state}")
    return str(database)
