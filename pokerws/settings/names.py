"""Finds misspelt settings: a name that nothing reads would leave its setting at the default.

In an env file every name must be a setting.  The process's environment also holds what belongs to
others, so only `USE_…`, the prefix of the flags, is checked strictly there.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches

FLAG_PREFIX = "USE_"
# Names in an env file that others read: Compose and its images, libpq, Python, the C library.
OTHERS = ("POSTGRES_", "COMPOSE_", "DOCKER_", "PG", "PYTHON", "LC_")
OTHER_NAMES = frozenset({"LANG", "PATH", "TZ"})
# Similarity of a suggestion, from 0 to 1; with 0.9 one or two letters of a long name differ.
SIMILAR, ALMOST_EQUAL = 0.6, 0.9
# Among shorter names, those of others are alike by chance.
LONG = 8
# Anything else in the place of a name may be part of a secret that was broken into two lines.
_SHOWN = re.compile(r"[A-Z][A-Z0-9_]{1,63}")


def unknown_in_file(path: str, lines: Mapping[str, int], known: Collection[str]) -> Iterator[str]:
    """One line for each name in an env file that is no setting and nobody else's."""
    for name, line in lines.items():
        if name in known or name in OTHER_NAMES or name.startswith(OTHERS):
            continue
        near = nearest(name, known)
        shown = name if near or _SHOWN.fullmatch(name) else "the name"
        remedy = f"; did you mean {near}? correct it" if near else ": remove it"
        yield f"{shown} in line {line} of {path} is not a setting{remedy}"


def unknown_flags(names: Iterable[str], known: Collection[str]) -> Iterator[str]:
    """One line for each name in the environment that looks like a flag and is none."""
    for name in sorted(names):
        if _normal(name).startswith(FLAG_PREFIX) and name not in known:
            near = nearest(name, known)
            remedy = f"; did you mean {near}? correct or unset it" if near else ": unset it"
            shown = name if name == name.strip() else repr(name)
            yield f"{shown} in the environment is not a setting{remedy}"


def near_misses(names: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """Names in the environment that are almost a setting's, each with that setting."""
    long = [name for name in known if len(name) >= LONG]
    found = {
        name: get_close_matches(name, long, n=1, cutoff=ALMOST_EQUAL)
        for name in sorted(names)
        if name not in known and not name.startswith(OTHERS)
    }
    return {name: matches[0] for name, matches in found.items() if matches}


def nearest(name: str, known: Collection[str]) -> str | None:
    """The setting that a name was probably meant to be; for a flag, another flag."""
    name = _normal(name)
    prefix = FLAG_PREFIX if name.startswith(FLAG_PREFIX) else ""
    candidates = [setting for setting in known if setting.startswith(prefix)]
    return next(iter(get_close_matches(name, candidates, n=1, cutoff=SIMILAR)), None)


def _normal(name: str) -> str:
    return name.strip().upper().replace("-", "_")
