"""Handlers of messages about watching tables, and about their finished hands."""

import asyncio
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from pokerws.game.counted import counted
from pokerws.game.events import TableEvent
from pokerws.game.illegal import Illegal
from pokerws.game.state import Table, TableId
from pokerws.messages import (
    Accepted,
    Chat,
    Details,
    GetHand,
    GetStats,
    ListHands,
    React,
    Refused,
    Rejected,
    Unwatch,
    Watch,
    WatchOutcome,
    rejection,
)
from pokerws.server.net.connection import Work
from pokerws.server.sessions.elsewhere import Asked
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.table_access import access_of, check_access, is_operator
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.actors.delayed_viewers import Public

# How long a watch of several tables waits for those whose changes are being stored.
SETTLE_S = 1.0

# ---- watching


def watch(session: Session, message: Watch) -> Work:
    """Subscribe to a table, from the event after the last one that the client has seen."""
    if message.tables is not None:
        if (message.table, message.after_seq, message.epoch, message.key) != (None,) * 4:
            raise Refused(
                "invalid_value",
                "`tables` has the other fields for each table",
                Details(field="tables"),
            )
        return watch_several(session, message)
    return watch_one(session, message)


async def watch_one(session: Session, message: Watch) -> None:
    """Subscribe to one table."""
    actor, older = await find_watched(session, message)
    check_watchers(session, actor)
    session.watched[actor.table.id] = actor
    actor.watch(session, message, older)
    if session.admitted.role in ("player", "admin"):
        # A viewer who comes to a table may want a seat.
        session.context.lobby.claims.claim(actor, session.player)
    show_chat(session, actor)


async def rewatch(session: Session, message: Watch) -> None:
    """Go on to show a table to a client that watched it at another server.  Nothing is answered."""
    actor, older = await find_watched(session, message)
    check_watchers(session, actor)
    session.watched[actor.table.id] = actor
    # One of several tables is not answered.
    actor.watch(session, replace(message, tables=[]), older)
    if message.after_seq is None:
        show_chat(session, actor)


async def find_watched(session: Session, message: Watch) -> tuple[TableActor, list[TableEvent]]:
    """The table of a `watch`, and events that the client missed and memory has dropped."""
    lobby, table = session.context.lobby, message.table
    if table is None:
        raise Refused(
            "missing_field", "Object missing required field `table`", Details(field="table")
        )
    check_watched(session, table)
    await session.context.notebooks.open(session.player)
    async with session.meter.reading:
        actor = await lobby.find(table)
        check_access(session, actor, message.key)
        older = await actor.viewers.read_back(message)
        has_waited = await session.context.chat_lines.open(table, actor.epoch)
    if older or has_waited:
        # Meanwhile the table may have left memory and have been loaded with another actor.
        actor = await lobby.find(table)
    return actor, older


class _Found(NamedTuple):
    """A table that can be watched, and what `actor.watch` needs."""

    message: Watch
    actor: TableActor
    older: list[TableEvent]


async def watch_several(session: Session, message: Watch) -> None:
    """Subscribe to several tables, with one answer for all, before anything about them.

    The tables are looked up one after the other.  When all are ready, the rest is done without
    awaiting, so that the answer is true when it is sent.
    """
    wanted = [
        Watch(message.id, one.table, one.after_seq, one.epoch, message.tables, one.key)
        for one in message.tables or ()
    ]
    asked = [await ask(session, one, is_first=not place) for place, one in enumerate(wanted)]
    found = [
        await find_one(session, one, answer) for one, answer in zip(wanted, asked, strict=True)
    ]
    actors = [item.actor for item in found if isinstance(item, _Found)]
    is_settled = dict(zip(actors, await asyncio.gather(*map(settled, actors)), strict=True))
    outcomes = [
        add(session, item, is_settled=is_settled[item.actor]) if isinstance(item, _Found) else item
        for item in found
    ]
    session.answer(Accepted(message.id, tables=outcomes))
    for item, outcome in zip(found, outcomes, strict=True):
        if isinstance(item, _Found) and outcome.code is None:
            item.actor.watch(session, item.message, item.older)
            show_chat(session, item.actor)
    session.context.elsewhere.release(session)


async def ask(session: Session, message: Watch, *, is_first: bool) -> WatchOutcome | Asked | None:
    """Ask the server of a table, if it is another one."""
    try:
        if not is_first:
            session.meter.check("reads", session.context.clock.now_ms())
        return await session.context.elsewhere.watch(session, message)
    except Illegal as refusal:
        return refused_one(message, refusal)


async def find_one(
    session: Session, message: Watch, asked: WatchOutcome | Asked | None
) -> _Found | WatchOutcome:
    """What the other server answers, or the table here."""
    if asked is not None and not isinstance(asked, WatchOutcome):
        asked = await asked
    if asked is not None:
        return asked
    try:
        return _Found(message, *await find_watched(session, message))
    except Illegal as refusal:
        return refused_one(message, refusal)


def refused_one(message: Watch, refusal: Illegal) -> WatchOutcome:
    """The outcome for a table that is refused."""
    return outcome_of(message.table or TableId(""), rejection(message.id, refusal))


