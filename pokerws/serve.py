"""The serve command: runs a server with its bots until a signal or a failed task ends it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from typing import Any

import structlog
from msgspec.structs import replace

from pokerws.client.bots import STYLES, BotSeat, run_bots
from pokerws.server.app import App
from pokerws.server.background.gc_tuning import Collector
from pokerws.server.background.memory_play import check_stored_tables
from pokerws.server.background.start_phases import StartPhases
from pokerws.server.background.supervisor import cancel
from pokerws.server.clock import Clock
from pokerws.server.limits.open_files import raise_open_files
from pokerws.server.net.addresses import ListenError
from pokerws.server.net.inherited import Inherited, WaysIn, inherited
from pokerws.service_manager import ServiceManager
from pokerws.settings import Settings
from pokerws.table_bots import Play, TableBots

FAILED = 1
# A signal that comes this long after the first one is a new request.
AGAIN_S = 1.0
BOT_NAMES = ("Ada", "Blaise", "Carl", "Daniela", "Emmy", "Fermat", "Grace", "Hypatia", "Ivar")

# Set for a worker: its number, from 1.  The others are names of descriptors: the first is the link
# to its supervisor, and the second it only holds open.
WORKER, SUPERVISOR, SERVICES = "POKERWS_WORKER", "supervisor", "services"
# Sockets that operators reach this worker at.
ADMIN_SOCKET, ADMIN_PORT = "admin-socket", "admin-port"
# What a worker says over the link, and what it is told before SIGTERM, unless it ends alone.
READY, ALL_END = b"ready", b"all end"

log = structlog.get_logger("pokerws.serve")


class StopSignals:
    """SIGTERM and Ctrl-C: the first asks for a stop, a later one for no more waiting.

    `stop` is also set where a background task has failed.
    """

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.asked = asyncio.Event()
        self.hurry = asyncio.Event()
        self._first_s = 0.0

    def ask(self) -> None:
        """Stop, as after a first signal; after one, nothing more."""
        if not self.asked.is_set():
            self.received()

    def received(self) -> None:
        """Handle a signal.

        One that follows at once is the same request: a terminal signals a whole process group, and
        its programs may pass that on.
        """
        now_s = asyncio.get_running_loop().time()
        if not self._first_s:
            self._first_s = now_s
            self.asked.set()
            self.stop.set()
        elif now_s - self._first_s >= AGAIN_S:
            self.hurry.set()


async def serve(settings: Settings, worker: int | None = None) -> int:
    """Serve until SIGTERM, Ctrl-C or the failure of a background task.

    Returns the exit code: 0 only if everything is stored and no task has failed.  A signal before
    the end of the start ends it within about a second.  A `worker` is one of several servers at
    one port; only the first shows the start-up block, and has the settings' bots.
    """
    # No number of ours has more than 20 digits.  Reading one of 4,000 takes as long as 50 frames.
    sys.set_int_max_str_digits(sys.int_info.str_digits_check_threshold)
    files = raise_open_files(settings.limits.max_connections)
    if files.is_low:
        log.warning("open_files_low", limit=files.limit, needed=files.needed, action=files.advice)
    signals, manager = StopSignals(), ServiceManager(os.environ)
    try:
        passed = inherited(os.environ, (SUPERVISOR, SERVICES, ADMIN_SOCKET, ADMIN_PORT))
    except ListenError as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return FAILED
    settings = _at_port_of(passed, settings)
    operators = WaysIn(
        is_worker=SUPERVISOR in passed.others,
        socket=passed.others.get(ADMIN_SOCKET),
        port=passed.others.get(ADMIN_PORT),
        end=signals.ask,
    )
    app = App(settings, on_failure=signals.stop.set, inherited=passed, operators=operators)
    handle(signals, app.reload, has_tls=bool(settings.network.tls_cert_file))
    link = None
    if (supervisor := passed.others.get(SUPERVISOR)) is not None:
        structlog.contextvars.bind_contextvars(worker=worker)
        link = _Link(supervisor, signals)
    try:
        if not await _start(app, settings, signals.asked):
            return FAILED if app.supervisor.has_failed else 0
    except ListenError as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return FAILED
    try:
        if worker in {None, 1}:
            _show_status(app, settings)
        log.info("server_started", address=app.address)
        if link is not None:
            link.say_ready()
        manager.ready(f"Serving {app.address}")
        async with _beside(app, settings, with_bots=worker in {None, 1}):
            await signals.stop.wait()
            manager.stopping()
            # Workers that stop at the same time can take no tables.
            all_end = link is not None and link.all_end()
            avoid = settings.node.rpartition("/")[0] + "/" if all_end else ""
            await _drain(app, signals.hurry, avoid)
    finally:
        is_complete = await _stop(app, signals.hurry)
    return 0 if is_complete and not app.supervisor.has_failed else FAILED


def handle(signals: StopSignals, reload: Callable[[], None], *, has_tls: bool) -> None:
    """Have signals handled from now on; SIGHUP calls `reload`, or is the end of the terminal."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.received)
    # Without TLS there is nothing to read again, and the terminal's end is the server's, too.
    has_terminal = sys.stdin is not None and sys.stdin.isatty()
    is_ended_by_terminal = has_terminal and not has_tls
    loop.add_signal_handler(signal.SIGHUP, signals.received if is_ended_by_terminal else reload)


