"""Opens the ways in for operators, as the settings say."""

import ssl
from socket import IPPROTO_TCP, socket

from pokerws.server.admin.caller import Desk
from pokerws.server.admin.port import AdminPort
from pokerws.server.admin.socket_file import socket_file
from pokerws.server.auth.operator_tokens import OperatorTokens
from pokerws.server.net.inherited import WaysIn
from pokerws.server.stops import Stops


async def open_port(
    desk: Desk, tokens: OperatorTokens, tls: ssl.SSLContext | None, stops: Stops, ways: WaysIn
) -> AdminPort:
    """Listen at the Unix socket and at ADMIN_PORT; a worker, at those that it inherits.

    Raises ListenError.

    A socket that cannot be opened is logged: play does not depend on it.
    """
    port = AdminPort(desk, tokens)
    stops.add("admin", port.stop)
    settings = desk.settings
    if ways.is_worker:
        if ways.socket is not None:
            await port.serve_socket(socket(fileno=ways.socket))
        if ways.port is not None:
            await port.serve_port(socket(fileno=ways.port, proto=IPPROTO_TCP), tls)
        return port
    if (file := socket_file(settings)) is not None:
        await port.open_socket(file)
    if settings.admin.admin_port:
        await port.open_port(settings.admin.admin_host, settings.admin.admin_port, tls)
    return port
