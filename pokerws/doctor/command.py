"""Runs the checks in order and prints what they find."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from pokerws.doctor.database import APPLICATION, CHECKS, check_database
from pokerws.doctor.findings import Finding, Result, fail, ok, skipped, warn
from pokerws.doctor.machine import check_auth, check_disk, check_open_files, check_tls
from pokerws.settings import Settings, SettingsError, misspelt, secret_files
from pokerws.storage.errors import (
    AddressError,
    DatabaseError,
    EmbeddedError,
    MigrationError,
    StoreUnavailable,
)
from pokerws.storage.postgres.address import Address, address_of
from pokerws.storage.postgres.connecting.pooling import with_pooler
from pokerws.storage.postgres.embedded.running import address_if_running
from pokerws.storage.postgres.embedded.unprivileged import installed
from pokerws.storage.vault.keys import KeySource

SICK = 1
ALL = ("open files", "TLS", "auth", "database", *CHECKS)


def wall_ms() -> int:
    """This machine's clock, in milliseconds UTC."""
    return time.time_ns() // 1_000_000


async def doctor(
    read: Callable[[], Settings],
    environ: Mapping[str, str],
    out: TextIO,
    *,
    as_json: bool,
    now_ms: Callable[[], int] = wall_ms,
) -> int:
    """Check a set-up, print a line for each check, and change nothing.

    `read` reads the settings from `environ`; it raises SettingsError.  Returns 0, or 1 if a check
    has failed.
    """
    try:
        settings = read()
    except SettingsError as error:
        findings = [fail("settings", str(error)), *skipped(ALL, "the settings are invalid")]
    else:
        findings = [
            _settings(environ),
            check_open_files(settings),
            check_tls(settings, datetime.fromtimestamp(now_ms() / 1000, UTC)),
            await check_auth(settings),
            *await _database(settings, now_ms),
        ]
    is_healthy = all(finding.result is not Result.FAIL for finding in findings)
    if as_json:
        checks = [finding._asdict() for finding in findings]
        print(json.dumps({"healthy": is_healthy, "checks": checks}, indent=2), file=out)
    else:
        for finding in findings:
            print(finding, file=out)
    return 0 if is_healthy else SICK


def _settings(environ: Mapping[str, str]) -> Finding:
    files = [name for name in secret_files() if environ.get(name)]
    text = f"valid; secrets from {', '.join(files)}" if files else "valid"
    wrong = [
        f"{name} is not a setting; did you mean {setting}?"
        for name, setting in misspelt(environ).items()
    ]
    return warn("settings", "; ".join([text, *wrong])) if wrong else ok("settings", text)


async def _database(settings: Settings, now_ms: Callable[[], int]) -> list[Finding]:
    storage = settings.storage
    try:
        address = address_of(storage.database_url, storage.schema)
    except AddressError as error:
        return [fail("database", str(error)), *skipped(CHECKS, "no address")]
    directory = address.embedded_dir
    if directory is None:
        return await _connected(address, settings, now_ms)
    if not settings.features.use_db_repository:
        text = "off: USE_DB_REPOSITORY is not set; tables live in memory"
        return [ok("database", text), *skipped(CHECKS, "no database")]
    disk = check_disk(directory)
    running = _embedded(address, directory)
    if isinstance(running, Finding):
        return [disk, running, *skipped(CHECKS, "no database to ask")]
    return [disk, *await _connected(running, settings, now_ms)]


def _embedded(address: Address, directory: Path) -> Address | Finding:
    """The address of a running embedded PostgreSQL, or why there is none."""
    try:
        installed()
        url = address_if_running(directory)
    except EmbeddedError as error:
        return fail("database", str(error))
    if url is not None:
        return address.running_at(url)
    if not (directory / "cluster").exists():
        return ok("database", f"embedded: the server creates {directory} at its first start")
    return ok(
        "database", f"embedded in {directory}, not running: run this beside the server to check it"
    )


async def _connected(
    address: Address, settings: Settings, now_ms: Callable[[], int]
) -> list[Finding]:
    place = f"{address.database or ''} at {address.place}".strip()
    try:
        address = await with_pooler(address, APPLICATION)
        findings = await check_database(
            address,
            KeySource(settings.vault.keys, Path(settings.vault.key_file)),
            now_ms,
            needs_session_key=not (
                settings.features.use_auth_middleware or settings.auth.session_key
            ),
        )
    except (DatabaseError, MigrationError, StoreUnavailable) as error:
        return [fail("database", str(DatabaseError.of(error))), *skipped(CHECKS, "no connection")]
    return [ok("database", f"connected to {place}"), *findings]
