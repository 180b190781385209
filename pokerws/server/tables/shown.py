"""The frames that a change shows to the viewers of a table, as one object to be held and sent.

A message is encoded once for all viewers of an encoding, when it is sent.  Until then the object
refers to events, which never change.
"""

from collections.abc import Callable, Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pokerws.game.redaction import Deal
from pokerws.game.state import PlayerId
from pokerws.messages import Notice, ServerMessage, Wire
from pokerws.server.isolation import attempt, fail
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.tables.interfaces import Viewer

# Messages by player.
Own = Mapping[PlayerId, bytes]
_NOBODY: Own = {}


class Shown(Struct):
    """A message for all viewers, but for the players in `own`, who have one of their own.

    With `shared` it may be compressed: only for what everybody may see.
    """

    for_all: ServerMessage
    shared: SharedContext | None = None
    own: Mapping[PlayerId, ServerMessage] = {}

    def show(self, viewers: Collection[Viewer]) -> None:
        """Part of `commit_gate.Frames`."""
        shared = self.shared
        encoded: dict[Wire, tuple[bytes, Own]] = {}
        wire: Wire | None = None
        frame, own = b"", _NOBODY
        # A copy: a viewer that is sent something may leave.
        for viewer in list(viewers):
            # `isolation.attempt`, without its calls, since every action passes here.
            try:
                if viewer.wire is not wire:
                    wire = None
                    found = encoded.get(viewer.wire)
                    if found is None:
                        found = encoded[viewer.wire] = self.encoded(viewer.wire)
                    (frame, own), wire = found, viewer.wire
                viewer.send_table_frame(own.get(viewer.player, frame) if own else frame, shared)
            except Exception as error:  # noqa: BLE001  `fail` reports it
                fail(viewer, error)

    def encoded(self, wire: Wire) -> tuple[bytes, Own]:
        """The message for all, and those of players by player."""
        if not self.own:
            return wire.encode(self.for_all), _NOBODY
        own = {player: wire.encode(message) for player, message in self.own.items()}
        return wire.encode(self.for_all), own


class ShownDeal(Shown, kw_only=True):
    """The events of a deal, in which each player sees cards of their own.

    They are encoded once, as spectators see them, and each player's cards are put in their place.
    """

    deal: Deal

    def encoded(self, wire: Wire) -> tuple[bytes, Own]:
        """Part of `Shown`."""
        deal, message = self.deal, wire.encode(self.for_all)
        parts = message.split(wire.encode_value(deal.dealt))
        inner = wire.encode_value(deal.dealt).split(wire.encode_value(deal.dealt.cards))
        # Text of players cannot look like an event: JSON escapes its quotes, and UTF-8 never has
        # the bytes around the names in MessagePack.  If it did, there would be more parts.
        if len(parts) != 2 or len(inner) != 2:
            return message, {
                player: wire.encode(replace(self.for_all, events=deal.seen_by(player)))
                for player in deal.own
            }
        before, after = parts[0] + inner[0], inner[1] + parts[1]
        return message, {
            player: before + wire.encode_value(own) + after for player, own in deal.own.items()
        }


def shown_notice(notice: Notice, shared: SharedContext | None) -> "Shown | ShownLater":
    """A notice for all viewers."""
    if notice.code == "table_failed":
        return ShownLater(lambda viewer: viewer.lose_table(notice))
    return Shown(notice, shared)


class ShownAsIs(Struct):
    """A frame of one viewer that shows the table as it was: it is encoded at once."""

    frame: bytes

    def show(self, viewers: Collection[Viewer]) -> None:
        """Part of `commit_gate.Frames`."""
        for viewer in list(viewers):
            attempt(viewer, viewer.send_table_frame, self.frame)


class ShownLater(Struct):
    """Calls `send` for each viewer when the frames are sent, so that it shows the state of then."""

    send: Callable[[Viewer], None]

    def show(self, viewers: Collection[Viewer]) -> None:
        """Part of `commit_gate.Frames`."""
        for viewer in list(viewers):
            attempt(viewer, self.send, viewer)
