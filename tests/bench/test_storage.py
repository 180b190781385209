from bench import hydration, journal
from bench.place import measuring_place
from bench.played import EVENTS_A_CHANGE, Played


async def test_journal_and_hydration_are_measured() -> None:
    played = Played(tables=1, hands=6)
    async with measuring_place(wal_files=1) as place:
        stored = await journal.measure_at(place, played, 1, batches=2)
        loaded = await hydration.measure_at(place, played, blocks=2, block_tables=3)
    assert (len(stored.figures), len(loaded.figures)) == (1, 2)
    for figure in (*stored.figures, *loaded.figures):
        assert figure.ours > 0
        assert figure.theirs > 0


def test_played_changes_follow_each_other() -> None:
    played = Played(tables=1, hands=4)
    steps = played.steps_of(played.opened.table, 0)
    version = played.opened.version
    for _ in range(2 * len(played.steps)):
        step = next(steps)
        assert step.expected == version
        version = step.version
        assert [event.seq for event in step.events] == [version - 1, version]
        assert len(step.events) == EVENTS_A_CHANGE
