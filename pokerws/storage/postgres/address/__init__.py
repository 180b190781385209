"""The address of a database: where it is, and how to talk to it.

`address_of` is the only code that reads a connection URL.  Its errors name the part that is wrong
and what to write instead.  They never contain a part of the URL that could belong to a password.
"""

import configparser
import os
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias
from urllib.parse import unquote, urlencode

from pokerws.storage.errors import AddressError
from pokerws.storage.postgres.address.url_parameters import (
    ADVICE,
    HONOURED,
    OF_DRIVER,
    REFUSED,
    VALUES,
    WITHOUT_EFFECT,
)

# What is between the server and PostgreSQL: nothing, or a pooler that lends a connection of its own
# for a client's session, or for each transaction.
Pooler: TypeAlias = Literal["none", "session", "transaction"]

NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
CONNECT_S = 5.0
# libpq waits at least this long, and at most for ever.
MIN_CONNECT_S, MAX_CONNECT_S = 2.0, 60.0
DEFAULT_PORT = 5432
# On this port Supabase's pooler is in transaction mode.
TRANSACTION_PORT = 6543
NEON_POOLER = re.compile(r"^[\w-]+-pooler\..*\.neon\.tech$")
EMBEDDED_DIR = "var/postgres"

_SESSION_VARIABLE = "PGTARGETSESSIONATTRS"
_SCHEME = re.compile(r"postgres(?:ql)?://")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_IPV6 = re.compile(r"\[([0-9A-Fa-f:.%]+)\](?::([^:]*))?")
_SETTING = re.compile(r"(?:-c\s*|--)([A-Za-z_][\w.-]*)=(.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a database is, and how to talk to it.  Its `repr` has no secret.

    An `embedded` one has no hosts until its PostgreSQL runs.  Without hosts, user, password or
    name, the driver takes libpq's environment variables and defaults.
    """

    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str | None = None
    # What the driver reads itself, by libpq's names: TLS above all.
    driver: Mapping[str, str] = field(default_factory=dict, repr=False)
    connect_s: float = CONNECT_S
    application: str | None = None
    # Server settings of each session, and what else `options` said.
    settings: Mapping[str, str] = field(default_factory=dict)
    options: str | None = field(default=None, repr=False)
    # None: it is found out at the start.
    pooler: Pooler | None = None
    schema: str | None = None
    embedded_dir: Path | None = None
    # Parameters that were given and have no effect, for the log.
    unused: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Hosts and ports, to be shown."""
        if not self.hosts:
            return str(self.embedded_dir or "the local PostgreSQL")
        return ",".join(map(_shown, self.hosts, self.ports))

    @property
    def shares_backends(self) -> bool:
        """Whether a pooler may give each transaction to another backend of PostgreSQL."""
        return self.pooler == "transaction"

    def session_settings(self, settings: Mapping[str, str] = NO_SETTINGS) -> dict[str, str]:
        """The server settings of a session: of the schema, of the URL, and `settings`."""
        path = {} if self.schema is None else {"search_path": f'"{self.schema}"'}
        return {**self.settings, **path, **settings}

    @property
    def trusts_system(self) -> bool:
        """Whether certificates are checked with the machine's own authorities."""
        return self.driver.get("sslrootcert") == "system"

    def driver_url(self) -> str:
        """A URL with what only the driver reads; it has no password of the database."""
        return f"postgresql:///?{urlencode(self.driver)}" if self.driver else "postgresql:///"

    def running_at(self, url: str) -> "Address":
        """The address of an embedded database whose PostgreSQL now runs at `url`."""
        return replace(address_of(url, self.schema), embedded_dir=self.embedded_dir, pooler="none")


def address_of(url: str, schema: str | None = None) -> Address:
    """The address in a URL of PostgreSQL, or `embedded` or `embedded:DIR`.  Raises AddressError."""
    kind, _, directory = url.partition(":")
    if kind == "embedded":
        return Address(
            embedded_dir=Path(directory or EMBEDDED_DIR), schema=schema or None, pooler="none"
        )
    login, hosts, name, parameters = _parts(url)
    return _address(_given(login, hosts, name, parameters), schema or None)


def _address(given: Mapping[str, str], schema: str | None) -> Address:
    hosts, ports = _places(given)
    settings, options = _options(given.get("options", ""))
    return Address(
        hosts=hosts,
        ports=ports,
        user=given.get("user") or None,
        password=given.get("password") or None,
        database=given.get("dbname") or None,
        driver=_driver(given),
        connect_s=_connect_s(given.get("connect_timeout", "")),
        application=given.get("application_name") or given.get("fallback_application_name"),
        settings=settings,
        options=options,
        pooler=_pooler(given, hosts, ports),
        schema=schema,
        unused=_unused(given),
    )


# ---- the parts of a URL


def _parts(url: str) -> tuple[str, str, str, str]:
    """The raw login, hosts, name and parameters.

    A password with a character that has a meaning in URLs would end up in another part, and then
    in an error message.  So such a character is refused first, wherever it is.
    """
    scheme = _SCHEME.match(url)
    if scheme is None:
        raise _wrong("it must begin with postgres:// or postgresql://")
    rest = url[scheme.end() :]
    if "#" in rest:
        raise _escape("#")
    if any(char.isspace() or not char.isprintable() for char in rest):
        raise _wrong(
            "it contains a space or a control character: percent-encode it (a space is %20)"
        )
    end = min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))
    first = rest.find("@")
    if first > end:
        raise _escape(rest[end], "@")
    if rest.count("@") > 1:
        raise _escape("@")
    login, hosts = (rest[:first], rest[first + 1 : end]) if first >= 0 else ("", rest[:end])
    _check_login(login)
    for _, port in _named_places(hosts):
        # Before anything after it, since without its '@' it may be a password.
        _port(port)
    path, _, parameters = rest[end:].partition("?")
    if "?" in parameters:
        raise _wrong("it has a second '?': separate parameters by '&', and write '?' as %3F")
    return login, hosts, path.removeprefix("/"), parameters


