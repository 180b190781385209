"""The process above the workers: opens the port, starts all others, and ends them in order.

It reads no table and no database.  SIGHUP has all workers replaced, one by one.
"""

import asyncio
import importlib.util
import os
import secrets
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec
import structlog
from msgspec.structs import replace

from pokerws.serve import ALL_END, StopSignals, handle
from pokerws.server.background.supervisor import cancel
from pokerws.server.cluster.nats_note import note_of, write_note
from pokerws.server.net.addresses import ListenError
from pokerws.server.net.inherited import inherited
from pokerws.service_manager import ServiceManager
from pokerws.settings import Settings
from pokerws.storage.postgres.address import address_of
from pokerws.workers.kept import FAILED, Kept, Started
from pokerws.workers.nats_program import HOST, PROGRAM, find_program
from pokerws.workers.processes import Processes
from pokerws.workers.rolling import Rolling
from pokerws.workers.services import VARIABLE, Answer, Order
from pokerws.workers.sockets import Sockets
from pokerws.workers.starter import Starter

# For each worker, of an embedded PostgreSQL; it has at least its own default.
CONNECTIONS, LEAST_CONNECTIONS = 12, 100
# Where the package is, which need not be installed.
ROOT = str(Path(__file__).parents[2])

log = structlog.get_logger("pokerws.workers")


async def supervise(settings: Settings, command: Sequence[str]) -> int:
    """Serve with WORKERS processes, each started by `command`, until SIGTERM or Ctrl-C.

    Returns the exit code: 0 only if every worker has stored everything.
    """
    manager = ServiceManager(os.environ)
    try:
        order = _order(settings)
        passed = inherited(os.environ)
        sockets = await Sockets.open(settings, passed.sockets)
    except (ListenError, _Missing) as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return FAILED
    return await _Supervisor(settings, order, command, sockets).run(manager)


class _Missing(Exception):
    """Something is not installed.  The message is one line for the operator."""


def _order(settings: Settings) -> Order:
    """What the workers share.  Raises _Missing."""
    advice = "install the extra: pip install '.[cluster]'"
    many = settings.cluster.workers
    if importlib.util.find_spec("nats") is None:
        raise _Missing(f"WORKERS is {many}, and the module nats is missing; {advice}")
    program = "" if settings.cluster.cluster_url else find_program()
    if program is None:
        raise _Missing(
            f"WORKERS is {many}, and there is no {PROGRAM} on the PATH; {advice}, or set "
            "CLUSTER_URL to a NATS that runs"
        )
    folder = address_of(settings.storage.database_url).embedded_dir
    connections = max(LEAST_CONNECTIONS, many * CONNECTIONS)
    return Order(
        postgres="" if folder is None else str(folder),
        postgres_options={"max_connections": str(connections)},
        nats=program,
        nats_token=secrets.token_hex(32),
        log_format=settings.logs.format,
        log_level=settings.logs.level,
    )


