"""Where the deck of a served hand comes from."""

import os
from random import Random

import pytest

from pokerws.game.cards import DECK, Card
from pokerws.game.deal import shuffler
from tests.server.conftest import Connect

SEED = 20_26
CONFIG = {"seats": 2, "next_hand_delay_ms": 0}


@pytest.fixture
def known_deck(monkeypatch: pytest.MonkeyPatch) -> list[Card]:
    """The deck of each hand, for which the operating system gives known bytes."""
    system = os.urandom

    def urandom(count: int) -> bytes:
        return Random(SEED).randbytes(count) if count == len(DECK) else system(count)

    monkeypatch.setattr(os, "urandom", urandom)
    return shuffler(urandom)(DECK)


async def test_a_hand_is_dealt_from_the_operating_systems_random_numbers(
    known_deck: list[Card], open_connection: Connect
) -> None:
    ann, bob = await open_connection("Ann"), await open_connection("Bob")
    table = (await ann.ask("create_table", name="T", config=CONFIG))["table"]
    for player in (ann, bob):
        await player.ask("watch", table=table)
    for player in (ann, bob):
        await player.ask("sit", table=table, buy_in=10_000)
    own: list[set[str]] = []
    for player in (ann, bob):
        dealt = None
        while dealt is None:
            events = (await player.until("events"))["events"]
            dealt = next((e for e in events if e["type"] == "hole_cards_dealt"), None)
        own.append({card for cards in dealt["cards"] for card in cards} - {"??"})
    assert [len(cards) for cards in own] == [2, 2]
    dealt_cards = own[0] | own[1]
    assert dealt_cards in (set(known_deck[:4]), set(known_deck[-4:]))
