"""The health command: asks the server of these settings whether it is alive.

It imports nothing but the settings and the standard library, since a container runs it every few
seconds.  It reads no secret: only the settings of the network.
"""

import argparse
import json
import ssl
import sys
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

from msgspec.structs import fields

from pokerws.settings import SettingsError, load
from pokerws.settings.environment import environment
from pokerws.settings.network import Network

UNHEALTHY = 1
TIMEOUT_S = 3.0
MAX_BYTES = 65_536
# Where a server that listens on every address is reached from its own machine.
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  not a bind


class Unhealthy(Exception):
    """The server is not well.  The message is one line for the operator."""


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
    try:
        print(f"ok: {ask(_network(env_file))}")
    except (SettingsError, Unhealthy) as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return UNHEALTHY
    return 0


def _network(env_file: Path | None) -> Network:
    """The settings of the network.  Raises SettingsError."""
    given = environment(env_file)
    names = {setting.encode_name for setting in fields(Network)}
    return load({name: value for name, value in given.items() if name in names}).network


def ask(network: Network) -> str:
    """What the server says of itself, in one line.  Raises Unhealthy."""
    if network.port == 0:
        raise Unhealthy("PORT is 0, so the server's port is not known: set PORT to a number")
    return _ask_at(network, LOOPBACK.get(network.host, network.host))


def _ask_at(network: Network, host: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    address = f"http{'s' if network.tls_cert_file else ''}://{shown}:{network.port}/healthz"
    connection = _connection(network, host)
    try:
        connection.request("GET", "/healthz", headers={"Connection": "close"})
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
