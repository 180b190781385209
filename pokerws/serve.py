"""The serve command: runs a server with its bots until a signal or a failed task ends it."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from itertools import cycle
from typing import Any

import structlog

from pokerws.client.bots import STYLES, BotSeat, run_bots
from pokerws.server.app import App
from pokerws.server.background.gc_tuning import Collector
from pokerws.server.background.memory_play import check_stored_tables
from pokerws.server.background.start_phases import StartPhases
from pokerws.server.background.supervisor import cancel
from pokerws.server.clock import Clock
from pokerws.server.limits.open_files import raise_open_files
from pokerws.server.net.addresses import ListenError
from pokerws.settings import Settings
from pokerws.table_bots import Play, TableBots

FAILED = 1
# A signal that comes this long after the first one is a new request.
AGAIN_S = 1.0
BOT_NAMES = ("Ada", "Blaise", "Carl", "Daniela", "Emmy", "Fermat", "Grace", "Hypatia", "Ivar")

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


async def serve(settings: Settings) -> int:
    """Serve until SIGTERM, Ctrl-C or the failure of a background task.

    Returns the exit code: 0 only if everything is stored and no task has failed.  A signal before
    the end of the start ends it within about a second.
    """
    # No number of ours has more than 20 digits.  Reading one of 4,000 takes as long as 50 frames.
    sys.set_int_max_str_digits(sys.int_info.str_digits_check_threshold)
    files = raise_open_files(settings.limits.max_connections)
    if files.is_low:
        log.warning("open_files_low", limit=files.limit, needed=files.needed, action=files.advice)
    loop, signals = asyncio.get_running_loop(), StopSignals()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.received)
    app = App(settings, on_failure=signals.stop.set)
    # Without TLS there is nothing to read again, and the terminal's end is the server's, too.
    has_terminal = sys.stdin is not None and sys.stdin.isatty()
    is_ended_by_terminal = has_terminal and not settings.network.tls_cert_file
    loop.add_signal_handler(signal.SIGHUP, signals.received if is_ended_by_terminal else app.reload)
    try:
        if not await _start(app, settings, signals.asked):
            return FAILED if app.supervisor.has_failed else 0
    except ListenError as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return FAILED
    try:
        _show_status(app, settings)
        await _run_beside(app, settings, signals.stop)
    finally:
        is_complete = await _stop(app, signals.hurry)
    return 0 if is_complete and not app.supervisor.has_failed else FAILED


async def _begin(app: App, settings: Settings, phases: StartPhases) -> None:
    if not settings.features.use_db_repository:
        phases.enter("the check for stored tables in play")
        await check_stored_tables(settings)
    await app.start(phases.enter)


async def _start(app: App, settings: Settings, asked: asyncio.Event) -> bool:
    """Start the server.  Returns False if it was told to stop meanwhile, and has stopped."""
    phases = StartPhases()
    starting = asyncio.create_task(_begin(app, settings, phases), name="start")
    await _first_of(starting, asked)
    phases.end()
    if starting.done():
        await starting
        return True
    log.warning("start_interrupted", waited_for=phases.current)
    starting.cancel()
    await asyncio.wait([starting])
    # It may have been complete at that moment; then the caller stops it.
    return not starting.cancelled() and starting.exception() is None


async def _stop(app: App, hurrying: asyncio.Event) -> bool:
    """Stop the server.  Returns whether everything is stored and stopped."""
    stopping = asyncio.create_task(app.stop(), name="stop")
    await _first_of(stopping, hurrying)
    if not stopping.done():
        log.warning("stop_hurried")
        app.hurry()
        stopping.cancel()
    return await stopping


async def _first_of(task: "asyncio.Task[Any]", event: asyncio.Event) -> None:
    """Wait until the task is done or the event is set."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def _run_beside(app: App, settings: Settings, stopping: asyncio.Event) -> None:
    """Run the garbage collection and the bots beside the server, until `stopping` is set."""
    async with AsyncExitStack() as extras:
        collector = Collector(Clock())
        extras.callback(collector.stop)
        collector.start()
        if settings.bots.count:
            bots = asyncio.create_task(_run_bots(app, settings), name="bots")
            # It ends by itself only if no table could be opened, which has been logged.
            app.supervisor.watch(bots, may_end=True)
            extras.push_async_callback(cancel, bots)
        if settings.bots.most_per_server:
            wanted = asyncio.create_task(_table_bots(app, settings).run(), name="table bots")
            app.supervisor.watch(wanted)
            extras.push_async_callback(cancel, wanted)
        await stopping.wait()


def _show_status(app: App, settings: Settings) -> None:
    """Print the start-up block; with LOG_FORMAT=json, as log lines."""
    for what, state in app.status():
        if settings.logs.format == "json":
            log.info("status", what=what, state=state)
        else:
            print(f"  {what:<24} {state}", flush=True)
    log.info("server_started", address=app.address)


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
