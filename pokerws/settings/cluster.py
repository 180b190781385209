"""Settings: the other servers of a cluster, on this machine and elsewhere."""

from typing import Annotated

from msgspec import Meta

from pokerws.settings.features import Features
from pokerws.settings.section import SECRET, Section, SettingsError, whole

_NEEDED = ("use_db_repository", "use_event_persistence", "use_durable_acks")


def _file(meaning: str) -> Meta:
    return Meta(title="a file", description=meaning)


class Cluster(Section, frozen=True, kw_only=True):
    """The other servers of a cluster, on this machine and elsewhere."""

    workers: Annotated[
        int,
        whole(
            0,
            64,
            "Servers to start on this machine, at one port, which can be replaced without a gap: "
            "one for each processor. Needs what CLUSTER_URL needs, and starts a NATS unless that "
            "names one. 0 is a single server without any of this.",
        ),
    ] = 0
    worker_port: Annotated[
        int,
        whole(
            0,
            65_000,
            "With WORKERS, first of the ports at which each server answers alone, on 127.0.0.1, "
            "for its metrics; 0 takes any free ones.",
        ),
    ] = 0

    cluster_url: Annotated[
        str,
        Meta(
            pattern=r"^((nats|tls)://.+)?$",
            title="nats://HOST:PORT or tls://USER:PASSWORD@HOST:PORT, several with commas",
            description="Address of NATS, which connects the servers of a cluster that share one "
            "database: nats://HOST:PORT, or tls://USER:PASSWORD@HOST:PORT; several with commas; "
            "empty for a single server. Needs USE_DB_REPOSITORY, USE_EVENT_PERSISTENCE and "
            "USE_DURABLE_ACKS.",
            extra=SECRET,
        ),
    ] = ""
    cluster_ca_file: Annotated[
        str, _file("Certificates of the authorities that NATS is trusted by; else the system's.")
    ] = ""
    cluster_cert_file: Annotated[
        str, _file("Certificate that this server shows to NATS, where that asks for one.")
    ] = ""
    cluster_key_file: Annotated[str, _file("Private key of CLUSTER_CERT_FILE.")] = ""

    def check(self) -> None:
        if bool(self.cluster_cert_file) != bool(self.cluster_key_file):
            raise SettingsError(
                "CLUSTER_CERT_FILE and CLUSTER_KEY_FILE belong together: set both, or neither"
            )


def check_cluster(cluster: Cluster, features: Features) -> None:
    """Raise SettingsError if tables could not move between the servers of a cluster."""
    missing = [name.upper() for name in _NEEDED if not getattr(features, name)]
    if missing and (cluster.cluster_url or cluster.workers):
        given, otherwise = "CLUSTER_URL is set", "unset CLUSTER_URL"
        if not cluster.cluster_url:
            given, otherwise = f"WORKERS is {cluster.workers}", "unset WORKERS"
        are_off = "is off" if len(missing) == 1 else "are off"
        raise SettingsError(
            f"{given} and {' and '.join(missing)} {are_off}: servers hand tables over through the "
            f"database; set {' and '.join(f'{name}=true' for name in missing)}, or {otherwise}"
        )