def add(session: Session, found: _Found, *, is_settled: bool) -> WatchOutcome:
    """Add a table to those that the connection watches, if it still can be watched."""
    actor, table = found.actor, found.actor.table.id
    try:
        check_watched(session, table)
        check_watchers(session, actor)
        if not is_settled or session.context.lobby.live(table) is not actor:
            raise Refused("table_unavailable")
        if actor.is_paused and session in actor.watchers:
            raise Refused("paused")
    except Illegal as refusal:
        return refused_one(found.message, refusal)
    session.watched[table] = actor
    return WatchOutcome(table)


def outcome_of(table: TableId, answer: Rejected) -> WatchOutcome:
    """The outcome for a table that is refused with this answer."""
    return WatchOutcome(
        table,
        answer.code,
        answer.message,
        answer.retryable,
        answer.retry_after_ms,
        answer.category,
        answer.details,
    )


async def settled(actor: TableActor) -> bool:
    """Wait until all changes so far are stored, so that earlier answers come first.

    Returns False if that takes too long.  During a pause nothing is stored.
    """
    gate, seq = actor.gate, actor.table.seq
    if actor.is_paused or gate.is_open or not gate.holds(seq):
        return True
    stored = asyncio.Event()
    gate.hold(seq, stored.set, stored.set)
    try:
        async with asyncio.timeout(SETTLE_S):
            await stored.wait()
    except TimeoutError:
        return False
    return True


def show_chat(session: Session, actor: TableActor) -> None:
    """Send the latest lines of chat, after the answer to `watch`."""
    table, notebooks = actor.table.id, session.context.notebooks
    hears = partial(notebooks.hears, session.player)
    delayed = actor.viewers.delayed
    is_late = delayed is not None and delayed.is_late(session.player)
    until = Public(session.context.clock.table_ms(), actor.table.hand_number) if is_late else None
    history = session.context.chat_lines.history(table, hears, until)
    if history is not None and session.hears_chat:
        frame = session.wire.encode(history)

        def send() -> None:
            # A held `watch` may have been refused, or undone.
            if session in actor.watchers:
                session.send_droppable(frame)

        session.call_in_turn(table, send)


def unwatch(session: Session, message: Unwatch) -> None:
    """Unsubscribe from a table."""
    actor = watched(session, message)
    del session.watched[message.table]
    actor.unwatch(session)
    # Frames that are held for the connection come before the answer, and nothing after it.
    accepted = Accepted(message.id, table=message.table)
    session.answer_in_turn(message.table, accepted, leaving=actor.gate)


def watched(session: Session, message: Unwatch | Chat | React) -> TableActor:
    """The table of a message, if the connection watches it.  Raises Refused."""
    actor = session.watched.get(message.table)
    # A held `watch` was refused in the end if the table had to be rolled back.
    if not isinstance(actor, TableActor) or session not in actor.watchers:
        session.watched.pop(message.table, None)
        raise Refused("not_watching")
    return actor


def check_watched(session: Session, table: TableId, *, asked: int = 0) -> None:
    """Raise Refused if the connection already watches the maximum number of other tables.

    It has `asked` for some more, and has no answer yet.
    """
    cap = session.context.caps.watched_tables
    if cap and len(session.watched) + asked >= cap and table not in session.watched:
        text = f"a connection may watch {counted(cap, 'table')} at a time"
        raise Refused("too_many_watched", text, Details(limit=cap, scope="connection"))


def check_watchers(session: Session, actor: TableActor) -> None:
    """Raise Refused if the table has the maximum number of watchers, except for its players."""
    cap = session.context.caps.watchers
    if not cap or len(actor.watchers) < cap or session in actor.watchers:
        return
    if actor.table.seat_of(session.player) is None:
        raise Refused("too_many_watchers", details=Details(limit=cap, scope="table"))


# ---- finished hands


async def get_hand(session: Session, message: GetHand) -> None:
    """Answer with the events of a hand; a player's connections read one at a time."""
    context = session.context
    async with session.meter.reading:
        try:
            actor = await context.lobby.find(message.table)
        except Refused as refusal:
            if refusal.code != "unknown_table":
                raise
            answer = await context.past_hands.closed_hand(
                message, session.player, access_of(session, message.key)
            )
            session.answer_in_turn(message.table, answer)
        else:
            check_access(session, actor, message.key)
            await actor.send_hand(session, message)


async def list_hands(session: Session, message: ListHands) -> None:
    """Answer with a page of finished hands; a player's connections read one at a time."""
    async with session.meter.reading:
        answer = await session.context.past_hands.list(
            message, session.player, access_of(session, message.key)
        )
        session.answer_in_turn(message.table, answer)


async def get_stats(session: Session, message: GetStats) -> None:
    """Answer with statistics of finished hands; a player's connections read one at a time."""
    player, operates = session.player, is_operator(session)
    if message.table is None and message.player not in {None, player} and not operates:
        raise Refused("forbidden", "only operators get the statistics of others at all tables")

    def may_see_all(table: Table) -> bool:
        shares = table.config.statistics == "all" and table.seat_of(player) is not None
        return operates or shares

    async with session.meter.reading:
        answer = await session.context.past_hands.statistics(
            message, player, access_of(session, message.key), may_see_all
        )
        session.answer_in_turn(message.table, answer)
