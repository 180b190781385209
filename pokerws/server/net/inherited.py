"""Descriptors that a process is started with, by the protocol of systemd's socket activation.

    LISTEN_FDS      how many there are, from descriptor 3 on
    LISTEN_PID      the process that they are for
    LISTEN_FDNAMES  the name of each, separated by colons

A socket that somebody else keeps open outlives the process that accepts on it, and no connection is
refused while that is replaced.  `inherited` takes what was passed, and `passing` passes it on.
"""

import os
import socket
import sys
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pokerws.server.net.addresses import ListenError

FIRST = 3
_COUNT, _PROCESS, _NAMES = "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"
# The usual name of a descriptor without one, as in systemd.
_NAMELESS = "unknown"
# The name of a socket at which this process alone is reached, in a group that shares the others.
OWN = "own"
_PASS = Path(__file__).with_name("pass_descriptors.py")


class Inherited(NamedTuple):
    """What was passed: `sockets` to listen on in place of HOST and PORT, and others by name.

    Connections to `own` come to this process alone.
    """

    sockets: Sequence[socket.socket] = ()
    own: socket.socket | None = None
    others: Mapping[str, int] = MappingProxyType({})

    @property
    def port(self) -> int | None:
        """The port of the first socket; None without sockets."""
        return self.sockets[0].getsockname()[1] if self.sockets else None


NOTHING = Inherited()


class WaysIn(NamedTuple):
    """How operators come in, beside the settings, and how they have the server `end` in order.

    A worker has only the sockets that it inherits, by their descriptors.
    """

    is_worker: bool = False
    socket: int | None = None
    port: int | None = None
    end: Callable[[], None] = lambda: None


NO_WAYS_IN = WaysIn()


def inherited(environ: MutableMapping[str, str], others: Collection[str] = ()) -> Inherited:
    """Take over the descriptors that `environ` says were passed to this process.

    Those named in `others` are left as they are, the rest must be listening sockets of TCP.  Their
    variables are removed, and no program that is started later has them.  Raises ListenError.
    """
    count, process, names = (environ.pop(name, "") for name in (_COUNT, _PROCESS, _NAMES))
    if process != str(os.getpid()) or not count.isdecimal():
        return NOTHING
    named = dict(enumerate(names.split(":") if names else (), FIRST))
    own, sockets, rest = None, [], {}
    for number in range(FIRST, FIRST + int(count)):
        name = named.get(number, _NAMELESS)
        if name in others:
            os.set_inheritable(number, False)
            rest[name] = number
        elif name == OWN:
            own = _listening(number)
        else:
            sockets.append(_listening(number))
    return Inherited(tuple(sockets), own, rest)


def _listening(number: int) -> socket.socket:
    """The listening socket that a descriptor is.  Raises ListenError."""
    try:
        # With the protocol named, event loops send small frames at once (TCP_NODELAY).
        one = socket.socket(fileno=number, proto=socket.IPPROTO_TCP)
        is_fit = (
            one.family in {socket.AF_INET, socket.AF_INET6}
            and one.type == socket.SOCK_STREAM
            and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        )
    except OSError as error:
        raise ListenError(
            f"{_COUNT} passes descriptor {number}, which is no socket: {error.strerror}; pass "
            f"listening sockets of TCP, or unset {_COUNT}"
        ) from None
    if not is_fit:
        one.detach()
        raise ListenError(
            f"{_COUNT} passes descriptor {number}, which is no socket that listens on an address "
            "and a port: write ListenStream=127.0.0.1:8765 in the socket's unit, and Accept=no"
        )
    one.set_inheritable(False)
    return one


class Passing(NamedTuple):
    """How a program is started with descriptors: its command, what its environment has besides,
    and the descriptors that it must inherit, as `pass_fds` of `subprocess` takes them.
    """

    command: list[str]
    environ: dict[str, str]
    descriptors: list[int]


def passing(command: Sequence[str], descriptors: Sequence[tuple[str, int]]) -> Passing:
    """Start `command` with these descriptors, each with a name."""
    numbers = [number for _, number in descriptors]
    return Passing(
        # The numbers and the process id are right only in the new process.  It then becomes the
        # program, so its process id stays.
        [sys.executable, "-IS", str(_PASS), ",".join(map(str, numbers)), *command],
        {_COUNT: str(len(numbers)), _NAMES: ":".join(name for name, _ in descriptors)},
        numbers,
    )
