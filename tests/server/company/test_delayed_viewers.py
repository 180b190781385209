"""A table that those without a seat see late: nothing of it reaches them before its time."""

from typing import Any

import pytest

from pokerws.game.redaction import redact_table
from pokerws.game.state import PlayerId
from pokerws.messages import (
    JSON,
    Chat,
    GetHand,
    GetLedger,
    GetStats,
    ListHands,
    ListTables,
    Sit,
    Snapshot,
    Stand,
    TableWaiting,
)
from pokerws.server.auth.identity import Identity
from pokerws.server.tables.actors import delayed_viewers
from tests.server.company.streams import DELAY_MS, Late, decode, streamed
from tests.server.in_process import Client, read


@pytest.mark.parametrize("variant", ["NT", "F2L3D", "F7S"])
@pytest.mark.parametrize("seed", range(3))
async def test_a_late_viewer_sees_each_state_as_a_spectator_after_its_delay(
    seed: int, variant: str
) -> None:
    stream = await streamed(seed, variant)
    late = Late(stream.client("late"))
    await stream.watch(late.client)
    for _ in range(200):
        stream.step()
        late.take()
        assert late.seq <= stream.due_seq()
        if late.view is not None and late.seq in stream.states:
            assert late.view.table == stream.states[late.seq][1]
    assert late.seq == stream.due_seq() > 100
    # Who comes now sees the same.
    new = Late(stream.client("new"))
    await stream.watch(new.client)
    new.take()
    assert late.view is not None
    assert new.view is not None
    assert new.view.table == late.view.table


@pytest.mark.parametrize("variant", ["NT", "F2L3D"])
async def test_cards_are_shown_later_only_of_hands_that_are_over(variant: str) -> None:
    stream = await streamed(5, variant, show_cards_later=True)
    late = Late(stream.client("late"))
    await stream.watch(late.client)
    shown = 0
    for number in range(400):
        # Now and then a hand is played so slowly that it is not over after the delay.
        if number % 40 == 20:
            for _ in range(8):
                stream.clock.advance(15_000)
                stream.note()
                for player in stream.players.values():
                    player.take()
        stream.step()
        before, live = len(late.events), stream.live.hand
        late.take()
        for event in late.events[before:]:
            is_own = type(event).__name__ in ("HoleCardsDealt", "CardsDrawn")
            if is_own and "??" not in str(event):
                shown += 1
        assert late.view is not None or late.seq == 0
        if late.view is not None and live is not None and late.view.table.hand is not None:
            past = late.view.table.hand
            if past.number == live.number:
                spectator = redact_table(stream.live, None).hand
                assert spectator is not None
                for seat, seen in zip(past.seats, spectator.seats, strict=True):
                    if seat is not None and seen is not None and not seen.shown:
                        assert {card for card in seat.cards if card != "??"} <= set(seen.cards)
    assert shown > 5


async def test_who_sits_down_sees_the_table_as_it_is_and_who_stands_up_nothing_before_others() -> (
    None
):
    stream = await streamed()
    cleo, other = Late(stream.client("cleo")), Late(stream.client("other"))
    for late in (cleo, other):
        await stream.watch(late.client)
    stream.play(100)
    cleo.take()
    assert cleo.seq < stream.live.seq
    await cleo.client.asks(Sit(stream.id(), stream.table, 20_000))
    stream.players["cleo"] = cleo.client
    cleo.take()
    assert cleo.view is not None
    assert cleo.seq == stream.live.seq
    assert cleo.view.table == redact_table(stream.live, PlayerId("cleo"))
    stream.play(30)
    cleo.take()
    assert cleo.seq == stream.live.seq
    await cleo.client.asks(Stand(stream.id(), stream.table))
    while stream.live.seat_of(PlayerId("cleo")) is not None:
        stream.step()
    cleo.take()
    stood = cleo.seq
    while stream.due_seq() < stood:
        stream.step()
        cleo.take()
        assert cleo.seq in (stood, stream.due_seq())
    stream.play(20)
    cleo.take()
    other.take()
    assert cleo.seq == other.seq > stood
    assert other.view is not None
    assert cleo.view.table == other.view.table


