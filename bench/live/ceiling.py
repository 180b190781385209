"""The fan-out ceiling: `websockets` and uvloop sending the same bytes, without poker.

It is written in the usual way for this library: a loop over the messages of each connection, and
`broadcast` to all viewers. It ignores the content of a command, and answers with the next step of a
recording. `python -m bench.live.ceiling` serves the file RECORDING at PORT.
"""

import asyncio
import os
import signal
from pathlib import Path

import msgspec
import uvloop
from msgspec import Struct
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.live.recording import Recording

# Each table begins so many steps after the one before, so that they differ.
STEPS_APART = 37


class Seated(Struct, frozen=True):
    """The first message of a client. Numbers after those of the seats are spectators."""

    table: int
    seat: int


class Table:
    """One table, which replays the recording endlessly."""

    def __init__(self, recording: Recording, number: int) -> None:
        self.viewers: dict[int, ServerConnection] = {}
        self._steps = recording.steps
        self._next = STEPS_APART * number % len(self._steps)

    def turn(self) -> bytes:
        """The open turn, as JSON."""
        return msgspec.json.encode(self._steps[self._next].turn)

    async def act(self, connection: ServerConnection) -> None:
        """Answer a command, and show all viewers the events."""
        step = self._steps[self._next]
        self._next = (self._next + 1) % len(self._steps)
        await connection.send(step.answer, text=True)
        for shown in step.shown:
            if shown.private:
                for seat, viewer in self.viewers.items():
                    await viewer.send(shown.to(seat), text=True)
            else:
                broadcast(self.viewers.values(), shown.public, text=True)


class Tables:
    """All tables, made on demand."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._tables: dict[int, Table] = {}

    async def serve(self, connection: ServerConnection) -> None:
        """Serve one client until it leaves."""
        seated = msgspec.json.decode(await connection.recv(), type=Seated)
        table = self._tables.get(seated.table)
        if table is None:
            table = self._tables[seated.table] = Table(self._recording, seated.table)
        table.viewers[seated.seat] = connection
        await connection.send(table.turn(), text=True)
        async for _ in connection:
            await table.act(connection)


async def main() -> None:
    """Serve until SIGTERM."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    tables = Tables(Recording.read(Path(os.environ["RECORDING"])))
    async with serve(tables.serve, "127.0.0.1", int(os.environ["PORT"]), compression=None):
        await stopping.wait()


if __name__ == "__main__":
    uvloop.run(main())
