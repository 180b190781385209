"""Where NATS is, and how a node shows who it is: parsed from one URL and the names of files."""

import ssl
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from pokerws.server.cluster.bus import BusRefused

_PORT = 4222


class TlsFiles(NamedTuple):
    """PEM files for TLS.  Without `ca`, the system's authorities are trusted."""

    ca: Path | None = None
    # Both, or neither: the node's own certificate, where NATS asks for one.
    certificate: Path | None = None
    key: Path | None = None


class NatsAddress:
    """Servers of one NATS cluster, and the credentials for all of them.

    `servers` have no credentials in them, so they can be logged.
    """

    def __init__(
        self, servers: tuple[str, ...], secret: tuple[str, str | None] | None, files: TlsFiles
    ) -> None:
        self.servers = servers
        # If not, an encrypted connection is used where the server asks for one.
        self.is_tls_required = servers[0].startswith("tls:")
        self.tls = _context(files)
        self._secret = secret

    @property
    def token(self) -> str | None:
        """The token, where the URL has a name without a password."""
        return self._secret[0] if self._secret and self._secret[1] is None else None

    @property
    def login(self) -> tuple[str, str] | None:
        """User and password."""
        match self._secret:
            case (user, str(password)):
                return user, password
            case _:
                return None

    def __repr__(self) -> str:
        return f"NatsAddress({','.join(self.servers)})"


def nats_address(url: str, files: TlsFiles = TlsFiles()) -> NatsAddress:  # noqa: B008  immutable
    """Parse `nats://user:password@host:port` or `tls://token@host`, or several with commas.

    The first one's credentials are for all; percent-encoding is undone.  `tls` never speaks in
    plain text.  Raises BusRefused, with a text that has no part of the URL but its scheme.
    """
    parts = [_split(part.strip()) for part in url.split(",")]
    if len({part.scheme for part in parts}) != 1:
        raise BusRefused("the servers of one NATS cluster must all be nats:// or all tls://")
    secrets = [_secret(part) for part in parts]
    if any(secret not in {None, secrets[0]} for secret in secrets):
        raise BusRefused("the servers of one NATS cluster must have the same credentials")
    return NatsAddress(tuple(map(_server, parts)), secrets[0], files)


def _split(url: str) -> SplitResult:
    try:
        part = urlsplit(url)
        if part.scheme in {"nats", "tls"} and part.hostname and part.port != 0:
            if not (part.path.strip("/") or part.query or part.fragment):
                return part
            raise BusRefused("the URL of NATS has a path or a query, which means nothing there")
    except ValueError:
        pass
    raise BusRefused("expected the URL of NATS, like nats://user:password@host:4222")


def _secret(part: SplitResult) -> tuple[str, str | None] | None:
    if part.username is None:
        return None
    return unquote(part.username), None if part.password is None else unquote(part.password)


def _server(part: SplitResult) -> str:
    host = f"[{part.hostname}]" if part.hostname and ":" in part.hostname else part.hostname
    return f"{part.scheme}://{host}:{part.port or _PORT}"


def _context(files: TlsFiles) -> ssl.SSLContext:
    """The context for connections.  Raises BusRefused for files that cannot be used."""
    try:
        context = ssl.create_default_context(cafile=files.ca)
        if files.certificate is not None:
            context.load_cert_chain(files.certificate, files.key)
    except (OSError, ValueError) as error:
        names = ", ".join(str(file) for file in files if file is not None)
        raise BusRefused(f"the TLS files {names} cannot be used: {error}") from None
    return context
