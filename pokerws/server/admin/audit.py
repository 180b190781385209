"""Writes each action of an operator to the admin log.

A change of the database has its row in the same transaction.  All others have a row before the
action, and one with the result after it: if the server ends between them, that shows.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import structlog
from msgspec.structs import replace

from pokerws.game.illegal import Illegal
from pokerws.messages import Refused
from pokerws.server.admin.caller import Caller, Desk
from pokerws.server.admin.commands import Command, name_of
from pokerws.server.admin.results import ActionResult, AuditResult
from pokerws.storage.admin_log import DONE, AdminEntry
from pokerws.storage.errors import StoreUnavailable

FAILED = "failed"

_Result = TypeVar("_Result", ActionResult, AuditResult)

log = structlog.get_logger("pokerws.admin")


def entry_of(
    desk: Desk, caller: Caller, command: Command, *, target: str = "", reason: str = ""
) -> AdminEntry:
    """The entry of a command that is not done yet.

    A player has the id in it, whatever was typed: names are erased where a player wants that.
    """
    ids = {name: target for name in ("player", "target") if hasattr(command, name)}
    arguments = msgspec.json.encode(replace(command, id="", **ids)).decode()
    table = getattr(command, "table", None) or ""
    return AdminEntry(
        *(caller.who, caller.role, caller.via, desk.node, name_of(type(command))),
        target=target,
        table_id=table,
        reason=reason,
        arguments=arguments,
        request=getattr(command, "request", ""),
    )


async def with_change(
    desk: Desk, entry: AdminEntry, change: Callable[[AdminEntry], Awaitable[ActionResult]]
) -> ActionResult:
    """Make a change in the database, which stores the entry that it is given.

    A refusal is logged by itself, if that is possible.
    """
    done = replace(entry, result=DONE)
    try:
        result = await change(done)
    except Illegal as refusal:
        _say(entry, refusal.code, refusal.detail)
        await _add(desk, replace(_refused(entry, refusal), request=""))
        raise
    if not desk.log.keeps and not result.repeated:
        await desk.log.add(done)
    _say(entry, DONE, result.text)
    return result


async def around(desk: Desk, entry: AdminEntry, act: Callable[[], Awaitable[_Result]]) -> _Result:
    """Act, between two rows of the log.  Raises Refused if the first cannot be written."""
    try:
        begun = await desk.log.add(entry)
    except StoreUnavailable as error:
        raise Refused(
            "log_unavailable", "nothing was done: the admin log cannot be written now"
        ) from error
    try:
        result = await act()
    except Illegal as refusal:
        _say(entry, refusal.code, refusal.detail)
        await _add(desk, replace(_refused(entry, refusal), begun=begun))
        raise
    except Exception:
        await _add(desk, replace(entry, result=FAILED, begun=begun))
        raise
    _say(entry, DONE, result.text)
    await _add(desk, replace(entry, result=DONE, detail=result.text, begun=begun))
    return result


def _refused(entry: AdminEntry, refusal: Illegal) -> AdminEntry:
    return replace(entry, result=refusal.code, detail=refusal.detail[:1000])


async def _add(desk: Desk, entry: AdminEntry) -> None:
    """Add a row about what has happened; without the database, the line of the log must do."""
    try:
        await desk.log.add(entry)
    except StoreUnavailable as error:
        log.warning("admin_result_not_stored", command=entry.command, error=str(error))


def _say(entry: AdminEntry, result: str, detail: str) -> None:
    log.info(
        "admin_action",
        command=entry.command,
        by=entry.who,
        via=entry.via,
        result=result,
        detail=detail,
        target=entry.target,
        table=entry.table_id,
        reason=entry.reason,
    )