async def test_after_seq_brings_what_is_missing_of_the_past_and_tells_nothing_more() -> None:
    stream = await streamed()
    late = Late(stream.client("late"))
    await stream.watch(late.client)
    stream.play(120)
    late.take()
    seen, epoch = late.seq, late.view.epoch if late.view is not None else 0
    late.client.leave()
    stream.play(20)
    await stream.watch(late.client, after_seq=seen, epoch=epoch)
    late.kinds.clear()
    late.take()
    assert "Snapshot" not in late.kinds
    assert late.seq == stream.due_seq() > seen
    # The same for a number that the table has reached, and one that it has not.
    answers = []
    for after in (stream.due_seq() + 1, stream.live.seq, stream.live.seq + 1_000):
        asked = stream.client("asks")
        await stream.watch(asked, after_seq=after, epoch=epoch)
        answers.append([read(JSON, frame)["type"] for frame in asked.take()])
    assert answers == [["accepted", "notice"]] * 3


async def test_hands_and_lists_tell_no_more_than_the_past() -> None:
    stream = await streamed()
    late = Late(stream.client("late"))
    await stream.watch(late.client)

    async def ask(client: Client, message: Any) -> dict[str, Any]:
        client.take()
        await client.asks(message)
        return read(JSON, client.take()[-1])

    asks = stream.client("asks")
    assert (await ask(asks, GetHand("a", stream.table, 1)))["code"] == "hand_not_over"
    assert (await ask(asks, ListHands("b", stream.table)))["hands"] == []
    for _ in range(150):
        stream.step()
        late.take()
        listed = await ask(asks, ListHands(stream.id(), stream.table, limit=1))
        past = None if late.view is None else late.view.table
        over = 0 if past is None else past.hand_number - (past.hand is not None)
        assert [one["hand"] for one in listed["hands"]] == [over][: over > 0]
        assert int(listed.get("next", 0)) <= late.seq
        stats = await ask(asks, GetStats(stream.id(), stream.table))
        assert stats["of_table"].get("hands", 0) == over
        answer = await ask(asks, GetHand(stream.id(), stream.table, over + 1))
        assert answer["code"] in ("hand_not_over", "unknown_hand")
        assert str(stream.live.hand_number) not in str(answer.get("details", "")) or (
            past is not None and past.hand_number == stream.live.hand_number
        )
        if over:
            assert (await ask(asks, GetHand(stream.id(), stream.table, over)))["type"] == "hand"
    assert stream.live.hand_number > 5
    tables = await ask(asks, ListTables("c"))
    assert [one["hand_number"] for one in tables["tables"]] == [0]
    seated = await ask(stream.players["ann"], ListHands("d", stream.table, limit=1))
    assert seated["hands"][0]["hand"] >= stream.live.hand_number - 1


async def test_why_no_hand_is_dealt_comes_late_and_is_not_in_the_list_of_tables() -> None:
    stream = await streamed()
    late, ann = Late(stream.client("late")), stream.players["ann"]
    for client in (late.client, ann):
        client.session.hears_waiting = True
    await stream.watch(late.client)
    stream.play(100)
    late.take()
    told: list[tuple[bool, str | None]] = []

    def take() -> None:
        for client in (ann, late.client):
            messages = map(decode, client.take())
            waiting = [one.waiting_for for one in messages if isinstance(one, TableWaiting)]
            told.extend((client is ann, why) for why in waiting)

    take()
    told.clear()
    await stream.players["ben"].asks(Stand(stream.id(), stream.table))
    while stream.live.hand is not None:
        stream.step()
    stream.clock.advance(10_000)
    take()
    assert told == [(True, "needs_players")]
    await late.client.asks(ListTables("c"))
    listed = read(JSON, late.client.take()[-1])["tables"]
    assert [one.get("waiting_for") for one in listed] == [None]
    stream.clock.advance(DELAY_MS)
    take()
    assert told == [(True, "needs_players"), (False, "needs_players")]
    # Who comes now reads it in the snapshot.
    new = stream.client("new")
    await stream.watch(new)
    [snapshot] = [one for one in map(decode, new.take()) if isinstance(one, Snapshot)]
    assert snapshot.waiting_for == "needs_players"


