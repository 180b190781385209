"""The admin page, at the port of operators with a token.  The page itself holds nothing secret."""

from http import HTTPStatus
from pathlib import Path

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from pokerws.server.net.http import SECURITY_HEADERS
from pokerws.server.net.responses import respond

_FOLDER = Path(__file__).parent / "page"
_FILES = {
    "/admin": ("admin.html", "text/html; charset=utf-8"),
    "/admin/admin.js": ("admin.js", "text/javascript; charset=utf-8"),
    "/admin/admin.css": ("admin.css", "text/css; charset=utf-8"),
}
SOCKET_PATH = "/"


def page(request: Request) -> Response | None:
    """A file of the page; None for the WebSocket."""
    path = request.path.partition("?")[0]
    if path == SOCKET_PATH and "Upgrade" in request.headers:
        return None
    if path not in _FILES:
        return _secured(respond(HTTPStatus.NOT_FOUND, b"Not found: the page is at /admin.\n"))
    name, kind = _FILES[path]
    return _secured(respond(HTTPStatus.OK, (_FOLDER / name).read_bytes(), kind))


def _secured(response: Response) -> Response:
    headers: Headers = response.headers
    for name, value in SECURITY_HEADERS.items():
        if name not in headers:
            headers[name] = value
    return response
