"""Fetches one small document over HTTP(S), with limits on size, time and origin.

A redirect is an error, so that the document comes from the address that the operator chose.  The
transport is asyncio's, so that the time limit covers everything from the DNS look-up to the last
byte.  The standard library parses the response.
"""

import asyncio
import ssl
from functools import cache
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from socket import socket
from typing import cast
from urllib.parse import urlsplit

from pokerws.server.auth.errors import FetchError

MAX_BYTES = 256 * 1024
TIMEOUT_S = 5.0

_READ_BYTES = 16 * 1024


async def fetch(url: str, *, timeout_s: float = TIMEOUT_S) -> bytes:
    """The body of an http or https URL, at most MAX_BYTES with headers.  Raises FetchError."""
    try:
        async with asyncio.timeout(timeout_s):
            received = await _receive(url)
        return _body_of(received)
    except TimeoutError:
        raise FetchError(f"it took longer than {timeout_s:g} s") from None
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise FetchError(reason) from error


async def _receive(url: str) -> bytes:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(
        parts.hostname, port, ssl=_trusted() if secure else None
    )
    try:
        writer.write(_request(parts.netloc, parts.path or "/", parts.query))
        received = bytearray()
        while chunk := await reader.read(_READ_BYTES):
            received += chunk
            if len(received) > MAX_BYTES:
                raise FetchError(f"it is longer than {MAX_BYTES} bytes")
        return bytes(received)
    finally:
        # Abort: a slow server may be slow to close as well.
        writer.transport.abort()


def _request(host: str, path: str, query: str) -> bytes:
    target = f"{path}?{query}" if query else path
    lines = (
        f"GET {target} HTTP/1.1",
        f"Host: {host}",
        "Accept: application/json",
        "Accept-Encoding: identity",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


def _body_of(received: bytes) -> bytes:
    response = HTTPResponse(cast("socket", _Received(received)), method="GET")
    with response:
        response.begin()
        if response.status != 200:
            raise FetchError(f"it answered {response.status}, not 200")
        return response.read()


class _Received:
    """The received bytes, in place of the socket that the parser reads from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> BytesIO:
        return BytesIO(self._data)


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that this machine trusts; cached, since reading them is slow."""
    return ssl.create_default_context()
