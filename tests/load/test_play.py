"""What the generator plays, and when."""

from random import Random

import pytest

from pokerws.load.frames import span
from pokerws.load.joining import Joined
from pokerws.load.load import Style
from pokerws.load.pace import Closed, Open, Pace
from pokerws.load.play import Phrases, Turn, chooser, next_turn
from pokerws.load.tables import Table
from pokerws.messages import Act, client_decoder

SECOND_NS = 1_000_000_000


def turns(seed: int) -> list[Turn]:
    rng = Random(seed)
    made = []
    for number in range(1, 2001):
        call, raises = rng.choice((0, 100)), rng.random() < 0.8
        actions = ["fold", "call" if call else "check"]
        if raises:
            actions.append("raise" if call or rng.random() < 0.1 else "bet")
        made.append(Turn(number % 6, number, actions, call, 200 if raises else 0))
    return made


@pytest.mark.parametrize("style", ["usual", "hand_heavy"])
def test_every_style_takes_only_legal_actions_and_repeats_itself(style: Style) -> None:
    choose, again = chooser(style, seed=1), chooser(style, seed=1)
    taken = [choose(turn) for turn in turns(seed=2)]
    assert all(action in turn.actions for action, turn in zip(taken, turns(seed=2), strict=True))
    assert taken == [again(turn) for turn in turns(seed=2)]
    assert ("raise" in taken) is (style == "usual")


@pytest.mark.parametrize("action", ["fold", "check", "call", "bet", "raise"])
@pytest.mark.parametrize("number", [1, 123_456_789_012])
def test_a_frame_is_a_command_of_the_strict_protocol(action: str, number: int) -> None:
    turn = Turn(0, number, [action], 100, 2_000_000)
    frame = Phrases("0123456789ab").frame(turn, action)
    # The masking key that follows the length is zero.
    mask_at = 2 if frame[1] & 0x7F < 126 else 4
    plain = bytes([frame[0], frame[1] & 0x7F]) + frame[2:mask_at] + frame[mask_at + 4 :]
    found = span(plain, 0, len(plain))
    assert found is not None
    assert found[1] == len(plain)
    act = client_decoder(strict=True).decode(plain[slice(*found)])
    assert isinstance(act, Act)
    assert (act.id, act.table, act.turn) == (str(number), "0123456789ab", number)
    assert act.action == action
    assert act.amount == (2_000_000 if action in ("bet", "raise") else None)


def test_the_next_turn_is_read_from_the_events() -> None:
    turn = (
        b'{"seat":3,"number":9,"actions":["fold","call"],"call":50,"min_to":0,"max_to":0,'
        b'"started_ms":1,"deadline_ms":2}'
    )
    called = b'{"type":"called","seat":2,"amount":50}'
    started = b'{"type":"turn_started","turn":' + turn + b"}"
    message = b'{"type":"events","table":"t","epoch":1,"seq":7,"now_ms":0,"events":[%b]}'
    assert next_turn(message % (called + b"," + started)) == Turn(3, 9, ["fold", "call"], 50, 0)
    assert next_turn(message % called) is None


def tables(count: int) -> list[Table]:
    turn = Turn(0, 1, ["fold", "check"], 0, 0)
    return [Table(Joined(str(number), [], turn)) for number in range(count)]


def test_in_an_open_loop_instants_do_not_depend_on_when_they_are_asked_for() -> None:
    often, once = (Open(tables(3), 1000, Random(5), start_ns=0) for _ in range(2))
    asked_often = [
        due_ns
        for now_ns in range(0, SECOND_NS + 1, SECOND_NS // 100)
        for due_ns, _ in often.due(now_ns)
    ]
    asked_once = [due_ns for due_ns, _ in once.due(SECOND_NS)]
    assert asked_often == asked_once == sorted(asked_once)
    # Ten standard deviations around a thousand.
    assert 700 < len(asked_once) < 1300


def test_in_an_open_loop_nothing_is_due_early() -> None:
    (table,) = tables(1)
    first_ns = Open([table], 100, Random(5), start_ns=0).due(SECOND_NS)[0][0]
    pace = Open([table], 100, Random(5), start_ns=0)
    assert pace.after(table, SECOND_NS) == 0
    assert pace.due(first_ns - 1) == []
    assert pace.wait_s(first_ns - 1000) == 1000 / SECOND_NS
    assert pace.due(first_ns) == [(first_ns, table)]


def test_late_actions_keep_their_order_and_instant() -> None:
    (table,) = tables(1)
    table.late.extend([10, 20, 30])
    pace = Open([table], 1, Random(5), start_ns=SECOND_NS)
    assert [pace.after(table, 40), pace.after(table, 41)] == [10, 20]
    # At the end too, where nothing new becomes due.
    assert Pace().due(SECOND_NS) == []
    assert [Pace().after(table, 50), Pace().after(table, 51)] == [30, 0]


def test_a_closed_loop_begins_at_all_tables_and_goes_on_at_once() -> None:
    all_of_them = tables(2)
    pace = Closed(all_of_them)
    assert pace.due(7) == [(7, table) for table in all_of_them]
    assert pace.due(8) == []
    assert pace.after(all_of_them[0], 9) == 9
