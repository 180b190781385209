"""The gate before the viewers: with durable acks, nothing is shown before it is stored.

What a change causes to be sent waits here, in order, until the journal says that the change is in
the database.  Play goes on meanwhile.  Without durable acks the gate stands open, but for changes
that move chips between accounts and the table: they close it until they are stored.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

Send = Callable[[], None]


class _Held(NamedTuple):
    """`viewer` is whose frame it is; answers have none, as they are never dropped."""

    seq: int
    send: Send
    refuse: Send | None
    viewer: object | None


class Gate:
    """Holds back what is not stored yet.  `written` is the seq up to which all is stored."""

    def __init__(self, *, durable: bool, written: int) -> None:
        self._durable = durable
        self._written = written
        # Without durable acks: the seq that must be stored before the gate opens again.
        self._closed_until = 0
        self._held: deque[_Held] = deque()

    def __len__(self) -> int:
        return len(self._held)

    @property
    def written(self) -> int:
        """Up to which event everything is stored."""
        return self._written

    @property
    def is_closed(self) -> bool:
        """Whether what happens now is held back until something is stored."""
        return self._durable or self._closed_until > self._written

    def close(self, seq: int) -> None:
        """Hold everything back until event `seq` is stored, with durable acks or without."""
        self._closed_until = max(self._closed_until, seq)

    def send(
        self, seq: int, send: Send, refuse: Send | None = None, viewer: object | None = None
    ) -> None:
        """Call `send` once everything up to event `seq` is stored: at once where it is.

        `refuse` is called in its place where that turns out never to be.  A frame for `viewer` can
        be forgotten.
        """
        # What is sent while others are being let out comes after them.
        if not self._held and (not self.is_closed or seq <= self._written):
            send()
        else:
            self._held.append(_Held(seq, send, refuse, viewer))

    def advance(self, seq: int) -> None:
        """Everything up to `seq` is stored: let out what waited for it."""
        self._written = max(self._written, seq)
        while self._held and (self._held[0].seq <= self._written or not self.is_closed):
            self._held.popleft().send()

    def forget(self, viewer: object) -> None:
        """Drop the frames that wait for a viewer who follows the table no more."""
        self._held = deque(held for held in self._held if held.viewer is not viewer)

    def refuse(self) -> None:
        """What waits will never be stored: nobody may see it, and whoever asked is told so."""
        held, self._held = self._held, deque()
        for one in held:
            if one.refuse is not None:
                one.refuse()

    def discard(self) -> None:
        """Say nothing more, to nobody: what waits may be stored or not."""
        self._held.clear()
