"""The key that signs operators' tokens: OPERATOR_KEY, or a file that the server makes at its start.

The file is in the folder of VAULT_KEY_FILE.  Only the server's account can read it, so whoever can
is the operator of this machine.
"""

import secrets
from pathlib import Path

import structlog

from pokerws.server.auth.identity import OPERATOR_NAME, OperatorRole
from pokerws.server.auth.operator_tokens import MAX_LIFETIME_MS, issue_operator_token
from pokerws.settings import Settings, SettingsError
from pokerws.storage.fsync import create_secret_file

FILE_NAME = "operator.key"
MIN_LENGTH = 32
# Far above any key: another file is not read to its end.
MAX_BYTES = 4096

log = structlog.get_logger("pokerws.operator_key")


def key_file(settings: Settings) -> Path:
    """The file with the key, where OPERATOR_KEY is not set."""
    return Path(settings.vault.key_file).parent / FILE_NAME


def key_found(settings: Settings) -> str | None:
    """The key, if there is one already; makes none, and does not warn."""
    try:
        return key_for_commands(settings)
    except SettingsError:
        return None


def key_for_serving(settings: Settings) -> str | None:
    """The key, which is made if there is none; None, with a warning, if that is not possible.

    Play does not depend on it.
    """
    if settings.moderation.operator_key:
        return settings.moderation.operator_key
    file = key_file(settings)
    try:
        if not file.exists() and create_secret_file(file, f"{secrets.token_urlsafe(48)}\n"):
            log.info("operator_key_made", file=str(file))
        return _read(file)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        log.warning(
            "operator_key_not_usable",
            file=str(file),
            error=why,
            action="make the folder writable, remove a damaged file, or set OPERATOR_KEY_FILE",
        )
        return None


def key_for_commands(settings: Settings) -> str:
    """The key of the server with these settings; makes none.  Raises SettingsError."""
    if settings.moderation.operator_key:
        return settings.moderation.operator_key
    file = key_file(settings)
    try:
        return _read(file)
    except FileNotFoundError:
        raise SettingsError(
            f"there is no key to sign with: a server makes {file} at its start; run this in the "
            "server's folder with its settings, or set OPERATOR_KEY_FILE for both"
        ) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(
            f"{file} cannot be used: {why}; run this as the server's account"
        ) from None


def issue_for_operator(
    settings: Settings, name: str, minutes: int, now_ms: int, role: OperatorRole = "operator"
) -> str:
    """A token for the operator `name`, signed with the key of the server.  Raises SettingsError."""
    if not OPERATOR_NAME.fullmatch(name):
        raise SettingsError(
            "--name of an operator must be up to 24 letters, digits, dots, dashes and "
            f"underscores; it is {name!r}"
        )
    if minutes * 60_000 > MAX_LIFETIME_MS:
        raise SettingsError(
            f"--minutes of an operator's token must be from 1 to {MAX_LIFETIME_MS // 60_000}"
        )
    key = key_for_commands(settings)
    lifetime_ms = minutes * 60_000
    return issue_operator_token(key, name, now_ms=now_ms, lifetime_ms=lifetime_ms, role=role)


def _read(file: Path) -> str:
    """The key in a file.  Raises OSError, or ValueError for a file without one."""
    with file.open("rb") as opened:
        content = opened.read(MAX_BYTES + 1)
    key = content.decode("ascii", errors="replace").strip()
    if not MIN_LENGTH <= len(key) <= MAX_BYTES:
        raise ValueError(f"it holds no key of at least {MIN_LENGTH} characters")
    return key
