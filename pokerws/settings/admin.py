"""Settings: where operators reach the admin commands."""

from ipaddress import ip_address
from typing import Annotated

from msgspec import Meta

from pokerws.settings.network import Network, is_address
from pokerws.settings.section import Section, SettingsError, whole


class Admin(Section, frozen=True, kw_only=True):
    """Where operators reach the admin commands."""

    admin_socket: Annotated[
        str,
        Meta(
            title="a file, or empty",
            description="Unix socket for `python server.py admin`, which only the server's account "
            "and root can use; a relative path is beside VAULT_KEY_FILE; empty for none.",
        ),
    ] = "admin.sock"
    admin_port: Annotated[
        int,
        whole(
            0,
            65535,
            "Port for the admin page and commands with a token; 0 for none. With WORKERS, the "
            "first of as many.",
        ),
    ] = 0
    admin_host: Annotated[
        str,
        Meta(
            title="an IP address",
            description="Address that ADMIN_PORT listens on; another than loopback needs TLS "
            "(TLS_CERT_FILE).",
        ),
    ] = "127.0.0.1"

    def check(self) -> None:
        if not is_address(self.admin_host):
            raise SettingsError(f"ADMIN_HOST must be an IP address, got {self.admin_host!r}")

    @property
    def is_on_this_machine(self) -> bool:
        """Whether ADMIN_PORT can be reached from this machine alone."""
        return ip_address(self.admin_host).is_loopback


def check_admin(admin: Admin, network: Network) -> None:
    """Raise SettingsError if tokens of operators could be read on the network."""
    if admin.admin_port and not (network.tls_cert_file or admin.is_on_this_machine):
        raise SettingsError(
            f"ADMIN_PORT listens on {admin.admin_host} without TLS, where operators' tokens could "
            "be read: set TLS_CERT_FILE and TLS_KEY_FILE, or ADMIN_HOST=127.0.0.1"
        )
    if admin.admin_port and admin.admin_port == network.port:
        raise SettingsError("ADMIN_PORT and PORT are the same: give each its own")
