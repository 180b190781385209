"""Company at a table over real sockets: chat of before, reactions, mutes, notes, watchers."""

from typing import Any

import pytest

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import ChatSaid
from pokerws.server.company import chat_lines
from pokerws.server.company.chat_lines import ChatLines
from pokerws.server.company.notebooks import RETRY_MS, Notebooks
from pokerws.server.tables.actors.delayed_viewers import Public
from pokerws.storage.chat import MAX_TABLE_LINES
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.player_notes import MemoryPlayerNotes, NoteChange, PlayerNote
from tests.server.conftest import Connect, Raw
from tests.server.fakes import ManualClock


async def table_of(raw: Raw, **company: Any) -> str:
    config = {"company": company}
    return str((await raw.ask("create_table", name="One", config=config))["table"])


async def heard_until_pong(raw: Raw) -> list[dict[str, Any]]:
    """All that is sent before the answer to a ping."""
    sent, heard = await raw.send({"type": "ping"}), []
    while (message := await raw.receive()).get("id") != sent:
        heard.append(message)
    return heard


def said(heard: list[dict[str, Any]]) -> list[str]:
    return [one["text"] for one in heard if one["type"] == "chat"]


async def test_who_comes_later_or_comes_back_gets_the_chat_of_before(
    open_connection: Connect,
) -> None:
    ann, ben, cleo = [await open_connection(name) for name in ("Ann", "Ben", "Cleo")]
    table = await table_of(ann)
    await ann.ask("watch", table=table)
    assert "chat_history" not in [one["type"] for one in await heard_until_pong(ann)]
    for text in ("one", "two"):
        await ann.ask("chat", table=table, text=text)
    await ben.ask("watch", table=table)
    history = await ben.until("chat_history")
    assert [(line["name"], line["text"]) for line in history["lines"]] == [
        ("Ann", "one"),
        ("Ann", "two"),
    ]
    assert {line["player"] for line in history["lines"]} == {ann.welcome["player"]}
    await cleo.ask("watch", tables=[{"table": table}])
    assert [line["text"] for line in (await cleo.until("chat_history"))["lines"]] == ["one", "two"]
    silent = await open_connection("Dora", capabilities=["company"])
    await silent.ask("watch", table=table)
    assert "chat_history" not in [one["type"] for one in await heard_until_pong(silent)]


async def test_a_reaction_reaches_all_and_is_not_kept(open_connection: Connect) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    table = await table_of(ann)
    assert (await ann.ask("react", table=table, reaction="wow"))["code"] == "not_watching"
    for player in (ann, ben):
        await player.ask("watch", table=table)
    assert (await ann.ask("react", table=table, reaction="wow"))["type"] == "accepted"
    for player in (ann, ben):
        shown = await player.until("reaction")
        assert (shown["name"], shown["reaction"]) == ("Ann", "wow")
    assert (await ann.ask("react", table=table, reaction="<b>"))["code"] == "invalid_value"
    cleo = await open_connection("Cleo")
    await cleo.ask("watch", table=table)
    assert {one["type"] for one in await heard_until_pong(cleo)} <= {"snapshot", "presence"}


