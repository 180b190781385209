"""What the metrics read from the parts of a server at each scrape."""

from collections.abc import Callable

from pokerws.metrics import Readings
from pokerws.metrics.cluster import ClusterReading
from pokerws.server.background.loop_lag import LoopLag
from pokerws.server.background.readiness import Readiness
from pokerws.server.listener import Listener
from pokerws.server.persistence import Persistence
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.presence import Presence


def readings_of(
    readiness: Readiness,
    presence: Presence,
    *,
    lobby: Callable[[], Lobby | None],
    listener: Callable[[], Listener | None],
    persistence: Callable[[], Persistence],
    loop_lag: Callable[[], LoopLag],
    cluster: Callable[[], ClusterReading],
) -> Readings:
    """The functions that read.  Until a part is there, its values are 0."""

    def of_lobby(read: Callable[[Lobby], int]) -> Callable[[], int]:
        return lambda: 0 if (part := lobby()) is None else read(part)

    def of_listener(read: Callable[[Listener], int]) -> Callable[[], int]:
        return lambda: 0 if (part := listener()) is None else read(part)

    def compressed_bytes() -> tuple[int, int]:
        return (0, 0) if (part := listener()) is None else part.compressed_bytes

    return Readings(
        connections=of_listener(lambda part: part.connections),
        players_connected=lambda: presence.connected,
        players_seated=of_lobby(lambda part: part.seats.seated),
        tables_in_memory=of_lobby(lambda part: part.tables_in_memory),
        tables_paused=of_lobby(lambda part: part.outage.paused),
        outbox_frames=of_listener(lambda part: part.waiting_frames),
        changes_waiting=lambda: persistence().journal.waiting,
        events_waiting=lambda: persistence().journal.waiting_events,
        oldest_change_ms=lambda: persistence().journal.oldest_ms,
        changes_dropped=lambda: persistence().journal.dropped,
        read_failures=lambda: persistence().read_failures,
        servers_died=lambda: persistence().servers_died,
        compressed_bytes=compressed_bytes,
        longest_lag_ms=lambda: loop_lag().longest_ms,
        cluster=cluster,
        ready=readiness.by_part,
    )