class _Supervisor:
    """Starts all, keeps them running, and ends them."""

    def __init__(
        self, settings: Settings, order: Order, command: Sequence[str], sockets: Sockets
    ) -> None:
        self._settings = settings
        self._order = order
        self._sockets = sockets
        self._signals = StopSignals()
        self._processes = Processes(self._signals)
        # Ends with the last process that holds the second end.
        self._read_end, self._write_end = os.pipe()
        self._services = Kept("services", self._start_services, asyncio.Event())
        self._starter = Starter(settings, command, sockets, self._write_end)
        self._workers = [self._worker(number) for number in range(1, len(sockets.own) + 1)]
        self._note = note_of(settings, sockets.port[0].getsockname()[1])
        self._has_started = False
        self._roll: asyncio.Task[None] | None = None

    def _worker(self, number: int) -> Kept:
        start = partial(self._starter.start, number, self._nats_url)
        return Kept(f"worker {number}", start, asyncio.Event())

    async def run(self, manager: ServiceManager) -> int:
        """Serve until a signal.  Returns the exit code."""
        reload = partial(self._reload, manager)
        handle(self._signals, reload, has_tls=bool(self._settings.network.tls_cert_file))
        failed = await self._start()
        if failed is None:
            ports = [one.getsockname()[1] for one in self._sockets.own]
            log.info("workers_started", workers=len(self._workers), own_ports=ports)
            manager.ready(f"{len(self._workers)} workers serve")
            self._has_started = True
            await self._signals.stop.wait()
        manager.stopping()
        is_stored = await self._stop()
        if failed is not None and not self._signals.asked.is_set():
            # Its own code says whether the settings are wrong.
            return failed.code if failed.code and failed.code > 0 else FAILED
        return 0 if is_stored else FAILED

    async def _start(self) -> Kept | None:
        """Start all.  Returns the one that has not become ready: it failed, or a stop was asked."""
        begun = self._processes.begun
        if (self._order.nats or self._order.postgres) and not await begun(self._services):
            return self._services
        self._note_nats()
        # The first one migrates the database, and makes the keys.
        first, *others = self._workers
        if not await begun(first):
            return first
        are_ready = await asyncio.gather(*map(begun, others))
        return next(
            (one for one, is_ready in zip(others, are_ready, strict=True) if not is_ready), None
        )

    async def _stop(self) -> bool:
        """End all workers together, so that players lose their connection once; then the services.

        Returns whether all is stored.
        """
        # Who connects from now on is refused at once, and does not wait for nobody.
        self._sockets.close()
        if self._roll is not None:
            await cancel(self._roll)
        # Also those that are about to be replaced, or to replace others.
        workers = [one for one in self._processes.all if one is not self._services]
        for worker in workers:
            worker.end(ALL_END)
        self._services.stopping.set()
        await self._processes.ended(workers, signal.SIGTERM)
        self._sockets.remove()
        if self._order.nats:
            self._note.unlink(missing_ok=True)
        os.close(self._write_end)
        await self._processes.ended([self._services], signal.SIGINT)
        os.close(self._read_end)
        return all(kept.has_ended_well for kept in self._processes.all)

    def _reload(self, manager: ServiceManager) -> None:
        """SIGHUP: the certificate is read at once, and then all workers are replaced."""
        if self._signals.asked.is_set():
            return
        for worker in self._workers:
            worker.tell(signal.SIGHUP, only_served=True)
        if not self._has_started or (self._roll is not None and not self._roll.done()):
            why = "another one goes on" if self._has_started else "not all workers have started"
            log.warning("roll_refused", reason=why)
            return
        network = self._settings.network
        leave_ms = 2 * network.stop_timeout_ms + network.drain_ms
        rolling = Rolling(
            *(self._workers, self._worker, self._processes),
            leave_s=leave_ms / 1000,
            say=manager.say,
        )
        self._roll = asyncio.create_task(rolling.run(), name="roll")

    async def _start_services(self) -> Started:
        order = replace(self._order, nats_port=self._nats_port)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "pokerws.workers.services"),
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, (ROOT, os.environ.get("PYTHONPATH")))),
                VARIABLE: msgspec.json.encode(order).decode(),
            },
            stdin=self._read_end,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        if process.stdout is None:
            raise OSError("no output")
        return Started(process, process.stdout.readline())

    def _note_nats(self) -> None:
        """Let commands find the NATS; play does not depend on it."""
        if url := self._nats_url():
            try:
                write_note(self._note, url)
            except OSError as error:
                why = error.strerror or str(error)
                log.warning("nats_not_noted", file=str(self._note), error=why)

    def _nats_url(self) -> str:
        """The NATS of this machine; empty without one, as with CLUSTER_URL."""
        if not self._order.nats:
            return ""
        return f"nats://{self._order.nats_token}@{HOST}:{self._nats_port}"

    @property
    def _nats_port(self) -> int:
        """Where NATS has been since its first start; 0 before."""
        said = self._services.said
        return msgspec.json.decode(said, type=Answer).nats_port if said else 0
