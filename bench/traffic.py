"""Bytes that a player is sent in the same session of 8-game, by codec.

They are counted, not timed, so they are the same on each machine. Frames are those of the server,
without TLS and TCP.
"""

from typing import NamedTuple

from bench.figures import Figure, Part, figure
from bench.session import HANDS, SEATS, Session
from pokerws.messages import JSON, MSGPACK
from pokerws.server.net.frames import frame_of
from pokerws.server.net.shared_context import NOTHING, SharedContext

WIRES = {"JSON": JSON, "MessagePack": MSGPACK}
# The shares of JSON's bytes that are not to be exceeded.
TARGETS = {"MessagePack": 0.75, "JSON, compressed": 0.4, "MessagePack, compressed": 0.33}


class Traffic(NamedTuple):
    """What a player was sent."""

    messages: int
    plain: int
    compressed: int
    # Of both: what is never compressed, since only this player may see it.
    private: int


def count(hands: int = HANDS) -> dict[str, Traffic]:
    """The traffic by codec."""
    session = Session([*WIRES.values()], hands)
    return {
        name: _traffic(connection.sent, is_text=connection.wire.is_text)
        for name, connection in zip(WIRES, session.connections, strict=True)
    }


def _traffic(sent: list[tuple[bytes, SharedContext | None]], *, is_text: bool) -> Traffic:
    plain = compressed = private = 0
    last = NOTHING
    for message, shared in sent:
        frame = frame_of(message, is_text=is_text)
        plain += len(frame)
        found = None if shared is None else shared.frame(message, last, is_text=is_text)
        if found is not None:
            frame, last = found
        else:
            private += len(frame)
        compressed += len(frame)
    return Traffic(len(sent), plain, compressed, private)


def measure(rounds: int) -> Part:
    """The bytes of each codec, compared with JSON."""
    traffic = count()
    json = traffic["JSON"].plain
    figures: list[Figure] = []
    for name, one in traffic.items():
        for codec, sent in ((name, one.plain), (f"{name}, compressed", one.compressed)):
            if codec != "JSON":
                figures.append(
                    figure(
                        codec,
                        "bytes",
                        [(sent, json)],
                        against="JSON",
                        bound="at most",
                        target=TARGETS[codec],
                    )
                )
    text = traffic["JSON"]
    played = f"A player at a table of {SEATS} is sent {text.messages:,} messages in {HANDS} hands."
    private = (
        f"Of the compressed JSON, {text.private:,} bytes are messages that are never compressed, "
        "since only this player may see them: the start of each hand, own draws and answers."
    )
    return Part("bytes", figures, [played, private])
