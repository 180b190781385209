"""What a change shows the viewers of a table, as one object that can be held and sent in one call.

A message is encoded once for all viewers of an encoding, when it is sent.  Until then the object
refers to events, which never change.
"""

from collections.abc import Callable, Collection, Mapping

from msgspec import Struct

from pokerws.game.state import PlayerId
from pokerws.messages import ServerMessage, Wire
from pokerws.server.isolation import attempt, fail
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.tables.interfaces import Viewer


class Shown(Struct):
    """A message for all viewers, but for the players in `own`, who have one of their own.

    With `shared` it may be compressed: only for what everybody may see.
    """

    for_all: ServerMessage
    shared: SharedContext | None = None
    own: Mapping[PlayerId, ServerMessage] = {}

    def show(self, viewers: Collection[Viewer]) -> None:
        """Part of `commit_gate.Frames`."""
        own, shared = self.own, self.shared
        frames: dict[Wire, bytes] = {}
        wire, frame = None, b""
        # A copy: a viewer that is sent something may leave.
        for viewer in list(viewers):
            # `isolation.attempt`, without its calls, since every action passes here.
            try:
                if own and (message := own.get(viewer.player)) is not None:
                    viewer.send_table_frame(viewer.wire.encode(message))
                    continue
                if viewer.wire is not wire:
                    frame = self._encoded(viewer.wire, frames)
                    wire = viewer.wire
                viewer.send_table_frame(frame, shared)
            except Exception as error:  # noqa: BLE001  `fail` reports it
                fail(viewer, error)

    def _encoded(self, wire: Wire, frames: dict[Wire, bytes]) -> bytes:
        frame = frames.get(wire)
        if frame is None:
            frame = frames[wire] = wire.encode(self.for_all)
        return frame


class ShownAsIs(Struct):
    """A frame of one viewer that shows the table as it was: it is encoded at once."""

    frame: bytes

    def show(self, viewers: Collection[Viewer]) -> None:
        """Part of `commit_gate.Frames`."""
        for viewer in list(viewers):
            attempt(viewer, viewer.send_table_frame, self.frame)


class ShownLater(Struct):
    """Calls `send` for each viewer, which finds out then what there is to show."""

    send: Callable[[Viewer], None]

    def show(self, viewers: Collection[Viewer]) -> None:
        """Part of `commit_gate.Frames`."""
        for viewer in list(viewers):
            attempt(viewer, self.send, viewer)
