"""Checks of the machine and of files: open files, TLS, keys of tokens, room on the disk."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificates

from pokerws.doctor.findings import Finding, fail, ok, warn
from pokerws.server.auth.errors import KeySetError
from pokerws.server.auth.key_sources import open_key_set
from pokerws.server.clock import Clock
from pokerws.server.limits.open_files import open_files
from pokerws.server.net.tls import server_context
from pokerws.settings import Settings, SettingsError

EXPIRES_SOON_DAYS = 14
FULL_BYTES, LITTLE_BYTES = 100 << 20, 1 << 30


def check_open_files(settings: Settings) -> Finding:
    """Whether each of MAX_CONNECTIONS can have a file."""
    files = open_files(settings.limits.max_connections)
    if files.is_low:
        return warn(
            "open files",
            f"{files.limit} may be open and MAX_CONNECTIONS needs {files.needed}: {files.advice}",
        )
    return ok("open files", f"{files.limit} may be open, {files.needed} needed")


def check_tls(settings: Settings, now: datetime) -> Finding:
    """Whether the certificate and its key can be used at `now`."""
    file = settings.network.tls_cert_file
    if not file:
        return ok("TLS", "off: no TLS_CERT_FILE; a proxy may provide it")
    try:
        server_context(settings)
        certificate = load_pem_x509_certificates(Path(file).read_bytes())[0]
    except (SettingsError, OSError, ValueError) as error:
        return fail("TLS", str(error))
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < begins:
        return fail("TLS", f"{file} is valid only from {_date(begins)}: check the machine's clock")
    if now >= ends:
        return fail("TLS", f"{file} expired on {_date(ends)}: renew it, and send the server SIGHUP")
    days = (ends - now).days
    if days < EXPIRES_SOON_DAYS:
        return warn("TLS", f"{file} expires in {days} days: renew it, and send the server SIGHUP")
    return ok("TLS", f"{file} and its key match; it expires in {days} days")


async def check_auth(settings: Settings) -> Finding:
    """Whether the keys of players' tokens can be read, from an address too."""
    if not settings.features.use_auth_middleware:
        return ok("auth", "off: players are guests")
    try:
        keys = await open_key_set(settings, Clock())
    except KeySetError as error:
        return fail("auth", str(error))
    await keys.close()
    return ok("auth", "the keys of players' tokens can be read")


def check_disk(directory: Path) -> Finding:
    """Whether there is room for an embedded database."""
    place = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free
    text = f"{free >> 20} MB are free in {place}"
    if free < FULL_BYTES:
        return fail("disk", f"{text}: make room, or move the database (DATABASE_URL=embedded:DIR)")
    if free < LITTLE_BYTES:
        return warn("disk", f"{text}: make room, or the database will stop writing")
    return ok("disk", text)


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()
