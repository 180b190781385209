from random import Random

from bench.live.joining import Joined
from bench.live.pace import Closed, Nothing, Open
from bench.live.play import Turn
from bench.live.tables import Table

SECOND_NS = 1_000_000_000


def tables(count: int) -> list[Table]:
    turn = Turn(0, 1, ["fold", "check"], 0, 0)
    return [Table(Joined(str(number), [], 0, turn)) for number in range(count)]


def test_in_an_open_loop_instants_do_not_depend_on_when_they_are_asked_for() -> None:
    often, once = (Open(tables(3), 1000, Random(5), start_ns=0) for _ in range(2))
    asked_often = [
        due_ns
        for now_ns in range(0, SECOND_NS + 1, SECOND_NS // 100)
        for due_ns, _ in often.due(now_ns)
    ]
    asked_once = [due_ns for due_ns, _ in once.due(SECOND_NS)]
    assert asked_often == asked_once
    assert asked_once == sorted(asked_once)
    # A thousand are wanted; so few or many would be ten times the usual spread.
    assert 700 < len(asked_once) < 1300


def test_in_an_open_loop_all_tables_have_their_turn() -> None:
    all_of_them = tables(4)
    pace = Open(all_of_them, 400, Random(5), start_ns=0)
    assert {id(table) for _, table in pace.due(SECOND_NS)} == {id(table) for table in all_of_them}


def test_in_an_open_loop_nothing_goes_out_before_it_is_due() -> None:
    (table,) = tables(1)
    pace = Open([table], 100, Random(5), start_ns=0)
    assert pace.after(table, SECOND_NS) == 0
    first_ns = pace.due(SECOND_NS)[0][0]
    again = Open([table], 100, Random(5), start_ns=0)
    assert again.due(first_ns - 1) == []
    assert again.wait_s(first_ns - 1000) == 1000 / SECOND_NS
    assert again.due(first_ns) == [(first_ns, table)]


def test_what_is_late_goes_out_in_order_and_keeps_its_instant() -> None:
    (table,) = tables(1)
    table.late.extend([10, 20, 30])
    pace = Open([table], 1, Random(5), start_ns=SECOND_NS)
    assert [pace.after(table, 40), pace.after(table, 41)] == [10, 20]
    # At the end too, while nothing new becomes due.
    assert Nothing().due(SECOND_NS) == []
    assert [Nothing().after(table, 50), Nothing().after(table, 51)] == [30, 0]


def test_in_a_closed_loop_all_begin_once_and_go_on_at_once() -> None:
    all_of_them = tables(2)
    pace = Closed(all_of_them)
    assert pace.due(7) == [(7, table) for table in all_of_them]
    assert pace.due(8) == []
    assert pace.after(all_of_them[0], 9) == 9
