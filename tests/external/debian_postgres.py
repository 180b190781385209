"""PostgreSQL as an operator installs it: Debian's, with passwords, over TCP."""

import itertools
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pokerws.storage.postgres.embedded.unprivileged import SystemAccount
from tests.e2e.process import reserve_port
from tests.external.programs import MOST_S, account_for, program, running
from tests.postgres_fixtures import new_directory

DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
PASSWORD = "correct horse"
QUOTED = "correct%20horse"
# A test's data need not survive the machine.
FAST = ("fsync=off", "full_page_writes=off", "autovacuum=off")


class DebianPostgres:
    """A running cluster.  `postgres` is its superuser; `PASSWORD` is everybody's password."""

    def __init__(self, directory: Path, account: SystemAccount, programs: Path, port: int) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.account = account
        self.programs = programs
        self.port = port
        self._numbers = itertools.count(1)

    def url(self, database: str = "postgres", role: str = "postgres", port: int = 0) -> str:
        """The address of a database for a role; `port` is another one's, like a pooler's."""
        return f"postgresql://{role}:{QUOTED}@127.0.0.1:{port or self.port}/{database}"

    def run(self, name: str, *arguments: str | Path) -> str:
        """Run one of this PostgreSQL's programs as its account; returns its output."""
        done = self.account.run(
            self.programs / name, *arguments, cwd=self.directory, timeout_s=MOST_S
        )
        assert done.returncode == 0, f"{name} {arguments}: {done.stdout}"
        return done.stdout

    def psql(self, url: str, *commands: str) -> str:
        """Run SQL at an address, each command for itself; returns the rows, unaligned."""
        given = [word for command in commands for word in ("-c", command)]
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *given, url).strip()

    def psql_refused(self, url: str, *commands: str) -> str:
        """Run SQL of which the last command is refused; returns what was said."""
        given = [word for command in commands for word in ("-c", command)]
        command: list[str | Path] = [self.programs / "psql", "-XAtq", *given, url]
        done = self.account.run(*command, cwd=self.directory, timeout_s=MOST_S)
        assert done.returncode, f"{commands} was not refused: {done.stdout}"
        return done.stdout

    def role(self, more: str = "") -> str:
        """Make a role that may log in and nothing else; `more` are options of CREATE ROLE."""
        name = f"role_{next(self._numbers)}"
        self.psql(self.url(), f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}' {more}")
        return name

    def database(self, owner: str, more: str = "") -> str:
        """Make an empty database; returns its name."""
        name = f"database_{next(self._numbers)}"
        self.psql(self.url(), f"CREATE DATABASE {name} OWNER {owner} {more}")
        return name


@contextmanager
def debian_postgres(*settings: str) -> Iterator[DebianPostgres]:
    """A cluster of Debian's PostgreSQL; `settings` are more of its settings, like `wal_level=…`."""
    programs = program("initdb", *reversed(DEBIAN)).parent
    reserved = reserve_port()
    directory = new_directory()
    try:
        account = account_for(directory)
        server = DebianPostgres(directory, account, programs, reserved.getsockname()[1])
        (directory / "password").write_text(PASSWORD)
        server.run(
            "initdb",
            "--no-sync",
            "--auth=scram-sha-256",
            "--username=postgres",
            "--pwfile=password",
            "--encoding=UTF8",
            "--locale=C",
            server.data,
        )
        with serving(server, *FAST, *settings):
            yield server
    finally:
        reserved.close()
        shutil.rmtree(directory)


@contextmanager
def serving(server: DebianPostgres, *settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """The server process on a data directory that is there."""
    given = [word for setting in settings for word in ("-c", setting)]
    command: list[str | Path] = [server.programs / "postgres", "-D", server.data]
    command += ["-p", str(server.port), *given]
    command += ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={server.data}"]
    with running(
        *command,
        account=server.account,
        cwd=server.directory,
        is_ready=lambda: _accepts_connections(server),
    ) as process:
        yield process


def _accepts_connections(server: DebianPostgres) -> bool:
    found = server.account.run(
        server.programs / "pg_isready",
        "-q",
        "-h127.0.0.1",
        f"-p{server.port}",
        cwd=server.directory,
        timeout_s=MOST_S,
    )
    return found.returncode == 0
