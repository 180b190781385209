"""Sources of the encryption keys, and the check that they decrypt all live tables.

A key is written `ID:BASE64`, in the setting VAULT_KEYS or in a file, which the server makes when it
first needs one.  No key is ever shown or logged, only ids.
"""

import re
import secrets
from base64 import b64decode, b64encode
from collections import defaultdict
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog

from pokerws.game.state import TableId
from pokerws.program import PROGRAM
from pokerws.storage.errors import SealBroken, SealedByUnknownKey, VaultError
from pokerws.storage.fsync import create_secret_file
from pokerws.storage.vault.vault import KEY_BYTES, Vault, VaultKey, decode_snapshot

# One damaged row must not look like a wrong key, so a few rows are tried.
TRIES = 3
_WRITTEN = re.compile(r"([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)")

log = structlog.get_logger("pokerws.vault")


class KeySource(NamedTuple):
    """The settings: VAULT_KEYS, and VAULT_KEY_FILE, used if that is empty."""

    given: tuple[str, ...]
    file: Path


class LiveSeal(NamedTuple):
    """A live table that may have sealed cards; `tables` have been sealed by the same key.

    `event` is the latest sealed one after the snapshot, of hand `hand_number`, if there is any.
    """

    key_id: str
    tables: int
    table: TableId
    snapshot: str
    hand_number: int | None = None
    event: str | None = None


class ServerKey(NamedTuple):
    """A key of the server's own as it is stored; `key_id` sealed it, None for a plain one."""

    name: str
    value: str
    key_id: str | None

    @property
    def is_sealed(self) -> bool:
        """Whether the vault has sealed it.

        A sealed text is never taken for a key, even if its `key_id` is lost: whoever reads the
        database knows it.  Plain keys had no colon.
        """
        return self.key_id is not None or ":" in self.value


def new_key() -> VaultKey:
    """A fresh random key, whose id is a fingerprint of it."""
    secret = secrets.token_bytes(KEY_BYTES)
    return VaultKey(blake2b(secret, digest_size=4, person=b"pokerws key id").hexdigest(), secret)


def written(key: VaultKey) -> str:
    """A key in the format of VAULT_KEYS and of the file."""
    return f"{key.id}:{b64encode(key.secret).decode()}"


def vault_for_reading(source: KeySource) -> Vault:
    """A vault with the available keys, for an operator's commands; there may be none.

    Makes no key.  Raises VaultError.
    """
    return Vault(_read(source) or [])


def vault_for_checking(
    seals: list[LiveSeal], source: KeySource, session_key: ServerKey | None = None
) -> Vault | None:
    """Like `vault_for_serving`, but None where that would make a key.  Raises VaultError."""
    is_sealed = session_key is not None and session_key.is_sealed
    keys = _read(source)
    if keys is None and not seals and not is_sealed:
        return None
    return _checked(keys or [], seals, source, session_key)


def vault_for_serving(
    seals: list[LiveSeal], source: KeySource, session_key: ServerKey | None = None
) -> Vault:
    """The server's vault, which opens all live tables of a database, and its session key.

    `seals` must be read before this call: another process that makes the key file seals only after
    that.  `session_key` is the stored one, None if it is not needed.  Makes a key if there is none
    and nothing stored needs one.  Raises VaultError.
    """
    vault = vault_for_checking(seals, source, session_key)
    return vault or _checked(_make(source.file), seals, source, session_key)


def _checked(
    keys: list[VaultKey], seals: list[LiveSeal], source: KeySource, session_key: ServerKey | None
) -> Vault:
    vault = Vault(keys)
    where = "VAULT_KEYS" if source.given else f"VAULT_KEY_FILE ({source.file})"
    _check(vault, seals, where)
    if session_key is not None:
        _check_session_key(vault, session_key, where)
    return vault


def opened(vault: Vault, key: ServerKey) -> str:
    """A stored key in plain text.  Raises SealedByUnknownKey and SealBroken."""
    return vault.open_key(key.name, key.value) if key.is_sealed else key.value


