"""Plain HTTP on the WebSocket port: the page, `/schema`, `/metrics`, and what orchestrators ask.

The security headers are added later, to every response that does not have its own.
"""

import hmac
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from pokerws.metrics import CONTENT_TYPE
from pokerws.schema.served import Served, served
from pokerws.server.net.client_address import parse
from pokerws.server.net.codings import IDENTITY, chosen
from pokerws.server.net.host_policy import HostPolicy, host_of
from pokerws.server.net.responses import (
    IMMUTABLE,
    NOT_STORED,
    REVALIDATED,
    is_known,
    keep,
    not_modified,
    respond,
)
from pokerws.server.net.site import File, is_versioned, site_of

WEB_ROOT = Path(__file__).parents[2] / "web"
SOCKET_PATH = "/ws"

_CONTENT_POLICY = (
    "default-src 'self'; connect-src 'self'{sockets}; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY.format(sockets=""),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
}
# With TLS: browsers use only TLS for this host for a year.
OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
# Everything but letters and digits that a query may hold, escapes too.
_OF_QUERIES = "!$%&'()*+,-./:;=?@_~"
# A proxy on this machine adds one of these to requests from elsewhere.
_PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


class Pages:
    """Answers plain HTTP requests, and refuses those of foreign hosts and origins.

    `root` holds the files of the page; `health` returns the content of `/healthz`, `metrics` that
    of `/metrics`, and `reasons` why the server is not ready, for `/readyz`.  Metrics require
    `metrics_token`.  If that is empty, they are served to this machine only; and behind a proxy to
    nobody, since its requests may come from anywhere.

    Everything is served below `base` as well as at the root: a proxy may leave the path as it is,
    or cut the base off.
    """

    def __init__(
        self,
        root: Path,
        policy: HostPolicy,
        health: Callable[[], dict[str, object]],
        metrics: Callable[[], bytes] = bytes,
        metrics_token: str = "",
        *,
        reasons: Callable[[], Sequence[Struct]] = tuple,
        is_behind_proxy: bool = False,
        is_tls: bool = False,
        base: str = "/",
    ) -> None:
        self._policy = policy
        self._health = health
        self._metrics = metrics
        self._reasons = reasons
        self._metrics_token = metrics_token
        self._is_behind_proxy = is_behind_proxy
        self._base = base
        self._scheme = "https" if is_tls else "http"
        self._site = site_of(root)

    def __call__(self, connection: ServerConnection, request: Request) -> Response | None:
        """A response, or None to go on with the WebSocket handshake."""
        if request.method not in ("GET", "HEAD"):
            response = respond(HTTPStatus.METHOD_NOT_ALLOWED, b"GET or HEAD.\n")
            response.headers["Allow"] = "GET, HEAD"
            return response
        answer = self._answer(connection, request)
        if answer is not None and request.method == "HEAD":
            answer.body = b""
        return answer

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        address = connection.remote_address  # None when the client has disconnected.
        peer = "" if address is None else str(address[0])
        whole, _, query = request.path.partition("?")
        path = self._below_base(whole)
        if path == "/metrics" and self._may_read_metrics(peer, request):
            return respond(HTTPStatus.OK, self._metrics(), CONTENT_TYPE)
        if (refusal := self._policy.foreign_host(peer, request)) is not None:
            return refusal
        if f"{whole}/" == self._base:
            return _redirect(self._base, query)
        if path == SOCKET_PATH and request.method == "GET":
            return self._policy.foreign_origin(peer, request) or _not_a_handshake(request)
        if (document := served(path)) is not None:
            return _of_document(document, request)
        if path == "/healthz":
            return _facts(self._health())
        if path == "/livez":
            return _facts({"status": "ok"})
        if path == "/readyz":
            return self._readiness()
        return self._file(path, peer, request)

    def _readiness(self) -> Response:
        reasons = self._reasons()
        status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
        return _facts({"ready": not reasons, "reasons": reasons}, status)

    def _below_base(self, path: str) -> str:
        return path[len(self._base) - 1 :] if path.startswith(self._base) else path

    def _file(self, path: str, peer: str, request: Request) -> Response:
        host = host_of(request)
        scheme = self._policy.scheme(peer, request, self._scheme)
        file = self._site.file(path, f"{scheme}://{host}{self._base}" if host else "")
        if file is not None:
            response = _of_file(file, request)
            keep(response, request)
            if file.kind == "text/html":
                response.headers["Content-Security-Policy"] = _content_policy(host)
            return response
        # A version that is missing may be that of a server that is about to be replaced.
        cache = NOT_STORED if is_versioned(path) else REVALIDATED
        return respond(HTTPStatus.NOT_FOUND, b"Not found.\n", cache=cache)

    def _may_read_metrics(self, peer: str, request: Request) -> bool:
        """Whether the request is of this machine, or has the token, which no foreign page has."""
        if not self._metrics_token:
            passed_on = any(header in request.headers for header in _PASSED_ON)
            is_local = is_this_machine(peer) and not passed_on and not self._is_behind_proxy
            return is_local and self._policy.knows_host(peer, request)
        given = request.headers.get_all("Authorization")
        if len(given) != 1:
            return False
        scheme, _, token = given[0].partition(" ")
        # Compared in constant time.
        is_right = hmac.compare_digest(_bytes(token.strip()), _bytes(self._metrics_token))
        return is_right and scheme.lower() == "bearer"


