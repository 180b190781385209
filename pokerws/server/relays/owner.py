"""The owner's side of relays: plays on this server's tables for clients of other servers."""

import asyncio
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from pokerws.game.state import PlayerId, TableId
from pokerws.server.cluster.packets import Peer
from pokerws.server.groups import Groups
from pokerws.server.limits.limits import Caps, Meter, Quotas, Rates
from pokerws.server.limits.rate_limits import Kind, Rate
from pokerws.server.relays import frames
from pokerws.server.relays.relayed_session import GivenOf, RelayedSession
from pokerws.server.relays.said import RELAYED, Said
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.elsewhere import NOWHERE
from pokerws.server.sessions.handlers import dispatch_to

# Of one other server.
MOST_RELAYS = 200_000

Send = Callable[[Peer, bytes], bool]


class _Gateway:
    """The relays of one gateway.  It is a `relayed_session.Back`.

    The same frame for several relays is sent once.
    """

    def __init__(self, peer: Peer, send: Send, said: Said, given_of: GivenOf) -> None:
        self.peer = peer
        self._send, self._said, self.given_of = send, said, given_of
        self.sessions: dict[int, RelayedSession] = {}
        self.at = Groups[TableId, RelayedSession]()
        # The latest frame that was shown, and the relays that it is for.
        self._shown: bytes | None = None
        self._nos: list[int] = []
        self._how: frames.How = "own"

    def show(self, no: int, frame: bytes, how: frames.How) -> None:
        """Part of `Back`: send a frame at the end of this turn, or before anything else."""
        if frame is not self._shown or how != self._how:
            self.flush()
            self._shown, self._how = frame, how
            asyncio.get_running_loop().call_soon(self.flush)
        self._nos.append(no)

    def flush(self) -> None:
        """Send what was shown."""
        frame, nos = self._shown, self._nos
        self._shown, self._nos = None, []
        if frame is not None:
            self._send(self.peer, frames.encode(frames.Shown(nos, frame, self._how)))

    def send(self, frame: frames.ToGateway) -> None:
        """Part of `Back`: in order."""
        self.flush()
        self._send(self.peer, frames.encode(frame))

    def drop(self, no: int) -> None:
        """Part of `Back`."""
        if (session := self.sessions.pop(no, None)) is not None:
            self.at.remove(session.table, session)
            session.leave()

    def has_said(self, message_no: int) -> bool:
        """Part of `Back`."""
        return self._said.has(message_no)

    def note_said(self, message_no: int) -> None:
        """Part of `Back`."""
        self._said.add(message_no)


class Owner:
    """All relays to tables of this server.

    Sessions of relays share `context`; chat is limited here by `rates`, everything else at the
    gateways.  `given_of` says what messages about a table wait for while it is given away.
    """

    def __init__(self, context: SessionContext, rates: Rates, send: Send) -> None:
        self._context = replace(context, elsewhere=NOWHERE)
        self._dispatch = dispatch_to(RELAYED, is_counted=False)
        self._send = send
        chat: Mapping[Kind, Rate] = {"chat": rates.player["chat"]} if "chat" in rates.player else {}
        self._quotas = Quotas(Rates(player=chat), Caps())
        self._gateways: dict[Peer, _Gateway] = {}
        self._said = Said()
        self.given_of: GivenOf = lambda table: None

    def received(self, peer: Peer, frame: frames.ToOwner) -> None:
        """A frame of a gateway, after all others of it."""
        gateway = self._gateways.get(peer)
        if gateway is None:
            gateway = self._gateways[peer] = self._gateway(peer)
        match frame:
            case frames.Open():
                self._open(gateway, frame)
            case frames.Close():
                gateway.drop(frame.no)
            case frames.Forward() | frames.Rewatch():
                session = gateway.sessions.get(frame.no)
                if session is None:
                    gateway.send(frames.Moved(frame.no))
                else:
                    session.take(frame)

    def _open(self, gateway: _Gateway, frame: frames.Open) -> None:
        if len(gateway.sessions) >= MOST_RELAYS:
            gateway.send(frames.Moved(frame.no))
            return
        meter = Meter(self._quotas)
        meter.join(PlayerId(frame.player))
        session = RelayedSession(
            gateway, frame, context=self._context, dispatch=self._dispatch, meter=meter
        )
        gateway.drop(frame.no)
        gateway.sessions[frame.no] = session
        gateway.at.add(session.table, session)

    def given(self, table: TableId, to: Peer) -> None:
        """Another server has a table now: all relays to it are over."""
        for gateway in self._gateways.values():
            # The new owner knows best itself what it has.
            known = None if gateway.peer == to else to
            for session in gateway.at.of(table):
                session.close_moved(table, known)

    # ---- losses

    def broken(self, peer: Peer) -> None:
        """Frames of a gateway may be lost: begin again with all of its relays.

        It is told even if there are none: those that it has opened may be lost.
        """
        gateway = self._gateways.pop(peer, None) or self._gateway(peer)
        gateway.send(frames.Lost())
        for no in list(gateway.sessions):
            gateway.drop(no)

    def _gateway(self, peer: Peer) -> _Gateway:
        return _Gateway(peer, self._send, self._said, self.given_of)

    @property
    def gateways(self) -> dict[Peer, None]:
        """The servers whose clients have relays to this one."""
        return {peer: None for peer, gateway in self._gateways.items() if gateway.sessions}

    @property
    def relays(self) -> int:
        """The relays of other servers' clients to tables here."""
        return sum(len(gateway.sessions) for gateway in self._gateways.values())

    def stop(self) -> None:
        """End all relays."""
        for peer in list(self._gateways):
            self.broken(peer)
