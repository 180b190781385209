"""What clients of a server see of the tables of others, in virtual time and without sockets."""

import asyncio
from functools import partial

import pytest

from pokerws.game.events import TableClosed
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    Accepted,
    Chat,
    ChatSaid,
    ClientMessage,
    Events,
    GetHand,
    Notice,
    Rejected,
    Sit,
    Snapshot,
    TableWatch,
    Unwatch,
    Watch,
)
from pokerws.server.auth.identity import Identity
from pokerws.server.cluster.links import Link
from pokerws.server.cluster.packets import Peer
from pokerws.server.limits.limits import Caps
from pokerws.server.relays.news import AnyNews, Rows
from pokerws.server.relays.node import FORGET_S
from pokerws.server.relays.relay import MOST_PENDING
from tests.server.cluster.memory_bus import Faults
from tests.server.relays.scripted import ONE, TWO, UNLISTED, Client, Cluster, in_cluster
from tests.simulation.cluster.checks import is_refused


def test_a_line_whose_answer_is_lost_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.ben, "sue")
        tom = await cluster.watching(cluster.ann, "tom")
        # What the server of the table sends is lost for a moment.
        with monkeypatch.context() as lost:
            lost.setattr(cluster.ann.bus, "send", lambda subject, message: True)
            sue.say(Chat("c", ONE, "hello"))
            await asyncio.sleep(0.1)
            assert len(cluster.lines["hello"]) == 1
            assert sue.answers("c") == []
        await asyncio.sleep(3.0)
        assert [type(one) for one in sue.answers("c")] == [Accepted]
        assert len(tom.got(ChatSaid)) == 1
        assert len(cluster.lines["hello"]) == 1

    in_cluster(script)


def test_who_watches_again_is_not_shown_the_same_events_after_a_loss() -> None:
    async def script(cluster: Cluster) -> None:
        sue, tom = await cluster.watching(cluster.ben, "sue"), Client(cluster.ann, "tom")
        assert isinstance(await tom.ask(Sit("s", ONE, 5_000)), Accepted)
        await asyncio.sleep(1.0)
        snapshot = sue.got(Snapshot)[0]
        seen = sue.got(Events)
        # It asks for what it has by now: its message was on the way.
        assert isinstance(await sue.ask(Watch("w2", ONE, snapshot.seq, snapshot.epoch)), Accepted)
        await asyncio.sleep(1.0)
        count = len(sue.got(Events))
        assert count >= len(seen) > 0
        cluster.part("ann", "ben", 1.0)
        await asyncio.sleep(5.0)
        assert len(sue.got(Events)) == count

    in_cluster(script)


@pytest.mark.parametrize("message", [Chat("m", ONE, "hello"), Unwatch("m", ONE), Sit("m", ONE, 5)])
def test_what_a_silent_server_does_not_answer_may_be_tried_again(message: ClientMessage) -> None:
    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.ben, "sue")
        # The database is not cut off, and says that the server lives.
        cluster.part("ann", "ben", 20.0)
        answer = await sue.ask(message)
        assert isinstance(answer, Rejected)
        assert (answer.code, answer.retryable) == ("table_unavailable", True)

    in_cluster(script)


def test_what_was_carried_out_and_refused_unanswered_is_accepted_with_the_same_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.ben, "sue")
        with monkeypatch.context() as patch:
            # The server gets all, and nothing that it sends arrives.
            patch.setattr(cluster.ann.node._links, "send", lambda peer, frame: True)
            refused = await sue.ask(Sit("s", ONE, 5_000))
        assert isinstance(refused, Rejected)
        assert (refused.code, refused.retryable) == ("table_unavailable", True)
        actor = cluster.ann.lobby.live(ONE)
        assert actor is not None
        assert [seat.stack for seat in actor.table.seats if seat is not None] == [5_000]
        seq = actor.table.seq

        sue.say(Sit("s", ONE, 5_000))
        await asyncio.sleep(5.0)

        (answer,) = [one for one in sue.got(Accepted) if one.id == "s"]
        assert answer.seq is not None
        assert answer.seq <= seq == actor.table.seq
        other = await sue.ask(Sit("other", ONE, 5_000))
        assert isinstance(other, Rejected)
        assert other.code == "already_seated"

    in_cluster(script)


