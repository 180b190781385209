"""What a failed connection means, in one line that says what to change."""

import errno
import os
import socket
import ssl

import asyncpg

from pokerws.storage.postgres.address import Address

# Shorter ones would hide words that are no password.
SHORTEST_HIDDEN = 4
# A pooler refuses with this state whatever the reason is.
REFUSED_BY_POOLER = "08P01"
# PgBouncer's words, and Supavisor's in either mode.
_FULL_POOLER = ("no more connections allowed", "query_wait_timeout", "max client")
# Where the driver takes a password from that the address has not.
_PASSWORD_SOURCES = ("PGPASSWORD", "PGPASSFILE")
UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL})


def explain(error: BaseException, address: Address) -> str:
    """Why a connection to `address` failed, in one line without its password."""
    text = _advice(error, address) or first_line(error)
    secret = address.password or ""
    return text.replace(secret, "…") if len(secret) >= SHORTEST_HIDDEN else text


def first_line(error: BaseException) -> str:
    """A time-out has no text of its own, and PostgreSQL's may have several lines."""
    return str(error).partition("\n")[0] or "no answer in time"


def is_full(error: BaseException) -> bool:
    """Whether there were too many connections."""
    text = str(error).lower()
    return isinstance(error, asyncpg.TooManyConnectionsError) or any(
        said in text for said in _FULL_POOLER
    )


def _advice(error: BaseException, address: Address) -> str | None:
    """A known cause and what to do; None for any other error."""
    if isinstance(error, asyncpg.PostgresError):
        return _of_postgres(error, address)
    if isinstance(error, OSError):
        return _of_network(error, address)
    if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
        wanted = address.driver.get("target_session_attrs", "PGTARGETSESSIONATTRS")
        return f"no server at {address.place} is {wanted}: correct target_session_attrs"
    if isinstance(error, asyncpg.ClientConfigurationError) and "root certificate" in str(error):
        return (
            "there is no root certificate to verify the server's certificate with: add "
            "sslrootcert=FILE to DATABASE_URL, with the file of your provider (or "
            "sslrootcert=system)"
        )
    if "password" in str(error) and isinstance(error, asyncpg.InterfaceError):
        return _wrong_password(address)
    return None


# ---- what the server, or a pooler, says


def _of_postgres(error: asyncpg.PostgresError, address: Address) -> str | None:
    said = first_line(error)
    if isinstance(error, asyncpg.InvalidPasswordError) or "SASL authentication failed" in said:
        return _wrong_password(address)
    if is_full(error):
        return f"{said}: close other programs' connections, or raise the limit"
    if isinstance(error, asyncpg.InvalidCatalogNameError) or (
        error.sqlstate == REFUSED_BY_POOLER and "database" in said
    ):
        return f"{said}: create it, or correct the name after the last / of DATABASE_URL"
    if said == "SSL required":
        return f"{address.place} requires TLS: write sslmode=require in DATABASE_URL"
    if "pg_hba.conf" in said:
        how = "add sslmode=require to DATABASE_URL" if "no encryption" in said else "allow it there"
        return f"the database does not admit this user from this address ({said}): {how}"
    if pooler := of_pooler(said):
        return pooler
    if "Tenant or user not found" in said:
        return (
            "the pooler knows no such project: correct host and user name in DATABASE_URL; on "
            "Supabase's pooler the user is USER.PROJECT, and the host is that of its region"
        )
    if "startup parameter" in said:
        return f"the pooler refuses a parameter ({said}): remove options from DATABASE_URL"
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        return f"{said}: correct the user in DATABASE_URL, or give the role LOGIN"
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return f"{said}: GRANT it to the role that DATABASE_URL names"
    if isinstance(
        error, asyncpg.UndefinedObjectError | asyncpg.CantChangeRuntimeParamError
    ) or "command-line argument" in str(error):
        return f"{said}: correct options in DATABASE_URL"
    return None


def of_pooler(said: str) -> str | None:
    """What a pooler's words mean that may come instead of any answer; None for others."""
    if "statement pooling" in said:
        return (
            f"the pooler is in statement mode ({said}): give it pool_mode = transaction or session"
        )
    if "server login has been failing" in said:
        return (
            f"PostgreSQL does not admit the pooler ({said}): start it, correct the pooler's "
            "configuration, or try again when the pooler has"
        )
    return None


