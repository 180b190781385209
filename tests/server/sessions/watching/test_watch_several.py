"""Several tables in one `watch`: one answer for all, and then what one `watch` each would bring."""

import asyncio
import random
from typing import Any

from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.state import TableId
from pokerws.messages import JSON, ListHands, TableWatch, Unwatch, Watch
from pokerws.server.clock import Clock
from pokerws.server.limits.limits import Caps, Meter, Quotas, quotas_of
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.handlers import watching
from pokerws.server.tables.actor import TableActor
from pokerws.storage.journal.journal import Journal
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.in_process import Client, open_context, read
from tests.server.slow_store import SlowStore
from tests.server.stored_house import CONFIG
from tests.settings import settings_of

NOWHERE = TableId("nowhere")


def opened(clock: Clock, caps: Caps | None = None) -> tuple[SessionContext, list[TableActor]]:
    context = replace(open_context(clock, random.Random(1)), caps=caps or Caps())
    return context, [context.lobby.create(f"Table {n}", CONFIG) for n in range(3)]


def sit(actor: TableActor, player: str) -> None:
    viewer = FakeViewer(player)
    actor.handle(viewer, f"sit-{player}", commands.Sit(viewer.player, player, None, 10_000))


async def watch(client: Client, *tables: TableWatch) -> list[dict[str, Any]]:
    """What is sent for a watch of several tables."""
    await client.asks(Watch("w", tables=list(tables)))
    return sent(client)


def sent(client: Client) -> list[dict[str, Any]]:
    return [read(JSON, frame) for frame in client.take()]


async def test_several_tables_have_one_answer_and_then_their_events_or_snapshots() -> None:
    context, (one, two, three) = opened(ManualClock())
    client = Client(context, player="ann")
    sit(one, "ben")
    sit(two, "cleo")
    missed = TableWatch(one.table.id, 1, 1)
    answer, *rest = await watch(
        client, missed, TableWatch(NOWHERE), TableWatch(two.table.id), TableWatch(three.table.id)
    )
    ids = [actor.table.id for actor in (one, two, three)]
    refused = {
        "table": NOWHERE,
        "code": "unknown_table",
        "message": "there is no table nowhere",
        "category": "not_found",
    }
    outcomes = [{"table": ids[0]}, refused, {"table": ids[1]}, {"table": ids[2]}]
    assert answer == {"type": "accepted", "id": "w", "tables": outcomes}
    kinds = [(message["type"], message["table"]) for message in rest]
    assert kinds == [("events", ids[0]), ("snapshot", ids[1]), ("snapshot", ids[2])]
    assert rest[0]["seq"] == 2
    sit(three, "ben")
    assert [message["table"] for message in sent(client)] == [ids[2]]
    await client.asks(Unwatch("u", ids[2]))
    assert sent(client)[0]["type"] == "accepted"
    # It comes twice: what is watched is only brought up to date.
    again = await watch(client, TableWatch(ids[0], one.table.seq, 1), TableWatch(ids[0]))
    assert [message["type"] for message in again] == ["accepted", "snapshot"]
    assert list(one.watchers) == [client.session]


async def test_tables_over_a_limit_are_refused_and_the_others_are_watched() -> None:
    context, actors = opened(ManualClock(), Caps(watched_tables=2, watchers=1))
    wanted = [TableWatch(actor.table.id) for actor in actors]
    assert (await watch(Client(context, player="ben"), wanted[0]))[0]["tables"] == [
        {"table": wanted[0].table}
    ]
    client = Client(context, player="ann")
    answer, *rest = await watch(client, *wanted, wanted[1])
    codes = [outcome.get("code") for outcome in answer["tables"]]
    assert codes == ["too_many_watchers", None, None, None]
    assert answer["tables"][0]["retryable"] is True
    assert [message["table"] for message in rest] == [wanted[n].table for n in (1, 2, 1)]
    answer, *rest = await watch(client, TableWatch(context.lobby.create("4", CONFIG).table.id))
    assert answer["tables"][0]["code"] == "too_many_watched"
    assert rest == []


