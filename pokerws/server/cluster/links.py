"""Numbered links over a bus: frames arrive in order and at most once, and every loss is noticed.

There is one link from each process to each other one, and one from each to all.  Nothing is sent
again here.  A user that is told of a loss asks for what it needs: it knows what is out of date.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import structlog

from pokerws.server.clock import Alarm, Clock
from pokerws.server.cluster.bus import Bus
from pokerws.server.cluster.incoming import Incoming
from pokerws.server.cluster.outgoing import Outgoing
from pokerws.server.cluster.packets import (
    ALL,
    MOST_FRAME_BYTES,
    Beat,
    Incarnation,
    Malformed,
    Packet,
    Peer,
    decode,
    subject_of,
)

# Between two beats of a link.
BEAT_MS = 250
# A sender that has promised a beat, and is not heard for so long, is gone or cut off.
SILENT_MS = 2_000
# Bounds the memory.  Links of processes that have ended are dropped by `end`.
MOST_LINKS = 4_096
MOST_ENDED = 4_096

# Packets are missing; nothing is heard; the user failed at a frame, or parts do not fit; the bus
# has lost its connection; it has one again; the name has come back with another incarnation.
Why = Literal["gap", "silent", "failed", "disconnected", "reconnected", "replaced"]

log = structlog.get_logger("pokerws.links")


class Link(NamedTuple):
    """From a peer to this process alone, or from it to all."""

    peer: Peer
    to_all: bool


class LinkUser(Protocol):
    """Who uses the links.  Both methods may send frames; neither waits."""

    def received(self, link: Link, frame: bytes) -> None:
        """A frame, after all others of its link that were delivered, and never twice.

        Raises whatever it likes if it cannot use it: that is logged, and breaks the link.
        """

    def link_broken(self, link: Link, why: Why) -> None:
        """Frames of this link may be lost: what depends on them is out of date.

        Called in the place of the lost ones, before a later one.  The link goes on.
        """


@dataclass(slots=True)
class LinkCounts:
    """What has happened on all links."""

    packets_sent: int = 0
    # Of those, the ones that the bus did not take: disconnected, or full.
    packets_unsent: int = 0
    frames_sent: int = 0
    beats_sent: int = 0
    packets_received: int = 0
    frames_received: int = 0
    # Packets that came twice or late, and were left out.
    packets_old: int = 0
    # Messages that no node sends, or of nodes that have ended, or over the number of links.
    messages_refused: int = 0
    breaks: int = 0


class Links:
    """The links of this process."""

    def __init__(self, bus: Bus, own: Peer, clock: Clock, user: LinkUser) -> None:
        self._bus, self._own, self._clock, self._user = bus, own, clock, user
        self.counts = LinkCounts()
        self.is_connected = False
        self._subject = subject_of(own)
        self._incoming: dict[Link, Incoming] = {}
        self._outgoing: dict[Peer, Outgoing] = {}
        self._to_all = Outgoing(own, ALL)
        # Those with frames that wait for the end of the turn.
        self._waiting: dict[Outgoing, None] = {}
        # The newest incarnation of each name, and incarnations that are not listened to any more.
        self._newest: dict[str, Peer] = {}
        self._ended: dict[Incarnation, None] = {}
        self._alarm: Alarm | None = None
        self._due_ms = 0

    async def start(self) -> None:
        """Connect.  Raises BusError."""
        await self._bus.open([self._subject, ALL], self)
        self._wait_for_tick()

    async def stop(self) -> None:
        """Send what waits, and disconnect; the user hears nothing more."""
        self._flush()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self.is_connected = False
        await self._bus.close()

    # ---- sending

    def send(self, peer: Peer, frame: bytes) -> bool:
        """Send a frame to a process, in one message with all others of this turn.

        False if it certainly will not arrive.  If it is lost later, the receiver is told.  Raises
        ValueError for a frame over MOST_FRAME_BYTES.
        """
        if peer.incarnation in self._ended or peer.incarnation == self._own.incarnation:
            return False
        out = self._outgoing.get(peer)
        if out is None:
            if len(self._outgoing) >= MOST_LINKS:
                return False
            out = self._outgoing[peer] = Outgoing(self._own, subject_of(peer))
        return self._add(out, frame)

    def send_all(self, frame: bytes) -> bool:
        """Likewise to all other processes."""
        return self._add(self._to_all, frame)

    def _add(self, out: Outgoing, frame: bytes) -> bool:
        if len(frame) > MOST_FRAME_BYTES:
            raise ValueError(f"a frame of {len(frame)} bytes, of {MOST_FRAME_BYTES} at most")
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting[out] = None
        self.counts.frames_sent += 1
        if out.add(frame, self._bus.most_bytes):
            self._send_packets(out)
        return self.is_connected

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for out in waiting:
            self._send_packets(out)

    def _send_packets(self, out: Outgoing) -> None:
        made, unsent = out.flush(self._bus, self._clock.now_ms())
        self.counts.packets_sent += made
        self.counts.packets_unsent += unsent

    # ---- what the bus reports

    def connected(self) -> None:
        """Let receivers compare what they have; what came from others may have been lost."""
        self.is_connected = True
        now_ms = self._clock.now_ms()
        for out in (self._to_all, *self._outgoing.values()):
            self.counts.beats_sent += out.revive(self._bus, now_ms)
        for incoming in self._incoming.values():
            incoming.heard_ms = now_ms
        self._break_all("reconnected")

    def disconnected(self) -> None:
        """Nothing is heard of anybody until `connected`."""
        self.is_connected = False
        self._break_all("disconnected")

    def message(self, subject: str, message: bytes) -> None:
        """Deliver a message's frames, unless it is not in order."""
        try:
            content = decode(message)
            link = self._link_of(content, to_all=subject == ALL)
        except Malformed as refusal:
            self._refuse(subject, str(refusal))
            return
        if link is None:
            return
        incoming = self._incoming[link]
        incoming.heard_ms = self._clock.now_ms()
        if isinstance(content, Beat):
            incoming.is_awaited = not content.is_last
            if incoming.count_beat(content.link_no) == "gap":
                self._break(link, "gap")
        else:
            incoming.is_awaited = True
            self._deliver(link, incoming, content)

    def _link_of(self, content: Packet | Beat, *, to_all: bool) -> Link | None:
        """The link, which is known from now on; None for this process's own.  Raises Malformed."""
        peer = Peer(content.name, Incarnation(content.incarnation))
        link = Link(peer, to_all)
        if link in self._incoming:
            return link
        if peer.incarnation == self._own.incarnation:
            return None
        if peer.incarnation in self._ended:
            raise Malformed("its sender has ended")
        if len(self._incoming) >= MOST_LINKS:
            raise Malformed("too many links")
        self._begin(link)
        return link if link in self._incoming else None

    def _begin(self, link: Link) -> None:
        self._incoming[link] = Incoming(self._clock.now_ms())
        peer = link.peer
        before = self._newest.get(peer.name)
        if before is None or before != peer:
            self._newest[peer.name] = peer
            self._break_links_of(before)

    def expect(self, peer: Peer) -> None:
        """A process will send something within a second: it is silent if it does not."""
        link = Link(peer, to_all=False)
        incoming = self._incoming.get(link)
        if incoming is None:
            is_over = peer.incarnation in self._ended or peer.incarnation == self._own.incarnation
            if not is_over and len(self._incoming) < MOST_LINKS:
                self._begin(link)
        elif not incoming.is_awaited:
            incoming.is_awaited, incoming.heard_ms = True, self._clock.now_ms()

    def _break_links_of(self, before: Peer | None) -> None:
        """Tell that a peer was replaced.  That is a hint: only the database knows who lives."""
        if before is not None:
            for link in (Link(before, to_all=False), Link(before, to_all=True)):
                self._break(link, "replaced")

    def _deliver(self, link: Link, incoming: Incoming, packet: Packet) -> None:
        order = incoming.count_packet(packet.link_no)
        if order == "old":
            self.counts.packets_old += 1
            return
        self.counts.packets_received += 1
        if order == "gap":
            self._break(link, "gap")
        frames = incoming.frames(packet)
        if frames is None:
            self._break(link, "failed")
            return
        for frame in frames:
            # What the user does may end the link.
            if self._incoming.get(link) is not incoming:
                return
            self.counts.frames_received += 1
            try:
                self._user.received(link, frame)
            except Exception:
                log.exception("frame_failed", peer=link.peer.name, link_no=packet.link_no)
                self._break(link, "failed")

    def _refuse(self, subject: str, reason: str) -> None:
        self.counts.messages_refused += 1
        log.warning("message_refused", subject=subject, reason=reason)

    # ---- the end of links

    @property
    def peers(self) -> set[Peer]:
        """All processes that this one has links with."""
        return {link.peer for link in self._incoming} | self._outgoing.keys()

    def end(self, peer: Peer) -> None:
        """A process has ended, as the database says: what is still on its way is refused."""
        self._ended[peer.incarnation] = None
        while len(self._ended) > MOST_ENDED:
            del self._ended[next(iter(self._ended))]
        self._outgoing.pop(peer, None)
        for to_all in (False, True):
            self._incoming.pop(Link(peer, to_all), None)
        if self._newest.get(peer.name) == peer:
            del self._newest[peer.name]

    def _break(self, link: Link, why: Why) -> None:
        if link not in self._incoming:
            # The user has ended it, when it was told of another one.
            return
        self.counts.breaks += 1
        try:
            self._user.link_broken(link, why)
        except Exception:
            log.exception("broken_link_failed", peer=link.peer.name, why=why)

    def _break_all(self, why: Why) -> None:
        for link in list(self._incoming):
            self._break(link, why)

    # ---- beats

    def _wait_for_tick(self) -> None:
        self._due_ms = self._clock.now_ms() + BEAT_MS
        self._alarm = self._clock.call_at(self._due_ms, self._tick)

    def _tick(self) -> None:
        now_ms, due_ms = self._clock.now_ms(), self._due_ms
        self._wait_for_tick()
        if not self.is_connected:
            return
        for out in (self._to_all, *self._outgoing.values()):
            self.counts.beats_sent += out.tick(self._bus, now_ms)
        # While this process stood still, beats have come that it has not read yet.
        late_ms = now_ms - due_ms
        for link, incoming in list(self._incoming.items()):
            if late_ms > BEAT_MS:
                incoming.heard_ms += late_ms
            if incoming.is_awaited and now_ms - incoming.heard_ms > SILENT_MS:
                incoming.is_awaited = False
                self._break(link, "silent")