@pytest.mark.settings(player_chat_rate="2/60s")
async def test_reactions_count_as_chat(open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    table = await table_of(ann)
    await ann.ask("watch", table=table)
    await ann.ask("react", table=table, reaction="wow")
    await ann.ask("chat", table=table, text="one")
    refused = await ann.ask("react", table=table, reaction="wow")
    assert (refused["code"], refused["details"]["counts"]) == ("too_fast", "chat")


async def test_a_muted_player_is_not_heard_by_who_has_muted(open_connection: Connect) -> None:
    ann, ben, cleo = [await open_connection(name) for name in ("Ann", "Ben", "Cleo")]
    table = await table_of(ann)
    for player in (ann, ben, cleo):
        await player.ask("watch", table=table)
    muted = {"player": ben.welcome["player"]}
    assert (await ann.ask("mute_player", **muted))["type"] == "accepted"
    await ben.ask("chat", table=table, text="spam")
    await ben.ask("react", table=table, reaction="angry")
    await cleo.ask("chat", table=table, text="hello")
    assert said(await heard_until_pong(cleo)) == ["hello"]
    heard = await heard_until_pong(ann)
    assert (said(heard), [one for one in heard if one["type"] == "reaction"]) == (["hello"], [])
    # Also on another connection, and in what was said before.
    tab = await open_connection()
    await tab.ask("hello", token=ann.welcome["session"])
    await tab.ask("watch", table=table)
    history = await tab.until("chat_history")
    assert [line["text"] for line in history["lines"]] == ["hello"]
    await ann.ask("mute_player", **muted, on=False)
    await ben.ask("chat", table=table, text="sorry")
    assert said(await heard_until_pong(ann)) == ["sorry"]
    assert said(await heard_until_pong(tab)) == ["sorry"]


async def test_whom_the_host_has_muted_says_nothing_at_that_table(open_connection: Connect) -> None:
    host, ben = await open_connection("Ann"), await open_connection("Ben")
    table, other = await table_of(host), await table_of(host)
    for player in (host, ben):
        await player.ask("watch", tables=[{"table": table}, {"table": other}])
    about = {"table": table, "player": ben.welcome["player"]}
    assert (await ben.ask("host_mute", **about | {"player": host.welcome["player"]}))["code"] == (
        "not_host"
    )
    assert (await host.ask("host_mute", **about))["type"] == "accepted"
    for spoken in ({"type": "chat", "text": "spam"}, {"type": "react", "reaction": "wow"}):
        assert (await ben.ask(**spoken, table=table))["code"] == "muted_by_host"
    await ben.ask("chat", table=other, text="hello")
    heard = await heard_until_pong(host)
    assert said(heard) == ["hello"]
    assert [one["events"] for one in heard if one["type"] == "events"] == [
        [{"type": "player_muted", "player": about["player"], "on": True}]
    ]
    late = await open_connection("Cleo")
    await late.ask("watch", table=table)
    assert (await late.until("snapshot"))["state"]["hosting"] == {"muted": [about["player"]]}
    await host.ask("host_mute", **about, on=False)
    assert (await ben.ask("chat", table=table, text="sorry"))["type"] == "accepted"


async def test_notes_are_private_and_can_be_erased(open_connection: Connect) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    about = ben.welcome["player"]
    await ann.ask("set_note", player=about, text="folds", colour="red")
    await ann.ask("mute_player", player=about)
    notes = await ann.ask("get_notes")
    assert notes["notes"] == [{"player": about, "text": "folds", "colour": "red", "muted": True}]
    assert (await ben.ask("get_notes"))["notes"] == []
    await ann.ask("set_note", player=about)
    await ann.ask("mute_player", player=about, on=False)
    assert (await ann.ask("get_notes"))["notes"] == []
    for bad in ({"text": "x" * 301}, {"colour": "pink"}, {"player": ""}):
        answer = await ann.ask("set_note", **{"player": about, **bad})
        assert answer["type"] == "rejected"


async def test_watchers_are_listed_or_only_counted(open_connection: Connect) -> None:
    ann, ben, cleo = [await open_connection(name) for name in ("Ann", "Ben", "Cleo")]
    named, hidden = await table_of(ann), await table_of(ann, anonymous_watchers=True)
    for table in (named, hidden):
        await ann.ask("sit", table=table, buy_in=5_000)
        for player in (ann, ben, cleo):
            await player.ask("watch", table=table)
    answer = await ben.ask("list_watchers", table=named)
    assert (answer["count"], answer["names"]) == (2, ["Ben", "Cleo"])
    answer = await ben.ask("list_watchers", table=hidden)
    assert (answer["count"], answer["names"]) == (2, [])
    await cleo.ask("unwatch", table=named)
    assert (await ben.ask("list_watchers", table=named))["names"] == ["Ben"]


# ---- bounds and outages


def line(table: str, text: str, player: str = "p_ann") -> ChatSaid:
    return ChatSaid(TableId(table), PlayerId(player), "Ann", text, 0)


def texts(lines: ChatLines, table: str) -> list[str]:
    history = lines.history(TableId(table), lambda player: True)
    return [] if history is None else [one.text for one in history.lines]


def test_a_table_keeps_its_latest_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ChatLines()
    for number in range(MAX_TABLE_LINES + 1):
        lines.add(line("t", str(number)), Public(0))
    assert texts(lines, "t") == [str(number) for number in range(1, MAX_TABLE_LINES + 1)]
    assert len(lines) == MAX_TABLE_LINES
    monkeypatch.setattr(chat_lines, "MAX_LINES", MAX_TABLE_LINES)
    lines.add(line("u", "new"), Public(0))
    assert (texts(lines, "t"), texts(lines, "u"), len(lines)) == ([], ["new"], 1)


class Away(MemoryPlayerNotes):
    """Notes that may be out of reach."""

    is_away = True
    asked = 0

    async def of(self, owner: PlayerId) -> list[PlayerNote]:
        self.asked += 1
        if self.is_away:
            raise StoreUnavailable("no answer in time")
        return await super().of(owner)


async def test_mutes_are_not_asked_for_at_each_watch_of_an_outage() -> None:
    ann, ben, clock, store = PlayerId("p_ann"), PlayerId("p_ben"), ManualClock(), Away()
    await store.change(ann, ben, NoteChange(muted=True), most=9)
    notebooks = Notebooks(store, clock)
    for _ in range(3):
        await notebooks.open(ann)
    assert (store.asked, notebooks.hears(ann, ben)) == (1, True)
    store.is_away = False
    clock.advance(RETRY_MS)
    for _ in range(3):
        await notebooks.open(ann)
    assert (store.asked, notebooks.hears(ann, ben)) == (2, False)
