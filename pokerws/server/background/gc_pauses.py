"""Measures how long garbage collections of Python hold up the process."""

import gc
from collections.abc import Callable
from time import perf_counter


class GcPauses:
    """Measures from `start` to `stop`; `observe` is given the seconds of each collection."""

    def __init__(self, observe: Callable[[float], None]) -> None:
        self._observe = observe
        self._began_s: float | None = None

    def start(self) -> None:
        """Start."""
        gc.callbacks.append(self._call)

    def stop(self) -> None:
        """Stop."""
        gc.callbacks.remove(self._call)

    def _call(self, phase: str, info: dict[str, int]) -> None:
        """Part of `gc.callbacks`."""
        if phase == "start":
            self._began_s = perf_counter()
        elif self._began_s is not None:
            self._observe(perf_counter() - self._began_s)
