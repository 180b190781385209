"""Settings: addresses, TLS and the timing of connections."""

from ipaddress import ip_network
from typing import Annotated

from msgspec import Meta

from pokerws.settings.section import Section, SettingsError, flag, whole


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
            description="Web origins that may connect besides the server's own; "
            "separated by commas.",
        ),
    ] = ()
    tls_cert_file: Annotated[
        str,
        Meta(
            title="a file",
            description="Certificate in PEM form, with those that it was signed with; with it the "
            "server speaks https and wss, without it http and ws.",
        ),
    ] = ""
    tls_key_file: Annotated[
        str, Meta(title="a file", description="The certificate's key in PEM form, no password.")
    ] = ""
    trusted_proxies: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[0-9a-fA-F.:]+(/\d{1,3})?$")], ...],
        Meta(
            title="addresses or networks like 10.0.0.0/8, separated by commas",
            description="Addresses or networks of the proxies whose X-Forwarded-For is believed; "
            "separated by commas.",
        ),
    ] = ()
    fast_path: Annotated[
        bool,
        flag(
            "Take messages and send them without a task's turn where nothing has to be waited for; "
            "false takes the WebSocket library's way for everything, which is slower."
        ),
    ] = True
    write_buffer_bytes: Annotated[
        int, whole(1024, 1_048_576, "Bytes given to the system before the others wait.")
    ] = 32_768
    write_timeout_ms: Annotated[
        int, whole(10, 600_000, "Time for a slow client to read what the system was given.")
    ] = 20_000
    open_timeout_ms: Annotated[
        int, whole(10, 600_000, "Time for a new connection to ask for something.")
    ] = 5000
    hello_timeout_ms: Annotated[
        int, whole(10, 600_000, "Time for a new connection to say hello.")
    ] = 10_000
    ping_interval_ms: Annotated[
        int, whole(10, 600_000, "Time between two checks that a client is still there.")
    ] = 20_000
    stop_timeout_ms: Annotated[
        int, whole(0, 600_000, "Time to finish and store everything when told to stop.")
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