def _check_login(login: str) -> None:
    password = login.partition(":")[2]
    if password.startswith("[") and password.endswith("]"):
        raise _wrong(
            "its password is in brackets, as in [YOUR-PASSWORD]: write the password itself, "
            "without the brackets (a '[' or ']' of its own is percent-encoded as %5B or %5D)"
        )
    for char in "[]":
        if char in login:
            raise _escape(char)


def _given(login: str, hosts: str, name: str, parameters: str) -> dict[str, str]:
    """All that the URL and its service say, by libpq's names, decoded and checked."""
    given = _parameters(parameters)
    user, _, password = login.partition(":")
    for key, text in (("user", user), ("password", password), ("dbname", name)):
        if text:
            given[key] = _decoded(text)
    if hosts:
        given["hosts"] = hosts
    if service := given.get("service") or os.environ.get("PGSERVICE"):
        file = given.get("servicefile")
        of_service = _service(service, None if file is None else Path(file))
        if "hosts" in given:
            of_service.pop("host", None)
            of_service.pop("port", None)
        given = {**of_service, **given}
    for key, value in given.items():
        _check_value(key, value)
    for key, variable in (("sslmode", "PGSSLMODE"), ("target_session_attrs", _SESSION_VARIABLE)):
        value = os.environ.get(variable, "")
        if key not in given and value and value not in VALUES[key]:
            raise AddressError(f"{variable} must be one of {', '.join(VALUES[key])}")
    return given


