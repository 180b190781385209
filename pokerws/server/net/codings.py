"""Compression of plain HTTP: the codings, and which of them a client accepts.

Brotli needs the package `brotli`; without it there is gzip.
"""

import gzip
from collections.abc import Callable, Iterable

try:
    import brotli
except ImportError:  # The client's installation has no server extra; gzip is enough to go on.
    brotli = None

IDENTITY = "identity"
# Brotli at 11 would be 4 % shorter for 20 times the time, in which no table is served.
_BROTLI_QUALITY = 5


def _brotli(body: bytes) -> bytes:
    made: bytes = brotli.compress(body, quality=_BROTLI_QUALITY)
    return made


def _gzip(body: bytes) -> bytes:
    # Without a time, so that equal files have equal bytes.
    return gzip.compress(body, 9, mtime=0)


# In the order of preference.
CODINGS: dict[str, Callable[[bytes], bytes]] = {"br": _brotli, "gzip": _gzip}
if brotli is None:
    del CODINGS["br"]


def chosen(accept_encoding: str, offered: Iterable[str]) -> str:
    """The offered coding that the client likes best; identity if it accepts none of them."""
    wanted = _qualities(accept_encoding)

    def quality(coding: str) -> float:
        return wanted.get(coding, wanted.get("*", 0.0))

    # Of several that are wanted as much, the first one.
    best = max(offered, key=quality)
    return best if quality(best) > 0 else IDENTITY


def _qualities(header: str) -> dict[str, float]:
    """The quality of each coding that a header names; an unreadable one counts as refused."""
    found: dict[str, float] = {}
    for item in header.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if not name:
            continue
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        try:
            found[name] = float(quality)
        except ValueError:
            found[name] = 0.0
    return found
