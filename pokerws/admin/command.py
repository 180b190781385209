"""Sends one admin command to the running server, and prints the answer.

The token is read from the environment or a file: in the arguments, every user of the machine could
read it.
"""

import argparse
import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import msgspec
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect, unix_connect

from pokerws.admin.arguments import command_of, parser
from pokerws.admin.narration import lines_of
from pokerws.server.admin.commands import Adjust, Command
from pokerws.server.admin.hello import Hello
from pokerws.server.admin.socket_file import socket_file
from pokerws.settings import Settings, SettingsError
from pokerws.settings.sources.environment import read_settings

BAD_SETTINGS, FAILED = 2, 1
TOKEN_VARIABLE = "ADMIN_TOKEN"  # noqa: S105  a name
OPEN_S, ANSWER_S = 5.0, 30.0
MAX_BYTES = 16 << 20
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class NotDone(Exception):
    """The command was not carried out.  The message is one line for the operator."""


def main(argv: Sequence[str]) -> int:
    """Run the command by itself.  Returns the exit code."""
    arguments = parser().parse_args(argv, argparse.Namespace(env_file=None))
    try:
        return admin(read_settings(arguments.env_file, {}), arguments, sys.stdout, sys.stderr)
    except SettingsError as error:
        for problem in str(error).splitlines():
            sys.stderr.write(f"pokerws: {problem}\n")
        return BAD_SETTINGS


def admin(settings: Settings, arguments: argparse.Namespace, out: TextIO, errors: TextIO) -> int:
    """Run a command and print its result.  Returns the exit code.  Raises SettingsError."""
    if arguments.action == "adjust" and arguments.request is None:
        arguments.request = secrets.token_hex(16)
    command = command_of(arguments)
    try:
        done = _answer(settings, arguments, command)
    except NotDone as error:
        errors.write(f"pokerws: {error}\n")
        return FAILED
    if arguments.json:
        out.write(f"{json.dumps(done, ensure_ascii=False)}\n")
    else:
        out.writelines(f"{line}\n" for line in lines_of(done["result"]))
        if done["where"] == "this server":
            out.write(f"(of the server {done['node']} alone)\n")
    return 0


def _answer(
    settings: Settings, arguments: argparse.Namespace, command: Command
) -> Mapping[str, Any]:
    with _connection(settings, arguments) as connection:
        _ask(connection, _hello(arguments))
        try:
            return _ask(connection, command)
        except (ConnectionClosed, TimeoutError) as error:
            hint = "it may have been carried out: look before you repeat it"
            if isinstance(command, Adjust):
                hint = f"it may be booked: repeat it with --request {command.request}"
            raise NotDone(f"the server gave no answer: {hint}") from error


def _ask(connection: ClientConnection, message: Hello | Command) -> Mapping[str, Any]:
    """The answer to a message.  Raises NotDone if it is refused."""
    connection.send(msgspec.json.encode(message).decode())
    answer: dict[str, Any] = json.loads(connection.recv(ANSWER_S))
    if answer["type"] == "rejected":
        raise NotDone(f"{answer['code']}: {answer['message']}")
    return answer


def _hello(arguments: argparse.Namespace) -> Hello:
    if arguments.url is None:
        return Hello(name=arguments.operator)
    return Hello(token=_token(arguments.token_file))


def _token(file: Path | None) -> str:
    """The operator's token.  Raises SettingsError."""
    if file is None:
        token = os.environ.get(TOKEN_VARIABLE, "").strip()
        if not token:
            raise SettingsError(f"--url needs a token: set {TOKEN_VARIABLE}, or --token-file")
        return token
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise SettingsError(f"the token cannot be read from {file}: {error}") from None


@contextmanager
def _connection(settings: Settings, arguments: argparse.Namespace) -> Iterator[ClientConnection]:
    """A connection to the server.  Raises NotDone and SettingsError."""
    url, where = arguments.url, ""
    try:
        if url is not None:
            if arguments.worker != 1:
                raise SettingsError("--worker is for the socket: the second worker's port is +1")
            _check_url(url)
            where = url
            connection = connect(url, open_timeout=OPEN_S, max_size=MAX_BYTES, compression=None)
        else:
            file = arguments.socket or socket_file(settings, arguments.worker)
            if file is None:
                raise SettingsError("ADMIN_SOCKET is empty: set it for the server, or use --url")
            where = str(file)
            connection = unix_connect(
                where, uri="ws://admin/", open_timeout=OPEN_S, max_size=MAX_BYTES, compression=None
            )
    except PermissionError:
        raise NotDone(f"{where} is closed to you: run this as the server's account") from None
    except (OSError, TimeoutError, WebSocketException) as error:
        hint = "is one running with these settings?"
        raise NotDone(f"no server listens at {where}: {hint} ({error})") from error
    with connection:
        yield connection


def _check_url(url: str) -> None:
    """Raise SettingsError for a URL over which a token must not be sent."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise SettingsError(f"--url: {error}") from None
    if parts.scheme not in {"ws", "wss"} or not host:
        raise SettingsError("--url must be like wss://poker.example:8767/")
    if parts.scheme == "ws" and host not in _LOOPBACK:
        raise SettingsError("--url without TLS would show the token to the network: use wss://")
