"""The serve command: runs a server with its bots until a signal or a failed task ends it."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from itertools import cycle

import structlog

from pokerws.client.bots import STYLES, BotSeat, run_bots
from pokerws.server.app import App
from pokerws.server.background.gc_tuning import Collector
from pokerws.server.background.supervisor import cancel
from pokerws.server.clock import Clock
from pokerws.server.limits.open_files import raise_open_files
from pokerws.server.net.addresses import ListenError
from pokerws.settings import Settings

FAILED = 1
BOT_NAMES = ("Ada", "Blaise", "Carl", "Daniela", "Emmy", "Fermat", "Grace", "Hypatia", "Ivar")

log = structlog.get_logger("pokerws.serve")


async def serve(settings: Settings) -> int:
    """Serve until SIGTERM, Ctrl-C or the failure of a background task.

    Returns the exit code: 0 only if everything is stored and no task has failed.
    """
    files = raise_open_files(settings.limits.max_connections)
    if files.is_low:
        log.warning("open_files_low", limit=files.limit, needed=files.needed, action=files.advice)
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    app = App(settings, on_failure=stopping.set)
    # Without TLS there is nothing to read again, and the terminal's end is the server's, too.
    is_ended_by_terminal = sys.stdin.isatty() and not settings.network.tls_cert_file
    loop.add_signal_handler(signal.SIGHUP, stopping.set if is_ended_by_terminal else app.reload)
    try:
        await app.start()
    except ListenError as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return FAILED
    try:
        _show_status(app, settings)
        await _run_beside(app, settings, stopping)
    finally:
        is_complete = await app.stop()
    return 0 if is_complete and not app.supervisor.has_failed else FAILED


async def _run_beside(app: App, settings: Settings, stopping: asyncio.Event) -> None:
    """Run the garbage collection and the bots beside the server, until `stopping` is set."""
    async with AsyncExitStack() as extras:
        collector = Collector(Clock(), asyncio.get_running_loop().call_soon_threadsafe)
        extras.callback(collector.stop)
        collector.start()
        if settings.bots.count:
            bots = asyncio.create_task(_run_bots(app, settings), name="bots")
            # It ends by itself only if no table could be opened, which has been logged.
            app.supervisor.watch(bots, may_end=True)
            extras.push_async_callback(cancel, bots)
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
    if seats := bot_seats(app, settings):
        await run_bots(app.socket_url, seats, tls=app.own_tls)


def bot_seats(app: App, settings: Settings) -> list[BotSeat]:
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
        for table in app.open_bot_tables()
        for name, style in zip(names[: table.bots], cycle(STYLES.values()), strict=False)
    ]
