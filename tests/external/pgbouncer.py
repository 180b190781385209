"""PgBouncer as it comes, but for the address, the mode and the accounts."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from tests.e2e.process import REPOSITORY, reserve_port
from tests.external.debian_postgres import PASSWORD, DebianPostgres
from tests.external.programs import accepts, account_for, changed, program, running
from tests.postgres_fixtures import new_directory

COMPOSE = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))

CONFIG = """
[databases]
* = host=127.0.0.1 port={to_port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = users
pool_mode = {mode}
{more}
"""


@contextmanager
def pgbouncer(server: DebianPostgres, mode: str, more: str = "") -> Iterator[int]:
    """A pooler in front of a cluster, in mode `session` or `transaction`; its port.

    It knows the roles that the cluster has now.  `more` are lines for its configuration.
    """
    path = program("pgbouncer")
    reserved = reserve_port()
    port: int = reserved.getsockname()[1]
    directory = new_directory()
    try:
        _configure(directory, server, port, mode, more)
        with running(
            path,
            "pgbouncer.ini",
            account=account_for(directory),
            cwd=directory,
            is_ready=lambda: accepts(port),
        ):
            yield port
    finally:
        reserved.close()
        shutil.rmtree(directory)


def _configure(directory: Path, server: DebianPostgres, port: int, mode: str, more: str) -> None:
    roles = server.psql(server.url(), "SELECT rolname FROM pg_roles WHERE rolcanlogin").split()
    users = "".join(f'"{role}" "{PASSWORD}"\n' for role in roles)
    (directory / "users").write_text(users)
    config = CONFIG.format(to_port=server.port, port=port, mode=mode, more=more)
    (directory / "pgbouncer.ini").write_text(config)


@contextmanager
def compose_pooler(server: DebianPostgres, database: str) -> Iterator[int]:
    """The pooler of docker-compose.yml with its command and file; its port.

    Only addresses, paths and the database's name are the test's.
    """
    reserved = reserve_port()
    port: int = reserved.getsockname()[1]
    directory = new_directory()
    service = COMPOSE["services"]["pooler"]
    shell, option, command = service["command"]
    changes = {
        "host=db port=5432": f"host=127.0.0.1 port={server.port} dbname={database}",
        "listen_addr = *": "listen_addr = 127.0.0.1",
        "listen_port = 6432": f"listen_port = {port}",
        "/tmp/users": f"{directory}/users",
    }
    text = (REPOSITORY / "deploy/pgbouncer/pgbouncer.ini").read_text(encoding="utf-8")
    text = changed(text, changes)
    (directory / "pgbouncer.ini").write_text(text)
    command = command.replace("$$", "$").replace("/tmp/users", f"{directory}/users")
    command = command.replace("/etc/pgbouncer", str(directory))
    command = command.replace("exec pgbouncer", f"exec {program('pgbouncer')}")
    try:
        with running(
            *("/usr/bin/env", "PASSWORD=secret", shell, option, command),
            account=account_for(directory),
            cwd=directory,
            is_ready=lambda: accepts(port),
        ):
            yield port
    finally:
        reserved.close()
        shutil.rmtree(directory)