def _parameters(text: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for part in text.split("&"):
        if not part:
            continue
        name, sign, value = part.partition("=")
        if not sign or not re.fullmatch(r"\w+", name, re.ASCII):
            raise _wrong(
                "a part after '?' is not NAME=VALUE: separate parameters by '&', and if the '?' "
                "belongs to the password, percent-encode it as %3F"
            )
        key = "dbname" if name == "database" else name
        given[key] = _decoded(value)
    return given


def _decoded(text: str) -> str:
    try:
        if _BAD_ESCAPE.search(text):
            raise _escape("%")
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise _escape("%") from None
    if "\0" in decoded:
        raise _wrong("it contains %00, which PostgreSQL cannot take: remove it")
    return decoded


def _check_value(name: str, value: str) -> None:
    if name == "hosts" or name in WITHOUT_EFFECT:
        return
    if name in REFUSED:
        raise _wrong(f"the parameter {name} is not supported: remove it")
    if name not in HONOURED:
        advice = ADVICE.get(
            name, "remove it; a setting of the server is written as options=-c%20NAME%3DVALUE"
        )
        raise _wrong(f"the parameter {name} is unknown: {advice}")
    if name in VALUES and value not in VALUES[name]:
        known = ", ".join(one for one in VALUES[name] if one)
        raise _wrong(
            f"{name} must be one of {known}" if known else f"{name} is not supported: remove it"
        )


def _service(name: str, file: Path | None) -> dict[str, str]:
    """The parameters of a service in libpq's service files."""
    places = [file] if file is not None else _service_files()
    for place in places:
        parser = configparser.ConfigParser(interpolation=None, default_section="")
        try:
            parser.read_string(place.read_text(encoding="utf-8"))
        except OSError:
            continue
        except (configparser.Error, UnicodeDecodeError):
            # Its text may have a password.
            raise _wrong(f"the service file {place} cannot be read: correct its format") from None
        if parser.has_section(name):
            return dict(parser[name])
    shown = ", ".join(str(place) for place in places)
    raise _wrong(f"the service {name} is not in {shown}: correct its name, or set PGSERVICEFILE")


def _service_files() -> list[Path]:
    own = os.environ.get("PGSERVICEFILE")
    places = [Path(own) if own else Path("~/.pg_service.conf").expanduser()]
    if folder := os.environ.get("PGSYSCONFDIR"):
        places.append(Path(folder) / "pg_service.conf")
    return places


# ---- what they mean


def _places(given: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Hosts and ports; a port alone is for the default hosts."""
    named = _named_places(given.get("hosts", ""))
    ports = given["port"].split(",") if given.get("port") else [port for _, port in named]
    hosts = [host for host, _ in named]
    if given.get("host"):
        if hosts:
            raise _wrong("it has a host before the '?' and one after it: remove one")
        hosts = given["host"].split(",")
    if given.get("hostaddr"):
        hosts = given["hostaddr"].split(",")
    ports = ports or [""]
    if len(ports) == 1:
        ports *= max(1, len(hosts))
    if hosts and len(ports) != len(hosts):
        raise _wrong("the numbers of ports and hosts differ: give one port, or one for each host")
    if hosts in ([], [""]):
        return (), tuple(_port(port) for port in ports if port)
    places = [(host, _port(port)) for host, port in zip(hosts, ports, strict=True)]
    if given.get("load_balance_hosts") == "random":
        random.shuffle(places)
    return tuple(host for host, _ in places), tuple(port for _, port in places)


def _named_places(hosts: str) -> list[tuple[str, str]]:
    """The raw hosts and ports between the '@' and the name."""
    return [_place(part) for part in hosts.split(",")] if hosts else []


def _place(text: str) -> tuple[str, str]:
    """Host and port, of one place before the name."""
    if text.startswith("["):
        found = _IPV6.fullmatch(text)
        if found is None:
            raise _wrong("its IPv6 address is not written like [::1]:5432")
        return unquote(found[1]), found[2] or ""
    host, _, port = text.partition(":")
    if ":" in port:
        raise _wrong("its host has several ':': an IPv6 address is written in brackets, like [::1]")
    return _decoded(host), port


def _port(text: str) -> int:
    if not text:
        # As the driver would have it.
        text = os.environ.get("PGPORT", "").partition(",")[0] or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise _wrong(
            "its port is not a number from 1 to 65535: write USER:PASSWORD@HOST:PORT/NAME, with "
            "characters like @ / ? # % of the password percent-encoded"
        )
    return int(text)


def _options(text: str) -> tuple[dict[str, str], str | None]:
    """The settings in `options`, and the rest of it, such as Neon's endpoint.

    A pooler refuses options at the start of a session, so settings are made after it.
    """
    settings: dict[str, str] = {}
    rest: list[str] = []
    # As PostgreSQL splits them: a backslash before a space keeps it.
    words = [re.sub(r"\\(.)", r"\1", word) for word in re.findall(r"(?:\\.|[^\s\\])+", text)]
    while words:
        word = words.pop(0)
        if word == "-c" and words:
            word += words.pop(0)
        found = _SETTING.fullmatch(word)
        if found is None:
            rest.append(word)
        else:
            settings[found[1].replace("-", "_")] = found[2]
    return settings, " ".join(rest) or None


def _driver(given: Mapping[str, str]) -> dict[str, str]:
    mode = given.get("sslmode", "")
    if given.get("sslrootcert") == "system" and mode != "verify-full":
        raise _wrong("sslrootcert=system needs sslmode=verify-full")
    if "hostaddr" in given and mode == "verify-full":
        raise _wrong(
            "hostaddr cannot be combined with sslmode=verify-full: remove hostaddr, and let the "
            "name be resolved"
        )
    if given.get("sslnegotiation") == "direct" and mode not in VALUES["sslmode"][3:]:
        raise _wrong("sslnegotiation=direct needs sslmode=require, verify-ca or verify-full")
    for name in ("passfile", "sslrootcert", "sslcert", "sslkey", "sslcrl"):
        _check_file(name, given.get(name))
    return {name: given[name] for name in OF_DRIVER if given.get(name)}


def _check_file(name: str, path: str | None) -> None:
    if not path or (name, path) == ("sslrootcert", "system"):
        return
    try:
        with Path(path).open("rb"):
            pass
    except OSError as error:
        raise _wrong(f"{name} names {path}, which cannot be read: {error.strerror}") from None


def _connect_s(text: str) -> float:
    if not text:
        return CONNECT_S
    if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII):
        raise _wrong("connect_timeout must be a whole number of seconds")
    # Zero and less are for ever.
    return min(max(float(text), MIN_CONNECT_S), MAX_CONNECT_S) if int(text) > 0 else MAX_CONNECT_S


def _pooler(given: Mapping[str, str], hosts: Sequence[str], ports: Sequence[int]) -> Pooler | None:
    match given.get("pooler"):
        case "none":
            return "none"
        case "session":
            return "session"
        case "transaction":
            return "transaction"
        case _:
            pass
    # Prisma's word for the same.
    if given.get("pgbouncer") == "true" or TRANSACTION_PORT in ports:
        return "transaction"
    if any(NEON_POOLER.search(host) for host in hosts):
        return "transaction"
    return None


def _unused(given: Mapping[str, str]) -> tuple[str, ...]:
    """Parameters that have no effect here, as far as they ask for more than the default."""
    unused = {name for name in given if WITHOUT_EFFECT.get(name, given[name]) != given[name]}
    if given.get("channel_binding") == "require":
        unused.add("channel_binding")
    return tuple(sorted(unused))


def _shown(host: str, port: int) -> str:
    if host.startswith("/"):
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _wrong(what: str) -> AddressError:
    return AddressError(f"DATABASE_URL is not usable: {what}")


def _escape(*chars: str) -> AddressError:
    shown = " and ".join(f"'{char}' as %{ord(char):02X}" for char in chars)
    return _wrong(
        f"a user name or password with special characters is percent-encoded: write {shown}"
    )