async def test_each_table_counts_as_a_query() -> None:
    context, actors = opened(ManualClock())
    client = Client(context, player="ann")
    quotas: Quotas = quotas_of(settings_of(player_read_rate="2/30s"))
    client.session.meter = Meter(quotas)
    client.session.meter.join(client.player)
    answer, *rest = await watch(client, *(TableWatch(actor.table.id) for actor in actors))
    codes = [outcome.get("code") for outcome in answer["tables"]]
    assert codes == [None, None, "too_fast"]
    assert answer["tables"][2]["retry_after_ms"] > 0
    assert len(rest) == 2
    await client.asks(ListHands("l", mine=True))
    assert [message.get("code") for message in sent(client)] == ["too_fast"]


async def test_a_watch_names_one_table_or_several_and_not_both() -> None:
    context, (actor, *_) = opened(ManualClock())
    client, table = Client(context, player="ann"), TableWatch(actor.table.id)
    many = [table] * 33
    for wrong, code in (
        (Watch("w"), "missing_field"),
        (Watch("w", actor.table.id, tables=[table]), "invalid_value"),
        (Watch("w", after_seq=1, tables=[table]), "invalid_value"),
        (Watch("w", tables=[]), "out_of_range"),
        (Watch("w", tables=many), "out_of_range"),
    ):
        await client.asks(wrong)
        (answer,) = sent(client)
        assert (answer["type"], answer["code"]) == ("rejected", code)
    assert client.session.watched == {}


async def test_with_durable_acks_the_answer_comes_after_earlier_ones_and_before_all_events() -> (
    None
):
    store, clock = SlowStore(), ManualClock()
    journal = Journal(store, clock=lambda: clock.now_ms() / 1000)
    context = open_context(clock, random.Random(1), store=store, journal=journal, durable=True)
    journal.start()
    try:
        actors = [context.lobby.create(f"Table {n}", CONFIG) for n in range(2)]
        await journal.flush(5)
        client = Client(context, player="ann")
        store.saves_go.clear()
        sit(actors[0], "ann")
        actors[0].handle(client.session, "out", commands.SitOut(client.player))
        asking = asyncio.create_task(
            client.asks(Watch("w", tables=[TableWatch(actor.table.id) for actor in actors]))
        )
        await asyncio.sleep(0)
        assert sent(client) == []
        store.saves_go.set()
        await asking
        await journal.flush(5)
        out, watched, *rest = sent(client)
        assert (out["id"], watched["id"]) == ("out", "w")
        assert [message["type"] for message in rest] == ["snapshot", "snapshot"]
        assert rest[0]["state"]["seats"][0]["sitting_out"] is True
    finally:
        store.saves_go.set()
        context.lobby.stop()
        await journal.stop(5)


async def test_a_table_that_cannot_be_stored_now_is_refused_and_does_not_keep_the_others() -> None:
    store, clock = SlowStore(), ManualClock()
    journal = Journal(store, clock=lambda: clock.now_ms() / 1000)
    context = open_context(clock, random.Random(1), store=store, journal=journal, durable=True)
    journal.start()
    try:
        actors = [context.lobby.create(f"Table {n}", CONFIG) for n in range(2)]
        await journal.flush(5)
        store.saves_go.clear()
        sit(actors[0], "ben")
        client = Client(context, player="ann")
        settle_s, watching.SETTLE_S = watching.SETTLE_S, 0.01
        try:
            wanted = [TableWatch(actor.table.id) for actor in actors]
            answer, *rest = await watch(client, *wanted)
        finally:
            watching.SETTLE_S = settle_s
        assert [outcome.get("code") for outcome in answer["tables"]] == ["table_unavailable", None]
        assert [message["table"] for message in rest] == [wanted[1].table]
        assert client.session not in actors[0].watchers
    finally:
        store.saves_go.set()
        context.lobby.stop()
        await journal.stop(5)
