"""Plain HTTP on the WebSocket port: the page, `/schema`, `/healthz` and `/metrics`.

Files are read once at the start.  The security headers are added later, to every response.
"""

import hmac
from collections.abc import Callable
from http import HTTPStatus
from mimetypes import guess_type
from pathlib import Path

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from pokerws.metrics import CONTENT_TYPE
from pokerws.schema.served import Served, served
from pokerws.server.net.client_address import parse

SOCKET_PATH = "/ws"

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; connect-src 'self'; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
}
# With TLS: browsers use only TLS for this host for a year.
OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
# A proxy on this machine adds one of these to requests from elsewhere.
_PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


class Pages:
    """Answers plain HTTP requests, and refuses WebSocket connections from other origins.

    `root` holds the files of the page; `health` returns the content of `/healthz`, and `metrics`
    that of `/metrics`.  Metrics require `metrics_token`.  If that is empty, they are served to this
    machine only; and behind a proxy to nobody, since its requests may come from anywhere.
    """

    def __init__(
        self,
        root: Path,
        allowed_origins: tuple[str, ...],
        health: Callable[[], dict[str, object]],
        metrics: Callable[[], bytes] = bytes,
        metrics_token: str = "",
        *,
        is_behind_proxy: bool = False,
    ) -> None:
        self._allowed_origins = allowed_origins
        self._health = health
        self._metrics = metrics
        self._metrics_token = metrics_token
        self._is_behind_proxy = is_behind_proxy
        self._files = {
            f"/{path.relative_to(root).as_posix()}": path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }

    def __call__(self, connection: ServerConnection, request: Request) -> Response | None:
        """A response, or None to go on with the WebSocket handshake."""
        if request.method not in ("GET", "HEAD"):
            response = respond(HTTPStatus.METHOD_NOT_ALLOWED, b"GET or HEAD.\n")
            response.headers["Allow"] = "GET, HEAD"
            return response
        path = request.path.partition("?")[0]
        if path == SOCKET_PATH and request.method == "GET":
            return self._before_handshake(request)
        if path == "/metrics" and self._may_read_metrics(connection, request):
            response = respond(HTTPStatus.OK, self._metrics(), CONTENT_TYPE)
        elif (document := served(path)) is not None:
            response = _of_document(document, request)
        else:
            response = self._page(path)
        if request.method == "HEAD":
            response.body = b""
        return response

    def _before_handshake(self, request: Request) -> Response | None:
        if not self._is_own_page(request):
            return respond(HTTPStatus.FORBIDDEN, b"This origin may not connect.\n")
        upgrades = [value.lower() for value in request.headers.get_all("Upgrade")]
        if upgrades != ["websocket"]:
            return respond(HTTPStatus.UPGRADE_REQUIRED, b"This is a WebSocket.\n")
        return None

    def _page(self, path: str) -> Response:
        if path == "/healthz":
            facts = msgspec.json.encode(self._health())
            return respond(HTTPStatus.OK, facts, "application/json")
        name = "/index.html" if path == "/" else path
        body = self._files.get(name)
        if body is None:
            return respond(HTTPStatus.NOT_FOUND, b"Not found.\n")
        kind = guess_type(name)[0] or "application/octet-stream"
        return respond(HTTPStatus.OK, body, kind)

    def _may_read_metrics(self, connection: ServerConnection, request: Request) -> bool:
        if not self._metrics_token:
            peer = connection.remote_address  # None when the client has disconnected.
            passed_on = any(header in request.headers for header in _PASSED_ON)
            is_local = peer is not None and is_this_machine(peer[0])
            return is_local and not passed_on and not self._is_behind_proxy
        given = request.headers.get_all("Authorization")
        if len(given) != 1:
            return False
        scheme, _, token = given[0].partition(" ")
        # Compared in constant time.
        is_right = hmac.compare_digest(_bytes(token.strip()), _bytes(self._metrics_token))
        return is_right and scheme.lower() == "bearer"

    def _is_own_page(self, request: Request) -> bool:
        """Whether the origin is this server's page or an allowed one, or there is none."""
        origins, hosts = request.headers.get_all("Origin"), request.headers.get_all("Host")
        if not origins:
            return True
        if len(origins) > 1 or len(hosts) != 1:
            return False
        own = (f"http://{hosts[0]}", f"https://{hosts[0]}")
        return origins[0] in self._allowed_origins or origins[0] in own


def is_this_machine(address: str) -> bool:
    """Whether an address is a loopback address, also as IPv4 mapped to IPv6."""
    ip = parse(address)
    return ip is not None and ip.is_loopback


def _of_document(document: Served, request: Request) -> Response:
    """A document, or 304 if the client has it already."""
    known = ",".join(request.headers.get_all("If-None-Match"))
    if document.etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        response = respond(HTTPStatus.NOT_MODIFIED, b"", document.media_type)
        del response.headers["Content-Length"]  # It must be the document's, or absent.
    else:
        response = respond(HTTPStatus.OK, document.body, document.media_type)
    response.headers["ETag"] = document.etag
    return response


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def respond(status: HTTPStatus, body: bytes, kind: str = "text/plain") -> Response:
    """A response without the security headers."""
    charset = "; charset=utf-8" if kind.startswith("text/") and "charset" not in kind else ""
    headers = Headers(
        {
            "Content-Type": kind + charset,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-cache",
            "Connection": "close",
        }
    )
    return Response(status.value, status.phrase, headers, body)