def is_this_machine(address: str) -> bool:
    """Whether an address is a loopback address, also as IPv4 mapped to IPv6."""
    ip = parse(address)
    return ip is not None and ip.is_loopback


def _facts(facts: dict[str, object], status: HTTPStatus = HTTPStatus.OK) -> Response:
    return respond(status, msgspec.json.encode(facts), "application/json")


def _not_a_handshake(request: Request) -> Response | None:
    """A refusal of a request that asks for no WebSocket."""
    upgrades = [value.lower() for value in request.headers.get_all("Upgrade")]
    if upgrades != ["websocket"]:
        return respond(HTTPStatus.UPGRADE_REQUIRED, b"This is a WebSocket.\n")
    return None


def _redirect(base: str, query: str) -> Response:
    """To the page's own address, whose relative links are right."""
    response = respond(HTTPStatus.PERMANENT_REDIRECT, b"")
    # A request line may hold characters that a header may not.
    response.headers["Location"] = f"{base}?{quote(query, _OF_QUERIES)}" if query else base
    return response


def _of_document(document: Served, request: Request) -> Response:
    """A document, or 304 if the client has it already."""
    if is_known(document.etag, request):
        return not_modified(document.media_type, document.etag)
    response = respond(HTTPStatus.OK, document.body, document.media_type)
    response.headers["ETag"] = document.etag
    return response


def _of_file(file: File, request: Request) -> Response:
    """A file in the coding that the client likes best, or 304 if the client has it already."""
    coding = chosen(",".join(request.headers.get_all("Accept-Encoding")), file.codings)
    cache, etag = IMMUTABLE if file.is_immutable else REVALIDATED, file.etag(coding)
    if is_known(etag, request):
        response = not_modified(file.kind, etag, cache)
    else:
        response = respond(HTTPStatus.OK, file.body(coding), file.kind, cache)
        if not file.is_immutable:
            response.headers["ETag"] = etag
        if coding != IDENTITY:
            response.headers["Content-Encoding"] = coding
    if len(file.codings) > 1:
        response.headers["Vary"] = "Accept-Encoding"
    return response


def _content_policy(host: str) -> str:
    """What the page may load; `host` is the one that the browser sent.

    To Safari before 16, sockets are of another origin than the page, even on the same host.
    """
    return _CONTENT_POLICY.format(sockets=f" ws://{host} wss://{host}" if host else "")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