def _check_session_key(vault: Vault, key: ServerKey, where: str) -> None:
    """Raise VaultError unless the key of the guests' sessions can be opened."""
    try:
        opened(vault, key)
    except SealedByUnknownKey as error:
        raise VaultError(
            f"the key of the guests' sessions is sealed by a key that {where} does not have: "
            f"{error.key_id}; put it back as ID:BASE64 after the first one, {_OR_SIGN_OUT}"
        ) from error
    except SealBroken as error:
        raise VaultError(
            f"the key of the guests' sessions was edited, or is sealed by another key than {where} "
            f"has under the same id: {key.value.partition(':')[0]}; set the id to the key that it "
            f"had, {_OR_SIGN_OUT}"
        ) from error


_OR_SIGN_OUT = (
    "or, if it is lost for good, sign all guests out with DELETE FROM server_keys "
    "(docs/migration.md)"
)


def _check(vault: Vault, seals: list[LiveSeal], where: str) -> None:
    """Raise VaultError unless every key in use is available and opens a table that it sealed."""
    by_key: defaultdict[str, list[LiveSeal]] = defaultdict(list)
    for seal in seals:
        by_key[seal.key_id].append(seal)
    absent = [key_id for key_id in by_key if key_id not in vault]
    if absent:
        used = _used(by_key, absent)
        raise VaultError(
            f"cards of hands in play are sealed by keys that {where} does not have: {used}; put "
            f"each back as ID:BASE64 after the first one, {_OR_LOST}"
        )
    wrong = [key_id for key_id, some in by_key.items() if not _opens_any(vault, some)]
    if wrong:
        used = _used(by_key, wrong)
        raise VaultError(
            f"cards of hands in play are sealed by other keys than {where} has under the same "
            f"ids: {used}; set each id to the key that it had, {_OR_LOST}"
        )


_OR_LOST = (
    "or, if it is lost for good, close these tables and refund their players first "
    "(docs/migration.md)"
)


def _used(by_key: dict[str, list[LiveSeal]], key_ids: list[str]) -> str:
    counts = ((key_id, by_key[key_id][0].tables) for key_id in key_ids)
    return ", ".join(f"{key_id} ({n} table{'s' if n > 1 else ''})" for key_id, n in counts)


def _opens_any(vault: Vault, seals: list[LiveSeal]) -> bool:
    """Whether a key decrypts one of its tables; unreadable rows do not count."""
    locked = False
    for seal in seals:
        try:
            if seal.event is not None and seal.hand_number is not None:
                vault.open_event(seal.table, seal.hand_number, seal.event)
            else:
                snapshot = decode_snapshot(seal.snapshot)
                if not snapshot.sealed:
                    continue
                vault.unseal_snapshot(seal.table, snapshot)
        except (SealBroken, SealedByUnknownKey):
            locked = True
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
        else:
            return True
    return not locked


def _read(source: KeySource) -> list[VaultKey] | None:
    """The keys, or None where none are set and there is no file.  Raises VaultError."""
    if source.given:
        return _parse(list(source.given), "VAULT_KEYS")
    try:
        text = source.file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8"
        raise VaultError(
            f"VAULT_KEY_FILE {source.file} cannot be read: {why}; make it readable for the "
            f"server's account, or set VAULT_KEYS"
        ) from error
    return _parse(re.split(r"[,\s]+", text.strip()), f"VAULT_KEY_FILE {source.file}")


def _parse(texts: list[str], where: str) -> list[VaultKey]:
    keys: dict[str, VaultKey] = {}
    for text in texts:
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise VaultError(
                f"{where} must hold keys like ID:BASE64 of {KEY_BYTES} bytes, separated by commas; "
                f"make one with: {PROGRAM} vault-key"
            )
        if match[1] in keys:
            raise VaultError(f"{where} has two keys with the id {match[1]}: give each its own")
        keys[match[1]] = VaultKey(match[1], b64decode(match[2]))
    return list(keys.values())


def _make(file: Path) -> list[VaultKey]:
    """Create the file with a new key, unless it exists."""
    try:
        if create_secret_file(file, f"{written(new_key())}\n"):
            log.info("vault_key_made", file=str(file))
    except OSError as error:
        raise VaultError(
            f"VAULT_KEY_FILE {file} cannot be made: {error.strerror or error}; set VAULT_KEY_FILE "
            f"to a place that can be written, or VAULT_KEYS to the output of {PROGRAM} vault-key"
        ) from error
    return _read(KeySource((), file)) or []
