"""The arguments of the command `load`."""

import argparse
from collections.abc import Callable

# A load stops by itself.
MOST_S, MOST_CONNECTIONS, MOST_TABLES = 600, 20_000, 3_000
SEATS = 6


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    env_file: argparse.ArgumentParser,
) -> None:
    """Add the command to a command line."""
    loading = commands.add_parser(
        "load",
        help="put a load on a running server, and say how fast it is and what it takes",
        parents=[env_file],
    )
    loading.add_argument(
        "--url",
        help="such as ws://127.0.0.1:8765/ws; by default the server of the settings",
    )
    loading.add_argument(
        "--tables", type=_up_to(MOST_TABLES), default=10, help="tables of six players (default 10)"
    )
    loading.add_argument(
        "--connections",
        type=_up_to(MOST_CONNECTIONS),
        help="all connections; those beyond six for each table only stay connected",
    )
    loading.add_argument(
        "--seconds", type=_up_to(MOST_S), default=10, help="how long to play (default 10)"
    )
    loading.add_argument(
        "--rate",
        type=_up_to(1_000_000),
        help="actions/s of all tables together; by default as many as the server can take",
    )
    loading.add_argument(
        "--yes", action="store_true", help="the server is mine, though not on this machine"
    )
    loading.add_argument(
        "--settings",
        action="store_true",
        help="print the settings that a server needs for a load, and do nothing else",
    )


def _up_to(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"expected a number from 1 to {most:,}, got {text!r}")
        return int(text)

    return number
