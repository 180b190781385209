"""Where the keys come from that players' tokens are checked with, and when they are had anew.

What a key is, and what it may be used for, is the matter of `keys`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from pokerws.messages import Refused
from pokerws.server.auth.fetch import FetchError, fetch
from pokerws.server.auth.keys import (
    MIN_RSA_BITS,
    Key,
    KeySetError,
    key_of_secret,
    keys_of_jwks,
    keys_of_pem,
)
from pokerws.server.clock import Alarm, Clock
from pokerws.settings import Settings

MAX_FILE_BYTES = 256 * 1024
# An unknown key is asked for at most once in this time, however many tokens name one.
ASK_AGAIN_MS = 5_000
# After a failure it is tried again this soon, or at the next refresh if that comes first.
RETRY_MS = 30_000
# After so long without an answer no key is trusted any more: one may have been withdrawn.
KEEP_MS = 86_400_000

log = structlog.get_logger("pokerws.auth")

Read = Callable[[], Awaitable[bytes]]


class KeySet(Protocol):
    """The keys that there are now."""

    async def find(self, key_id: str | None) -> list[Key]:
        """The keys that can have signed a token that names this one, or none.

        Raises Refused("auth_unavailable") when they cannot be had.
        """

    async def close(self) -> None:
        """Ask for no more keys."""


async def open_key_set(settings: Settings, clock: Clock) -> KeySet:
    """The keys of the one source that the settings name.  Raises KeySetError."""
    allowed = settings.auth_algorithms
    if settings.auth_secret:
        return FixedKeys([key_of_secret(settings.auth_secret)])
    if settings.auth_key_file:
        pem = await _read_file("AUTH_KEY_FILE", Path(settings.auth_key_file))
        return FixedKeys(keys_of_pem(pem, allowed))
    read = (
        partial(_read_url, settings.auth_jwks)
        if "://" in settings.auth_jwks
        else partial(_read_file, "AUTH_JWKS", Path(settings.auth_jwks))
    )
    keys = PublishedKeys(read, allowed, clock, settings.auth_jwks_refresh_ms)
    await keys.open()
    return keys


class FixedKeys:
    """Keys that stay for as long as the server runs; a `KeySet`.  They have no names."""

    def __init__(self, keys: list[Key]) -> None:
        self._keys = keys

    async def find(self, key_id: str | None) -> list[Key]:
        """Part of `KeySet`."""
        return self._keys

    async def close(self) -> None:
        """Part of `KeySet`."""


class PublishedKeys:
    """The keys of a JWK Set (RFC 7517) that its owner changes as he likes; a `KeySet`.

    It is read again every `refresh_ms`, and when a token names a key that is not known.  While that
    fails, the keys that were there stay.
    """

    def __init__(self, read: Read, allowed: Collection[str], clock: Clock, refresh_ms: int) -> None:
        self._read = read
        self._allowed = allowed
        self._clock = clock
        self._refresh_ms = refresh_ms
        self._keys: list[Key] = []
        self._had_ms = self._tried_ms = 0
        self._reading: asyncio.Task[bool] | None = None
        self._alarm: Alarm | None = None

    async def open(self) -> None:
        """Read the keys for the first time.  Raises KeySetError."""
        self._take(await self._parsed())
        if not self._keys:
            raise KeySetError(
                "AUTH_JWKS has no key that can check a token: it needs public RSA (of at least "
                f"{MIN_RSA_BITS} bits), EC or Ed25519 keys that AUTH_ALGORITHMS allows"
            )
        self._tried_ms = self._clock.now_ms()
        self._wait(self._refresh_ms)

    async def close(self) -> None:
        """Part of `KeySet`."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        if self._alarm is not None:
            self._alarm.cancel()

    async def find(self, key_id: str | None) -> list[Key]:
        """Part of `KeySet`."""
        found = self._named(key_id)
        if found:
            return found
        is_certain = await self._read_again()
        found = self._named(key_id)
        if not self._usable or not (found or is_certain):
            raise Refused("auth_unavailable")
        return found

    @property
    def _usable(self) -> list[Key]:
        return self._keys if self._clock.now_ms() - self._had_ms <= KEEP_MS else []

    def _named(self, key_id: str | None) -> list[Key]:
        return [key for key in self._usable if key_id is None or key.id in (None, key_id)]

    async def _read_again(self) -> bool:
        """Read the keys, unless that was tried a moment ago.  Returns whether they are new."""
        if self._reading is None:
            if self._clock.now_ms() - self._tried_ms < ASK_AGAIN_MS:
                return False
            self._start_reading()
        assert self._reading is not None
        # A player that gives up must not stop it for the others.
        return await asyncio.shield(self._reading)

    def _start_reading(self) -> None:
        if self._reading is None:
            self._reading = asyncio.create_task(self._refresh(), name="auth_keys")

    async def _refresh(self) -> bool:
        wait_ms = min(RETRY_MS, self._refresh_ms)
        try:
            self._take(await self._parsed())
            wait_ms = self._refresh_ms
        except KeySetError as error:
            age_ms = self._clock.now_ms() - self._had_ms
            log.warning("auth_keys_not_read", error=str(error), kept=len(self._keys), age_ms=age_ms)
            return False
        except Exception:
            # The next try may succeed; until then the keys are those of the last one.
            log.exception("auth_keys_failed", kept=len(self._keys))
            return False
        finally:
            self._reading = None
            self._tried_ms = self._clock.now_ms()
            self._wait(wait_ms)
        return True

    def _wait(self, delay_ms: int) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._clock.call_at(self._clock.now_ms() + delay_ms, self._start_reading)

    async def _parsed(self) -> list[Key]:
        return keys_of_jwks(await self._read(), self._allowed)

    def _take(self, keys: list[Key]) -> None:
        ids = [key.id for key in keys]
        if ids != [key.id for key in self._keys]:
            # With none left nobody is admitted, and that is what their owner said.
            (log.info if keys else log.error)("auth_keys_changed", ids=ids)
        self._keys = keys
        self._had_ms = self._clock.now_ms()


async def _read_url(url: str) -> bytes:
    try:
        return await fetch(url)
    except FetchError as error:
        raise KeySetError(
            f"AUTH_JWKS cannot be fetched from {url}: {error}; set it to where the keys are"
        ) from error


def _beginning(path: Path) -> bytes:
    """A file, as far as it may go and one byte more."""
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


async def _read_file(setting: str, path: Path) -> bytes:
    try:
        text = await asyncio.to_thread(_beginning, path)
    except OSError as error:
        raise KeySetError(
            f"{setting} cannot be read: {path}: {error.strerror}; set it to where the keys are"
        ) from error
    if len(text) > MAX_FILE_BYTES:
        raise KeySetError(f"{setting} is longer than {MAX_FILE_BYTES} bytes: {path}")
    return text
