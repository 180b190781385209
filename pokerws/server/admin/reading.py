"""The commands that change nothing.  None loads a table or opens an account."""

import logging
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec.structs import fields

from pokerws import __version__
from pokerws.game.state import Table, TableId
from pokerws.messages import PlayerEntry, Refused, TableSummary
from pokerws.server.admin import commands, results
from pokerws.server.admin.caller import Caller, Desk
from pokerws.server.admin.commands import PAGE_LENGTH
from pokerws.server.admin.targets import player_meant
from pokerws.server.sessions.handlers.moderation import known_players, sanctions_on_players
from pokerws.server.sessions.session import Session
from pokerws.server.tables.actor import TableActor
from pokerws.settings.section import Section
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.sanctions import Sanction

_Entry = TypeVar("_Entry")
LATEST_TRANSFERS = 10


def status(desk: Desk) -> results.StatusResult:
    """How the server is."""
    lobby, moderation = desk.context.lobby, desk.context.moderation
    return results.StatusResult(
        *(__version__, desk.node, desk.started_ms),
        health=desk.health(),
        reasons=list(desk.reasons()),
        connections=sum(len(ones) for _, ones in moderation.roster.connections()),
        tables_listed=lobby.tables_listed,
        tables_in_memory=lobby.tables_in_memory,
        frozen=[TableId(one.target) for one in moderation.frozen()],
        log_level=logging.getLevelName(logging.root.level).lower(),
        log_is_kept=desk.log.keeps,
    )


def flags(desk: Desk) -> results.FlagsResult:
    """The features, and all settings without secrets."""
    sections = (getattr(desk.settings, field.name) for field in fields(type(desk.settings)))
    shown = {
        setting.encode_name: section.shown(setting)
        for section in sections
        if isinstance(section, Section)
        for setting in fields(type(section))
    }
    return results.FlagsResult(dict(desk.context.flags), shown)


def tables(desk: Desk, command: commands.ListTables) -> results.TablesResult:
    """The open tables, of all servers."""
    found = [
        one
        for one in desk.context.lobby.summaries()
        if one.status != "closed" and _has(command.find, one.table, one.name)
    ]
    page, pages = page_of(found, command.page)
    return results.TablesResult([_table_row(desk, one) for one in page], command.page, pages)


def _table_row(desk: Desk, one: TableSummary) -> results.TableRow:
    return results.TableRow(
        *(one.table, one.name, one.status, one.config.variant),
        players=one.players,
        seats=one.config.seats,
        hand_number=one.hand_number,
        in_memory=desk.context.lobby.in_memory(one.table),
        frozen=desk.context.moderation.is_frozen(one.table),
        waiting_for=one.waiting_for,
    )


def table(desk: Desk, command: commands.ShowTable) -> results.TableResult:
    """A table: whole if it is in memory here, and else its line in the list."""
    lobby, wanted = desk.context.lobby, command.table
    row = next((one for one in lobby.summaries() if one.table == wanted), None)
    if row is None or row.status == "closed":
        raise Refused("unknown_table", f"there is no open table {wanted}")
    actor = lobby.live(wanted)
    shown = results.TableResult(_table_row(desk, row), [], None, 0, 0)
    frozen = next((one for one in desk.context.moderation.frozen() if one.target == wanted), None)
    if actor is not None:
        shown = _live_table(desk, actor, shown.row)
    if frozen is None:
        return shown
    return msgspec.structs.replace(
        shown,
        frozen_until_ms=frozen.until_ms,
        frozen_by=frozen.by,
        frozen_reason=frozen.reason,
    )


def _live_table(desk: Desk, actor: TableActor, row: results.TableRow) -> results.TableResult:
    state, hand = actor.table, actor.table.hand
    turn = None if hand is None else hand.turn
    return results.TableResult(
        row,
        _seats(desk, state),
        state.host,
        len(actor.watchers),
        state.seq,
        pot=state.total_pot,
        board=[] if hand is None else [str(card) for card in hand.board],
        to_act=None if turn is None else turn.seat,
        left_ms=None if turn is None else turn.deadline_ms - desk.context.clock.table_ms(),
    )