def _wrong_password(address: Address) -> str:
    who = "the user" if address.user is None else f"user {address.user!r}"
    source = next((name for name in _PASSWORD_SOURCES if os.environ.get(name)), None)
    if address.password is None and source is not None:
        return (
            f"{address.place} refuses {who} or the password that {source} gives: correct them, "
            "or write USER:PASSWORD@ in DATABASE_URL"
        )
    if address.password is None and "passfile" not in address.driver:
        return (
            f"{address.place} requires a password for {who}: write USER:PASSWORD@ in DATABASE_URL"
        )
    return (
        f"{address.place} refuses {who} or its password: correct them in DATABASE_URL, with "
        "characters like @ / ? # % of the password percent-encoded"
    )


# ---- what the network says


def _of_network(error: OSError, address: Address) -> str | None:
    place = address.place
    if isinstance(error, ssl.SSLCertVerificationError):
        return _wrong_certificate(error, place)
    if isinstance(error, ssl.SSLError):
        return f"no TLS connection to {place} ({error.reason}): correct sslmode in DATABASE_URL"
    if isinstance(error, socket.gaierror):
        return _no_address(address)
    if isinstance(error, TimeoutError):
        return (
            f"{place} does not answer within {address.connect_s:g} s: correct host and port in "
            "DATABASE_URL, and check that no firewall blocks it, and that a pooler there reaches "
            "PostgreSQL"
        )
    if "rejected SSL upgrade" in str(error):
        return (
            f"{place} does not support TLS: turn it on there, or, on a network that you trust, "
            "write sslmode=disable in DATABASE_URL"
        )
    if isinstance(error, FileNotFoundError) or error.errno == errno.ENOENT:
        return f"no PostgreSQL socket is in {place}: start it, or correct host in DATABASE_URL"
    wanted = address.driver.get("target_session_attrs")
    if wanted and len(address.hosts) > 1:
        # The driver tells of the host that failed last, and not of those that it turned down.
        return (
            f"no server at {place} is {wanted} and answers ({first_line(error)}): start or promote "
            "one, or correct the hosts or target_session_attrs in DATABASE_URL"
        )
    if isinstance(error, ConnectionRefusedError):
        return (
            f"nothing listens at {place}: start the database, or correct host and port in "
            "DATABASE_URL"
        )
    if error.errno in UNREACHABLE:
        return _unreachable(address)
    if isinstance(error, ConnectionResetError) and address.driver.get("sslnegotiation") == "direct":
        return f"{place} does not support direct TLS: remove sslnegotiation from DATABASE_URL"
    return None


def _wrong_certificate(error: ssl.SSLCertVerificationError, place: str) -> str:
    what = error.verify_message.rstrip(".")
    if "not valid for" in what:
        return (
            f"the certificate of {place} is for another host ({what}): use the host name in the "
            "certificate, or sslmode=verify-ca"
        )
    return (
        f"the certificate of {place} is not trusted ({what}): add sslrootcert=FILE with its "
        "authority's certificate to DATABASE_URL, or write sslmode=require without sslrootcert"
    )


def _no_address(address: Address) -> str:
    host = next((host for host in address.hosts if not host.startswith("/")), "")
    hint = "" if not _is_supabase_direct(host) else f", or {_IPV4_OF_SUPABASE}"
    return f"the host {host!r} is not found: correct it in DATABASE_URL{hint}"


def _unreachable(address: Address) -> str:
    host = address.hosts[0] if address.hosts else ""
    if not _has_only_ipv6(host):
        return f"there is no route to {address.place}: correct the host in DATABASE_URL"
    what = _IPV4_OF_SUPABASE if _is_supabase_direct(host) else "use a host with IPv4"
    return f"{host} has only an IPv6 address, and this machine has no IPv6: {what}, or enable IPv6"


_IPV4_OF_SUPABASE = "use the session pooler, which has IPv4 (Connect in the dashboard)"


def _is_supabase_direct(host: str) -> bool:
    return host.startswith("db.") and host.endswith(".supabase.co")


def _has_only_ipv6(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return {family for family, *_ in found} == {socket.AF_INET6}
