"""What waits to be sent to one client: bounded in frames and in bytes.

It queues and counts; what to do when it is full is the session's decision.
"""

import asyncio
from collections import deque


class Outbox:
    """Frames in the order in which they leave.  Those about a table can be dropped together."""

    def __init__(self, max_frames: int, max_bytes: int) -> None:
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._frames: deque[tuple[bytes, bool]] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def is_half_full(self) -> bool:
        """Whether what can do without had better not be queued."""
        return 2 * len(self) >= self._max_frames or 2 * self._bytes >= self._max_bytes

    def put(self, frame: bytes, *, of_table: bool) -> bool:
        """Queue a frame.  Returns False, with nothing queued, when there is no room."""
        if self._frames and (
            len(self) >= self._max_frames or self._bytes + len(frame) > self._max_bytes
        ):
            return False
        self._frames.append((frame, of_table))
        self._bytes += len(frame)
        self._filled.set()
        self._emptied.clear()
        return True

    def drop_tables(self) -> None:
        """Drop the frames about tables."""
        self._frames = deque(entry for entry in self._frames if not entry[1])
        self._bytes = sum(len(frame) for frame, _ in self._frames)

    def clear(self) -> None:
        """Drop everything."""
        self._frames.clear()
        self._bytes = 0
        self._emptied.set()

    async def emptied(self) -> None:
        """Wait until nothing is queued."""
        while self._frames:
            await self._emptied.wait()

    async def get(self) -> bytes:
        """The next frame, once there is one."""
        while not self._frames:
            self._filled.clear()
            await self._filled.wait()
        frame, _ = self._frames.popleft()
        self._bytes -= len(frame)
        if not self._frames:
            self._emptied.set()
        return frame
