"""Where the NATS that `WORKERS` starts is: a note beside the vault's key, for commands.

It has the token of that NATS, so only the server's account can read it.
"""

from pathlib import Path

from pokerws.settings import Settings
from pokerws.storage.fsync import create_secret_file


def note_of(settings: Settings, port: int) -> Path:
    """The note of the workers at a port."""
    return Path(settings.vault.key_file).parent / f"nats-{port}.url"


def write_note(file: Path, url: str) -> None:
    """Write the note, in place of an older one.  Raises OSError."""
    file.unlink(missing_ok=True)
    create_secret_file(file, url)


def noted_url(settings: Settings) -> str:
    """The URL of the NATS of the workers at PORT; empty if there is no note."""
    try:
        return note_of(settings, settings.network.port).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