async def test_the_ledger_is_only_for_who_sees_the_table_as_it_is_until_it_is_closed() -> None:
    stream = await streamed()
    ann = stream.players["ann"]

    async def ask(client: Client) -> dict[str, Any]:
        client.take()
        await client.asks(GetLedger(stream.id(), stream.table))
        return read(JSON, client.take()[-1])

    assert (await ask(ann))["type"] == "ledger"
    operator = stream.client("ops")
    operator.session.identity = Identity(PlayerId("ops"), "ops", "operator")
    assert (await ask(operator))["type"] == "ledger"
    await ann.asks(Stand(stream.id(), stream.table))
    while stream.live.seat_of(PlayerId("ann")) is not None:
        stream.step()
    assert (await ask(ann))["code"] == "forbidden"
    assert (await ask(stream.players["ben"]))["type"] == "ledger"
    await stream.context.lobby.close(stream.table, "operator")
    assert (await ask(ann))["type"] == "ledger"


async def test_chat_of_players_comes_late_and_that_of_watchers_at_once() -> None:
    stream = await streamed()
    one, two = stream.client("one"), stream.client("two")
    for client in (one, two):
        await stream.watch(client)

    def heard(client: Client) -> list[str]:
        frames = [read(JSON, frame) for frame in client.take()]
        return [frame["text"] for frame in frames if frame["type"] == "chat"]

    ann, ben = stream.players["ann"], stream.players["ben"]
    heard(ben)
    await ann.asks(Chat(stream.id(), stream.table, "I have a flush"))
    await one.asks(Chat(stream.id(), stream.table, "hello"))
    assert heard(ben) == ["I have a flush", "hello"]
    assert heard(two) == ["hello"]
    three = stream.client("three")
    await stream.watch(three)
    histories = [f for f in (read(JSON, frame) for frame in three.take()) if "lines" in f]
    assert [[line["text"] for line in one["lines"]] for one in histories] == [["hello"]]
    stream.clock.advance(DELAY_MS - 1)
    assert heard(two) == []
    stream.clock.advance(1)
    assert heard(two) == ["I have a flush"]


async def test_of_too_many_events_a_state_takes_the_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delayed_viewers, "MAX_STEPS", 20)
    stream = await streamed()
    late = Late(stream.client("late"))
    await stream.watch(late.client)
    for _ in range(150):
        stream.step()
        late.take()
        assert late.seq <= stream.due_seq()
        if late.view is not None and late.seq in stream.states:
            assert late.view.table == stream.states[late.seq][1]
    assert late.kinds.count("Snapshot") > 1


async def test_a_table_that_has_stopped_shows_nothing_more() -> None:
    stream = await streamed()
    late = Late(stream.client("late"))
    await stream.watch(late.client)
    stream.play(100)
    late.take()
    seen, actor = late.seq, stream.context.lobby.at(stream.table)
    assert actor is not None
    actor.stop()
    stream.clock.advance(2 * DELAY_MS)
    late.take()
    assert late.seq == seen


async def test_a_closed_table_is_shown_to_its_end() -> None:
    stream = await streamed()
    late = Late(stream.client("late"))
    await stream.watch(late.client)
    stream.play(20)
    live, actor = stream.live, stream.context.lobby.at(stream.table)
    assert actor is not None
    actor.close("operator")
    late.take()
    assert late.view is not None
    assert (late.seq, late.view.table.closed) == (live.seq, True)
