"""The bus of the settings."""

from pathlib import Path

from pokerws.server.cluster.bus import Bus, BusError
from pokerws.server.cluster.nats_address import TlsFiles, nats_address
from pokerws.settings import Settings, SettingsError

try:
    from pokerws.server.cluster.nats_bus import NatsBus, Watch, unwatched
except ModuleNotFoundError as error:
    raise SettingsError(
        "CLUSTER_URL is set, and the package nats-py is missing: install the extra `cluster`"
    ) from error


def bus_of(settings: Settings, name: str, watch: Watch = unwatched) -> Bus:
    """The bus, not open yet; `name` and `watch` are as for `NatsBus`.  Raises SettingsError."""
    cluster = settings.cluster
    files = (cluster.cluster_ca_file, cluster.cluster_cert_file, cluster.cluster_key_file)
    tls = TlsFiles(*(Path(file) if file else None for file in files))
    try:
        address = nats_address(cluster.cluster_url, tls)
    except BusError as error:
        raise SettingsError(f"CLUSTER_URL: {error}") from error
    return NatsBus(address, name, watch)
