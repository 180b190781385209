"""That the measurement of a table's memory measures."""

from bench.live.memory_tables import measure


def test_all_parts_of_a_table_take_memory_and_packing_gives_most_of_it_back() -> None:
    memory = measure(tables=2, hands=8)
    assert list(memory.parts) == ["history", "receipts", "state", "rest"]
    assert min(memory.parts.values()) > 0
    assert memory.unpacked_history > 5 * memory.parts["history"]
    assert memory.total < memory.total_in_play
