"""Finds a PostgreSQL that runs in a directory, whichever process started it.

This only looks: it takes no lock and starts nothing.
"""

import asyncio
import time
from pathlib import Path
from urllib.parse import quote

from pokerws.storage.errors import EmbeddedError
from pokerws.storage.postgres.embedded.processes import works_in
from pokerws.storage.postgres.embedded.unprivileged import POLL_S

PORT = 5432
# Longest wait for a server that another process is starting.
FIND_S = 15


def address_if_running(directory: Path) -> str | None:
    """The address of a server that runs in `directory` and is ready.  Only looks, like `running`.

    Raises EmbeddedError.
    """
    sockets = _sockets_of(directory.absolute() / "cluster" / "data")
    return None if sockets is None else socket_address(sockets)


async def running(directory: Path) -> str:
    """The address of the server in `directory`, which belongs to another process.

    Only looks: takes no lock, starts nothing, and leaves every file as it is.  A server that is
    starting is waited for.  Raises EmbeddedError.
    """
    data = directory / "cluster" / "data"
    deadline = time.monotonic() + FIND_S
    while (sockets := _sockets_of(data)) is None:
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"the database in {directory} is in use, and its PostgreSQL was not ready within "
                f"{FIND_S} s: try again, or see {directory / 'cluster' / 'postgres.log'}"
            )
        await asyncio.sleep(POLL_S)
    return socket_address(sockets)


def _sockets_of(data: Path) -> Path | None:
    """Where the server on `data` listens, or None unless there is one that is ready."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise EmbeddedError(
            f"{data} is closed to this user: run this as the user that the server runs as"
        ) from error
    # The lines are PostgreSQL's: number of the process, ..., directory of the socket, ..., status.
    if len(lines) < 8 or not lines[0].isdigit() or lines[7].strip() != "ready":
        return None
    return Path(lines[4]) if works_in(int(lines[0]), data) else None


def socket_address(sockets: Path) -> str:
    return f"postgresql://postgres@/postgres?host={quote(str(sockets))}&port={PORT}"
