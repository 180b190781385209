"""What `export` prints of games that were really played, and of damaged ones."""

import io
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pokerws.game.state import PlayerId, TableId
from pokerws.hand_histories.formats import HandFormat, HandWriter
from pokerws.hand_histories.hand_id import hand_id
from pokerws.maintenance.errors import NotStored
from pokerws.maintenance.export import export
from pokerws.maintenance.stored_log import NO_KEYS
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.vault.vault import Vault
from tests.maintenance.archiving import Archiving, after_hand
from tests.storage.played import play_a_game
from tests.vaults import VAULT

CARD = re.compile(r"\b[2-9TJQKA][cdhs]\b")


class Exporting:
    """The command on one database."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.code = 0
        self.notes: list[str] = []

    async def __call__(
        self,
        hand_format: HandFormat = "phh",
        hand: int | None = None,
        player: str | None = None,
        game: str = "t1",
        vault: Vault = VAULT,
    ) -> str:
        """What is printed."""
        out, notes = io.StringIO(), io.StringIO()
        viewer = None if player is None else PlayerId(player)
        write = HandWriter(hand_format, viewer, sections=hand is None)
        self.code = await export(
            address_of(self._url), game, out, notes, write=write, hand=hand, vault=vault
        )
        self.notes = notes.getvalue().splitlines()
        return out.getvalue()

    async def objects(self, **asked: Any) -> list[dict[str, Any]]:
        """The hands as JSON tells them."""
        return [json.loads(line) for line in (await self("json", **asked)).splitlines()]


@pytest.fixture
def exporting(database_url: str) -> Exporting:
    return Exporting(database_url)


async def test_all_hands_that_are_over_are_printed_and_not_the_one_being_played(
    database_url: str, exporting: Exporting
) -> None:
    played = await play_a_game(database_url)
    live = played.actor.table.hand
    assert live is not None

    text = await exporting("phh")
    assert exporting.code == 0
    (note,) = exporting.notes
    assert note.startswith(f"pokerws: hand {live.number} is left out: it is still being played, ")
    hands = tomllib.loads(text)
    over = [*range(1, live.number)]
    assert [*hands] == [*map(str, over)]
    assert [hand["hand"] for hand in hands.values()] == over
    text = await exporting("pokerstars")
    headers = re.findall(
        r"^PokerStars Hand #(\d+):  Hold'em No Limit \(50/100\)", text, re.MULTILINE
    )
    numbers = [hand_id(TableId("t1"), number) for number in over]
    assert list(map(int, headers)) == numbers
    assert text.count("\n\n\n\nPokerStars") == len(over) - 1
    told = await exporting.objects()
    assert [int(hand["id"]) for hand in told] == numbers
    for hand in told:
        events = hand["events"]
        assert events[0]["event"]["type"] == "hand_started"
        assert [event["seq"] for event in events] == list(
            range(events[0]["seq"], events[0]["seq"] + len(events))
        )
        assert hand["started_ms"] == events[0]["at_ms"] == events[0]["event"]["at_ms"]
        assert [seat and seat["name"] for seat in hand["starting"]] == ["Ada", "Bob", "Cleo", None]


async def test_one_hand_is_printed_alone(database_url: str, exporting: Exporting) -> None:
    await play_a_game(database_url)
    whole = tomllib.loads(await exporting("phh"))
    assert tomllib.loads(await exporting("phh", 2)) == whole["2"]
    assert exporting.notes == []
    (told,) = await exporting.objects(hand=3)
    assert told["hand"] == 3


async def test_the_hand_being_played_is_refused(database_url: str, exporting: Exporting) -> None:
    live = (await play_a_game(database_url)).actor.table.hand_number
    for player in (None, "ada"):
        with pytest.raises(NotStored, match=f"hand {live} of game t1 is still being played"):
            await exporting("pokerstars", live, player)


async def test_a_player_sees_the_own_cards_and_those_that_were_shown(
    database_url: str, exporting: Exporting
) -> None:
    await play_a_game(database_url, hands=4)
    hidden = 0
    for everything in await exporting.objects():
        known = {"ada": set[str](), "stranger": set[str]()}
        held: set[str] = set()
        for event in (entry["event"] for entry in everything["events"]):
            cards = event.get("cards", [])
            if event["type"] == "hole_cards_dealt":
                held.update(card for own in cards for card in own)
                known["ada"].update(cards[event["players"].index("ada")])
            elif event["type"] in ("board_dealt", "cards_shown", "hand_shown"):
                for told in known.values():
                    told.update(cards)
        formats: tuple[HandFormat, ...] = ("phh", "pokerstars", "json")
        for player, allowed in known.items():
            hidden += len(held - allowed)
            for hand_format in formats:
                text = await exporting(hand_format, everything["hand"], player)
                assert _cards(text, hand_format) <= allowed
                if player == "ada":
                    assert held & allowed <= _cards(text, hand_format)
    assert hidden > 8


def _cards(text: str, hand_format: HandFormat) -> set[str]:
    """All the cards in a text; in PHH they stand without spaces between them."""
    if hand_format != "phh":
        return set(CARD.findall(text))
    actions = " ".join(tomllib.loads(text)["actions"])
    runs = re.findall(r"\b(?:(?:[2-9TJQKA][cdhs])|\?\?)+(?=\s|$)", actions)
    return {run[at : at + 2] for run in runs for at in range(0, len(run), 2)} - {"??"}


async def test_without_the_key_cards_are_unknown_and_it_is_said(
    database_url: str, exporting: Exporting
) -> None:
    await play_a_game(database_url)
    text = await exporting("pokerstars", 1, vault=NO_KEYS)
    assert exporting.code == 0
    assert [note for note in exporting.notes if "VAULT_KEYS has no key" in note]
    assert "Dealt to" not in text


async def test_hands_that_were_archived_are_said_to_be(
    database_url: str, exporting: Exporting, tmp_path: Path
) -> None:
    await play_a_game(database_url)
    before = await exporting("pokerstars", 4)
    await Archiving(database_url, tmp_path)(after_hand(2))
    first = (await exporting.objects())[0]["hand"]
    assert first > 1
    assert exporting.notes[0].startswith(
        f"pokerws: hand{'s 1 to' if first > 2 else ''} {first - 1} "
    )
    assert "archive has moved them into files" in exporting.notes[0]
    for gone in range(1, first):
        with pytest.raises(NotStored, match=f"hand {gone} .* is not in the log: archive has moved"):
            await exporting("phh", gone)
    assert await exporting("pokerstars", 4) == before


async def test_hands_of_which_events_were_not_kept_say_so(
    database_url: str, exporting: Exporting
) -> None:
    await play_a_game(database_url, hands=2, keep_events=[True, False, True])
    text = await exporting("pokerstars")
    cut = [hand for hand in text.split("\n\n\n\n") if "Hand is not complete" in hand]
    assert len(cut) == 2
    assert "what happened after this was not kept" in cut[0]
    assert "what happened before this was not kept" in cut[1]


@pytest.mark.parametrize(
    ("game", "hand", "why"),
    [
        ("nowhere", None, "there is no game nowhere"),
        ("t1", 0, "game t1 has no hand 0: it has had "),
        ("t1", 99, "game t1 has no hand 99: it has had "),
        ("t1", 10**30, "has no hand 1000"),
    ],
)
async def test_what_is_not_there_is_one_clear_line(
    database_url: str, exporting: Exporting, game: str, hand: int | None, why: str
) -> None:
    await play_a_game(database_url)
    with pytest.raises(NotStored, match=why) as refused:
        await exporting("phh", hand, game=game)
    assert "\n" not in str(refused.value)


async def test_a_game_without_a_log_has_no_hands_to_export(
    database_url: str, exporting: Exporting
) -> None:
    await play_a_game(database_url, keep_events=[False])
    with pytest.raises(NotStored, match="game t1 has no log: its events were not kept"):
        await exporting()


async def test_a_damaged_log_is_exported_up_to_the_damage(
    database_url: str, exporting: Exporting, operator: Connection
) -> None:
    await play_a_game(database_url)
    third = (await exporting.objects(hand=3))[0]["events"][1]["seq"]
    await operator.execute("DELETE FROM game_events WHERE seq = $1", third)
    assert [hand["hand"] for hand in await exporting.objects()] == [1, 2, 3]
    assert "Hand is not complete" in await exporting("pokerstars", 3)
    assert exporting.code == 1
    assert exporting.notes == [
        f"pokerws: the log is damaged: event {third} is missing from the log; see pokerws verify"
    ]
