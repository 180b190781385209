"""Settings: addresses, TLS and the timing of connections."""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta

from pokerws.settings.section import Section, SettingsError, whole

# Where a server that listens on all addresses of a family is reached from its own machine.
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  not a bind
# `::` is all addresses of both families.
_ALL = "::"


class Network(Section, frozen=True, kw_only=True):
    """Addresses, TLS and the timing of connections."""

    host: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[\w.:%-]+$")], ...],
        Meta(
            min_length=1,
            title="addresses or names like 127.0.0.1,::1, without brackets, separated by commas",
            description="Addresses or names of this machine to listen on, separated by commas; "
            "0.0.0.0 is every IPv4 address, :: every IPv4 and IPv6 address.",
        ),
    ] = ("127.0.0.1", "::1")
    port: Annotated[int, whole(0, 65535, "Port to listen on; 0 takes any free one.")] = 8765
    base_path: Annotated[
        str,
        Meta(
            pattern=r"^/?$|^(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+/?$",
            title="a path like /poker",
            description="Path below which a proxy publishes the server, like /poker; if empty, "
            "the server has a host name of its own.",
        ),
    ] = ""
    allowed_hosts: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")], ...],
        Meta(
            title="names like poker.example or *.poker.example, separated by commas",
            description="Host names under which browsers reach this server, separated by commas; "
            "IP addresses, localhost and the names in HOST, ALLOWED_ORIGINS and the TLS "
            "certificate are always allowed.",
        ),
    ] = ()
    allowed_origins: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^https?://[^/\s]+$")], ...],
        Meta(
            title="origins like https://poker.example, separated by commas",
            description="Web origins that may connect, besides the server's own; separated by "
            "commas.",
        ),
    ] = ()
    tls_cert_file: Annotated[
        str,
        Meta(
            title="a file",
            description="TLS certificate in PEM form, with its chain; if empty, the server "
            "speaks plain HTTP and WebSocket.",
        ),
    ] = ""
    tls_key_file: Annotated[
        str,
        Meta(
            title="a file",
            description="Private key of the certificate in PEM form, without a password.",
        ),
    ] = ""
    trusted_proxies: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[0-9a-fA-F.:]+(/\d{1,3})?$")], ...],
        Meta(
            title="addresses or networks like 10.0.0.0/8, separated by commas",
            description="Addresses or networks of proxies whose X-Forwarded-For is trusted; "
            "separated by commas.",
        ),
    ] = ()
    compression: Annotated[
        Literal["auto", "off", "on"],
        Meta(
            title="auto, off or on",
            description="Whether broadcasts are compressed for clients that offer "
            "permessage-deflate: auto is for JSON to other machines, on is for MessagePack and "
            "this machine too.",
        ),
    ] = "auto"
    write_buffer_bytes: Annotated[
        int, whole(1024, 1_048_576, "Transport buffer size above which frames are queued.")
    ] = 32_768
    write_timeout_ms: Annotated[
        int, whole(10, 600_000, "Time for a slow client to read what is in the transport buffer.")
    ] = 20_000
    open_timeout_ms: Annotated[
        int, whole(10, 600_000, "Time for a new connection to send its HTTP request.")
    ] = 5000
    hello_timeout_ms: Annotated[
        int, whole(10, 600_000, "Time for a new connection to send hello.")
    ] = 10_000
    ping_interval_ms: Annotated[
        int, whole(10, 600_000, "Interval of heartbeat pings to each client.")
    ] = 20_000
    heartbeat_interval_ms: Annotated[
        int,
        whole(
            100,
            600_000,
            "Interval of heartbeat messages, by which a browser notices within twice the time that "
            "its connection has died.",
        ),
    ] = 10_000
    stop_timeout_ms: Annotated[
        int,
        whole(
            0,
            600_000,
            "Time for storing all changes when the server stops.",
        ),
    ] = 10_000

    drain_ms: Annotated[
        int,
        whole(
            0,
            600_000,
            "Time for hands in play to end when the server stops and no other one takes its "
            "tables; no more are dealt meanwhile. 0 stores them where they are.",
        ),
    ] = 0

    @property
    def base(self) -> str:
        """The path of the page: `/`, or `/poker/` for the base path `/poker`."""
        return f"{self.base_path.rstrip('/')}/"

    @property
    def dial_hosts(self) -> tuple[str, ...]:
        """Where a client on this machine reaches the server, in the order to try."""
        return tuple(dict.fromkeys(one for host in self.host for one in _dialled(host)))

    def check(self) -> None:
        if bool(self.tls_cert_file) != bool(self.tls_key_file):
            given, other = "TLS_CERT_FILE", "TLS_KEY_FILE"
            if self.tls_key_file:
                given, other = other, given
            raise SettingsError(
                f"{given} is set and {other} is not: TLS needs both, or unset {given}"
            )
        for origin in self.allowed_origins:
            if not _is_origin(origin):
                raise SettingsError(
                    f"ALLOWED_ORIGINS must be origins like https://poker.example; it is {origin!r}"
                )
        for proxy in self.trusted_proxies:
            try:
                ip_network(proxy)
            except ValueError as error:
                raise SettingsError(
                    f"TRUSTED_PROXIES must be addresses or networks like 10.0.0.0/8: {error}"
                ) from None


def _is_origin(text: str) -> bool:
    """Whether a browser may send this as the origin of a page; it never sends a wildcard."""
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0 and not set(text) & set("*@?#")
    except ValueError:
        return False


def dial_host(host: str) -> str:
    """The address to dial from this machine for one to listen on: loopback for all addresses."""
    return _LOOPBACK.get(host, host)


def _dialled(host: str) -> tuple[str, ...]:
    return tuple(_LOOPBACK.values()) if host == _ALL else (dial_host(host),)


def netloc(host: str, port: int) -> str:
    """Host and port as in a URL: an IPv6 address is in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@lru_cache(maxsize=1024)
def is_address(host: str) -> bool:
    """Whether this is an IP address, which needs no resolution, and not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
