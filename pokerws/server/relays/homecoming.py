"""What a relay leads to when this server has the table, or when nobody has it any more.

A client goes on as if nothing had happened: what was not answered is carried out here, and then it
is shown the rest.  What it sends meanwhile waits, so that everything stays in order.
"""

import asyncio
from collections.abc import Callable

import structlog

from pokerws.game.events import TableClosed
from pokerws.game.illegal import Illegal
from pokerws.game.redaction import redact_all
from pokerws.game.state import TableId
from pokerws.messages import NOTICES, ClientMessage, Events, Notice, Watch, rejection
from pokerws.server.keyed_tasks import KeyedTasks
from pokerws.server.relays.relay import Relay, needs_watching
from pokerws.server.sessions.handlers.watching import rewatch
from pokerws.server.sessions.session import Session
from pokerws.server.tables.lobby import Lobby

# How often a table that cannot be shown now is tried again.
RETRY_S = 0.2
# Events of one message, as in `tables.viewers`.
PAGE = 256

log = structlog.get_logger("pokerws.relays")

# Goes on to watch a table that another server has after all.
WatchElsewhere = Callable[[Session, TableId, Watch], None]


class Homecoming:
    """The relays that have ended because their tables are here, or gone."""

    def __init__(self, lobby: Lobby, watch_elsewhere: WatchElsewhere) -> None:
        self._lobby, self._watch_elsewhere = lobby, watch_elsewhere
        self._tasks = KeyedTasks[tuple[Session, TableId], None]()

    def begin(self, relay: Relay) -> None:
        """Go on here with what was a relay."""
        session, table = relay.session, relay.table
        watch = relay.rewatch() if relay.is_watching else None
        relay.end_watching()
        messages = [one.message for one in relay.pending.values() if not one.settle(None)]
        relay.pending.clear()
        held = None
        if relay.held is not None:
            # What it holds is shown again, from the client's place.
            relay.hold()
            held = relay.released
        work = self._go_on(session, table, messages, watch, held)
        self._tasks.cancel((session, table))
        _ = self._tasks.start_task((session, table), work, "relays: home")

    def of(self, session: Session, table: TableId) -> "asyncio.Task[None] | None":
        """What later messages of the client about the table have to wait for."""
        task = self._tasks.get((session, table))
        return None if task is asyncio.current_task() else task

    def forget(self, session: Session) -> None:
        """The connection has ended."""
        for key in self._tasks:
            if key[0] is session:
                self._tasks.cancel(key)

    def stop(self) -> None:
        """End what goes on."""
        self._tasks.cancel_all()

    async def _go_on(
        self,
        session: Session,
        table: TableId,
        messages: list[ClientMessage],
        watch: Watch | None,
        held: asyncio.Event | None,
    ) -> None:
        try:
            if held is not None:
                # A `watch` of several tables comes first.
                await held.wait()
            for message in messages:
                if watch is not None and needs_watching(message):
                    if not isinstance(message, Watch):
                        await self._show(session, table, watch)
                    watch = None
                if (work := session.carry_out(message)) is not None:
                    await work
            if watch is not None:
                await self._show(session, table, watch)
        except Exception as error:  # noqa: BLE001  `fail` reports it
            session.fail(error)

    async def _show(self, session: Session, table: TableId, watch: Watch) -> None:
        """Show the rest of a table, as soon as that is possible."""
        while True:
            try:
                await rewatch(session, watch)
            except Illegal as refusal:
                if refusal.code == "owned_elsewhere":
                    self._watch_elsewhere(session, table, watch)
                elif rejection("", refusal).retryable:
                    await asyncio.sleep(RETRY_S)
                    continue
                else:
                    log.info("rewatch_refused", table=table, code=refusal.code)
                    await self._show_end(session, table, watch)
            return

    async def _show_end(self, session: Session, table: TableId, watch: Watch) -> None:
        """Show the end of a closed table; who cannot be shown it, is told to ask."""
        branch, seq, closed = watch.epoch, watch.after_seq, False
        if branch is not None and seq is not None and not self._lobby.in_memory(table):
            now_ms = session.context.clock.table_ms()
            while events := await self._lobby.event_log.stretch(table, seq, PAGE):
                shown = redact_all(events, session.player)
                message = Events(table, branch, seq + 1, now_ms, shown)
                session.send_table_frame(session.wire.encode(message))
                seq, closed = seq + len(events), isinstance(events[-1], TableClosed)
        if not closed:
            session.warn(Notice("table_failed", NOTICES["table_failed"], table))
