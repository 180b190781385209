"""Secrets from files: a secret setting NAME may be the content of the file that NAME_FILE names.

Containers and service managers hand out secrets as files, which neither `docker inspect` nor the
process list shows.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pokerws.settings.section import SettingsError

SUFFIX = "_FILE"
# Far above any secret: a wrong file, such as a device, is not read to its end.
MAX_BYTES = 65_536


def with_secret_files(environ: Mapping[str, str], secrets: Iterable[str]) -> Mapping[str, str]:
    """`environ` with the content of the files that it names for some of `secrets`.

    An empty value counts as absent.  A line break at the end of a file is not part of the secret.
    Raises SettingsError, which never shows a content.
    """
    contents: dict[str, str] = {}
    for name in secrets:
        file = environ.get(name + SUFFIX)
        if not file:
            continue
        if environ.get(name):
            raise SettingsError(f"{name} and {name}{SUFFIX} are both set: unset one of them")
        contents[name] = _read(name + SUFFIX, file)
    return {**environ, **contents}


def _read(variable: str, file: str) -> str:
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        # Some editors write a byte order mark.
        text = content.decode("utf-8-sig").rstrip("\r\n")
    except (OSError, ValueError) as error:
        # A ValueError is text that is not UTF-8, or a path with a null character.
        why = (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"
        raise SettingsError(
            f"{variable} cannot be read: {file!r}: {why}; name a file that the server's account "
            "may read"
        ) from None
    if len(content) > MAX_BYTES or "\0" in text:
        raise SettingsError(f"{variable} names a file that holds no secret: {file!r}")
    if not text:
        raise SettingsError(f"{variable} names an empty file: {file!r}; write the secret into it")
    return text
