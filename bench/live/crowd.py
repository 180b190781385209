"""A crowd: the generator within this process, for who looks at a server while it is played on.

A round has one pace from beginning to end and is a process of its own (see `rounds`).  A crowd
grows, pauses, changes its pace, and what it did is told in between.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from bench.live.commit import pinned
from bench.live.generator import Generator, clock_ns, interval
from bench.live.joining import Joined
from bench.live.latencies import summed_up
from bench.live.load import Interval, Load
from bench.live.pace import Closed, Open, Pace
from bench.live.rounds import RoundFailed
from bench.live.servers import OTHER_CPU, allow_many_files


class Crowd:
    """Players at the tables of one server, made by `crowd`."""

    def __init__(self, load: Load) -> None:
        self.joined: list[Joined] = []
        self._load = load
        self._generator = Generator(load)

    @property
    def connections(self) -> int:
        """How many there are."""
        return sum(len(joined.connections) for joined in self.joined)

    def grow(self, tables: int) -> None:
        """Have so many tables."""
        self.joined += self._generator.join(range(len(self.joined), tables))

    def closed(self) -> Pace:
        """The pace at which each action follows the last one."""
        return Closed(self._generator.tables)

    def open(self, rate: float) -> Pace:
        """A pace of so many actions a second of all tables that there are now."""
        return Open(self._generator.tables, rate, Random(self._load.seed), clock_ns())

    def play(self, pace: Pace, seconds: float) -> Interval:
        """Play on, and tell what was seen of what was due from now on."""
        generator = self._generator
        noted, before = generator.note_anew(), generator.counts()
        generator.noted_from_ns = before.at_ns
        generator.play(pace, seconds)
        after = generator.counts()
        return interval(before, after, summed_up(noted.items()))

    def pause(self) -> None:
        """Let all viewers see what was played.  Raises RoundFailed where one does not."""
        left = self._generator.finish()
        if left or self._generator.refused:
            raise RoundFailed(
                f"{self._generator.refused} commands were refused, the first one with "
                f"{self._generator.refusal!r}, and {left} were not finished"
            )

    def leave(self) -> None:
        """Close all connections."""
        self._generator.close()


@contextmanager
def crowd(load: Load) -> Iterator[Crowd]:
    """A crowd that has no tables yet: of the load, their number is not looked at.

    Meanwhile this process stays on one processor.  At the end all leave.
    """
    allow_many_files()
    gc.collect()
    # What there is stays, and what is made is not in cycles.
    gc.freeze()
    gc.disable()
    try:
        with pinned(OTHER_CPU):
            here = Crowd(load)
            yield here
            here.leave()
    finally:
        gc.enable()
        gc.unfreeze()
