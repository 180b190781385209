"""Looks for unfair play in a process of its own, one at a time, and with bounds.

In the server's process, reading hands would hold up every table.
"""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from pokerws.fair_play.report import Answer, Inquiry, Order, Report, summary
from pokerws.game.counted import counted
from pokerws.messages import Refused
from pokerws.server.admin import commands
from pokerws.server.admin.audit import around, entry_of
from pokerws.server.admin.caller import Caller, Desk
from pokerws.server.admin.results import AuditResult
from pokerws.server.admin.targets import player_meant

MODULE = "pokerws.maintenance.players.audit_process"
_ROOT = str(Path(__file__).parents[3])
MOST_HANDS = 10_000
# A client waits for half a minute.
LONGEST_S = 25.0
LOWEST_PRIORITY = 19
_DAY_MS = 86_400_000


async def audit(desk: Desk, caller: Caller, command: commands.Audit) -> AuditResult:
    """Look at players; the admin log has a row for each of them."""
    context = desk.context
    players = [await player_meant(context, text) for text in command.players]
    players = list(dict.fromkeys(players))
    since_ms = max(0, context.clock.wall_ms() - command.days * _DAY_MS)
    act = partial(_look, desk, Inquiry(players, since_ms, MOST_HANDS))
    by_id = replace(command, players=players)
    for player in reversed(players):
        act = partial(around, desk, entry_of(desk, caller, by_id, target=player), act)
    return await act()


async def _look(desk: Desk, inquiry: Inquiry) -> AuditResult:
    if not desk.settings.features.use_db_repository:
        text = "this server has no database (USE_DB_REPOSITORY), so no hands are stored"
        raise Refused("log_unavailable", text)
    if desk.auditing.locked():
        text = "an audit is running: a server runs one at a time"
        raise Refused("too_fast", text, retry_after_ms=round(1000 * LONGEST_S))
    async with desk.auditing:
        storage = desk.settings.storage
        report = await _report(Order(storage.database_url, storage.schema, inquiry))
    return AuditResult(f"{summary(report)}; {counted(report.signs, 'sign')}", report)


async def _report(order: Order) -> Report:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", MODULE),
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH")))),
        },
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        os.setpriority(os.PRIO_PROCESS, process.pid, LOWEST_PRIORITY)
        async with asyncio.timeout(LONGEST_S):
            output, _ = await process.communicate(msgspec.json.encode(order))
    except TimeoutError:
        text = f"it took longer than {LONGEST_S:.0f} s: ask for fewer days, or use `audit` itself"
        raise Refused("log_unavailable", text) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    answer = msgspec.json.decode(output or b"{}", type=Answer)
    if answer.report is None:
        raise Refused("log_unavailable", answer.failed or "it ended without an answer")
    return answer.report
