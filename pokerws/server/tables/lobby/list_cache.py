"""Caches encoded lists, so that clients with the same request share the bytes."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

# A page takes up to 200 kB; only the list of all tables is longer.
MAX_LISTS = 64

V = TypeVar("V")


class ListCache(Generic[V]):
    """The latest lists by request.  The oldest go when there are too many."""

    def __init__(self) -> None:
        self._lists: dict[Hashable, tuple[Hashable, V]] = {}

    def get(self, asked: Hashable, state: Hashable, make: Callable[[], V]) -> V:
        """The list that was made for the same request in the same `state`, or else a new one."""
        made = self._lists.get(asked)
        if made is not None and made[0] == state:
            return made[1]
        self._lists.pop(asked, None)
        value = make()
        if len(self._lists) >= MAX_LISTS:
            del self._lists[next(iter(self._lists))]
        self._lists[asked] = state, value
        return value
