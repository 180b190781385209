"""What servers say to each other about relays: nothing else is understood."""

import msgspec
import pytest

from pokerws.game.betting.pre_actions import PreAction
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, TableId
from pokerws.game.table import open_table
from pokerws.messages import JSON, MSGPACK, Events, Notice, Snapshot, Wire
from pokerws.server.cluster.packets import Incarnation, Peer
from pokerws.server.relays import frames

BOTH_WIRES = pytest.mark.parametrize("wire", [JSON, MSGPACK], ids=["json", "msgpack"])
PEER = Peer("poker-2", Incarnation("abc"))
TABLE, EVENTS = open_table(TableId("t1"), "Table", TableConfig(), None)


@pytest.mark.parametrize(
    "frame",
    [
        frames.Forward(1, 2**53, 20, b"{}"),
        frames.Rewatch(1, None, None, None),
        frames.Shown([1, 2], b"{}", "public"),
        frames.Moved(7),
        frames.Moved(7, PEER),
        frames.Given("t1", [PreAction(PlayerId("ann"), 1, 2, 0, "call", 40)], ["ann"]),
        frames.Willing(),
        frames.Move("t1", PEER),
        frames.MoveDone("t1", "it stays"),
        frames.Lost(),
        frames.Alive(),
    ],
)
def test_a_frame_means_the_same_at_the_other_server(frame: frames.Frame) -> None:
    assert frames.decode(frames.encode(frame)) == frame


@pytest.mark.parametrize(
    "said",
    [
        [99, 1],
        [2, 0, 20, b"{}"],
        [2, 1, -1, b"{}"],
        [2, 1, 20, "text"],
        [2, 1, 20, b"{}", "more"],
        [6, [], b"{}", "public"],
        [6, [1], b"{}", "secret"],
        [11, 1, 99, "no close code"],
        {"no": 1},
    ],
)
def test_anything_else_is_refused(said: object) -> None:
    with pytest.raises(msgspec.DecodeError):
        frames.decode(msgspec.msgpack.encode(said))


@BOTH_WIRES
def test_the_latest_frame_says_how_far_a_client_is(wire: Wire) -> None:
    events = wire.encode(Events(TABLE.id, 3, 41, 1_000, [*EVENTS, *EVENTS]))
    snapshot = wire.encode(Snapshot(TABLE.id, 3, 41, 1_000, TABLE, None, "hash", None))
    notice = wire.encode(Notice("paused", "the events are paused", TABLE.id))
    assert [frames.shows_state(one) for one in (events, snapshot, notice)] == [True, True, False]
    assert frames.reached(events, is_text=wire.is_text) == (3, 40 + 2 * len(EVENTS))
    assert frames.reached(snapshot, is_text=wire.is_text) == (3, 41)
