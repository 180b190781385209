"""Makes new files and directory entries survive a crash of the machine."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def sync_directory(directory: Path) -> None:
    """Write a directory's entries to disk.  Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def create_secret_file(file: Path, text: str) -> bool:
    """Create a file that only this account can read, with its folder, atomically.

    Returns False if it exists: of concurrent processes, all get the text of the first.  Raises
    OSError.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
            sync_directory(file.parent)
            return True
    finally:
        draft.unlink(missing_ok=True)
    return False
