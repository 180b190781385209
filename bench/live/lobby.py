"""The cost of those who watch the list of tables, and of all of them coming back at once.

The server has a processor of its own.  The ceiling is a bare server of the `websockets` library
that sends the same number of bytes, as often.
"""

import selectors
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from bench.figures import Part, figure, number
from bench.live.joining import Caller, greet
from bench.live.servers import OTHER_CPU, ServerProcess, allow_many_files, cpu_s, pinned, running
from bench.progress import rounds as rounds_of

TABLES, WATCHERS = 10_000, 1_000
# A hand a minute at each table, and a player who comes or goes with every tenth change.
CHANGES_PER_S = TABLES / 60 / 0.9
SECONDS = 6.0
# Changes are gathered for a second with so many watchers.
WARM_UP_S = 2.0
# The targets: of a processor, and until all are back.
PERCENT, RECONNECT_S = 5.0, 2.0
PARTS: Mapping[str, dict[str, object]] = {
    "a hundred tables": {"limit": 100},
    "tables with two free seats": {"limit": 100, "filter": {"free_seats": 2}},
}


class Sent(NamedTuple):
    """What each watcher was sent: the first message, and the others by length and rate."""

    first: int
    length: int
    per_s: float


class Seen(NamedTuple):
    """The share of a processor, also without watchers; and the seconds of a reconnect."""

    share: float
    unwatched: float
    reconnect_s: float
    reconnect_cpu_s: float
    sent: Sent


class Joined(NamedTuple):
    """Connected watchers, their sessions, and the length of their first message."""

    callers: list[Caller]
    sessions: list[str]
    first: int


def measure(rounds: int) -> Part:
    """Ours against the ceiling, for a part of the list; and the whole list, once."""
    allow_many_files()
    shares, reconnects, notes = [], [], []
    for _ in rounds_of("lobby", max(1, rounds // 2)):
        for what, asked in PARTS.items():
            mine = ours(asked)
            theirs = ceiling(mine.sent)
            # The system counts processor time in ticks.
            shares.append((100 * mine.share, max(100 * theirs.share, 0.1)))
            reconnects.append((mine.reconnect_s, theirs.reconnect_s))
            notes.append(f"{what}: {_told(mine)}; ceiling: {_told(theirs)}.")
    limits = [(share, PERCENT) for share, _ in shares]
    waits = [(seconds, RECONNECT_S) for seconds, _ in reconnects]
    return Part(
        "lobby",
        [
            figure("a processor", "%", limits, against="target", bound="at most", target=1),
            figure("reconnect of all", "s", waits, against="target", bound="at most", target=1),
            figure("a processor", "%", shares, against="bare broadcast", bound="at most"),
            figure("reconnect of all", "s", reconnects, against="bare server", bound="at most"),
        ],
        [f"{TABLES:,} tables, {WATCHERS:,} watchers, {CHANGES_PER_S:.0f} changes/s.", *notes],
    )


def _told(seen: Seen) -> str:
    return (
        f"{100 * seen.share:.1f} % of a processor, {100 * seen.unwatched:.1f} % before anybody "
        f"watched; {number(seen.sent.per_s)} messages/s of "
        f"{seen.sent.length:,} bytes to each; back within {number(seen.reconnect_s)} s, "
        f"{number(seen.reconnect_cpu_s)} s of processor time, {seen.sent.first:,} bytes each"
    )


def ours(
    asked: dict[str, object],
    *,
    tables: int = TABLES,
    watchers: int = WATCHERS,
    seconds: float = SECONDS,
) -> Seen:
    """Our server, whose watchers ask for a part of the list."""
    settings = {"TABLES": str(tables), "CHANGES_PER_S": str(CHANGES_PER_S * tables / TABLES)}
    with running("lobby", settings) as server:
        return _watch(server, {"type": "watch_lobby", "id": "w", **asked}, watchers, seconds)


def ceiling(sent: Sent, *, watchers: int = WATCHERS, seconds: float = SECONDS) -> Seen:
    """A bare server that sends the same."""
    settings = {"FIRST_BYTES": sent.first, "BYTES": sent.length, "PER_S": max(sent.per_s, 0.1)}
    with running("lobby", {name: str(value) for name, value in settings.items()}) as server:
        return _watch(server, {}, watchers, seconds)


def _watch(
    server: ServerProcess, message: dict[str, object], watchers: int, seconds: float
) -> Seen:
    cpu = cpu_s(server.pid)
    time.sleep(seconds)
    unwatched = (cpu_s(server.pid) - cpu) / seconds
    with pinned(OTHER_CPU):
        with _joined(server, message, [""] * watchers) as before:
            sessions = before.sessions
        before_s, cpu = time.perf_counter(), cpu_s(server.pid)
        with _joined(server, message, sessions) as joined:
            took_s, took_cpu_s = time.perf_counter() - before_s, cpu_s(server.pid) - cpu
            _drain(joined.callers, min(WARM_UP_S, seconds))
            cpu = cpu_s(server.pid)
            count, length = _drain(joined.callers, seconds)
            share = (cpu_s(server.pid) - cpu) / seconds
    sent = Sent(joined.first, round(length / max(count, 1)), count / seconds / watchers)
    return Seen(share, unwatched, took_s, took_cpu_s, sent)


@contextmanager
def _joined(
    server: ServerProcess, message: dict[str, object], sessions: Sequence[str]
) -> Iterator[Joined]:
    """Watchers who have their first message: new ones, or those of earlier sessions."""
    callers: list[Caller] = []
    welcomed = []
    try:
        callers.extend(Caller(server.port, number) for number in range(len(sessions)))
        for caller, session in zip(callers, sessions, strict=True):
            if session:
                caller.send(type="hello", id="hello", capabilities=[], token=session)
            else:
                greet(caller)
        for caller in callers:
            welcome = caller.receive("welcome")
            welcomed.append(welcome["session"])
            caller.send(**message)
        first = 0
        for caller in callers:
            if message:
                caller.receive("accepted")
            first = len(caller.receive_text())
        yield Joined(callers, welcomed, first)
    finally:
        for caller in callers:
            caller.socket.close()


def _drain(callers: Sequence[Caller], seconds: float) -> tuple[int, int]:
    """Read for a time; returns the number of reads with data, and of bytes.

    A message is read at once where it is no longer than the socket's buffer.
    """
    reads = length = 0
    end_s = time.perf_counter() + seconds
    with selectors.EpollSelector() as selector:
        for caller in callers:
            selector.register(caller.socket, selectors.EVENT_READ, caller.socket.recv)
        while (left_s := end_s - time.perf_counter()) > 0:
            for key, _ in selector.select(left_s):
                data = key.data(1 << 20)
                reads += 1
                length += len(data)
    return reads, length
