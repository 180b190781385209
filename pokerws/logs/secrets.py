"""Keeps secrets and cards out of log lines, whatever a caller passes.

A field is refused by its name, and a part of a text by its shape: a JWT, the user and password of
an address, a parameter such as `password=`, a long random word, cards.  The first time for each
event and field is told: by name it is a bug of the caller; a text may quote what a client or a
library said.  This module cannot know a secret that looks like a word, so callers log none.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from structlog.typing import EventDict, WrappedLogger

REFUSED: Final = "[refused]"
# Also what ends with one of these after `_`, as in `guest_token`.
SECRET_NAMES: Final = frozenset(
    "authorization cards cookie deck discards dsn entropy hole jwt link password salt secret seed "
    "token url".split()
)
# What people or login services choose: they may be called As, and a key's id looks random.
NAMED: Final = frozenset(
    "before bot by did_you_mean directory file giver host id ids key name names node others peer "
    "player process receiver server table target tables_now to".split()
)
# Of the pipeline; the traceback is masked where it is rendered.
_OWN: Final = frozenset({"event", "level", "timestamp", "logger", "exc_info", "stack_info"})
_PLAIN: Final = frozenset({int, bool, float, type(None)})
_MOST_TOLD: Final = 1_000

_CARD = "[2-9TJQKA][cdhs]"
_TOKENS = re.compile(
    # A JWT; ours are too.
    r"\beyJ[\w-]{8,}(?:\.[\w-]*)*"
    # User and password of an address, as in a DSN or a `nats://` URL.
    r"|(?<=://)[^/\s@'\"]+(?=@)"
    # Parameters of a URL or a DSN, and headers.
    r"|(?i:\b(?:password|passwd|token|secret|key|code|link|invite)=)[^\s&;,'\"]+"
    r"|(?i:\bbearer )[\w.~+/=-]+"
)
# A key in hexadecimal, or a random word of upper and lower case with a digit or a sign.
_RANDOM = re.compile(
    r"\b[0-9a-f]{32,}\b"
    r"|(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*[0-9_-])[A-Za-z0-9_-]{20,}(?![\w-])"
)
# A word that consists of cards; or a card in the repr of MessagePack bytes.
_CARDS = re.compile(
    rf"(?<![A-Za-z0-9])(?:{_CARD})+(?![A-Za-z0-9])|(?<=\\xa2){_CARD}",
)
# A part of each of the above, except for long words: most texts have none, and pass with one
# search.  It begins with a set of characters, which the search skips to.
_SUSPECT = re.compile(
    r"[eE:=bB2-9TJQKA](?:(?<=e)yJ|(?<=:)//|(?<==)|(?<=[bB])(?i:earer)|(?<=[2-9TJQKA])[cdhs])"
)
_LONG: Final = 20
_LONG_WORD = re.compile(r"[\w-]{20}")

# Makes a value safe; returns the same object if it is.
_Check = Callable[[Any], Any]


class _Checks(dict[str, _Check | None]):
    """The check of each field, by name; None for those that need none.

    There are few names, since callers spell them out.
    """

    def __missing__(self, field: str) -> _Check | None:
        check: _Check | None = _safe_name if field in NAMED else _safe_text
        if field in SECRET_NAMES or field.rpartition("_")[2] in SECRET_NAMES:
            check = _refuse
        elif field in _OWN or field.startswith("_"):
            check = None
        self[field] = check
        return check


_checks = _Checks()


class Secrets:
    """A processor that refuses secrets, and counts what it has refused."""

    def __init__(self) -> None:
        self.refused = 0
        self._told = set[tuple[str, str]]()
        # Events and fields that were refused for the first time, to be told.
        self._news: list[tuple[str, str]] = []

    def reset(self) -> None:
        """Begin again to count, and to tell."""
        self.refused = 0
        self._told.clear()
        self._news.clear()

    def told(self) -> list[tuple[str, str]]:
        """The events and fields that were refused for the first time since the last call."""
        news, self._news = self._news, []
        return news

    def __call__(self, logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
        """Part of structlog: the last one that sees the fields of a line."""
        checks = _checks
        for field, value in line.items():
            check = checks[field]
            if check is not None and (safe := check(value)) is not value:
                line[field] = safe
                self._note(line["event"] if line["_from_structlog"] else "of a library", field)
        # The event of ours is a constant; that of a library is a text like others.
        if not line["_from_structlog"] and (safe := masked(line["event"])) != line["event"]:
            line["event"] = safe
            self._note("of a library", "event")
        return line

    def _note(self, event: str, field: str) -> None:
        self.refused += 1
        if (event, field) not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add((event, field))
            self._news.append((event, field))


def masked(text: str) -> str:
    """The text without secrets and cards: the same object, if it has none."""
    if _SUSPECT.search(text) is None and (len(text) < _LONG or _LONG_WORD.search(text) is None):
        return text
    safe = _CARDS.sub("??", _RANDOM.sub(REFUSED, _TOKENS.sub(REFUSED, text)))
    return text if safe == text else safe


def _refuse(value: Any) -> Any:
    return REFUSED


def _safe_text(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return masked(value)
    return value if kind in _PLAIN else _safe(value, _safe_text)


def _safe_name(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        if len(value) < _LONG and "=" not in value and "://" not in value:
            return value
        safe = _TOKENS.sub(REFUSED, value)
        return value if safe == value else safe
    return value if kind in _PLAIN else _safe(value, _safe_name)


def _safe(value: Any, safe_item: _Check) -> Any:
    """A value that contains others, or is neither text nor number."""
    match value:
        case dict():
            safe: Any = {
                key: REFUSED if _checks[str(key)] is _refuse else safe_item(one)
                for key, one in value.items()
            }
        case list() | tuple():
            items = [safe_item(one) for one in value]
            return value if items == list(value) else items
        case str():
            safe = safe_item(str(value))
        case _:
            # As the renderer would write it.
            text = repr(value)
            return value if (safe := masked(text)) is text else safe
    return value if safe == value else safe