def test_of_messages_that_wait_for_a_server_the_latest_are_refused() -> None:
    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.ben, "sue")
        cluster.part("ann", "ben", 1.0)
        for number in range(MOST_PENDING):
            sue.say(GetHand(f"m{number}", ONE, 1))
        refused = await sue.ask(GetHand("late", ONE, 1))
        assert isinstance(refused, Rejected)
        assert refused.code == "overloaded"

    in_cluster(script)


def test_what_needs_watching_is_done_by_a_new_owner_after_the_place_is_known() -> None:
    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.ben, "sue")
        cluster.ann.kill()
        assert isinstance(await sue.ask(Unwatch("m", ONE)), Accepted)
        assert not sue.is_lost

    in_cluster(script)


def test_a_line_waits_while_its_table_is_given_away() -> None:
    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.ben, "sue")
        cluster.ann.begin(cluster.ann.give(ONE, cluster.cat.peer))
        while cluster.ann.node.moves._handing_over.of(ONE) is None:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.0005)
        assert isinstance(await sue.ask(Chat("m", ONE, "hello")), Accepted)
        assert [server.name for server in cluster.lines["hello"]] == ["cat"]

    in_cluster(script)


def test_a_line_that_a_dead_server_may_have_said_is_not_said_by_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.ben, "sue")
        # What it sends is lost, and it dies.
        monkeypatch.setattr(cluster.ann.node._links, "send", lambda peer, frame: True)
        sue.say(Chat("c", ONE, "hello"))
        await asyncio.sleep(0.5)
        cluster.ann.kill()
        await asyncio.sleep(10.0)
        (answer,) = sue.answers("c")
        assert isinstance(answer, Rejected)
        assert (answer.code, answer.retryable) == ("table_unavailable", True)
        assert cluster.lines["hello"] == [cluster.ann]
        # At the next one it can be said.
        assert isinstance(await sue.ask(Chat("e", ONE, "again")), Accepted)

    in_cluster(script)


def test_the_end_of_a_table_is_shown_although_its_server_dies_with_it() -> None:
    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.ben, "sue")
        cluster.part("ann", "ben", 1.0)
        cluster.ann.begin(cluster.ann.lobby.close(ONE, "operator"))
        while cluster.database.is_open(ONE):  # noqa: ASYNC110  nothing tells when it is stored
            await asyncio.sleep(0.001)
        cluster.ann.kill()
        await asyncio.sleep(10.0)
        assert [type(one) for one in sue.got(Events)[-1].events] == [TableClosed]
        assert sue.got(Notice) == []
        seq = sue.got(Events)[-1].seq
        assert seq == cluster.database.version(ONE)

    in_cluster(script)


def test_the_end_of_a_table_is_shown_although_it_is_lost_on_the_way() -> None:
    """The server lives, and does not have the table any more when it is asked again."""

    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.ben, "sue")
        cluster.network.faults = Faults(drop=1.0)
        cluster.ann.begin(cluster.ann.lobby.close(ONE, "operator"))
        await asyncio.sleep(0.5)
        cluster.network.faults = Faults()
        await asyncio.sleep(10.0)
        assert [type(one) for one in sue.got(Events)[-1].events] == [TableClosed]

    in_cluster(script)


def test_the_list_has_what_a_server_has_opened_and_closed_before_it_died_unheard() -> None:
    async def script(cluster: Cluster) -> None:
        await cluster.opens(cluster.ann, TWO)
        assert {row.table for row in cluster.ben.lobby.summaries()} == {ONE, TWO}
        cluster.network.faults = Faults(drop=1.0)
        cluster.ann.begin(cluster.ann.lobby.close(TWO, "operator"))
        await cluster.opens(cluster.ann, TableId("three"))
        cluster.ann.kill()
        cluster.network.faults = Faults()
        await asyncio.sleep(5.0)
        for server in cluster.ben, cluster.cat:
            assert {row.table for row in server.lobby.summaries()} == {ONE, "three"}

    in_cluster(script)


def test_a_server_tells_nothing_of_a_table_that_it_has_given_away_since() -> None:
    async def script(cluster: Cluster) -> None:
        news, told = cluster.ann.node._news, list[TableId]()
        say = news._say

        def noting(one: AnyNews) -> None:
            if isinstance(one, Rows):
                told.extend(row.table for row in one.rows)
            say(one)

        news._say = noting  # type: ignore[method-assign, assignment]
        (row,) = cluster.ann.lobby.summaries()
        await cluster.ann.run(cluster.ann.give(ONE, cluster.ben.peer))
        # It was noted before.
        news._rows[ONE] = row
        told.clear()
        await asyncio.sleep(1.0)
        assert cluster.ben.lobby.in_memory(ONE)
        assert told == []

    in_cluster(script)