class _Link:
    """A worker's link to its supervisor, which is told that it is ready.

    The supervisor says `ALL_END` if all workers stop.  It has ended if its end has closed: then
    they do, too.
    """

    def __init__(self, descriptor: int, signals: StopSignals) -> None:
        self._descriptor, self._signals = descriptor, signals
        self._all_end = False
        os.set_blocking(descriptor, False)
        asyncio.get_running_loop().add_reader(descriptor, self._read)

    def say_ready(self) -> None:
        """It serves."""
        os.write(self._descriptor, READY)

    def all_end(self) -> bool:
        """Whether all workers stop.  The word may have come with the signal, and not be read."""
        if not self._all_end:
            self._read()
        return self._all_end

    def _read(self) -> None:
        try:
            word = os.read(self._descriptor, 64)
        except BlockingIOError:
            return
        self._all_end = True
        if not word:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._signals.received()


def _at_port_of(passed: Inherited, settings: Settings) -> Settings:
    """The settings with the port of inherited sockets, if there are any."""
    if passed.port is None:
        return settings
    return replace(settings, network=replace(settings.network, port=passed.port))


async def _begin(app: App, settings: Settings, phases: StartPhases) -> None:
    if not settings.features.use_db_repository:
        phases.enter("the check for stored tables in play")
        await check_stored_tables(settings)
    await app.start(phases.enter)


async def _start(app: App, settings: Settings, asked: asyncio.Event) -> bool:
    """Start the server.  Returns False if it was told to stop meanwhile, and has stopped."""
    phases = StartPhases()
    starting = asyncio.create_task(_begin(app, settings, phases), name="start")
    await first_of(starting, asked)
    phases.end()
    if starting.done():
        await starting
        return True
    log.warning("start_interrupted", waited_for=phases.current)
    starting.cancel()
    await asyncio.wait([starting])
    # It may have been complete at that moment; then the caller stops it.
    return not starting.cancelled() and starting.exception() is None


async def _drain(app: App, hurrying: asyncio.Event, avoid: str) -> None:
    """Drain the server, until there is a hurry.  It stops, whatever goes wrong here."""
    draining = asyncio.create_task(app.drain(avoid), name="drain server")
    await first_of(draining, hurrying)
    draining.cancel()
    await asyncio.wait([draining])
    if not draining.cancelled() and (error := draining.exception()) is not None:
        log.error("drain_failed", exc_info=error)


async def _stop(app: App, hurrying: asyncio.Event) -> bool:
    """Stop the server.  Returns whether everything is stored and stopped."""
    stopping = asyncio.create_task(app.stop(), name="stop")
    await first_of(stopping, hurrying)
    if not stopping.done():
        log.warning("stop_hurried")
        app.hurry()
        stopping.cancel()
    return await stopping


async def first_of(task: "asyncio.Future[Any]", event: asyncio.Event) -> None:
    """Wait until the task is done or the event is set."""
    waiting = asyncio.create_task(event.wait())
    try:
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


@asynccontextmanager
async def _beside(app: App, settings: Settings, *, with_bots: bool) -> AsyncIterator[None]:
    """Run the garbage collection and the bots beside the server."""
    async with AsyncExitStack() as extras:
        collector = Collector(Clock())
        extras.callback(collector.stop)
        collector.start()
        if settings.bots.count and with_bots:
            bots = asyncio.create_task(_run_bots(app, settings), name="bots")
            # It ends by itself only if no table could be opened, which has been logged.
            app.supervisor.watch(bots, may_end=True)
            extras.push_async_callback(cancel, bots)
        if settings.bots.most_per_server:
            wanted = asyncio.create_task(_table_bots(app, settings).run(), name="table bots")
            app.supervisor.watch(wanted)
            extras.push_async_callback(cancel, wanted)
        yield


def _show_status(app: App, settings: Settings) -> None:
    """Print the start-up block; with LOG_FORMAT=json, as log lines."""
    for what, state in app.status():
        if settings.logs.format == "json":
            log.info("status", what=what, state=state)
        else:
            print(f"  {what:<24} {state}", flush=True)


async def _run_bots(app: App, settings: Settings) -> None:
    """Run the bots as ordinary clients; after a restart they return to their seats."""
    if seats := await bot_seats(app, settings):
        await run_bots(app.socket_url, seats, tls=app.own_tls)


def _table_bots(app: App, settings: Settings) -> TableBots:
    """The bots that hosts want at their tables."""
    delay_ms = (settings.bots.min_delay_ms, settings.bots.max_delay_ms)
    play = Play(app.socket_url, app.bot_token, delay_ms, app.own_tls)
    return TableBots(app.lobby, app.presence, Clock(), play)


async def bot_seats(app: App, settings: Settings) -> list[BotSeat]:
    """The seats of the bots: the same bots sit at every table."""
    names = BOT_NAMES[: settings.bots.count]
    delay_ms = (settings.bots.min_delay_ms, settings.bots.max_delay_ms)
    return [
        BotSeat(
            style,
            table.id,
            name,
            token=app.bot_token(name),
            delay_ms=delay_ms,
            # Bots among themselves would only fill the database with hands.
            not_among=frozenset(names) if table.waits_for_company else frozenset(),
        )
        for table in await app.open_bot_tables()
        for name, style in zip(names[: table.bots], cycle(STYLES.values()), strict=False)
    ]
