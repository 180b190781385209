"""The gateway's side of relays: reaches tables of other servers for the clients of this one.

A message about such a table goes to its owner.  When the owner is lost, or frames of it are, each
relay is opened again at whoever owns the table now, under a new number.  First it gets what was not
answered, with the same ids; then what the client has seen, so that exactly the rest is shown.  What
still comes for an old number is dropped.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import structlog
from msgspec.structs import replace

from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.messages import (
    ClientMessage,
    QuickSeat,
    Refused,
    Watch,
    WatchOutcome,
    rejection,
)
from pokerws.server.clock import Clock
from pokerws.server.cluster.packets import Peer
from pokerws.server.groups import Groups
from pokerws.server.net.connection import Work
from pokerws.server.relays import frames
from pokerws.server.relays.homecoming import Homecoming
from pokerws.server.relays.relay import MOST_PENDING, Pending, Relay, TableElsewhere
from pokerws.server.relays.relayed_session import ELSEWHERE, GivenOf
from pokerws.server.relays.silences import Silences
from pokerws.server.sessions.elsewhere import Asked
from pokerws.server.sessions.handlers import HANDLERS, Handler, dispatch_to
from pokerws.server.sessions.handlers.watching import check_watched
from pokerws.server.sessions.session import Session
from pokerws.server.tables.lobby import Lobby

# How long a message waits for an owner, and how often one is looked for.
PATIENCE_MS = 5_500
LOOK_S = 0.2
MOST_LOOKUPS = 32  # At the same time.

log = structlog.get_logger("pokerws.relays")

Send = Callable[[Peer, bytes], bool]
# The living owner of an open table; None if this server may claim it.
Holder = Callable[[TableId], Awaitable[Peer | None]]


class Gateway:
    """All relays of this server's clients.  It is a `sessions.elsewhere.Elsewhere`."""

    def __init__(self, lobby: Lobby, clock: Clock, holder: Holder, send: Send) -> None:
        self._lobby = lobby
        self._clock, self._holder, self._send = clock, holder, send
        self._tables: dict[TableId, TableElsewhere] = {}
        self.relays: dict[int, Relay] = {}
        self._relays_of = Groups[Session, Relay]()
        # Those that hold frames until a `watch` of several tables is answered.
        self._holding = Groups[Session, Relay]()
        # Those with unanswered messages, and perhaps some without.
        self._unanswered: dict[Relay, None] = {}
        self._home = Homecoming(lobby, self.watch_elsewhere)
        self._last_no = 0
        # Messages are numbered from anywhere: those of all gateways, and of all times, differ.
        self._last_message_no = secrets.randbits(52)
        # Messages to other servers, and those of them without an answer in time.
        self.forwarded = self.unanswered = 0
        self._silent = Silences(clock)
        self._lookups = asyncio.Semaphore(MOST_LOOKUPS)
        self._alarm: asyncio.TimerHandle | None = None
        self.given_of: GivenOf = lambda table: None
        self.expect: Callable[[Peer], None] = lambda owner: None
        self.dispatch = dispatch_to(
            {kind: partial(self._handle, handler) for kind, handler in HANDLERS.items()}
        )

    # ---- messages of clients

    def _handle(self, handler: Handler, session: Session, message: Any) -> Work | None:
        table: TableId | None = getattr(message, "table", None)
        if table is None:
            if isinstance(message, QuickSeat):
                return self._quick_seat(handler, session, message)
            return handler(session, message)
        if (coming := self._home.of(session, table)) is not None:
            return self._after(coming, handler, session, message)
        elsewhere = self._tables.get(table)
        if elsewhere is not None and (relay := elsewhere.relays.get(session)) is not None:
            self._forward(relay, message)
            return None
        if (given := self.given_of(table)) is not None:
            return self._after(given, handler, session, message)
        if self._lobby.in_memory(table):
            return handler(session, message)
        return self._find(handler, session, message, table)

    async def _after(
        self, before: "asyncio.Future[Any]", handler: Handler, session: Session, message: Any
    ) -> None:
        """Carry out a message after others, or when the table is given away or stays."""
        await asyncio.wait([before])
        if (work := self._handle(handler, session, message)) is not None:
            await work

    async def _find(self, handler: Handler, session: Session, message: Any, table: TableId) -> None:
        """Carry out a message about a table that this server may not have."""
        if await self._is_elsewhere(table):
            self._forward(self._relay(session, table), message)
        elif (work := handler(session, message)) is not None:
            await work

    async def _is_elsewhere(self, table: TableId) -> bool:
        """Whether another server owns a table; one that nobody owns is claimed."""
        known = self._tables.get(table)
        if known is not None and known.owner is not None:
            return True
        try:
            await self._lobby.find(table)
        except Illegal as refusal:
            if refusal.code == "restarting":
                return await self._holder(table) is not None
            # All others are refused by the handler.
            return refusal.code == "owned_elsewhere"
        return False

    async def _quick_seat(self, handler: Handler, session: Session, message: QuickSeat) -> None:
        """Find a seat here, or let the owner of another table find one."""
        try:
            work = handler(session, message)
            if work is not None:
                await work
        except Refused as refusal:
            if refusal.code != "no_table_free":
                raise
            for table in self._lobby.seating.finder.candidates(message.filter):
                if await self._is_elsewhere(table):
                    self._forward(self._relay(session, table), message)
                    return
            raise

    def _forward(
        self,
        relay: Relay,
        message: ClientMessage,
        outcome: "asyncio.Future[WatchOutcome | None] | None" = None,
    ) -> None:
        if len(relay.pending) >= MOST_PENDING:
            raise Refused("overloaded")
        if isinstance(message, Watch):
            others = (one for one in self._relays_of.of(relay.session) if one is not relay)
            asked = sum(one.asks_to_watch for one in others)
            check_watched(relay.session, relay.table, asked=asked)
        self._last_message_no += 1
        pending = Pending(self._last_message_no, message, self._clock.now_ms(), outcome)
        relay.pending[message.id] = pending
        self._unanswered[relay] = None
        self.forwarded += 1
        owner = self._tables[relay.table].owner
        if relay.no and owner is not None:
            if relay.identity is not relay.session.identity:
                self._open(relay, owner)
            else:
                self._say(owner, relay.forward_frame(pending))
        self._wait_for_answers()

    def _relay(self, session: Session, table: TableId) -> Relay:
        """A relay, which is opened as soon as the owner is known."""
        elsewhere = self._tables.setdefault(table, TableElsewhere())
        relay = elsewhere.relays.get(session)
        if relay is None:
            relay = elsewhere.relays[session] = Relay(self, session, table)
            self._relays_of.add(session, relay)
            if elsewhere.owner is not None:
                self._open(relay, elsewhere.owner)
            else:
                self._look(table)
        return relay

    # ---- several tables

    async def watch(self, session: Session, message: Watch) -> Asked | None:
        """Part of `Elsewhere`."""
        table = message.table
        if table is None or self._lobby.in_memory(table) or not await self._is_elsewhere(table):
            return None
        relay = self._relay(session, table)
        before = relay.pending.get(message.id)
        if before is not None and before.outcome is not None:
            # The message names the table twice.
            return before.outcome
        if relay.held is None:
            relay.hold()
            self._holding.add(session, relay)
        outcome: asyncio.Future[WatchOutcome | None] = asyncio.get_running_loop().create_future()
        self._forward(relay, replace(message, tables=None), outcome)
        return outcome

    def release(self, session: Session) -> None:
        """Part of `Elsewhere`."""
        for relay in self._holding.of(session):
            self._holding.remove(session, relay)
            relay.release()

    def forget(self, session: Session) -> None:
        """Part of `Elsewhere`."""
        for relay in self._relays_of.of(session):
            self.close(relay)
        self.release(session)
        self._home.forget(session)

    # ---- part of `relay.Gate`

    def close(self, relay: Relay) -> None:
        """The relay is over."""
        elsewhere = self._tables.get(relay.table)
        if elsewhere is None or elsewhere.relays.pop(relay.session, None) is None:
            return
        self._relays_of.remove(relay.session, relay)
        self._unanswered.pop(relay, None)
        relay.end_watching()
        if self.relays.pop(relay.no, None) is not None and elsewhere.owner is not None:
            self._say(elsewhere.owner, frames.Close(relay.no))
        if not elsewhere.relays:
            if elsewhere.looking is not None:
                elsewhere.looking.cancel()
            del self._tables[relay.table]

    def tell_place(self, relay: Relay) -> None:
        """Tell the owner where the client is."""
        owner = self._tables[relay.table].owner
        if relay.no and owner is not None:
            self._say(owner, relay.rewatch_frame())

    def adopt(self, table: TableId, owner: Peer, watches: Mapping[Session, Watch]) -> None:
        """These watched a table here that another server has now, and are where they say."""
        for session, watch in watches.items():
            self._tables.setdefault(table, TableElsewhere()).owner = owner
            self.watch_elsewhere(session, table, watch)

    def watch_elsewhere(self, session: Session, table: TableId, message: Watch) -> None:
        """Go on to watch a table that was here, or is not here after all."""
        relay = self._relay(session, table)
        relay.begin_to_watch(message)
        self.tell_place(relay)

    def resync(self, relay: Relay) -> None:
        """Open the relay again, with a snapshot."""
        owner = self._tables[relay.table].owner
        if owner is not None:
            self._open(relay, owner)

    # ---- opening

    def _open(self, relay: Relay, owner: Peer) -> None:
        """Open a relay under a new number, with what was not answered, and what was seen."""
        if self.relays.pop(relay.no, None) is not None:
            self._say(owner, frames.Close(relay.no))
        self.expect(owner)
        self._last_no = relay.no = self._last_no + 1
        self.relays[relay.no] = relay
        for frame in relay.reopening_frames():
            self._say(owner, frame)

    def _say(self, owner: Peer, frame: frames.ToOwner) -> None:
        self._send(owner, frames.encode(frame))

    def _look(self, table: TableId, told: Peer | None = None, *, is_answered: bool = False) -> None:
        """Look for the owner of a table, which the former one may have told.

        With `is_answered` all that it has carried out is answered.
        """
        elsewhere = self._tables[table]
        former = elsewhere.owner
        if former is not None:
            elsewhere.owner, elsewhere.former = None, former
        for relay in list(elsewhere.relays.values()):
            if self.relays.pop(relay.no, None) is not None:
                if former is not None and told is None:
                    # If it is alive after all, it must not keep the client at the table.
                    self._say(former, frames.Close(relay.no))
                relay.refuse(relay.lines(is_answered=is_answered))
            relay.no = 0
        if told is not None and elsewhere.looking is None and told not in self._silent:
            elsewhere.owner = told
            self._open_all(elsewhere, told)
        elif elsewhere.looking is None:
            elsewhere.looking = asyncio.create_task(self._find_owner(table), name="relays: owner")
            elsewhere.looking.add_done_callback(partial(self._looked, table, elsewhere))

    def _looked(
        self, table: TableId, elsewhere: TableElsewhere, task: "asyncio.Task[None]"
    ) -> None:
        if elsewhere.looking is task:
            elsewhere.looking = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("owner_not_found", table=table, exc_info=error)
            for relay in list(elsewhere.relays.values()):
                relay.session.fail(error if isinstance(error, Exception) else RuntimeError())

    async def _find_owner(self, table: TableId) -> None:
        """Find the owner, which may be this server from now on, and open all relays there."""
        elsewhere = self._tables[table]
        while elsewhere.relays:
            async with self._lookups:
                try:
                    await self._lobby.find(table)
                except Illegal as refusal:
                    owner = None
                    if refusal.code in ELSEWHERE:
                        owner = await self._holder(table)
                    elif not rejection("", refusal).retryable:
                        self._come_home(table, elsewhere)
                        return
                else:
                    self._come_home(table, elsewhere)
                    return
            # The lease of one that is silent may go on for some time.
            if owner is not None and owner not in self._silent:
                if owner != elsewhere.former:
                    # The owner may be lost again before this task is known to be done.
                    elsewhere.looking, elsewhere.owner = None, owner
                    self._open_all(elsewhere, owner)
                    return
                # It may have the table again, or Postgres does not know yet that it has not.
                elsewhere.former = None
            await asyncio.sleep(LOOK_S)

    def _open_all(self, elsewhere: TableElsewhere, owner: Peer) -> None:
        for relay in list(elsewhere.relays.values()):
            self._open(relay, owner)

    def _come_home(self, table: TableId, elsewhere: TableElsewhere) -> None:
        """This server has the table now, or it is gone: its relays end."""
        if self._tables.get(table) is elsewhere:
            del self._tables[table]
        for relay in list(elsewhere.relays.values()):
            self.relays.pop(relay.no, None)
            self._relays_of.remove(relay.session, relay)
            self._unanswered.pop(relay, None)
            self._home.begin(relay)

    # ---- from owners

    def received(self, peer: Peer, frame: frames.ToGateway | frames.Alive) -> None:
        """A frame of an owner, after all others of it."""
        self._silent.end(peer)
        match frame:
            case frames.Alive():
                pass
            case frames.Shown():
                for no in frame.nos:
                    if (relay := self.relays.get(no)) is not None:
                        self._shown(relay, frame)
            case frames.Lost():
                self._reopen(peer)
            case frames.Answered() | frames.Told() | frames.Moved() | frames.Ended():
                if (relay := self.relays.get(frame.no)) is not None:
                    self._received(relay, frame)

    def _shown(self, relay: Relay, frame: frames.Shown) -> None:
        match frame.how:
            case "public":
                relay.shown(frame.frame, self._tables[relay.table].shared)
            case "own":
                relay.shown(frame.frame, None)
            case "droppable":
                relay.session.send_droppable(frame.frame)

    def _received(
        self, relay: Relay, frame: frames.Answered | frames.Told | frames.Moved | frames.Ended
    ) -> None:
        match frame:
            case frames.Answered():
                relay.answered(frame)
            case frames.Told():
                relay.session.send(frame.frame)
            case frames.Moved():
                self._look(relay.table, frame.to, is_answered=True)
            case frames.Ended():
                relay.session.end(frame.code, frame.reason)

    def broken(self, peer: Peer, *, is_gone: bool) -> None:
        """Frames of an owner may be lost; or it may be gone, so that Postgres must be asked."""
        if is_gone:
            self._silent.begin(peer)
            for table, elsewhere in list(self._tables.items()):
                if elsewhere.owner == peer:
                    self._look(table)
        else:
            self._reopen(peer)

    def ended(self, peer: Peer) -> None:
        """An owner has ended, as the database says: whoever has its tables is asked for them."""
        self.broken(peer, is_gone=True)
        self._silent.end(peer)

    def begin_again(self) -> None:
        """This server was away itself: find all owners again."""
        self._silent.clear()
        for table in list(self._tables):
            self._look(table)

    def _reopen(self, peer: Peer) -> None:
        for elsewhere in list(self._tables.values()):
            if elsewhere.owner == peer:
                self._open_all(elsewhere, peer)

    @property
    def owners(self) -> dict[Peer, None]:
        """The servers that have relays of this one."""
        return {one.owner: None for one in self._tables.values() if one.owner is not None}

    def stop(self) -> None:
        """Look for no more owners, and end what goes on."""
        self._home.stop()
        if self._alarm is not None:
            self._alarm.cancel()
        for elsewhere in self._tables.values():
            if elsewhere.looking is not None:
                elsewhere.looking.cancel()

    # ---- patience

    def _wait_for_answers(self) -> None:
        if self._alarm is None:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(PATIENCE_MS / 5000, self._refuse_late)

    def _refuse_late(self) -> None:
        """Refuse what has waited too long; another number keeps a late answer away."""
        self._alarm = None
        before_ms = self._clock.now_ms() - PATIENCE_MS
        for relay in list(self._unanswered):
            late = [key for key, one in relay.pending.items() if one.since_ms < before_ms]
            self.unanswered += len(late)
            relay.refuse(late)
            if late:
                self._look(relay.table)
            if not relay.pending:
                self._unanswered.pop(relay, None)
        if self._unanswered:
            self._wait_for_answers()