def _seats(desk: Desk, state: Table) -> list[results.SeatRow]:
    absent = set(desk.context.lobby.absent_at(state.id))
    return [
        results.SeatRow(
            *(number, seat.player, seat.name, seat.stack, seat.player not in absent),
            sitting_out=seat.sitting_out,
        )
        for number, seat in enumerate(state.seats)
        if seat is not None
    ]


def players(desk: Desk, caller: Caller, command: commands.ListPlayers) -> results.PlayersResult:
    """The players whom this server knows."""
    known = sorted(known_players(desk.context).values(), key=lambda one: one.player)
    found = [one for one in known if _has(command.find, one.player, one.name)]
    page, pages = page_of(found, command.page)
    rows = [_player_row(one, caller) for one in page]
    return results.PlayersResult(rows, command.page, pages)


def _player_row(one: PlayerEntry, caller: Caller) -> results.PlayerRow:
    return results.PlayerRow(
        one.player,
        one.name,
        one.connections,
        [] if caller.role == "viewer" else one.addresses,
        one.tables,
        one.left_ms,
        one.muted_until_ms,
    )


async def player(desk: Desk, caller: Caller, command: commands.ShowPlayer) -> results.PlayerResult:
    """A player, with account and sanctions."""
    context = desk.context
    meant = await player_meant(context, command.player)
    entry = known_players(context).get(meant) or PlayerEntry(meant, "")
    row = _player_row(entry, caller)
    sanctions = [one for one in sanctions_on_players(context) if one.player == meant]
    if not await context.cashier.has_account(meant):
        return results.PlayerResult(row, sanctions)
    statement = await context.cashier.statement(meant, None)
    transfers = [
        results.TransferRow(one.id, one.at_ms, one.reason, one.amount, one.table)
        for one in statement.history[:LATEST_TRANSFERS]
    ]
    return results.PlayerResult(row, sanctions, statement.purse.balance, transfers)


def connections(desk: Desk, command: commands.ListConnections) -> results.ConnectionsResult:
    """The connections of this server."""
    rows = []
    for _, ones in desk.context.moderation.roster.connections():
        for one in ones:
            known = one.admitted
            if isinstance(one, Session) and _has(command.find, known.player, known.name):
                rows.append(
                    results.ConnectionRow(
                        *(known.player, known.name, known.role, one.address, list(one.watched)),
                        latency_ms=one.line.latency_ms,
                    )
                )
    rows.sort(key=lambda row: (row.player, row.address))
    page, pages = page_of(rows, command.page)
    return results.ConnectionsResult(page, command.page, pages)


def sanctions(desk: Desk, command: commands.ListSanctions) -> results.SanctionsResult:
    """What is in force."""
    page, pages = page_of(sanctions_on_players(desk.context), command.page)
    frozen = [_frozen_row(one) for one in desk.context.moderation.frozen()]
    return results.SanctionsResult(page, frozen, command.page, pages)


def _frozen_row(one: Sanction) -> results.FrozenRow:
    return results.FrozenRow(TableId(one.target), one.at_ms, one.until_ms, one.by, one.reason)


async def log(desk: Desk, command: commands.ShowLog) -> results.LogResult:
    """What operators have done."""
    try:
        found = await desk.log.actions(command.before or None, PAGE_LENGTH + 1, command.about)
    except StoreUnavailable as error:
        raise Refused("log_unavailable", "the database cannot be reached") from error
    rows = [
        results.LogRow(
            *(one.id, one.at_ms, one.entry.who, one.entry.role, one.entry.via, one.entry.node),
            *(one.entry.command, one.entry.target, one.entry.table_id, one.entry.reason),
            *(one.entry.arguments, one.entry.result, one.entry.detail),
        )
        for one in found[:PAGE_LENGTH]
    ]
    return results.LogResult(rows, len(found) <= PAGE_LENGTH, desk.log.keeps)


def _has(text: str, *places: str) -> bool:
    """Whether a text is in one of the places, whatever its case."""
    wanted = text.casefold()
    return any(wanted in place.casefold() for place in places)


def page_of(entries: Sequence[_Entry], number: int) -> tuple[list[_Entry], int]:
    """A page of a list, and the number of pages, at least one."""
    pages = max(1, -(-len(entries) // PAGE_LENGTH))
    return list(entries[number * PAGE_LENGTH : (number + 1) * PAGE_LENGTH]), pages
