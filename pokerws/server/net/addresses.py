"""The sockets that a server listens on: one for each address, all with the same port.

Nothing is listened on by half: if one address fails, none is open.  A loopback or wildcard address
of a family that the machine does not have is left out while another one is there, so that the
defaults fit machines without IPv6.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from ipaddress import ip_address
from typing import NamedTuple

import structlog

from pokerws.settings.network import netloc

# Connections that may wait to be accepted, as in asyncio.
BACKLOG = 100
# With port 0, the port that one address was given may be taken at the next one.
MOST_TRIES = 50
_NO_SUCH_FAMILY = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT})

log = structlog.get_logger("pokerws.addresses")


class ListenError(Exception):
    """The server cannot listen.  The message is one line for the operator."""


class Place(NamedTuple):
    """Where to listen: a family, and an address as `bind` takes it, without its port."""

    family: socket.AddressFamily
    host: str
    # Of an IPv6 address: flow label and zone.
    more: tuple[int, ...] = ()

    @property
    def is_optional(self) -> bool:
        """Whether it may be missing because the machine lacks the family."""
        address = ip_address(self.host)
        return address.is_loopback or address.is_unspecified

    def at(self, port: int) -> tuple[str | int, ...]:
        """The address as `bind` takes it."""
        return (self.host, port, *self.more)


async def places_of(hosts: Sequence[str]) -> list[Place]:
    """The places to listen on for addresses and names, each once.  Raises ListenError.

    Addresses of a family whose every address is listened on are left out.
    """
    places: list[Place] = []
    for host in hosts:
        if host == "::":
            # A socket of its own, since a shared one would show IPv4 clients as IPv6.
            places.append(Place(socket.AF_INET, "0.0.0.0"))  # noqa: S104  it is what `::` asks for
        places += await _resolved(host)
    whole = {place.family for place in places if ip_address(place.host).is_unspecified}
    return [
        place
        for place in dict.fromkeys(places)
        if place.family not in whole or ip_address(place.host).is_unspecified
    ]


async def _resolved(host: str) -> list[Place]:
    # In a thread, since a name may need a server; uvloop's own way loses the zone of an address.
    resolve = partial(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM)
    try:
        found = await asyncio.to_thread(resolve)
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no host name"
        raise ListenError(
            f"HOST names {host}, which has no address: {why}; set HOST to addresses or names of "
            "this machine"
        ) from error
    return [
        Place(family, str(host).partition("%")[0], tuple(map(int, more)))
        for family, _, _, _, (host, _, *more) in found
    ]


def listen(places: Sequence[Place], port: int, setting: str = "PORT") -> list[socket.socket]:
    """A listening socket for each place; port 0 is any that is free at all of them.

    Raises ListenError, which names the `setting` that the port is from.
    """
    for _ in range(MOST_TRIES):
        try:
            return _listen(places, port, setting)
        except _PortTaken:
            continue
    raise ListenError(
        f"no port is free on all of {', '.join(place.host for place in places)}; set PORT or HOST"
    )


class _PortTaken(Exception):
    """The port that the system chose for one address is in use at another."""


def _listen(places: Iterable[Place], port: int, setting: str) -> list[socket.socket]:
    opened: list[socket.socket] = []
    missing: list[ListenError] = []
    with ExitStack() as undo:
        number = port
        for place in places:
            try:
                one = socket.create_server(place.at(number), family=place.family, backlog=BACKLOG)
            except OSError as error:
                if error.errno == errno.EADDRINUSE and opened and not port:
                    raise _PortTaken from error
                refusal = ListenError(_explain(error, place, number, setting))
                if error.errno not in _NO_SUCH_FAMILY or not place.is_optional:
                    raise refusal from error
                log.debug("address_left_out", address=place.host, error=error.strerror)
                missing.append(refusal)
                continue
            # With the protocol named, event loops send small frames at once (TCP_NODELAY).
            one = socket.socket(fileno=one.detach(), proto=socket.IPPROTO_TCP)
            undo.callback(one.close)
            opened.append(one)
            number = one.getsockname()[1]
        if not opened:
            raise missing[0]
        undo.pop_all()
    return opened


def _explain(error: OSError, place: Place, port: int, setting: str) -> str:
    where = netloc(place.host, port)
    match error.errno:
        case errno.EADDRINUSE:
            why, action = "it is in use", f"stop what listens there, or set {setting} to a free one"
        case errno.EADDRNOTAVAIL:
            why = "this machine has no such address"
            action = "set HOST to addresses of this machine"
        case errno.EAFNOSUPPORT | errno.EPROTONOSUPPORT:
            family = "IPv6" if ":" in place.host else "IPv4"
            why, action = f"this machine has no {family}", "set HOST to an address that it has"
        case errno.EACCES | errno.EPERM:
            why = "it is not permitted"
            action = f"set {setting} to 1024 or above, or give the server the right to lower ports"
        case _:
            why, action = os.strerror(error.errno or 0), f"set {setting} or HOST"
    return f"cannot listen on {where}: {why}; {action}"
