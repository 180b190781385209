"""Documents that the server serves over HTTP, generated on first request."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import msgspec

from pokerws.schema import asyncapi, schemas


class Served(NamedTuple):
    """A document: its bytes, media type, and entity tag."""

    body: bytes
    media_type: str
    etag: str


_MADE: dict[str, tuple[Callable[[], bytes], str]] = {
    "/schema": (lambda: msgspec.json.encode(schemas.document()), "application/schema+json"),
    "/schema/asyncapi.json": (lambda: msgspec.json.encode(asyncapi.document()), "application/json"),
}


def served(path: str) -> Served | None:
    """The document at `path`, if there is one."""
    return _made(path) if path in _MADE else None


@cache
def _made(path: str) -> Served:
    make, media_type = _MADE[path]
    body = make()
    return Served(body, media_type, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
