"""The process that keeps what all workers share: a NATS, and the embedded PostgreSQL.

    POKERWS_SERVICES=… python -m pokerws.workers.services

It writes one line with its `Answer` when they run.  It ends when its input does, which the
supervisor and all workers hold open: so the workers have both until the last of them has stored its
tables, even if the supervisor was killed.  SIGINT, which no terminal sends here, asks for haste.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal, TextIO

import msgspec
import structlog

from pokerws import logs
from pokerws.storage.errors import EmbeddedError
from pokerws.storage.postgres.embedded import EmbeddedPostgres
from pokerws.workers.nats_program import NatsError, NatsProgram

VARIABLE = "POKERWS_SERVICES"
FAILED = 1
# Between two attempts to start a NATS that has died.
RETRY_S = 1.0

log = structlog.get_logger("pokerws.services")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to run: PostgreSQL in a directory, and a NATS; an empty one is not wanted."""

    postgres: str = ""
    postgres_options: Mapping[str, str] = {}
    nats: str = ""
    nats_port: int = 0
    nats_token: str = ""
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Where it runs: the port of NATS."""

    nats_port: int = 0


class Services:
    """What runs, from `start` to `stop`."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._nats: NatsProgram | None = None
        self._postgres: EmbeddedPostgres | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> Answer:
        """Start all.  Raises NatsError or EmbeddedError; `stop` must be called then, too."""
        order, port = self._order, 0
        if order.nats:
            self._nats = await NatsProgram.start(order.nats, order.nats_port, order.nats_token)
            port = self._nats.port
            self._keeping = asyncio.create_task(self._keep(port), name="nats")
        if order.postgres:
            folder, options = Path(order.postgres), order.postgres_options
            self._postgres = await EmbeddedPostgres.start(folder, options)
        return Answer(nats_port=port)

    async def stop(self, hurrying: asyncio.Event) -> None:
        """Stop all; PostgreSQL is the last.  Raises EmbeddedError."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        if self._nats is not None:
            await self._nats.stop()
        if self._postgres is not None:
            stopping = asyncio.create_task(self._postgres.stop(), name="stop")
            await _first_of(stopping, hurrying)
            # It then stops in brief, and says that it was cancelled.
            stopping.cancel()
            with suppress(asyncio.CancelledError):
                await stopping

    async def _keep(self, port: int) -> None:
        """Start NATS again where it ends, at the same port, where the workers look for it."""
        while self._nats is not None:
            log.error("nats_ended", reason=await self._nats.ended())
            self._nats = await self._again(port)

    async def _again(self, port: int) -> NatsProgram:
        while True:
            try:
                return await NatsProgram.start(self._order.nats, port, self._order.nats_token)
            except NatsError as error:
                log.error("nats_not_started", error=str(error), action="tried again until it is")  # noqa: TRY400  it says all
            await asyncio.sleep(RETRY_S)


async def run(order: Order, answer: TextIO) -> int:
    """Run until the input ends.  Returns the exit code: 0 only if PostgreSQL has stopped."""
    ended, hurrying = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), _read, ended)
    loop.add_signal_handler(signal.SIGINT, hurrying.set)
    # A service manager may signal all processes at once, but the workers still need this one.
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, lambda: None)
    services, code = Services(order), 0
    starting = asyncio.create_task(services.start(), name="start")
    try:
        await _first_of(starting, ended)
        if starting.done():
            print(msgspec.json.encode(await starting).decode(), file=answer, flush=True)
            await ended.wait()
        else:
            starting.cancel()
            await asyncio.wait([starting])
    except (NatsError, EmbeddedError) as error:
        print(f"pokerws: {error}", file=sys.stderr)
        code = FAILED
    try:
        await services.stop(hurrying)
    except EmbeddedError as error:
        print(f"pokerws: {error}", file=sys.stderr)
        code = FAILED
    return code


def _read(ended: asyncio.Event) -> None:
    """The input has ended, or somebody writes, which nobody should."""
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        ended.set()


async def _first_of(task: "asyncio.Task[object]", event: asyncio.Event) -> None:
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


if __name__ == "__main__":
    order = msgspec.json.decode(os.environ.pop(VARIABLE), type=Order)
    # Nothing but the answer goes to the supervisor.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)
        logs.configure(order.log_format, order.log_level)
        sys.exit(asyncio.run(run(order, answer)))
