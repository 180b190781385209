"""How a worker is started: this very command, with what differs in its environment.

It gets its number, its name, the address of NATS, and the descriptors of the sockets.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from pokerws.serve import READY, SERVICES, SUPERVISOR, WORKER
from pokerws.server.net.inherited import Passing, passing
from pokerws.settings import Settings
from pokerws.workers.kept import Started
from pokerws.workers.sockets import Sockets

# NODE_NAME's limit is 64, and a worker's number follows.
MOST_NAME = 60


class Starter:
    """Starts workers by `command`, which all hold the descriptor `services` open."""

    def __init__(
        self, settings: Settings, command: Sequence[str], sockets: Sockets, services: int
    ) -> None:
        self._settings, self._command = settings, command
        self._sockets, self._services = sockets, services

    async def start(self, number: int, nats_url: Callable[[], str]) -> Started:
        """Start the worker of that number, from 1.  Raises OSError."""
        ours, theirs = socket.socketpair()
        with theirs:
            command, environ, descriptors = self._passing(number, theirs)
            process = await asyncio.create_subprocess_exec(
                *command,
                env={**os.environ, **environ, **self._environ(number, nats_url())},
                pass_fds=descriptors,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        ours.setblocking(False)
        return Started(process, asyncio.get_running_loop().sock_recv(ours, len(READY)), ours)

    def _passing(self, number: int, link: socket.socket) -> Passing:
        others = [(SUPERVISOR, link.fileno()), (SERVICES, self._services)]
        return passing(self._command, [*self._sockets.of(number), *others])

    def _environ(self, number: int, nats_url: str) -> dict[str, str]:
        """What differs between the workers, and what a file read again must not change."""
        port: int = self._sockets.port[0].getsockname()[1]
        network = replace(self._settings.network, port=port)
        node = replace(self._settings, network=network).node
        return {
            WORKER: str(number),
            "WORKERS": str(len(self._sockets.own)),
            "NODE_NAME": f"{node[:MOST_NAME]}/{number}",
            **({"CLUSTER_URL": nats_url} if nats_url else {}),
        }
