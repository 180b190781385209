"""Starts the admin commands, if the settings ask for them; else nothing of them is imported."""

import ssl
from collections.abc import Callable

from pokerws.server.auth.operator_tokens import OperatorTokens
from pokerws.server.background.readiness import Readiness
from pokerws.server.net.inherited import WaysIn
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.session import Dispatch
from pokerws.server.stops import Stops
from pokerws.settings import Settings
from pokerws.storage.admin_log import AdminLog


async def open_admin(
    settings: Settings,
    context: SessionContext,
    dispatch: Dispatch,
    operators: OperatorTokens,
    *,
    ways: WaysIn,
    tls: ssl.SSLContext | None,
    admin_log: AdminLog,
    readiness: Readiness,
    health: Callable[[], dict[str, object]],
    stops: Stops,
) -> None:
    """Listen for operators.  Raises ListenError."""
    if not settings.admin.admin_socket and not settings.admin.admin_port:
        return
    from pokerws.server.admin.caller import Desk, Leaving  # noqa: PLC0415  only if it is wanted
    from pokerws.server.admin.start import open_port  # noqa: PLC0415  likewise

    desk = Desk(
        *(context, dispatch, settings, admin_log),
        health=health,
        reasons=readiness.reasons,
        started_ms=context.clock.wall_ms(),
        leaving=Leaving(ways.end),
    )
    await open_port(desk, operators, tls, stops, ways)
