"""A deal is encoded once, and each player gets the same bytes as if it were encoded for them."""

import random

import pytest

from pokerws.game import commands
from pokerws.game.cards import UNKNOWN, parse_cards
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.events import CardsDrawn, HoleCardsDealt, TableEvent, TableOpened
from pokerws.game.redaction import Deal, deal_in, redact_all
from pokerws.game.state import PlayerId, TableId
from pokerws.game.variants import VARIANTS
from pokerws.messages import JSON, MSGPACK, Events, Wire
from pokerws.server.tables.shown import ShownDeal
from pokerws.server.tables.viewers import Viewers
from tests.server.fakes import FakeViewer, ManualClock, open_memory_lobby
from tests.server.random_action import random_action

ANN, BEN = PlayerId("ann"), PlayerId("ben")
# Names in which an event of either encoding begins or could be copied.
PLAYERS = ('ann","x', 'b{"type":"hole_cards_dealt"', "\x83\xa4type\xb0hole_cards_dealt\xa5cards")
HANDS = [parse_cards("AsKd"), [], parse_cards("2c3c")]


def message(events: list[TableEvent]) -> Events:
    return Events(TableId("t"), 1, 7, 9, events)


def check(events: list[TableEvent], deal: Deal) -> None:
    """All viewers get what is encoded for them alone, in both encodings."""
    for wire in (JSON, MSGPACK):
        frame, own = ShownDeal(message(deal.events), deal=deal).encoded(wire)
        assert frame == wire.encode(message(redact_all(events, None)))
        assert own.keys() == deal.own.keys()
        players = {one for event in events for one in getattr(event, "players", ()) if one}
        for player in players:
            seen = wire.encode(message(redact_all(events, player)))
            assert own.get(player, frame) == seen


def played(code: str, monkeypatch: pytest.MonkeyPatch) -> list[list[TableEvent]]:
    """The events of each change of a few hands."""
    changes: list[list[TableEvent]] = []
    publish = Viewers.publish

    def record(self: Viewers, events: list[TableEvent], first_seq: int, now_ms: int) -> None:
        changes.append(events)
        publish(self, events, first_seq, now_ms)

    monkeypatch.setattr(Viewers, "publish", record)
    rng, clock = random.Random(code), ManualClock()
    lobby, _ = open_memory_lobby(clock, shuffler(rng.randbytes))
    seats = min(VARIANTS[code].max_seats, len(PLAYERS))
    actor = lobby.create("One", TableConfig(variant=code, seats=seats, next_hand_delay_ms=0))
    for seat, name in enumerate(PLAYERS[:seats]):
        sit = commands.Sit(PlayerId(name), name, seat, 10_000, 10**6)
        actor.handle(FakeViewer(name), f"sit {seat}", sit)
    for number in range(60):
        hand = actor.table.hand
        if hand is None or hand.turn is None:
            clock.advance(1)
        else:
            act = random_action(rng, actor.table)
            actor.handle(FakeViewer(act.player), f"{number}", act)
    return changes


@pytest.mark.parametrize("code", VARIANTS)
def test_a_deal_has_the_bytes_of_encoding_it_for_each_viewer(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deals = 0
    for events in played(code, monkeypatch):
        deal = deal_in(events)
        if deal is not None:
            deals += 1
            check(events, deal)
    assert deals


@pytest.mark.parametrize("wire", [JSON, MSGPACK])
def test_where_the_place_of_the_cards_is_not_certain_all_is_encoded(wire: Wire) -> None:
    dealt = HoleCardsDealt(HANDS, [ANN, None, BEN])
    deal = deal_in([dealt])
    assert deal is not None
    # The same deal twice: no place can be told from the other.
    twice = deal._replace(events=[*deal.events, *deal.events])
    frame, own = ShownDeal(message(twice.events), deal=twice).encoded(wire)
    assert frame == wire.encode(message(twice.events))
    assert own == {player: wire.encode(message(twice.seen_by(player))) for player in (ANN, BEN)}


def test_nothing_is_a_deal_but_one_deal_alone() -> None:
    dealt = HoleCardsDealt(HANDS, [ANN, None, BEN])
    drawn = CardsDrawn(0, ANN, parse_cards("As"), parse_cards("Ad"))
    assert deal_in([TableOpened(TableId("t"), "One", TableConfig())]) is None
    assert deal_in([dealt, dealt]) is None
    assert deal_in([dealt, drawn]) is None
    assert deal_in([drawn, dealt]) is None


def test_a_deal_of_an_old_log_without_players_shows_no_card_to_anybody() -> None:
    deal = deal_in([HoleCardsDealt(HANDS)])
    assert deal is not None
    assert not deal.own
    assert deal.events == [HoleCardsDealt([[UNKNOWN] * len(cards) for cards in HANDS])]
