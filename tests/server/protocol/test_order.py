"""A connection's answers about a table come in the order of its commands, in all storage modes."""

import pytest
import structlog

from pokerws.server.limits.limits import Meter, Quotas, Rates
from pokerws.server.limits.rate_limits import Rate
from pokerws.server.sessions.held_answers import MAX_HELD_ANSWERS
from pokerws.server.tables import event_log, recent_events
from tests.server.protocol.ordered import (
    MODES,
    Mode,
    Speaker,
    World,
    answers,
    outline,
    seated,
    world_in,
)

all_modes = pytest.mark.parametrize("mode", MODES)
stored_modes = pytest.mark.parametrize("mode", ["dual-write", "durable"])


async def play_a_hand(world: World) -> None:
    """The first hand of the table, in which whose turn it is folds."""
    world.clock.advance(60_000)
    await world.settle()
    hand = world.actor.table.hand
    assert hand is not None
    assert hand.turn is not None
    seat = world.actor.table.seats[hand.turn.seat]
    assert seat is not None
    folder = world.client(seat.player)
    await folder.say("act", "fold", table=world.table, turn=hand.turn.number, action="fold")
    await world.settle()


async def wait_for_chips(world: World, other: Speaker) -> None:
    """Hold what follows until another player's chips have moved."""
    world.hold()
    await other.say("add_chips", "chips", table=world.table, amount=100)


@all_modes
async def test_six_commands_that_are_answered_in_many_ways_are_answered_in_order(
    mode: Mode,
) -> None:
    async with world_in(mode) as world:
        ann, ben = await seated(world, "ann", "ben")
        await play_a_hand(world)
        ann.hear()
        await wait_for_chips(world, ben)
        on = {"table": world.table}
        await ann.say("sit_out", "1", **on)
        await ann.say("sit_out", "2", **on)
        await ann.say("chat", "3", text="hello", **on)
        await ann.say("get_hand", "4", hand=1, **on)
        await ann.say("watch", "5", **on)
        await ann.say("unwatch", "6", **on)
        if mode != "memory":
            # Her own line is sent with its answer; others have it already.
            assert ann.hear() == []
        await world.release()
        seq = world.actor.table.seq
        heard = ann.hear()
        assert outline(heard) == [
            f"events {seq - 2}",
            "accepted 1",
            f"events {seq - 1} {seq}",
            "rejected 2 already_sitting_out",
            "accepted 3",
            "chat",
            "hand 4",
            "accepted 5",
            f"snapshot {seq}",
            # Where it is held, she has left when it would be sent.
            *(["chat_history"] if mode == "memory" else []),
            "accepted 6",
        ]
        assert heard[1]["seq"] == seq - 1
        # Nothing of the table comes from now on.
        await ben.say("sit_out", "out", **on)
        await ben.say("chat", "talk", text="gone?", **on)
        world.actor.notify("hands_delayed", "")
        await world.settle()
        assert ann.hear() == []


@all_modes
async def test_a_hand_that_cannot_be_read_from_the_log_is_refused_in_its_turn(
    mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent_events, "HISTORY_EVENTS", 4)
    monkeypatch.setattr(event_log, "LOG_TIMEOUT_S", 0.001)
    async with world_in(mode) as world:
        ann, ben = await seated(world, "ann", "ben")
        await play_a_hand(world)
        ann.hear()
        await wait_for_chips(world, ben)
        await ann.say("sit_out", "1", table=world.table)
        await ann.say("get_hand", "2", table=world.table, hand=1)
        await world.release()
        code = "unknown_hand" if mode == "memory" else "log_unavailable"
        assert answers(ann.hear()) == ["1", f"2 {code}"]


@all_modes
async def test_refusals_that_reach_no_table_are_in_order_too(mode: Mode) -> None:
    limits = Quotas(Rates(connection={"commands": Rate(7, 60_000)}))
    async with world_in(mode) as world:
        await seated(world, "ann", "ben")
        ann, ben = world.client("ann", Meter(limits)), world.client("ben")
        on = {"table": world.table}
        await wait_for_chips(world, ben)
        await ann.say("sit_out", "1", **on)
        await ann.say("chat", "2", text="hello", **on)
        await ann.say("unwatch", "3", **on)
        await ann.say("kick", "4", player="p_00", **on)
        await ann.say("act", "5", **on)
        await ann.say("get_hand", "6", hand=9, **on)
        await ann.say("chat", "7", text="hello", **on)
        await ann.say("sit_in", "8", **on)
        await world.release()
        assert answers(ann.hear()) == [
            *("1", "2 not_watching", "3 not_watching", "4 forbidden", "5 missing_field"),
            *("6 unknown_hand", "7 not_watching", "8 too_fast"),
        ]


@all_modes
async def test_other_tables_and_answers_about_none_do_not_wait(mode: Mode) -> None:
    async with world_in(mode) as world:
        ann, ben = await seated(world, "ann", "ben")
        other = await world.open_table(world.client("host"))
        await wait_for_chips(world, ben)
        ann.hear()
        await ann.say("sit_out", "1", table=world.table)
        await ann.say("get_hand", "2", table=other, hand=1)
        await ann.say("chat", "3", table=other, text="hello")
        await ann.say("ping", "4")
        await ann.say("list_tables", "5")
        await ann.sends('{"type":"act","id":"6"}')
        others = ["2 unknown_hand", "3 not_watching", "4", "5", "6 missing_field"]
        assert [one for one in answers(ann.hear()) if one != "1"] == others
        await world.release()
        assert answers(ann.hear()) == ([] if mode == "memory" else ["1"])


