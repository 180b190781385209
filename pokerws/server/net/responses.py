"""Responses to plain HTTP requests."""

from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.http11 import Response


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
