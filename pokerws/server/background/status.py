"""The start-up block: what is turned on, and where the server is."""

from msgspec.structs import asdict

from pokerws import __version__
from pokerws.settings import Settings


def status_of(settings: Settings, database: str | None, address: str) -> list[tuple[str, str]]:
    """Names and states; `database` is the version of the open one."""
    flags = [
        (name.upper(), "enabled" if on else "disabled")
        for name, on in asdict(settings.features).items()
    ]
    shown = "off (tables live in memory and end with the server)"
    if database is not None:
        shown = f"connected ({settings.storage.database_label}, {database})"
    workers = settings.cluster.workers
    many = [("workers", str(workers))] if workers else []
    return [("version", __version__), *flags, ("database", shown), *many, ("address", address)]
