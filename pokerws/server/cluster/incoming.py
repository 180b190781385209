"""What has come in over one link: in order, at most once, and what is missing is noticed.

There is no I/O and no clock here.
"""

from typing import Literal

from pokerws.server.cluster.packets import MOST_FRAME_BYTES, Packet

# What a number says of the ones before it: none is missing; some are; it was counted before.
Order = Literal["next", "gap", "old"]


class Incoming:
    """One direction of a link, at its receiver."""

    __slots__ = ("_is_lost", "_parts", "_parts_bytes", "_received_no", "heard_ms", "is_awaited")

    def __init__(self, now_ms: int) -> None:
        # The number of the last packet that was delivered, or given up.
        self._received_no = 0
        # The frame that is not whole yet.
        self._parts: list[bytes] = []
        self._parts_bytes = 0
        # The beginning of that frame is missing, so its end is of no use.
        self._is_lost = False
        self.heard_ms = now_ms
        # Whether the sender has promised another packet or beat soon.
        self.is_awaited = True

    def count_packet(self, link_no: int) -> Order:
        """Count a packet.  After `next` and `gap` it is to be delivered, after `old` it is not."""
        if link_no <= self._received_no:
            return "old"
        return self._count(link_no, link_no - 1)

    def count_beat(self, link_no: int) -> Order:
        """Count what a beat says was sent."""
        return self._count(max(link_no, self._received_no), link_no)

    def _count(self, received_no: int, before_no: int) -> Order:
        is_gap = before_no > self._received_no
        self._received_no = received_no
        if is_gap:
            self._drop_parts(is_lost=True)
        return "gap" if is_gap else "next"

    def frames(self, packet: Packet) -> list[bytes] | None:
        """The frames that are whole with a packet, which was counted; it is used up.

        None if it does not fit what was before it, and no loss explains that.  A frame whose
        beginning is lost is left out.
        """
        frames = packet.frames
        if packet.continues:
            goes_on = packet.more and len(frames) == 1
            part = frames.pop(0)
            if self._is_lost:
                self._is_lost = goes_on
            elif not self._parts or not self._hold(part):
                self._drop_parts(is_lost=packet.more)
                return None
            elif not goes_on:
                frames.insert(0, b"".join(self._parts))
                self._drop_parts(is_lost=False)
            if goes_on:
                return frames
        elif self._parts:
            self._drop_parts(is_lost=packet.more)
            return None
        else:
            self._is_lost = False
        if packet.more:
            self._hold(frames.pop())
        return frames

    def _hold(self, part: bytes) -> bool:
        """Keep a part of a frame; False if that makes it too long."""
        self._parts.append(part)
        self._parts_bytes += len(part)
        return self._parts_bytes <= MOST_FRAME_BYTES

    def _drop_parts(self, *, is_lost: bool) -> None:
        self._parts, self._parts_bytes, self._is_lost = [], 0, is_lost
