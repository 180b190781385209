"""Settings: addresses, TLS and the timing of connections."""

from ipaddress import ip_network
from typing import Annotated

from msgspec import Meta

from pokerws.settings.section import Section, SettingsError, whole


class Network(Section, frozen=True, kw_only=True):
    """Addresses, TLS and the timing of connections."""

    host: Annotated[
        str,
        Meta(min_length=1, title="an address", description="Address to listen on."),
    ] = "127.0.0.1"
    port: Annotated[int, whole(0, 65535, "Port to listen on; 0 takes any free one.")] = 8765
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
    stop_timeout_ms: Annotated[
        int,
        whole(
            0,
            600_000,
            "Time for storing all changes when the server stops.",
        ),
    ] = 10_000

    def check(self) -> None:
        if bool(self.tls_cert_file) != bool(self.tls_key_file):
            given, other = "TLS_CERT_FILE", "TLS_KEY_FILE"
            if self.tls_key_file:
                given, other = other, given
            raise SettingsError(
                f"{given} is set and {other} is not: TLS needs both, or unset {given}"
            )
        for proxy in self.trusted_proxies:
            try:
                ip_network(proxy)
            except ValueError as error:
                raise SettingsError(
                    f"TRUSTED_PROXIES must be addresses or networks like 10.0.0.0/8: {error}"
                ) from None
