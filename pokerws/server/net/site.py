"""The files of the page: minified, in a folder named after their content, and compressed once.

Browsers keep that folder for good, since a change of any file gives it another name.  Within it
all files lie as in the source, so that relative imports and addresses need no change.
"""

import hashlib
import posixpath
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from html import escape
from mimetypes import guess_type
from pathlib import Path

from pokerws.server.net.codings import CODINGS, IDENTITY

INDEX = "/index.html"
# Everything else is for developers.
_OF_PAGE = {".css", ".js", ".png", ".svg", ".webmanifest"}
# Comments that begin a line, and indentation.  Both are code only within text of several lines.
_NOTES = re.compile(
    r"^[ \t]*(?:/\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)[ \t]*\n|^[ \t]+|^\n", re.MULTILINE
)
# A version as part of a path; also one of another deployment.
_VERSIONED = re.compile(r"/v-[0-9a-f]{16}/")
_IMPORT = re.compile(r"""(?:\bfrom\s*|^import\s*)["'](\.[^"']+)["']""", re.MULTILINE)
# Of these modules the page loads the one that it needs, and no other.
_CHOICES = "texts/"
_LATER = re.compile(r"""\bimport\s*\(\s*["'](\.[^"']+)["']""")
_LINK = re.compile(r'\b(href|src)="([^"/:]+(?:/[^":]+)?)"')
_ENTRY = re.compile(r'<script type="module" src="([^"]+)"></script>')
_PREVIEW = re.compile(r'<meta property="og:image" content="([^"]+)">')
# Requests choose their `Host`, so there is no limit to these by itself.
_MOST_ORIGINS = 16


class File:
    """A file as it is served, with its media type and the stem of its tags.

    It is offered in `codings`, best first, and compressed when a client first asks for one: that
    takes a few milliseconds, and all files at the start would make a restart longer.
    `is_immutable` is whether the address changes with the content.
    """

    def __init__(
        self,
        name: str,
        body: bytes,
        *,
        codings: Sequence[str] = (IDENTITY,),
        is_immutable: bool = False,
    ) -> None:
        self.kind = guess_type(name)[0] or "application/octet-stream"
        self.digest = _digest(body)
        self.codings = codings
        self.is_immutable = is_immutable
        self._bodies = {IDENTITY: body}

    def body(self, coding: str) -> bytes:
        """Its bytes in one of its codings."""
        if coding not in self._bodies:
            self._bodies[coding] = CODINGS[coding](self._bodies[IDENTITY])
        return self._bodies[coding]

    def etag(self, coding: str) -> str:
        """The entity tag of the bytes in this coding."""
        return f'"{self.digest}-{coding}"'


class Site:
    """All files below a folder, whose `index.html` is the page.

    The page's own files are below `/v-…/`; at their own paths all files are served as they are.
    """

    def __init__(self, root: Path) -> None:
        sources = {
            f"/{path.relative_to(root).as_posix()}": path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }
        parts = {name: _prepared(name, body) for name, body in sources.items() if _is_part(name)}
        named = b"".join(name.encode() + b"\0" + body + b"\0" for name, body in parts.items())
        self.folder = f"v-{_digest(named)}/"
        self._files = {name: File(name, body) for name, body in sources.items()}
        self._files |= {
            f"/{self.folder}{name[1:]}": File(
                name, body, codings=_codings_of(name), is_immutable=True
            )
            for name, body in parts.items()
        }
        page = sources.get(INDEX, b"").decode()
        self._page = self._in_folder(page, {name[1:] for name in parts}, sources)
        self._index = lru_cache(_MOST_ORIGINS)(self._made_index)

    def file(self, path: str, address: str = "") -> File | None:
        """The file at a path; `address` is that of the page, if it is known from the request."""
        if path in ("/", INDEX):
            return self._index(address)
        return self._files.get(path)

    def _made_index(self, address: str) -> File:
        def absolute(preview: re.Match[str]) -> str:
            lines = [f'<meta property="og:image" content="{page}{preview[1]}">']
            if page:
                lines.append(f'<meta property="og:url" content="{page}">')
            return "\n  ".join(lines)

        page = escape(address)
        body = _PREVIEW.sub(absolute, self._page).encode()
        return File(INDEX, body, codings=_codings_of(INDEX))

    def _in_folder(self, page: str, parts: set[str], sources: Mapping[str, bytes]) -> str:
        """The page with the addresses of its parts, and hints to load all modules at once."""

        def moved(link: re.Match[str]) -> str:
            return f'{link[1]}="{self.folder * (link[2] in parts)}{link[2]}"'

        def hinted(entry: re.Match[str]) -> str:
            at_once, later = _modules(entry[1], sources)
            hints = [f'<link rel="modulepreload" href="{name}">' for name in at_once]
            # To browsers the word means nothing; the page changes it when the time has come.
            hints += [f'<link rel="later" href="{name}">' for name in later]
            return "\n  ".join([*hints, entry[0]])

        return _LINK.sub(moved, _ENTRY.sub(hinted, page))


@cache
def site_of(root: Path) -> Site:
    """The site in a folder, which is read once in a process."""
    return Site(root)


def is_versioned(path: str) -> bool:
    """Whether a path is one of this version of the page or of another."""
    return _VERSIONED.match(path) is not None


def _is_part(name: str) -> bool:
    return posixpath.splitext(name)[1] in _OF_PAGE


def _prepared(name: str, body: bytes) -> bytes:
    return minified(body.decode()).encode() if name.endswith((".js", ".css")) else body


def minified(source: str) -> str:
    """A script or style without comments and indentation.

    What has text of several lines stays as it is.
    """
    has_long_text = any(line.count("`") % 2 for line in source.splitlines())
    return source if has_long_text else _NOTES.sub("", source)


def _codings_of(name: str) -> Sequence[str]:
    return (IDENTITY,) if name.endswith(".png") else (*CODINGS, IDENTITY)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


def _modules(entry: str, sources: Mapping[str, bytes]) -> tuple[list[str], list[str]]:
    """The modules that a module imports, and the others that it imports later, when needed."""
    at_once, deferred = _reached([entry], sources)
    later, _ = _reached(deferred, sources)
    return at_once, [name for name in later if name not in at_once]


def _reached(start: list[str], sources: Mapping[str, bytes]) -> tuple[list[str], list[str]]:
    """All modules that some modules need, themselves among them, and those of `import()`."""
    found = list(start)
    deferred: list[str] = []
    for name in found:
        source = sources.get(f"/{name}", b"").decode()

        def path(target: str, folder: str = posixpath.dirname(name)) -> str:
            return posixpath.normpath(posixpath.join(folder, target))

        found += [one for one in map(path, _IMPORT.findall(source)) if one not in found]
        later = map(path, _LATER.findall(_without_comments(source)))
        deferred += [one for one in later if not one.startswith(_CHOICES)]
    return found, deferred


def _without_comments(source: str) -> str:
    """A module without the types in its comments, which look like imports."""
    return re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
