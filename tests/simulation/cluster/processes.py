"""Several processes on one loop in virtual time, of which each can freeze or die by itself.

A call belongs to the process in whose context it is scheduled.  A frozen process' calls wait, in
order, until it goes on.  Those of a dead one are never made: not even its `finally` blocks run.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from functools import partial
from typing import Literal, TypeVarTuple

from tests.simulation.hostile import VirtualLoop

Args = TypeVarTuple("Args")
# What belongs to no process, such as the database, the bus and the clients.
OUTSIDE = Context()

_current: ContextVar["Process | None"] = ContextVar("process", default=None)


class Process:
    """One process; `context` is what its calls are made in."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.state: Literal["runs", "frozen", "dead"] = "runs"
        self.context = Context()
        self.context.run(_current.set, self)
        self._waiting: list[_Call] = []

    def freeze(self) -> None:
        self.state = "frozen"

    def thaw(self) -> None:
        if self.state == "frozen":
            self.state = "runs"
            waiting, self._waiting = self._waiting, []
            for call in waiting:
                call.again()

    def kill(self) -> None:
        self.state = "dead"

    def end(self) -> None:
        """The history is over: let the tasks of a dead process be cancelled."""
        self.state = "frozen"
        self.thaw()

    def wait(self, call: "_Call") -> None:
        self._waiting.append(call)


class _Call:
    """A call of a process, which is made if the process runs by then."""

    def __init__(
        self,
        loop: "ProcessLoop",
        process: Process,
        callback: Callable[[], object],
        context: Context,
    ) -> None:
        self._loop, self._process, self._context = loop, process, context
        self._callback = callback
        self.handle: asyncio.Handle | None = None

    def __call__(self) -> None:
        if self._process.state != "runs":
            self._process.wait(self)
        elif not (self.handle and self.handle.cancelled()):
            self._callback()

    def again(self) -> None:
        self._loop.schedule(self, self._context)


class ProcessLoop(VirtualLoop):
    """A loop whose calls may belong to processes."""

    def call_soon(
        self,
        callback: Callable[[*Args], object],
        *args: *Args,
        context: Context | None = None,
    ) -> asyncio.Handle:
        context = copy_context() if context is None else context
        if (process := context.get(_current)) is None:
            return super().call_soon(callback, *args, context=context)
        call = _Call(self, process, partial(callback, *args), context)
        call.handle = handle = super().call_soon(call, context=context)
        return handle

    def call_at(
        self,
        when: float,
        callback: Callable[[*Args], object],
        *args: *Args,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        context = copy_context() if context is None else context
        if (process := context.get(_current)) is None:
            return super().call_at(when, callback, *args, context=context)
        call = _Call(self, process, partial(callback, *args), context)
        call.handle = timer = super().call_at(when, call, context=context)
        return timer

    def schedule(self, call: _Call, context: Context) -> None:
        """Make a call that has waited."""
        super().call_soon(call, context=context)
