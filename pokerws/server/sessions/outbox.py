"""The queue of frames to one client, bounded in frames and in bytes.

The session decides what happens when it is full.
"""

from collections import deque


class Outbox:
    """Frames in sending order; those about tables can be dropped separately."""

    __slots__ = ("_bytes", "_frames", "_max_bytes", "_max_frames")

    def __init__(self, max_frames: int, max_bytes: int) -> None:
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        # Created on first use: most clients never fall behind, and a deque takes 600 bytes.
        self._frames: deque[tuple[bytes, bool]] | None = None
        self._bytes = 0

    def __len__(self) -> int:
        return 0 if self._frames is None else len(self._frames)

    @property
    def is_half_full(self) -> bool:
        """Whether droppable frames should be dropped instead of queued."""
        return 2 * len(self) >= self._max_frames or 2 * self._bytes >= self._max_bytes

    def put(self, frame: bytes, *, of_table: bool) -> bool:
        """Queue a frame.  Returns False, with nothing queued, when there is no room."""
        if self._frames is None:
            self._frames = deque()
        elif len(self) >= self._max_frames or self._bytes + len(frame) > self._max_bytes:
            return False
        self._frames.append((frame, of_table))
        self._bytes += len(frame)
        return True

    def take(self) -> bytes:
        """Remove the next frame.  Raises IndexError when there is none."""
        if self._frames is None:
            raise IndexError("the outbox is empty")
        frame, _ = self._frames.popleft()
        self._bytes -= len(frame)
        if not self._frames:
            self._frames = None
        return frame

    def drop_tables(self) -> None:
        """Drop the frames about tables."""
        kept = deque(entry for entry in self._frames or () if not entry[1])
        self._bytes = sum(len(frame) for frame, _ in kept)
        self._frames = kept or None

    def clear(self) -> None:
        """Drop everything."""
        self._frames = None
        self._bytes = 0
