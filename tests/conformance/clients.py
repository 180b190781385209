"""Sessions about what a client has to do: lost connections, gaps, and what it does not know."""

from collections.abc import Iterator
from typing import Any

from pokerws.game.config.table_config import TableConfig
from tests.conformance.recording import EPOCH, START_MS, TABLE, Play, Recorder
from tests.conformance.session import Session
from tests.conformance.tables import CONFIG, watched

HASHED = "state_hash"


def sessions() -> Iterator[Session]:
    """All of them."""
    yield Session("client/resume", "A lost connection; the missed events follow", resume())
    yield Session("client/new-epoch", "A restart without the latest events", new_epoch())
    yield Session("client/gap", "An event is missing: a snapshot is needed", gap())
    yield Session("client/other-epoch", "Events of another epoch: likewise", other_epoch())
    yield Session("client/repeated", "Events that the client has already", repeated())
    yield Session("client/slow", "A snapshot that nobody asked for", slow())
    yield Session("client/unknown-event", "An event of a newer server", unknown_event())
    yield Session("client/unknown-rest", "What a client ignores", unknown_rest())
    yield Session("client/wrong-state", "A state that differs from the server's", wrong(), HASHED)
    yield Session("client/newer-state", "A state with unknown fields", newer_state(), HASHED)


def in_a_hand(config: TableConfig = CONFIG) -> tuple[Play, Recorder]:
    """A table at which a hand was dealt."""
    play, recorder = watched(config, 2_000, 2_000, 2_000)
    play.deal()
    return play, recorder


def resume() -> Recorder:
    play, recorder = in_a_hand()
    recorder.is_deaf = True
    play.run_out()
    play.deal()
    recorder.is_deaf = False
    recorder.reconnect()
    # Nothing was missed.
    recorder.reconnect()
    play.run_out()
    return recorder


def new_epoch() -> Recorder:
    play, recorder = in_a_hand()
    play.act("call")
    play.load_again()
    recorder.reconnect()
    play.act("call")
    return recorder


def gap() -> Recorder:
    play, recorder = in_a_hand()
    recorder.is_deaf = True
    play.act("call")
    recorder.is_deaf = False
    play.act("call")
    recorder.ask_again()
    play.fold_out()
    return recorder


def other_epoch() -> Recorder:
    play, recorder = in_a_hand()
    play.act("call")
    recorder.steps[-1]["in"]["epoch"] += 1
    recorder.ask_again()
    play.fold_out()
    return recorder


def repeated() -> Recorder:
    play, recorder = in_a_hand()
    recorder.hear(recorder.steps[-1]["in"])
    seq = play.table.seq
    play.act("call")
    # Known events come with new ones: a watch from further back than the client is.
    recorder.is_deaf = True
    play.act("call")
    recorder.is_deaf = False
    play.watch(recorder, after_seq=seq - 2, epoch=EPOCH)
    play.run_out()
    return recorder


def slow() -> Recorder:
    play, recorder = in_a_hand()
    recorder.is_deaf = True
    play.act_all("call", "call", "check")
    recorder.is_deaf = False
    play.actor.show_snapshot(recorder)
    play.run_out()
    return recorder


def unknown_event() -> Recorder:
    play, recorder = in_a_hand()
    play.act("call")
    recorder.steps[-1]["in"]["events"][0] = {"type": "confetti_thrown", "seat": 0}
    recorder.ask_again()
    play.fold_out()
    return recorder


def unknown_rest() -> Recorder:
    play, recorder = in_a_hand()
    play.act("call")
    message = recorder.steps[-1]["in"]
    message["weather"] = "fine"
    message["events"][0]["weather"] = ["fine", {"wind": 3}]
    for other in other_messages():
        recorder.hear(other)
    play.fold_out()
    return recorder


def other_messages() -> Iterator[dict[str, Any]]:
    """Messages that change no table, or another one."""
    yield {"type": "weather", "table": TABLE, "wind": 3}
    yield {"type": "notice", "code": "rain", "message": "It rains", "table": TABLE}
    yield {
        "type": "chat",
        "table": TABLE,
        "player": "p_ben",
        "name": "Ben",
        "text": "hi",
        "at_ms": START_MS,
    }
    yield {"type": "lobby", "tables": []}
    yield {
        "type": "events",
        "table": "t_another",
        "epoch": EPOCH,
        "seq": 2,
        "now_ms": START_MS,
        "events": [{"type": "table_closed"}],
    }


def wrong() -> Recorder:
    play, recorder = in_a_hand()
    play.act("call")
    # As if the client had applied something wrongly before.
    recorder.steps[-1]["in"]["state_hash"] = "0123456789"
    recorder.ask_again()
    play.fold_out()
    return recorder


def newer_state() -> Recorder:
    play, recorder = in_a_hand()
    play.actor.show_snapshot(recorder)
    message = recorder.steps[-1]["in"]
    message["state"]["weather"] = "fine"
    message["state"]["seats"][0]["mood"] = "good"
    message["state_hash"] = "1111111111"
    play.act("call")
    # The server's hash has the unknown fields in it, so it says nothing to this client.
    recorder.steps[-1]["in"]["state_hash"] = "2222222222"
    play.act("call")
    play.actor.show_snapshot(recorder)
    play.fold_out()
    return recorder