@all_modes
async def test_each_connection_of_a_player_has_an_order_of_its_own(mode: Mode) -> None:
    async with world_in(mode) as world:
        ann, ben = await seated(world, "ann", "ben")
        again = world.client("ann")
        await wait_for_chips(world, ben)
        await ann.say("sit_out", "1", table=world.table)
        await again.say("chat", "2", table=world.table, text="not watching")
        # It waits for no answer of this connection.
        assert answers(again.hear()) == ["2 not_watching"]
        await again.say("watch", "3", table=world.table)
        await again.say("unwatch", "4", table=world.table)
        await ann.say("unwatch", "5", table=world.table)
        await world.release()
        assert answers(again.hear()) == ["3", "4"]
        assert answers(ann.hear()) == ["1", "5"]


@stored_modes
async def test_during_a_pause_answers_stay_in_order(mode: Mode) -> None:
    async with world_in(mode) as world:
        ann, ben, cleo = await seated(world, "ann", "ben", "cleo")
        on = {"table": world.table}
        await wait_for_chips(world, ben)
        await ann.say("sit_out", "1", **on)
        world.pause()
        assert world.actor.is_paused
        await ann.say("sit_in", "2", **on)
        await ann.say("watch", "3", **on)
        await ann.say("unwatch", "4", **on)
        await ann.say("watch", "5", **on)
        await ann.say("get_hand", "6", hand=1, **on)
        assert outline(ann.hear()) == ["notice"]
        # Those who wait for nothing are answered at once.
        await cleo.say("sit_out", "1", **on)
        await cleo.say("unwatch", "2", **on)
        assert answers(cleo.hear()) == ["1 paused", "2"]
        await world.resume()
        heard = ann.hear()
        assert answers(heard) == ["1", "2 paused", "3 paused", "4", "5", "6 paused"]
        # One snapshot, and what comes after it.
        shown = [one for one in heard if one["type"] in ("snapshot", "events")]
        assert [one["type"] for one in shown] == ["snapshot", "events"]
        assert shown[1]["seq"] == shown[0]["seq"] + 1
        assert cleo.hear() == []


@stored_modes
async def test_answers_of_a_table_that_is_rolled_back_stay_in_order(mode: Mode) -> None:
    async with world_in(mode) as world:
        ann, ben = await seated(world, "ann", "ben")
        on = {"table": world.table}
        await wait_for_chips(world, ben)
        await ann.say("sit_out", "1", **on)
        await ann.say("chat", "2", text="hello", **on)
        await ann.say("watch", "3", **on)
        await ann.say("unwatch", "4", **on)
        await ann.say("unwatch", "5", **on)
        with structlog.testing.capture_logs():
            await world.release(rejects=True)
        unstored = "table_unavailable"
        heard = ann.hear()
        assert answers(heard) == [f"1 {unstored}", "2", f"3 {unstored}", "4", "5 not_watching"]
        assert {one["type"] for one in heard} == {"rejected", "accepted", "chat"}
        # The table is loaded again.
        await ann.say("sit_out", "6", **on)
        await ann.say("chat", "7", text="hello", **on)
        await world.release()
        assert answers(ann.hear()) == ["6", "7 not_watching"]


@stored_modes
async def test_a_watch_that_is_refused_by_a_roll_back_has_changed_nothing(mode: Mode) -> None:
    async with world_in(mode) as world:
        _, ben = await seated(world, "ann", "ben")
        late = world.client("late")
        await wait_for_chips(world, ben)
        await late.say("watch", "1", table=world.table)
        with structlog.testing.capture_logs():
            await world.release(rejects=True)
        await late.say("unwatch", "2", table=world.table)
        assert outline(late.hear()) == ["rejected 1 table_unavailable", "rejected 2 not_watching"]


@stored_modes
async def test_what_waits_for_a_connection_is_gone_when_it_ends(mode: Mode) -> None:
    async with world_in(mode) as world:
        ann, ben = await seated(world, "ann", "ben")
        # She does not watch the table with this one.
        seatless = world.client("ann")
        await wait_for_chips(world, ben)
        for client in (ann, seatless):
            await client.say("sit_out", f"{id(client)}", table=world.table)
            await client.say("unwatch", "2", table=world.table)
        ben.leave()
        ann.leave()
        seatless.leave()
        assert world.actor.gate.waiting == []
        await world.release()
        assert len(world.actor.gate) == 0
        assert ann.hear() == seatless.hear() == ben.hear() == []


@stored_modes
async def test_a_client_with_too_many_unanswered_commands_is_closed(mode: Mode) -> None:
    async with world_in(mode) as world:
        ann, ben = await seated(world, "ann", "ben")
        await wait_for_chips(world, ben)
        await ann.say("sit_out", "0", table=world.table)
        for number in range(1, MAX_HELD_ANSWERS):
            await ann.say("chat", str(number), table=world.table, text="hello")
        assert not ann.is_closed
        await ann.say("sit_out", "last", table=world.table)
        assert ann.is_closed


@stored_modes
async def test_who_waits_for_an_answer_of_a_table_that_has_moved_is_closed(mode: Mode) -> None:
    async with world_in(mode) as world:
        await seated(world, "ann", "ben")
        ann, ben = world.client("ann"), world.client("ben")
        await wait_for_chips(world, ben)
        await ann.say("sit_out", "1", table=world.table)
        idle = world.client("cleo")
        with structlog.testing.capture_logs():
            world.context.lobby.outcomes.fenced(world.table)
        assert ann.is_closed
        assert ben.is_closed
        assert not idle.is_closed
