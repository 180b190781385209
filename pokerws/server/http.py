"""What the one port serves besides the socket: the page, and `/healthz`.

Files are read once at the start.  Every response carries the security headers.
"""

from collections.abc import Callable
from http import HTTPStatus
from mimetypes import guess_type
from pathlib import Path

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

SOCKET_PATH = "/ws"

_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Pages:
    """Answers plain HTTP requests, and refuses sockets from foreign pages.

    `root` holds the browser client's files; `health` gives the facts that `/healthz` shows.
    """

    def __init__(
        self,
        root: Path,
        allowed_origins: tuple[str, ...],
        health: Callable[[], dict[str, object]],
    ) -> None:
        self._allowed_origins = allowed_origins
        self._health = health
        self._files = {
            f"/{path.relative_to(root).as_posix()}": path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }

    def __call__(self, _connection: ServerConnection, request: Request) -> Response | None:
        """A response, or None to go on with the WebSocket handshake."""
        if request.method not in ("GET", "HEAD"):
            response = _response(HTTPStatus.METHOD_NOT_ALLOWED, b"GET or HEAD.\n")
            response.headers["Allow"] = "GET, HEAD"
            return response
        path = request.path.partition("?")[0]
        if path == SOCKET_PATH and request.method == "GET":
            return self._before_handshake(request)
        response = self._page(path)
        if request.method == "HEAD":
            response.body = b""
        return response

    def _before_handshake(self, request: Request) -> Response | None:
        if not self._is_own_page(request):
            return _response(HTTPStatus.FORBIDDEN, b"This origin may not connect.\n")
        upgrades = [value.lower() for value in request.headers.get_all("Upgrade")]
        if upgrades != ["websocket"]:
            return _response(HTTPStatus.UPGRADE_REQUIRED, b"This is a WebSocket.\n")
        return None

    def _page(self, path: str) -> Response:
        if path == "/healthz":
            facts = msgspec.json.encode(self._health())
            return _response(HTTPStatus.OK, facts, "application/json")
        name = "/index.html" if path == "/" else path
        body = self._files.get(name)
        if body is None:
            return _response(HTTPStatus.NOT_FOUND, b"Not found.\n")
        kind = guess_type(name)[0] or "application/octet-stream"
        return _response(HTTPStatus.OK, body, kind)

    def _is_own_page(self, request: Request) -> bool:
        """Whether the socket is opened by our page, an allowed one, or no browser at all."""
        origins, hosts = request.headers.get_all("Origin"), request.headers.get_all("Host")
        if not origins:
            return True
        if len(origins) > 1 or len(hosts) != 1:
            return False
        own = (f"http://{hosts[0]}", f"https://{hosts[0]}")
        return origins[0] in self._allowed_origins or origins[0] in own


def _response(status: HTTPStatus, body: bytes, kind: str = "text/plain") -> Response:
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    headers = Headers(
        {
            "Content-Type": kind + charset,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-cache",
            "Connection": "close",
            **_SECURITY_HEADERS,
        }
    )
    return Response(status.value, status.phrase, headers, body)
