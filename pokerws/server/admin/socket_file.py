"""Where the Unix socket of a server is, and how it gets there.

It is closed to others before it has its name, which replaces one that nobody listens at.
"""

import secrets
import socket
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import structlog

from pokerws.settings import Settings

SOCKET_MODE = 0o600

log = structlog.get_logger("pokerws.admin")


def socket_file(settings: Settings, worker: int = 1) -> Path | None:
    """The Unix socket of a server with these settings; None for none.

    Each worker but the first has its number in the name.
    """
    if not (name := settings.admin.admin_socket):
        return None
    file = Path(settings.vault.key_file).parent / name
    return file if worker == 1 else file.with_stem(f"{file.stem}-{worker}")


class SocketFile(NamedTuple):
    """A socket that listens, its file, and the file's number in the file system."""

    listening: socket.socket
    file: Path
    inode: int

    def remove(self) -> None:
        """Remove the file, unless another server has put its own there."""
        with suppress(OSError):
            if self.file.stat().st_ino == self.inode:
                self.file.unlink()


def open_socket_file(file: Path) -> SocketFile | None:
    """Listen at a Unix socket, unless another server does; logs why not."""
    draft = file.with_name(f".{file.name[:8]}.{secrets.token_hex(3)}")
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if _is_served(file):
            raise FileExistsError("another server listens there")
        file.parent.mkdir(parents=True, exist_ok=True)
        listening.bind(str(draft))
        draft.chmod(SOCKET_MODE)
        listening.listen()
        draft.rename(file)
        opened = SocketFile(listening, file, file.stat().st_ino)
    except OSError as error:
        listening.close()
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        why = error.strerror or str(error)
        log.warning(
            "admin_socket_not_open",
            file=str(file),
            error=why,
            action="set ADMIN_SOCKET to another file, or to nothing",
        )
        return None
    log.info("admin_socket_open", file=str(file))
    return opened


def _is_served(file: Path) -> bool:
    """Whether a server listens at a Unix socket.  Raises OSError if a file there is no socket."""
    if not file.is_socket():
        if file.exists():
            raise FileExistsError("a file is there that is no socket")
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trying:
        trying.settimeout(1.0)
        try:
            trying.connect(str(file))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
    return True
