"""Sources of token verification keys, and their refresh.

The formats of keys are defined in `keys`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from pokerws.messages import Refused
from pokerws.server.auth.errors import FetchError, KeySetError
from pokerws.server.auth.fetch import fetch
from pokerws.server.auth.keys import (
    MIN_RSA_BITS,
    Key,
    key_of_secret,
    keys_of_jwks,
    keys_of_pem,
)
from pokerws.server.clock import Alarm, Clock
from pokerws.settings import Settings

MAX_FILE_BYTES = 256 * 1024
# An unknown key id causes a refresh, but at most once in this time.
ASK_AGAIN_MS = 5_000
# Retry interval after a failure, if the next refresh is not sooner.
RETRY_MS = 30_000
# Keys not refreshed for this long are not trusted any more: one may have been revoked.
KEEP_MS = 86_400_000

log = structlog.get_logger("pokerws.key_sources")

Read = Callable[[], Awaitable[bytes]]


class KeySet(Protocol):
    """The current verification keys."""

    async def find(self, key_id: str | None) -> list[Key]:
        """The keys that may have signed a token with this key id, possibly none.

        Raises Refused("auth_unavailable") if the keys cannot be read.
        """

    async def close(self) -> None:
        """Stop refreshing."""


async def open_key_set(settings: Settings, clock: Clock) -> KeySet:
    """The keys of the source in the settings.  Raises KeySetError."""
    allowed = settings.auth.algorithms
    if settings.auth.secret:
        return FixedKeySet([key_of_secret(settings.auth.secret)])
    if settings.auth.key_file:
        pem = await _read_file("AUTH_KEY_FILE", Path(settings.auth.key_file))
        return FixedKeySet(keys_of_pem(pem, allowed))
    read = (
        partial(_read_url, settings.auth.jwks)
        if "://" in settings.auth.jwks
        else partial(_read_file, "AUTH_JWKS", Path(settings.auth.jwks))
    )
    keys = JwksKeySet(read, allowed, clock, settings.auth.jwks_refresh_ms)
    await keys.open()
    return keys


class FixedKeySet:
    """Keys that never change, without ids; a `KeySet`."""

    def __init__(self, keys: list[Key]) -> None:
        self._keys = keys

    async def find(self, key_id: str | None) -> list[Key]:
        """Part of `KeySet`."""
        return self._keys

    async def close(self) -> None:
        """Part of `KeySet`."""


class JwksKeySet:
    """The keys of a JWK Set (RFC 7517) that may change; a `KeySet`.

    It is read again every `refresh_ms`, and when a token names an unknown key.  While that fails,
    the previous keys stay valid.
    """

    def __init__(self, read: Read, allowed: Collection[str], clock: Clock, refresh_ms: int) -> None:
        self._read = read
        self._allowed = allowed
        self._clock = clock
        self._refresh_ms = refresh_ms
        self._keys: list[Key] = []
        self._read_ms = self._tried_ms = 0
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
        return self._keys if self._clock.now_ms() - self._read_ms <= KEEP_MS else []

    def _named(self, key_id: str | None) -> list[Key]:
        return [key for key in self._usable if key_id is None or key.id in (None, key_id)]

    async def _read_again(self) -> bool:
        """Refresh the keys, unless that was just tried.  Returns whether they were read."""
        if self._reading is None and self._clock.now_ms() - self._tried_ms < ASK_AGAIN_MS:
            return False
        # A caller that is cancelled must not cancel the refresh for the others.
        return await asyncio.shield(self._reading or self._new_reading())

    def _new_reading(self) -> asyncio.Task[bool]:
        self._reading = asyncio.create_task(self._refresh(), name="auth_keys")
        return self._reading

    def _start_reading(self) -> None:
        self._reading = self._reading or self._new_reading()

    async def _refresh(self) -> bool:
        wait_ms = min(RETRY_MS, self._refresh_ms)
        try:
            self._take(await self._parsed())
            wait_ms = self._refresh_ms
        except KeySetError as error:
            age_ms = self._clock.now_ms() - self._read_ms
            log.warning("auth_keys_not_read", error=str(error), kept=len(self._keys), age_ms=age_ms)
            return False
        except Exception:
            # The next try may succeed; until then the previous keys stay in use.
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
            # With an empty set nobody is admitted: the owner of the keys has decided so.
            log.log(logging.INFO if keys else logging.ERROR, "auth_keys_changed", ids=ids)
        self._keys = keys
        self._read_ms = self._clock.now_ms()


async def _read_url(url: str) -> bytes:
    try:
        return await fetch(url)
    except FetchError as error:
        raise KeySetError(
            f"AUTH_JWKS cannot be fetched from {url}: {error}; set it to the location of the keys"
        ) from error


def _beginning(path: Path) -> bytes:
    """The content of a file, up to one byte more than the limit."""
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


async def _read_file(setting: str, path: Path) -> bytes:
    try:
        text = await asyncio.to_thread(_beginning, path)
    except OSError as error:
        raise KeySetError(
            f"{setting} cannot be read: {path}: {error.strerror}; set it to the location of the "
            "keys"
        ) from error
    if len(text) > MAX_FILE_BYTES:
        raise KeySetError(f"{setting} is longer than {MAX_FILE_BYTES} bytes: {path}")
    return text
