"""What comes of a table after `unwatch`, and after a second `watch`, in all storage modes."""

import pytest

from tests.server.protocol.ordered import (
    MODES,
    Message,
    Mode,
    Speaker,
    World,
    outline,
    seated,
    world_in,
)

all_modes = pytest.mark.parametrize("mode", MODES)


def seqs(messages: list[Message]) -> list[int]:
    """The numbers of the events."""
    return [
        one["seq"] + offset
        for one in messages
        if one["type"] == "events"
        for offset in range(len(one["events"]))
    ]


async def held_events(world: World) -> tuple[Speaker, Speaker, int]:
    """Two who sit, the first of whom waits for events of the other; and the seq before them."""
    ann, ben = await seated(world, "ann", "ben")
    seq = world.actor.table.seq
    world.hold()
    await ben.say("add_chips", "chips", table=world.table, amount=100)
    await ben.say("sit_out", "out", table=world.table)
    return ann, ben, seq


@all_modes
async def test_events_come_before_the_answer_to_unwatch_and_none_after_it(mode: Mode) -> None:
    async with world_in(mode) as world:
        ann, ben, seq = await held_events(world)
        await ann.say("unwatch", "1", table=world.table)
        await ben.say("sit_in", "in", table=world.table)
        await ben.say("chat", "chat", table=world.table, text="still there?")
        await world.release()
        last = world.actor.table.seq
        await ben.say("sit_out", "again", table=world.table)
        await world.settle()
        assert last > seq + 3
        heard = ann.hear()
        assert seqs(heard) == [seq + 1, seq + 2, seq + 3]
        assert outline(heard)[-1] == "accepted 1"


@all_modes
async def test_after_unwatch_and_watch_the_snapshot_comes_first(mode: Mode) -> None:
    async with world_in(mode) as world:
        ann, ben, _ = await held_events(world)
        await ann.say("unwatch", "1", table=world.table)
        await ben.say("sit_in", "in", table=world.table)
        joined = world.actor.table.seq
        await ann.say("watch", "2", table=world.table)
        await ben.say("sit_out", "again", table=world.table)
        await world.release()
        heard = outline(ann.hear())
        answered = heard.index("accepted 1")
        assert heard[answered : answered + 3] == [
            *("accepted 1", "accepted 2", f"snapshot {joined}")
        ]
        assert heard[answered + 3].startswith(f"events {joined + 1}")


@all_modes
@pytest.mark.parametrize("meanwhile", [False, True])
async def test_after_unwatch_and_watch_missed_events_come_once(
    mode: Mode,
    meanwhile: bool,  # noqa: FBT001  Whether something happens while she does not watch.
) -> None:
    async with world_in(mode) as world:
        ann, ben, seq = await held_events(world)
        # A client names the latest event that it has seen: in memory that are all of them.
        seen = world.actor.table.seq if mode == "memory" else seq
        await ann.say("unwatch", "1", table=world.table)
        if meanwhile:
            await ben.say("sit_in", "in", table=world.table)
        await ann.say("watch", "2", table=world.table, after_seq=seen, epoch=1)
        await ben.say("chat", "chat", table=world.table, text="back?")
        await world.release()
        await ben.say("stand", "up", table=world.table)
        await world.settle()
        heard = ann.hear()
        assert seqs(heard) == list(range(seq + 1, world.actor.table.seq + 1))
        assert "snapshot" not in [one["type"] for one in heard]


@all_modes
@pytest.mark.parametrize("behind", [0, 2])
async def test_a_second_watch_repeats_only_what_it_asks_for(mode: Mode, behind: int) -> None:
    async with world_in(mode) as world:
        ann, _, seq = await held_events(world)
        seen = (world.actor.table.seq if mode == "memory" else seq) - behind
        await ann.say("sit_out", "1", table=world.table)
        await ann.say("watch", "2", table=world.table, after_seq=seen, epoch=1)
        await world.release()
        heard = ann.hear()
        last = world.actor.table.seq
        lines = outline(heard)
        # Its answer comes right before the first event that the command caused.
        assert lines.index(f"events {last}") == lines.index("accepted 1") + 1
        answered = lines.index("accepted 2")
        assert seqs(heard[:answered]) == list(range(seq + 1, last + 1))
        if mode == "memory":
            # By then she had been sent the event of her own command.
            assert seqs(heard[answered:]) == list(range(seen + 1, last + 1))
        else:
            assert seqs(heard[answered:]) == (list(range(seen + 1, last + 1)) if behind else [])


@all_modes
async def test_a_second_watch_without_a_number_gives_a_snapshot_after_what_waits(
    mode: Mode,
) -> None:
    async with world_in(mode) as world:
        ann, _, seq = await held_events(world)
        last = world.actor.table.seq
        await ann.say("watch", "1", table=world.table)
        await ann.say("watch", "2", table=world.table, after_seq=seq, epoch=1)
        await world.release()
        heard = ann.hear()
        lines = outline(heard)
        answered = lines.index("accepted 1")
        assert seqs(heard[:answered]) == list(range(seq + 1, last + 1))
        assert lines[answered : answered + 3] == [*("accepted 1", f"snapshot {last}", "accepted 2")]
        if mode != "memory":
            assert len(lines) == answered + 3


@all_modes
async def test_a_slow_client_gets_the_snapshot_in_place_of_what_waits(mode: Mode) -> None:
    async with world_in(mode) as world:
        ann, ben, _ = await held_events(world)
        ann.hear()
        world.actor.show_snapshot(ann.session)
        await ben.say("sit_in", "in", table=world.table)
        await world.release()
        last = world.actor.table.seq
        shown, *news = ann.hear()
        assert shown["type"] == "snapshot"
        assert seqs(news) == list(range(shown["seq"] + 1, last + 1))
