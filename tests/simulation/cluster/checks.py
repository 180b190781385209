"""What must hold at the end of a simulated history."""

from collections import Counter
from typing import TYPE_CHECKING

from pokerws.game.events import (
    BetPlaced,
    Called,
    Checked,
    ChipsAdded,
    Folded,
    PlayerSat,
    Raised,
    TableEvent,
)
from pokerws.game.redaction import redact
from pokerws.game.state import TableId
from pokerws.game.table import replay
from pokerws.messages import Act, AddChips, Refused, Sit
from tests.simulation.cluster.database import now

if TYPE_CHECKING:
    from tests.simulation.cluster.person import Person
    from tests.simulation.cluster.server import Server
    from tests.simulation.cluster.world import World

Logs = dict[TableId, list[TableEvent]]
_ACTIONS = (Folded, Checked, Called, BetPlaced, Raised)


def check(world: "World", versions: dict[TableId, int], played: int) -> None:
    """Raise AssertionError unless all is well: `versions` were stored a while ago."""
    assert not world.broken, world.broken[:5]
    logs = {table: world.database.log(table) for table in versions}
    for table, events in logs.items():
        assert replay(events).seq == len(events) == world.database.version(table)
    assert world.database.chips() == 0, "chips are lost, or made"
    for person in world.people:
        check_shown(person, logs)
        check_effects(person, logs)
        check_watching(person, versions)
    for server in world.servers.values():
        check_lobby(server, world)
        check_news(server, world)
        check_presence(server, world)
    assert played > 0 or world.closes_table, "in calm, play has to go on"


def check_shown(person: "Person", logs: Logs) -> None:
    """All that was shown is stored as it was shown."""
    for (table, seq), event in person.shown.items():
        assert redact(logs[table][seq - 1], person.player) == event, (person.player, table, seq)


def check_effects(person: "Person", logs: Logs) -> None:
    """Each accepted command has one effect, and each effect belongs to a command."""
    made, accepted = person.plays_made, person.accepted
    where = [(made[name].table, seq) for name, seq in accepted.items()]
    assert len(set(where)) == len(where), f"{person.player}: two answers with one event"
    kinds: tuple[tuple[type, tuple[type, ...]], ...] = (
        (Sit, (PlayerSat,)),
        (AddChips, (ChipsAdded,)),
        (Act, _ACTIONS),
    )
    for command, events in kinds:
        mine = [name for name in accepted if isinstance(made[name], command)]
        for name in mine:
            event = logs[made[name].table][accepted[name] - 1]
            assert isinstance(event, events), (name, made[name], event)
        if command is not Act:
            caused = sum(
                isinstance(event, PlayerSat | ChipsAdded)
                and (type(event) in events and event.player == person.player)
                for log in logs.values()
                for event in log
            )
            most = len(mine) + sum(isinstance(made[name], command) for name in person.unknown)
            assert len(mine) <= caused <= most, (
                f"{person.player}: {caused} {events}, and {len(mine)} to {most} asked"
            )


def check_lobby(server: "Server", world: "World") -> None:
    """The list of each server has the open tables, as they are stored."""
    listed = {
        row.table: (row.status, row.players, row.hand_number) for row in server.lobby.summaries()
    }
    assert listed == world.database.listed(), server.name


def check_news(server: "Server", world: "World") -> None:
    """Each server knows all sanctions and all sessions that have ended."""
    now_ms, context = server.context.clock.wall_ms(), server.context
    in_force = now(world.sanctions.in_force(now_ms))
    assert {one for one, _ in context.moderation.all()} == set(in_force), server.name
    for sid in now(world.names.ended_sessions(now_ms)):
        assert is_refused(server, sid), f"{server.name} does not know that {sid} has ended"


def is_refused(server: "Server", sid: str) -> bool:
    """Whether a server knows that a session has ended."""
    try:
        server.context.revocations.check(sid)
    except Refused:
        return True
    return False


def check_presence(server: "Server", world: "World") -> None:
    """Those are present who are connected to a server, or have a relay to it."""
    here = Counter(one.player for one in world.people if one.line and one.line.server is server)
    for peer, gateway in server.node._owner._gateways.items():
        here += Counter(session.player for session in gateway.sessions.values())
        relays = world.servers[peer.name].node.gateway.relays
        assert gateway.sessions.keys() <= relays.keys(), f"{server.name} has relays that are over"
    assert server.context.presence._connections == here, server.name


def check_watching(person: "Person", versions: dict[TableId, int]) -> None:
    """In the end everybody is connected, answered, and has seen all."""
    assert person.line is not None, f"{person.player} has no connection"
    assert not person.open, f"{person.player} has no answer to {person.open}"
    for table in person.tables:
        if table in person.gone:
            continue
        assert table in person.watched, f"{person.player} does not watch {table}"
        seq = person.views[table].seq
        assert seq >= versions[table], f"{person.player} saw {seq} of {versions[table]} at {table}"
