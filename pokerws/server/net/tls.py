"""TLS from the files that the settings name, which can be read again while the server runs."""

import logging
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates

from pokerws.server.clock import Alarm, Clock
from pokerws.settings import Settings, SettingsError

# How often the date of expiry is looked at.
CHECK_MS = 86_400_000
# Renewals are due long before: usually when a third of the lifetime is left.
_LATE = 10

log = structlog.get_logger("pokerws.tls")


class NoCertificate:
    """What stands for a certificate while there is none: plain HTTP."""

    context: ssl.SSLContext | None = None
    own_context: ssl.SSLContext | None = None
    names: tuple[str, ...] = ()

    def reload(self) -> None:
        """There are no files to read."""
        log.info("nothing_to_reload", action="other settings are read at the start: restart")

    def start(self) -> None:
        """Nothing expires."""

    def stop(self) -> None:
        """Nothing was started."""


class Certificate:
    """The server's certificate, in use from the construction on.  `reload` reads it again.

    `context` is for listening: it presents the newest certificate to each new connection, while
    open ones stay as they are.  `own_context` is for clients of this machine.  Raises
    SettingsError.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._alarm: Alarm | None = None
        self._names: tuple[str, ...] = ()
        self._lasts = timedelta()
        self._expires = datetime.now(UTC)
        self.context = self._current = server_context(settings)
        # Called in every handshake, also if the client names no host.
        self.context.sni_callback = self._choose
        self.own_context = own_context(settings)
        self._note(_leaf(settings))

    @property
    def names(self) -> tuple[str, ...]:
        """The host names that it is for; one may be of the form `*.name`."""
        return self._names

    def reload(self) -> None:
        """Read the files again.  If they are not right, that is logged and the old ones stay."""
        try:
            context, leaf = server_context(self._settings), _leaf(self._settings)
            self.own_context.load_verify_locations(self._settings.network.tls_cert_file)
        except (SettingsError, OSError) as error:
            refusal = str(error)
        else:
            self._current = context
            self._note(leaf)
            return
        log.error(
            "tls_certificate_not_loaded", error=refusal, in_use_until=self._expires.isoformat()
        )

    def start(self) -> None:
        """Warn once a day when the certificate is about to expire, until `stop`."""
        self._alarm = self._clock.call_at(self._clock.now_ms() + CHECK_MS, self._due)

    def stop(self) -> None:
        """End the daily look."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _due(self) -> None:
        self.start()
        self._warn()

    def _choose(
        self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext
    ) -> int | None:
        if self._current is not context:
            connection.context = self._current
        return None

    def _note(self, leaf: x509.Certificate) -> None:
        """Take over what the certificate says of itself."""
        self._names, self._expires = _names_of(leaf), leaf.not_valid_after_utc
        self._lasts = leaf.not_valid_after_utc - leaf.not_valid_before_utc
        log.info(
            "tls_certificate_loaded",
            file=self._settings.network.tls_cert_file,
            names=list(self._names),
            expires=self._expires.isoformat(),
        )
        self._warn()

    def _warn(self) -> None:
        left = self._expires - datetime.fromtimestamp(self._clock.wall_ms() / 1000, UTC)
        if left * _LATE > self._lasts:
            return
        log.log(
            logging.ERROR if left < timedelta() else logging.WARNING,
            "tls_certificate_expires",
            expires=self._expires.isoformat(),
            days_left=left.days,
            action="renew it, then send the server SIGHUP",
        )


def certificate_of(settings: Settings, clock: Clock) -> Certificate | NoCertificate:
    """The certificate of the settings.  Raises SettingsError."""
    return Certificate(settings, clock) if settings.network.tls_cert_file else NoCertificate()


def server_context(settings: Settings) -> ssl.SSLContext:
    """A TLS context for listening.  Raises SettingsError with the file."""
    certificate, key = settings.network.tls_cert_file, settings.network.tls_key_file
    for name, file in (("TLS_CERT_FILE", certificate), ("TLS_KEY_FILE", key)):
        _check_readable(name, file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Connections last for hours, so resumption is not worth its memory.
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    try:
        # Without this, an encrypted key would prompt for a password at the terminal.
        context.load_cert_chain(certificate, key, password=lambda: b"")
    except ssl.SSLError as error:
        raise SettingsError(_explain(error, certificate, key)) from error
    return context


def own_context(settings: Settings) -> ssl.SSLContext:
    """A client context for this machine: it trusts the server's certificate under any name."""
    context = ssl.create_default_context(cafile=settings.network.tls_cert_file)
    # It connects to the loopback address, which the certificate does not name.
    context.check_hostname = False
    # The certificate itself is the trust anchor, whoever signed it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _leaf(settings: Settings) -> x509.Certificate:
    """The server's own certificate, the first of its file.  Raises SettingsError."""
    file = settings.network.tls_cert_file
    try:
        return load_pem_x509_certificates(Path(file).read_bytes())[0]
    except ValueError as error:
        raise SettingsError(f"TLS_CERT_FILE {file} cannot be used: {error}") from error


def _names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(name.lower() for name in found.value.get_values_for_type(x509.DNSName))


def _check_readable(name: str, file: str) -> None:
    try:
        Path(file).read_bytes()
    except OSError as error:
        raise SettingsError(
            f"{name} cannot be read: {file}: {error.strerror}; name a file in PEM form that the "
            "server's account may read"
        ) from error


def _explain(error: ssl.SSLError, certificate: str, key: str) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return (
            f"TLS_KEY_FILE {key} is not the key of the certificate in TLS_CERT_FILE {certificate}"
        )
    try:
        load_pem_x509_certificates(Path(certificate).read_bytes())
    except ValueError:
        return f"TLS_CERT_FILE {certificate} holds no certificate in PEM form"
    try:
        load_pem_private_key(Path(key).read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return (
            f"TLS_KEY_FILE {key} holds no key in PEM form without a password, or a key of an "
            "unknown kind"
        )
    return (
        f"TLS_CERT_FILE {certificate} cannot be used ({error.reason}): is its chain cut short, or "
        "its key too short?"
    )
