"""TLS from the files that the settings name."""

import ssl
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificates

from pokerws.settings import Settings, SettingsError


def server_context(settings: Settings) -> ssl.SSLContext | None:
    """The TLS context of the port; None is plain HTTP.  Raises SettingsError with the file."""
    certificate, key = settings.network.tls_cert_file, settings.network.tls_key_file
    if not certificate:
        return None
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


def own_context(settings: Settings) -> ssl.SSLContext | None:
    """A client context for this machine: it trusts the server's certificate under any name."""
    if not settings.network.tls_cert_file:
        return None
    context = ssl.create_default_context(cafile=settings.network.tls_cert_file)
    # It connects to the loopback address, which the certificate does not name.
    context.check_hostname = False
    # The certificate itself is the trust anchor, whoever signed it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


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
    return (
        f"TLS_KEY_FILE {key} holds no key in PEM form without a password, or a key of an unknown "
        "kind"
    )
