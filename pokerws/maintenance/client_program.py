"""Runs one of PostgreSQL's client programs, such as `psql` or `pg_dump`, on the server's database.

The program is told the address by PG… variables, so that no password is on a command line.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from pokerws.maintenance.errors import ProgramError
from pokerws.storage.postgres.database import create_missing, reachable
from pokerws.storage.postgres.unprivileged import installed_programs

# Parameters of an address, and libpq's variables for them.
VARIABLES: Mapping[str, str] = {
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "host": "PGHOST",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "database": "PGDATABASE",
    "application_name": "PGAPPNAME",
    "channel_binding": "PGCHANNELBINDING",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "gssencmode": "PGGSSENCMODE",
    "options": "PGOPTIONS",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
    "sslcert": "PGSSLCERT",
    "sslcrl": "PGSSLCRL",
    "sslkey": "PGSSLKEY",
    "sslmode": "PGSSLMODE",
    "sslnegotiation": "PGSSLNEGOTIATION",
    "sslrootcert": "PGSSLROOTCERT",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}


async def run_client(url: str, embedded_dir: Path | None, command: Sequence[str]) -> int:
    """Run the command with our input and output; returns its exit code.

    An embedded PostgreSQL that does not run is started for it; for a restore it is created if it is
    missing.  Raises DatabaseError, and ProgramError if the program is missing.
    """
    program = _found(command[0], is_embedded=embedded_dir is not None)
    if command[0] == "pg_restore" and embedded_dir is not None:
        await create_missing(embedded_dir)
    async with reachable(url, embedded_dir) as address:
        # Ctrl-C is for the program: in psql it only cancels a query.  A handler of ours, unlike
        # SIG_IGN, is not inherited.
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            return _run(program, command[1:], address)
        finally:
            signal.signal(signal.SIGINT, before)


def variables(url: str) -> dict[str, str]:
    """An address as libpq's variables; settings of the session become PGOPTIONS."""
    parts = urlsplit(url)
    login, _, places = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    hosts, ports = zip(*map(_host_and_port, places.split(",")), strict=True)
    found = {
        "PGUSER": unquote(user),
        "PGPASSWORD": unquote(password),
        "PGHOST": ",".join(hosts),
        "PGPORT": ",".join(ports),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }
    session = []
    for name, value in parse_qsl(parts.query):
        if name in VARIABLES:
            found[VARIABLES[name]] = value
        else:
            escaped = value.replace("\\", "\\\\").replace(" ", "\\ ")
            session.append(f"-c {name}={escaped}")
    if session:
        found["PGOPTIONS"] = " ".join([*filter(None, [found.get("PGOPTIONS")]), *session])
    return {name: value for name, value in found.items() if value.strip(",")}


def _host_and_port(place: str) -> tuple[str, str]:
    """One of the address's places; an IPv6 address is in brackets."""
    host, colon, port = place.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = place, ""
    return unquote(host.strip("[]")), port


def _run(program: str, arguments: Sequence[str], address: str) -> int:
    environment = {**os.environ, **variables(address)}
    done = subprocess.run([program, *arguments], env=environment, check=False)
    # As a shell reports the signal that ended a program.
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def _found(name: str, *, is_embedded: bool) -> str:
    """The program's path; for the embedded PostgreSQL, one of the same version comes first."""
    installed = installed_programs()
    places = [] if installed is None else [str(installed)]
    places.insert(1 if is_embedded else 0, os.environ.get("PATH", os.defpath))
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        raise ProgramError(
            f"there is no program {name!r}: install PostgreSQL's client programs, or name one of "
            "them, such as psql, pg_dump or pg_restore"
        )
    return found
