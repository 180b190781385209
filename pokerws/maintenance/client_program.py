"""Runs one of PostgreSQL's client programs, such as `psql` or `pg_dump`, on the server's database.

The program is told the address by PG… variables, so that no password is on a command line.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence

from pokerws.maintenance.errors import ProgramError
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.database import create_missing, reachable
from pokerws.storage.postgres.unprivileged import installed_programs

# libpq's variables for what an address leaves to the driver.
OF_DRIVER: Mapping[str, str] = {
    "gsslib": "PGGSSLIB",
    "krbsrvname": "PGKRBSRVNAME",
    "passfile": "PGPASSFILE",
    "ssl_max_protocol_version": "PGSSLMAXPROTOCOLVERSION",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
    "sslcert": "PGSSLCERT",
    "sslcrl": "PGSSLCRL",
    "sslkey": "PGSSLKEY",
    "sslmode": "PGSSLMODE",
    "sslnegotiation": "PGSSLNEGOTIATION",
    "sslrootcert": "PGSSLROOTCERT",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}


async def run_client(address: Address, command: Sequence[str]) -> int:
    """Run the command with our input and output; returns its exit code.

    An embedded PostgreSQL that does not run is started for it; for a restore it is created if it is
    missing.  Raises DatabaseError, and ProgramError if the program is missing.
    """
    program = _found(command[0], is_embedded=address.embedded_dir is not None)
    if command[0] == "pg_restore":
        await create_missing(address)
    async with reachable(address) as reached:
        # Ctrl-C is for the program: in psql it only cancels a query.  A handler of ours, unlike
        # SIG_IGN, is not inherited.
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            return _run(program, command[1:], reached)
        finally:
            signal.signal(signal.SIGINT, before)


def variables(address: Address) -> dict[str, str]:
    """An address as libpq's variables; settings of the session, such as the schema, as PGOPTIONS.

    A pooler refuses options, so behind one there are none.
    """
    session = [f"-c {name}={_word(value)}" for name, value in address.session_settings().items()]
    options = [*filter(None, [address.options]), *session]
    found = {
        "PGUSER": address.user,
        "PGPASSWORD": address.password,
        "PGHOST": ",".join(address.hosts),
        "PGPORT": ",".join(map(str, address.ports)),
        "PGDATABASE": address.database,
        "PGOPTIONS": "" if address.pooler in ("session", "transaction") else " ".join(options),
        **{OF_DRIVER[name]: value for name, value in address.driver.items() if name in OF_DRIVER},
    }
    return {name: value for name, value in found.items() if value}


def _word(value: str) -> str:
    """A value as one word of PGOPTIONS."""
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def _run(program: str, arguments: Sequence[str], address: Address) -> int:
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
