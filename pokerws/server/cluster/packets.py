"""The messages between nodes, in MessagePack, and how frames are packed into them.

A frame is bytes with a meaning to the users of a link alone.  What one loop turn has for a peer is
packed, so it costs one message.  This module has no state and does no I/O.
"""

import re
from collections.abc import Iterator
from typing import Annotated, NamedTuple, NewType

import msgspec
from msgspec import Meta

# Random, new at each start of a server, and after its lease was lost.
Incarnation = NewType("Incarnation", str)

ALL = "pk.all"

# A longer packet is neither made nor decoded, whatever the bus would carry.
MOST_PACKET_BYTES = 1_048_576
MOST_FRAMES = 4_096
# A frame that is longer than a packet is sent in parts.  A receiver holds as much for each link.
MOST_FRAME_BYTES = 16_777_216
# The largest array header, integer and names, and what MessagePack adds to each frame.
PACKET_COST_BYTES, FRAME_COST_BYTES = 160, 5
# Numbers are exact in every language up to this.
_MOST_NO = 2**53

Token = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Peer(NamedTuple):
    """A process that takes part in the cluster.  Names are for people, and need not be unique."""

    name: str
    incarnation: Incarnation


class Packet(msgspec.Struct, frozen=True, array_like=True, tag=1, forbid_unknown_fields=True):
    """The frames of one loop turn for one peer, or for all."""

    name: Token
    incarnation: Token
    # Counts the packets of a link, from 1.
    link_no: Annotated[int, Meta(ge=1, le=_MOST_NO)]
    frames: Annotated[list[bytes], Meta(min_length=1, max_length=MOST_FRAMES)]
    # The first frame is the rest, or a part, of the last one of the packet before.
    continues: bool
    # The last frame is continued by the next packet.
    more: bool


class Beat(msgspec.Struct, frozen=True, array_like=True, tag=2, forbid_unknown_fields=True):
    """Says how many packets the link has had, so that the loss of the last one is noticed."""

    name: Token
    incarnation: Token
    link_no: Annotated[int, Meta(ge=0, le=_MOST_NO)]
    # No beat follows until the next packet.
    is_last: bool


class Load(NamedTuple):
    """What goes into one packet, with the packet's fields."""

    frames: list[bytes]
    continues: bool
    more: bool


class Malformed(Exception):
    """These bytes are no message of a node.  Raised without what they hold."""


encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[Packet | Beat] = msgspec.msgpack.Decoder(Packet | Beat)


def decode(message: bytes) -> Packet | Beat:
    """Check and decode a message.  Raises Malformed for any that no node would send."""
    if len(message) > MOST_PACKET_BYTES:
        raise Malformed(f"{len(message)} bytes, of {MOST_PACKET_BYTES} at most")
    try:
        return _decoder.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from None


def name_of(node: str) -> str:
    """A node's name as a part of a subject: other characters than letters and digits become `_`."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", node)[:64] or "_"


def subject_of(peer: Peer) -> str:
    """The subject on which a process gets what is meant for it alone."""
    return f"pk.node.{peer.name}.{peer.incarnation}"


def loads(frames: list[bytes], most_bytes: int) -> Iterator[Load]:
    """Distribute frames over as few packets as they fit in, in order.

    `most_bytes` is for a whole packet.  Frames that are longer are cut.
    """
    room = min(most_bytes, MOST_PACKET_BYTES) - PACKET_COST_BYTES
    if sum(map(len, frames)) + FRAME_COST_BYTES * len(frames) <= room:
        # Nearly always.
        for start in range(0, len(frames), MOST_FRAMES):
            yield Load(frames[start : start + MOST_FRAMES], continues=False, more=False)
        return
    held: list[bytes] = []
    held_bytes, continues = 0, False
    for frame in frames:
        cost = len(frame) + FRAME_COST_BYTES
        if held and (held_bytes + cost > room or len(held) == MOST_FRAMES):
            yield Load(held, continues, more=False)
            held, held_bytes, continues = [], 0, False
        start = 0
        while len(frame) - start + FRAME_COST_BYTES > room:
            end = start + room - FRAME_COST_BYTES
            yield Load([frame[start:end]], continues, more=True)
            start, continues = end, True
        held.append(frame[start:])
        held_bytes += len(frame) - start + FRAME_COST_BYTES
    if held:
        yield Load(held, continues, more=False)
