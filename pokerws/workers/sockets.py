"""The sockets of all workers.  They outlive each of them, and whoever replaces one has the same."""

import socket
from collections.abc import Sequence
from typing import NamedTuple

from pokerws.serve import ADMIN_PORT, ADMIN_SOCKET
from pokerws.server.admin.socket_file import SocketFile, open_socket_file, socket_file
from pokerws.server.net.addresses import listen, places_of
from pokerws.server.net.inherited import OWN
from pokerws.settings import Settings
from pokerws.workers.nats_program import HOST


class Sockets(NamedTuple):
    """`port` is shared by all.  Each worker has one of the others: its own, and for operators."""

    port: Sequence[socket.socket]
    own: Sequence[socket.socket]
    admin_ports: Sequence[socket.socket]
    admin_files: Sequence[SocketFile | None]

    @classmethod
    async def open(cls, settings: Settings, passed: Sequence[socket.socket]) -> "Sockets":
        """Open all, but for the port if that was passed.

        Raises ListenError.  A Unix socket that cannot be opened is logged.
        """
        network, cluster, admin = settings.network, settings.cluster, settings.admin
        port = passed or listen(await places_of(network.host), network.port)
        here, there = await places_of((HOST,)), await places_of((admin.admin_host,))
        own, admin_ports = [], []
        for at in range(cluster.workers):
            first = cluster.worker_port
            own += listen(here, first and first + at, "WORKER_PORT")
            if admin.admin_port:
                admin_ports += listen(there, admin.admin_port + at, "ADMIN_PORT")
        files = [socket_file(settings, number) for number in range(1, cluster.workers + 1)]
        opened = [None if file is None else open_socket_file(file) for file in files]
        return cls(port, own, admin_ports, opened)

    def of(self, number: int) -> list[tuple[str, int]]:
        """The descriptors of a worker, with their names."""
        found = [("http", one.fileno()) for one in self.port]
        found.append((OWN, self.own[number - 1].fileno()))
        if self.admin_ports:
            found.append((ADMIN_PORT, self.admin_ports[number - 1].fileno()))
        if (file := self.admin_files[number - 1]) is not None:
            found.append((ADMIN_SOCKET, file.listening.fileno()))
        return found

    def close(self) -> None:
        """Once the workers have closed them too, who connects is refused."""
        for one in (*self.port, *self.own, *self.admin_ports):
            one.close()
        for file in self.admin_files:
            if file is not None:
                file.listening.close()

    def remove(self) -> None:
        """Remove the files of Unix sockets."""
        for file in self.admin_files:
            if file is not None:
                file.remove()
