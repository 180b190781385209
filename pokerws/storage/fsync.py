"""Makes new directory entries survive a crash of the machine."""

import os
from pathlib import Path


def sync_directory(directory: Path) -> None:
    """Write a directory's entries to disk.  Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
