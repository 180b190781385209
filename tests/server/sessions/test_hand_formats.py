"""Hands as texts for other programs: `get_hand` with a format, to each player what it saw."""

import json
import re
import tomllib
from typing import get_args

import pytest
from msgspec.structs import replace

from pokerws.game.events import HandShown, HandStarted
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.hand_histories.errors import NotExpressible
from pokerws.hand_histories.formats import TextFormat, as_text, seen_by
from pokerws.hand_histories.hand_id import hand_id
from pokerws.hand_histories.kept_hand import KeptHand
from pokerws.messages import GetHand, HandEvents
from tests.server.conftest import Connect
from tests.server.fakes import FakeViewer
from tests.server.resumed import VIEWERS, Playing, Truth, stored_events
from tests.server.sessions.test_get_hand import hand_of, hands_in, play_a_hand, played
from tests.server.slow_store import SlowStore
from tests.server.stored_house import StoredHouse

TEXT_FORMATS: tuple[TextFormat, ...] = get_args(TextFormat)


async def check_all_texts(house: StoredHouse, playing: Playing) -> None:
    """The texts are those of the hand as it stands in the whole log, as each viewer saw it."""
    actor = playing.actor
    while not any(isinstance(event, HandShown) for event in await stored_events(house, actor)):
        await playing.steps(10)
    truth = await Truth.of(house, actor)
    hands = hands_in(truth.events)
    for number, (seq, events) in hands.items():
        before, started = truth.tables[seq - 2], events[0]
        assert isinstance(started, HandStarted)
        for player in VIEWERS:
            kept = KeptHand(before, number, started.at_ms, events, [], [])
            seen = seen_by(kept, PlayerId(player))
            for text_format in TEXT_FORMATS:
                viewer = FakeViewer(player)
                ask = GetHand("g", actor.table.id, number, text_format)
                try:
                    text = as_text(seen, text_format, viewer=PlayerId(player))
                except NotExpressible as error:
                    assert text_format == "ohh"
                    with pytest.raises(Illegal, match=str(error)):
                        await actor.send_hand(viewer, ask)
                    continue
                await actor.send_hand(viewer, ask)
                (told,) = viewer.take()
                assert isinstance(told, HandEvents)
                assert (told.hand, told.seq, told.events) == (number, seq, [])
                assert told.text == text
    assert len(hands) > 4


async def test_texts_tell_from_memory_what_each_viewer_saw(house: StoredHouse) -> None:
    playing = await Playing.begin(house, 7)
    await playing.steps(70)
    await check_all_texts(house, playing)


@pytest.mark.usefixtures("short_memory")
async def test_texts_tell_from_the_log_what_each_viewer_saw(house: StoredHouse) -> None:
    playing = await Playing.begin(house, 7)
    await playing.steps(70)
    await check_all_texts(house, playing)


@pytest.mark.usefixtures("short_memory")
async def test_a_hand_that_began_without_names_has_its_events_and_no_text(
    house: StoredHouse, store: SlowStore
) -> None:
    actor = await played(house)
    log = store._rows[actor.table.id].log
    row = next(row for row in log.values() if row.type == "hand_started")
    event = house.vault.open_event(actor.table.id, row.hand_number, row.payload)
    assert isinstance(event, HandStarted)
    older = replace(event, names=[], stacks=[], at_ms=0)
    payload = house.vault.seal_event(actor.table.id, row.hand_number, older)
    log[row.seq] = replace(row, payload=payload)
    assert (await hand_of(actor, "p0", row.hand_number)).text is None
    for text_format in TEXT_FORMATS:
        viewer = FakeViewer("p0")
        with pytest.raises(Illegal) as refusal:
            await actor.send_hand(
                viewer, GetHand("g", actor.table.id, row.hand_number, text_format)
            )
        assert refusal.value.code == "unknown_hand"
        assert "ask for them as json" in refusal.value.detail
        assert viewer.take() == []


async def test_hands_are_told_as_texts_for_programs_that_read_such_files(
    open_connection: Connect,
) -> None:
    ann, ben, sam = [await open_connection(name) for name in ("Ann", "Ben", "Sam")]
    config = {"seats": 2, "next_hand_delay_ms": 0}
    table = (await ann.ask("create_table", name="One", config=config))["table"]
    await play_a_hand(ann, ben, table)
    own = []
    for player, name in ((ann, "Ann"), (ben, "Ben"), (sam, "Sam")):
        answer = await player.ask("get_hand", table=table, hand=1, format="pokerstars")
        assert (answer["type"], answer["events"]) == ("hand", [])
        number = hand_id(TableId(table), 1)
        assert answer["text"].startswith(f"PokerStars Hand #{number}:  Hold'em No Limit (50/100)")
        dealt = re.findall(r"^Dealt to (\w+) \[.. ..\]$", answer["text"], re.MULTILINE)
        assert dealt == ([] if name == "Sam" else [name])
        standard = await player.ask("get_hand", table=table, hand=1, format="phh")
        fields = tomllib.loads(standard["text"])
        assert (fields["hand"], fields["_game"]) == (1, table)
        own.append([action for action in fields["actions"] if action.startswith("d dh")])
        opened = await player.ask("get_hand", table=table, hand=1, format="ohh")
        ohh = json.loads(opened["text"])["ohh"]
        assert ohh["game_number"] == str(number)
        dealt = [each for each in ohh["rounds"][0]["actions"] if each["action"] == "Dealt Cards"]
        heroes = [
            player["name"] for player in ohh["players"] if player["id"] == ohh["hero_player_id"]
        ]
        assert heroes == ([] if name == "Sam" else [name])
        assert [each["player_id"] for each in dealt if "cards" in each] == (
            [] if name == "Sam" else [ohh["hero_player_id"]]
        )
    assert ["????" in action for action in own[0]] != ["????" in action for action in own[1]]
    assert all("????" in action for action in own[2])
    answer = await ann.ask("get_hand", table=table, hand=1, format="json")
    assert "text" not in answer
    answer = await ann.ask("get_hand", table=table, hand=1, format="html")
    assert (answer["type"], answer["code"]) == ("rejected", "invalid_value")


async def test_a_game_that_a_format_does_not_have_is_refused_and_has_its_events(
    open_connection: Connect,
) -> None:
    ann, ben = [await open_connection(name) for name in ("Ann", "Ben")]
    config = {"variant": "F5D", "seats": 2, "next_hand_delay_ms": 0}
    table = (await ann.ask("create_table", name="One", config=config))["table"]
    await play_a_hand(ann, ben, table)
    answer = await ann.ask("get_hand", table=table, hand=1, format="ohh")
    assert (answer["type"], answer["code"]) == ("rejected", "format_unavailable")
    assert answer["message"] == "Open Hand History does not have Fixed-limit five card draw"
    answer = await ann.ask("get_hand", table=table, hand=1)
    assert answer["events"]
