"""Handlers of messages about company at a table: chat, reactions, mutes, notes and watchers."""

from functools import partial

from pokerws.messages import (
    Accepted,
    Broadcast,
    Chat,
    ChatSaid,
    GetNotes,
    ListWatchers,
    MutePlayer,
    NoteEntry,
    Notes,
    React,
    ReactionShown,
    Refused,
    SetNote,
    Watchers,
)
from pokerws.server.auth.seat_names import check_unlike
from pokerws.server.auth.text_rules import chat_text
from pokerws.server.isolation import each
from pokerws.server.sessions.handlers.moderation import page_of
from pokerws.server.sessions.handlers.watching import watched
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.table_access import check_access
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.actors.delayed_viewers import Public
from pokerws.server.tables.interfaces import Viewer

# The most names in one answer.
MAX_WATCHERS = 200

# ---- chat and reactions


def chat(session: Session, message: Chat) -> None:
    """Send a line of chat to all viewers of the table."""
    actor = watched(session, message)
    check_may_speak(session, actor)
    text = chat_text(message.text, strict=session.context.strict)
    name = speaker(session, actor)
    at_ms = session.context.clock.table_ms()
    line = ChatSaid(message.table, session.player, name, text, at_ms)
    public = say(session, actor, message, Broadcast(line))
    session.context.chat_lines.add(line, public)


def react(session: Session, message: React) -> None:
    """Show a reaction to all viewers of the table."""
    actor = watched(session, message)
    check_may_speak(session, actor)
    name, at_ms = speaker(session, actor), session.context.clock.table_ms()
    shown = ReactionShown(message.table, session.player, name, message.reaction, at_ms)
    say(session, actor, message, Broadcast(shown))


def check_may_speak(session: Session, actor: TableActor) -> None:
    """Raise Refused for a player whom an operator has muted, or the table's host."""
    session.context.moderation.check_chat(session.player)
    table = actor.table
    if session.player in table.hosting.muted and session.player != table.host:
        raise Refused("muted_by_host", "the host lets you say nothing at this table")


def speaker(session: Session, actor: TableActor) -> str:
    """The name of the player, if the player may say something now.  Raises Refused."""
    session.meter.check("chat", session.context.clock.now_ms())
    name = session.shown.name
    check_unlike(actor.table.seats, session.player, name)
    return name


def say(session: Session, actor: TableActor, message: Chat | React, said: Broadcast) -> Public:
    """Answer the author, and send the line to all viewers who have not muted the author.

    Late viewers get the lines of players late too.  Returns when all may see it.
    """
    accepted = Accepted(message.id, table=message.table)
    session.call_in_turn(message.table, partial(accept_said, session, accepted, said))
    notebooks, author = session.context.notebooks, session.player

    def tell(viewer: Viewer) -> None:
        if viewer is not session and notebooks.hears(viewer.player, author):
            viewer.send_droppable(said.on(viewer.wire))

    delayed = actor.viewers.delayed
    if delayed is None or not delayed.knows_more(session):
        each(actor.viewers.listeners, tell)
        return Public(session.context.clock.table_ms())
    each(actor.viewers.prompt_listeners, tell)
    return delayed.say_later(tell)


def accept_said(session: Session, accepted: Accepted, said: Broadcast) -> None:
    """Answer the author of a line, and then send it."""
    session.answer(accepted)
    session.send_droppable(said.on(session.wire))


# ---- notes and mutes


async def mute_player(session: Session, message: MutePlayer) -> None:
    """Mute a player, or end the mute."""
    await session.context.notebooks.mute(session.player, message.player, on=message.on)
    session.answer(Accepted(message.id))


async def set_note(session: Session, message: SetNote) -> None:
    """Store a note about a player, or erase it."""
    text = message.text
    if text:
        text = chat_text(text, strict=session.context.strict)
    await session.context.notebooks.note(session.player, message.player, text, message.colour)
    session.answer(Accepted(message.id))


async def get_notes(session: Session, message: GetNotes) -> None:
    """Answer with a page of the player's notes and mutes."""
    kept = await session.context.notebooks.notes_of(session.player)
    notes, pages = page_of([NoteEntry(*note) for note in kept], message.page)
    session.answer(Notes(message.id, message.page, pages, notes))


# ---- watchers


async def list_watchers(session: Session, message: ListWatchers) -> None:
    """Answer with the players who watch a table without a seat there."""
    actor = await session.context.lobby.find(message.table)
    check_access(session, actor)
    table = actor.table
    watching = {viewer.player for viewer in actor.viewers.listeners}
    players = [player for player in watching if table.seat_of(player) is None]
    names: list[str] = []
    if not table.config.company.anonymous_watchers:
        moderation, shown = session.context.moderation, session.context.admission.names.shown
        connected = (connections[0] for p in players if (connections := moderation.roster.of(p)))
        known = (connection.admitted for connection in connected)
        names = sorted(shown(one.player, one.name) for one in known)[:MAX_WATCHERS]
    answer = Watchers(message.id, message.table, len(players), names)
    session.answer_in_turn(message.table, answer)
