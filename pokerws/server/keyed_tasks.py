"""Tasks by key, such as the one that stores a table again."""

import asyncio
from collections.abc import Coroutine, Hashable, Iterator
from functools import partial
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class KeyedTasks(Generic[K, V]):
    """At most one running task for each key.  Iterating yields the keys.

    asyncio tells a turn later that a task has ended.  It is not among these any more by then, so
    that what comes up in that turn begins the next one and is not taken for done.
    """

    def __init__(self) -> None:
        self._tasks: dict[K, asyncio.Task[V]] = {}

    def get(self, key: K) -> "asyncio.Task[V] | None":
        """The running task of a key."""
        task = self._tasks.get(key)
        return None if task is None or task.done() else task

    def __contains__(self, key: K) -> bool:
        return self.get(key) is not None

    def __iter__(self) -> Iterator[K]:
        return iter([key for key, task in self._tasks.items() if not task.done()])

    def __len__(self) -> int:
        return sum(not task.done() for task in self._tasks.values())

    def start_task(self, key: K, work: Coroutine[Any, Any, V], name: str) -> "asyncio.Task[V]":
        """Begin a key's next task.  One that still runs goes on, but is not among these."""
        task = self._tasks[key] = asyncio.create_task(work, name=name)
        task.add_done_callback(partial(self._ended, key))
        return task

    def cancel(self, key: K) -> None:
        """Cancel the task of a key, if one runs."""
        if (task := self._tasks.pop(key, None)) is not None:
            task.cancel()

    def cancel_all(self) -> None:
        """Cancel all tasks."""
        for task in self._tasks.values():
            task.cancel()

    def _ended(self, key: K, task: "asyncio.Task[V]") -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
