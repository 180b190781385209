"""What is to go out over one link, and when its beats end.  There is no I/O and no clock here."""

from pokerws.server.cluster.bus import Bus
from pokerws.server.cluster.packets import (
    FRAME_COST_BYTES,
    MOST_FRAMES,
    Beat,
    Packet,
    Peer,
    encode,
    loads,
)

# Beats follow a packet for so long.  More than one must be lost for a loss to go unnoticed.
LINGER_MS = 5_000


class Outgoing:
    """One direction of a link, at its sender.

    It is kept as long as its receiver may live: numbers that began at 1 again would be taken for
    old ones.
    """

    __slots__ = ("_bytes", "_frames", "_link_no", "_own", "_subject", "_until_ms", "_was_used")

    def __init__(self, own: Peer, subject: str) -> None:
        self._own, self._subject = own, subject
        self._frames: list[bytes] = []
        # Of the frames that wait for the end of the turn.
        self._bytes = 0
        self._link_no = 0
        # When the beats end; 0 if they have ended.
        self._until_ms = 0
        # Whether there was a packet since the last tick.
        self._was_used = False

    def add(self, frame: bytes, most_bytes: int) -> bool:
        """Keep a frame until `flush`; True if that is due at once, since they fill a packet."""
        self._frames.append(frame)
        self._bytes += len(frame) + FRAME_COST_BYTES
        return self._bytes >= most_bytes or len(self._frames) >= MOST_FRAMES

    def flush(self, bus: Bus, now_ms: int) -> tuple[int, int]:
        """Send what waits.  Returns how many packets were made, and how many could not be sent.

        The latter are lost; their numbers are used, so the receiver will notice.
        """
        frames, self._frames, self._bytes = self._frames, [], 0
        made = unsent = 0
        for load in loads(frames, bus.most_bytes):
            self._link_no += 1
            made += 1
            packet = Packet(
                self._own.name,
                self._own.incarnation,
                self._link_no,
                load.frames,
                load.continues,
                load.more,
            )
            unsent += not bus.send(self._subject, encode(packet))
        self._until_ms, self._was_used = now_ms + LINGER_MS, True
        return made, unsent

    def tick(self, bus: Bus, now_ms: int) -> bool:
        """Send a beat if one is due: between packets, while the link was used lately."""
        if not self._until_ms:
            return False
        was_used, self._was_used = self._was_used, False
        return not was_used and self._beat(bus, is_last=now_ms >= self._until_ms)

    def revive(self, bus: Bus, now_ms: int) -> bool:
        """Begin to send beats again: what was sent before may be lost."""
        if not self._link_no:
            return False
        self._until_ms = now_ms + LINGER_MS
        return self._beat(bus, is_last=False)

    def _beat(self, bus: Bus, *, is_last: bool) -> bool:
        if is_last:
            self._until_ms = 0
        beat = Beat(self._own.name, self._own.incarnation, self._link_no, is_last)
        return bus.send(self._subject, encode(beat))