def test_a_watch_of_several_tables_has_the_answers_of_their_servers() -> None:
    async def script(cluster: Cluster) -> None:
        hidden, late = TableId("hidden"), TableId("late")
        await cluster.opens(cluster.ben, TWO)
        await cluster.opens(cluster.ann, hidden, UNLISTED)
        sue = Client(cluster.cat, "sue")
        tables = [TableWatch(table) for table in (ONE, hidden, TWO, late)]
        answer = await sue.ask(Watch("w", tables=tables))
        assert isinstance(answer, Accepted)
        assert answer.tables is not None
        codes = [one.code for one in answer.tables]
        # Nobody learns whether an unlisted table exists.
        assert codes == [None, codes[3], None, codes[3]]
        assert codes[3] is not None
        await asyncio.sleep(1.0)
        kinds = [type(one) for one in sue.messages]
        assert kinds.index(Accepted) < kinds.index(Snapshot)
        assert {one.table for one in sue.got(Snapshot)} == {ONE, TWO}

    in_cluster(script)


def test_a_full_table_of_another_server_is_one_outcome_of_several() -> None:
    async def script(cluster: Cluster) -> None:
        await cluster.opens(cluster.ann, TWO)
        await cluster.watching(cluster.ann, "tom")
        sue = Client(cluster.cat, "sue")
        answer = await sue.ask(Watch("w", tables=[TableWatch(ONE), TableWatch(TWO)]))
        assert isinstance(answer, Accepted)
        assert [one.code for one in answer.tables or ()] == ["too_many_watchers", None]

    in_cluster(script, Caps(watchers=1))


def test_tables_that_are_asked_for_count_as_watched() -> None:
    async def script(cluster: Cluster) -> None:
        await cluster.opens(cluster.ann, TWO)
        sue = Client(cluster.cat, "sue")
        sue.say(Watch("w1", ONE))
        answer = await sue.ask(Watch("w2", TWO))
        assert isinstance(answer, Rejected)
        assert answer.code == "too_many_watched"
        await asyncio.sleep(1.0)
        assert [type(one) for one in sue.answers("w1")] == [Accepted]

    in_cluster(script, Caps(watched_tables=1))


def test_the_links_of_a_server_that_has_ended_are_dropped() -> None:
    async def script(cluster: Cluster) -> None:
        await cluster.watching(cluster.ben, "sue")
        links = cluster.ben.node._links
        ann = next(peer for peer in links.peers if peer.name == "ann")
        cluster.ann.kill()
        # Whoever takes its table over ends it.
        await asyncio.sleep(10.0)
        assert ann in links.peers
        await asyncio.sleep(FORGET_S)
        assert ann not in links.peers
        assert not links.send(ann, b"late")

    in_cluster(script)


def test_an_owner_that_is_lost_as_soon_as_it_is_found_is_looked_for_again() -> None:
    async def script(cluster: Cluster) -> None:
        gateway = cluster.cat.node.gateway
        expect = gateway.expect

        def lose(owner: Peer) -> None:
            gateway.expect = expect
            expect(owner)
            # Before anything that follows from the end of the search.
            asyncio.get_running_loop().call_soon(partial(gateway.broken, owner, is_gone=True))

        gateway.expect = lose
        await cluster.watching(cluster.cat, "sue")

    in_cluster(script)


def test_who_watches_from_another_server_does_not_notice_that_a_table_is_restored() -> None:
    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.cat, "sue")
        tom = await cluster.watching(cluster.ann, "tom")
        assert isinstance(await tom.ask(Sit("s", ONE, 5_000)), Accepted)
        await asyncio.sleep(1.0)
        cluster.loop.call_soon(
            cluster.ann.lobby.table_failed, ONE, context=cluster.ann.process.context.copy()
        )
        await asyncio.sleep(1.0)
        assert [one.code for one in tom.got(Notice)] == ["table_failed"]
        assert isinstance(await sue.ask(Sit("s", ONE, 5_000)), Accepted)
        await asyncio.sleep(1.0)
        assert sue.got(Notice) == []
        first = sue.got(Snapshot)[0].seq + 1
        seqs = [one.seq + i for one in sue.got(Events) for i in range(len(one.events))]
        assert seqs == list(range(first, cluster.database.version(ONE) + 1))

    in_cluster(script)


