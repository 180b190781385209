"""What the servers of a cluster say to each other about relays, in MessagePack.

A relay connects one connection of a client, at its gateway, with one table, at its owner.  The
gateway numbers its relays and never uses a number twice.  This module does no I/O.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pokerws.game.betting.pre_actions import PreAction
from pokerws.messages import Rejected, Role
from pokerws.server.cluster.packets import Peer

Number = Annotated[int, Meta(ge=1, le=2**53)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Text = Annotated[str, Meta(max_length=1024)]
How = Literal["public", "own", "droppable"]


class _Said(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Base of all frames."""


class Open(_Said, frozen=True, tag=1):
    """Gateway to owner: from now on there is such a connection.  Nothing is answered."""

    no: Number
    table: Text
    player: Text
    name: Text
    role: Role
    sid: Text
    # As limits count it.
    address: Text
    is_text: bool
    hears_chat: bool
    hears_presence: bool
    hears_waiting: bool


class Forward(_Said, frozen=True, tag=2):
    """Gateway to owner: a message of the client, in the client's encoding.

    When it is sent again, it has the same `message_no`, which no other message has.
    """

    no: Number
    message_no: Number
    # The round-trip time of the client's connection.
    latency_ms: Count
    message: bytes


class Rewatch(_Said, frozen=True, tag=3):
    """Gateway to owner: the client watched before, and has seen events up to `after_seq`.

    There is no answer.
    """

    no: Number
    after_seq: Count | None
    branch: Count | None
    key: Text | None


class Close(_Said, frozen=True, tag=4):
    """Gateway to owner: the relay is over."""

    no: Number


class Answered(_Said, frozen=True, tag=5):
    """Owner to gateway: an answer; `code` is "accepted" or a reject code."""

    no: Number
    id: Text
    code: Text
    frame: bytes


class Shown(_Said, frozen=True, tag=6):
    """Owner to gateway: a frame about the table, the same for several of its relays.

    What is `public` everybody may see, so that it may be compressed; what is `droppable`, such as a
    line of chat, a slow client may miss.
    """

    nos: Annotated[list[Number], Meta(min_length=1, max_length=65_536)]
    frame: bytes
    how: How


class Told(_Said, frozen=True, tag=8):
    """Owner to gateway: a frame that is not about the table's state, and must not be missed."""

    no: Number
    frame: bytes


class Moved(_Said, frozen=True, tag=9):
    """Owner to gateway: the relay is over, since this server has the table no more.

    What was not answered is to be asked again, of the new owner: `to`, as far as is known.
    """

    no: Number
    to: Peer | None = None


class Lost(_Said, frozen=True, tag=10):
    """Owner to gateway: frames of the gateway were lost, so all of its relays are over here."""


class Ended(_Said, frozen=True, tag=11):
    """Owner to gateway: the client's connection is to be closed."""

    no: Number
    code: Annotated[int, Meta(ge=1000, le=4999)]
    reason: Text


class Alive(_Said, frozen=True, tag=12):
    """Either way, while there are relays: so that a silence is noticed, and means something."""


class Given(_Said, frozen=True, tag=13):
    """Owner to the next owner: a table was given, with what is stored nowhere.

    `wishes` are pre-actions.  The connections of the `expected` players are about to come.
    """

    table: Text
    wishes: Annotated[list[PreAction], Meta(max_length=64)]
    expected: Annotated[list[Text], Meta(max_length=64)]


class Willing(_Said, frozen=True, tag=14):
    """Answer to the news that a server drains: its tables may come here."""


class Move(_Said, frozen=True, tag=15):
    """Operator to owner: give a table to the server of incarnation `to`."""

    table: Text
    to: Peer


class MoveDone(_Said, frozen=True, tag=16):
    """Owner to operator: the table was given; or why not."""

    table: Text
    refusal: Text | None


ToOwner = Open | Forward | Rewatch | Close
ToGateway = Answered | Shown | Told | Moved | Lost | Ended
OfMoves = Given | Willing | Move | MoveDone
Frame = ToOwner | ToGateway | OfMoves | Alive

encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)


def decode(frame: bytes) -> Frame:
    """A frame of another server.  Raises msgspec.DecodeError, or UnicodeDecodeError."""
    return _decoder.decode(frame)


class _State(msgspec.Struct):
    """What of `events` and `snapshot` says how far a viewer is."""

    type: str
    epoch: int = 0
    seq: int = 0
    events: list[msgspec.Raw] = []


_json = msgspec.json.Decoder(_State)
_msgpack = msgspec.msgpack.Decoder(_State)


def shows_state(frame: bytes) -> bool:
    """Whether a frame of a client may be `events` or a `snapshot`: its type comes first."""
    head = frame[:18]
    return b"events" in head or b"snapshot" in head


def reached(frame: bytes, *, is_text: bool) -> tuple[int, int] | None:
    """The branch and the seq that a viewer has after `events` or a `snapshot`."""
    state = (_json if is_text else _msgpack).decode(frame)
    if state.type == "events":
        return state.epoch, state.seq + len(state.events) - 1
    return (state.epoch, state.seq) if state.type == "snapshot" else None


_rejected_json = msgspec.json.Decoder(Rejected)
_rejected_msgpack = msgspec.msgpack.Decoder(Rejected)


def rejected(frame: bytes, *, is_text: bool) -> Rejected:
    """The answer of an owner that has refused something."""
    return (_rejected_json if is_text else _rejected_msgpack).decode(frame)
