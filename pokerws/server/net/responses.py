"""Responses to plain HTTP requests."""

from collections.abc import Mapping
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

REVALIDATED = "no-cache"
NOT_STORED = "no-store"
# Only for addresses that change with their content.
IMMUTABLE = "public, max-age=31536000, immutable"


class PartOfPage(Response):
    """A script, style or picture of the page, for which headers about documents mean nothing.

    There are dozens of them, and over HTTP/1.1 those headers would be as long as the files.
    """


# What a browser shows by itself, with scripts.
DOCUMENTS = {"text/html", "image/svg+xml"}
PART_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def respond(
    status: HTTPStatus, body: bytes, kind: str = "text/plain", cache: str = REVALIDATED
) -> Response:
    """A response without the security headers; `cache` is its Cache-Control."""
    charset = "; charset=utf-8" if kind.startswith("text/") and "charset" not in kind else ""
    headers = Headers(
        {
            "Content-Type": kind + charset,
            "Content-Length": str(len(body)),
            "Cache-Control": cache,
            "Connection": "close",
        }
    )
    is_part = cache == IMMUTABLE and kind not in DOCUMENTS
    return (PartOfPage if is_part else Response)(status.value, status.phrase, headers, body)


def not_modified(kind: str, etag: str, cache: str = REVALIDATED) -> Response:
    """The client has the current version already."""
    response = respond(HTTPStatus.NOT_MODIFIED, b"", kind, cache)
    del response.headers["Content-Length"]  # It must be the document's, or absent.
    response.headers["ETag"] = etag
    return response


def keep(response: Response, request: Request) -> None:
    """Let the client send another request afterwards, if it can."""
    options = ",".join(request.headers.get_all("Connection")).lower()
    if request.protocol == "HTTP/1.1" and "close" not in options:
        del response.headers["Connection"]


def close(response: Response) -> None:
    """Let the client send no other request afterwards."""
    if "Connection" not in response.headers:
        response.headers["Connection"] = "close"


def is_known(etag: str, request: Request) -> bool:
    """Whether the client has this version already."""
    known = ",".join(request.headers.get_all("If-None-Match"))
    return any(tag.strip().removeprefix("W/") in (etag, "*") for tag in known.split(","))


def add_missing(headers: Mapping[str, str], response: Response) -> None:
    """Add headers that a response does not have."""
    for name, value in headers.items():
        if name not in response.headers:
            response.headers[name] = value


def add_page_headers(headers: Mapping[str, str], response: Response) -> None:
    """Add the headers about documents; parts of the page have their own."""
    add_missing(PART_HEADERS if isinstance(response, PartOfPage) else headers, response)