def test_a_relay_whose_opening_is_lost_is_opened_again() -> None:
    """Although its owner knows of none: it only knows that something is missing."""

    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.cat, "sue")
        tom = await cluster.watching(cluster.ann, "tom")
        bus = cluster.cat.bus
        send, bus.send = bus.send, lambda subject, message: True
        cluster.ann.node.link_broken(Link(cluster.cat.peer, to_all=False), "gap")
        await asyncio.sleep(0.1)
        bus.send = send
        assert isinstance(await tom.ask(Sit("s", ONE, 5_000)), Accepted)
        await asyncio.sleep(2.0)
        last = sue.got(Events)[-1]
        assert last.seq + len(last.events) - 1 == cluster.database.version(ONE)

    in_cluster(script)


def test_an_owner_that_is_alive_after_all_has_a_client_once() -> None:
    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.cat, "sue")
        cluster.cat.node.gateway.broken(cluster.ann.peer, is_gone=True)
        assert isinstance(await sue.ask(Sit("s", ONE, 5_000)), Accepted)
        assert cluster.ann.node.reading().relays_in == 1

    in_cluster(script)


def test_another_server_of_the_same_name_is_no_reason_to_leave_the_owner() -> None:
    async def script(cluster: Cluster) -> None:
        sue = await cluster.watching(cluster.cat, "sue")
        gateway = cluster.cat.node.gateway
        nos = set(gateway.relays)
        cluster.cat.node.link_broken(Link(cluster.ann.peer, to_all=False), "replaced")
        assert isinstance(await sue.ask(Sit("s", ONE, 5_000)), Accepted)
        assert set(gateway.relays) == nos

    in_cluster(script)


def test_a_server_that_was_replaced_is_looked_for_in_the_database_at_once() -> None:
    async def script(cluster: Cluster) -> None:
        await cluster.watching(cluster.ben, "sue")
        ann = cluster.ann.peer
        cluster.ann.kill()
        # Whoever takes its table over ends it.
        await asyncio.sleep(10.0)
        assert ann in cluster.ben.node._links.peers
        cluster.ben.node.link_broken(Link(ann, to_all=False), "replaced")
        await asyncio.sleep(1.0)
        assert ann not in cluster.ben.node._links.peers

    in_cluster(script)


def test_viewers_of_a_table_that_is_given_away_go_on_from_where_they_are() -> None:
    async def script(cluster: Cluster) -> None:
        servers = (cluster.ann, cluster.ben, cluster.cat)
        at = [await cluster.watching(one, f"sue at {one.name}") for one in servers]
        tom = at[0]
        assert isinstance(await tom.ask(Sit("s", ONE, 5_000)), Accepted)
        await asyncio.sleep(1.0)
        cluster.ann.begin(cluster.ann.give(ONE, cluster.ben.peer))
        await asyncio.sleep(2.0)
        assert cluster.events["given"] == 1
        assert isinstance(await at[2].ask(Sit("s", ONE, 5_000)), Accepted)
        await asyncio.sleep(1.0)
        for client in at:
            assert not client.is_lost
            assert len(client.got(Snapshot)) == 1
            seqs = [one.seq + i for one in client.got(Events) for i in range(len(one.events))]
            first = client.got(Snapshot)[0].seq + 1
            assert seqs == list(range(first, cluster.database.version(ONE) + 1))

    in_cluster(script)


def test_what_a_server_said_that_was_never_heard_is_read_when_it_has_ended() -> None:
    async def script(cluster: Cluster) -> None:
        cluster.ann.kill()
        cluster.restart("ann")
        while not cluster.ann.is_ready:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.001)
        cluster.part("ann", "ben", 600.0)
        sue = Identity(PlayerId("sue"), "sue", sid="her session")
        await cluster.ann.run(cluster.ann.context.revocations.end(sue))
        assert cluster.ann.peer not in cluster.ben.node._links.peers
        assert not is_refused(cluster.ben, sue.sid)
        cluster.ann.kill()
        await asyncio.sleep(FORGET_S + 10.0)
        assert is_refused(cluster.ben, sue.sid)

    in_cluster(script)
