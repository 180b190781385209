"""Hands of every game go through the vault and come back: draws, open cards, many boards."""

from collections.abc import Iterator
from copy import deepcopy
from random import Random

import msgspec
import pytest
from msgspec.structs import replace

from pokerws.game import redaction as views
from pokerws.game.apply import apply
from pokerws.game.cards import parse_cards
from pokerws.game.commands import RunIt, Sit, TimeUp
from pokerws.game.config.table_config import HouseRules, TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.events import (
    CardsDrawn,
    DeckReshuffled,
    HoleCardsDealt,
    LogRestarted,
    TableEvent,
    tag_of,
)
from pokerws.game.secret_cards import comparable_table
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.game.table import open_table, play, replay
from pokerws.game.variants import VARIANTS
from pokerws.storage.errors import SealBroken
from pokerws.storage.store import TableSnapshot
from tests.server.random_action import random_action
from tests.storage.vault.test_vault import cards_in, encode, public_cards, sealed_in
from tests.vaults import VAULT

HANDS = 2
HOUSE = HouseRules(run_it=2, bomb_pot_every=2, bomb_pot_boards=2)
T1 = TableId("t1")


def played(
    variant: str, *, hands: int = HANDS, seed: int = 1
) -> Iterator[tuple[TableEvent, Table]]:
    """Each event of some hands, and the table right after it, that lives on."""
    rng = Random(seed)
    shuffle = shuffler(rng.randbytes)
    seats = min(7, VARIANTS[variant].max_seats)
    house = HOUSE if seats * 6 + 10 <= 52 else HouseRules(run_it=2)
    live, events = open_table(T1, "T", TableConfig(variant=variant, seats=seats, house=house))
    table, now_ms = Table(T1, "T", live.config), 0
    for number in range(seats):
        player = PlayerId(f"p{number}")
        events += play(live, Sit(player, player, number, 2_000), 0, shuffle)
        events += play(live, RunIt(player, 2), 0, shuffle)
    while True:
        for event in events:
            apply(table, deepcopy(event))
            yield event, table
        now_ms = live.deadline_ms or now_ms
        if live.hand is None and live.hand_number == hands:
            return
        command = TimeUp() if live.hand is None else random_action(rng, live, folds=0.05)
        events = deepcopy(play(live, command, now_ms, shuffle))


def known_to_all(table: Table) -> set[str]:
    hand = table.hand
    parts = [] if hand is None else [part for part in hand.seats if part is not None]
    boards = [] if hand is None else hand.extra_boards
    return public_cards(table).union(*(part.up for part in parts), *boards)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_hand_of_each_game_comes_out_of_the_vault_as_it_went_in(variant: str) -> None:
    for event, table in played(variant):
        number = table.hand_number
        for one in (event, LogRestarted(table)):
            payload = VAULT.seal_event(T1, number, one)
            assert encode(VAULT.open_event(T1, number, payload)) == encode(one)
            assert cards_in(payload) <= known_to_all(table), tag_of(one)
        data, _ = VAULT.seal_snapshot(TableSnapshot(table))
        assert cards_in(data) == known_to_all(table)
        assert encode(VAULT.open_snapshot(T1, data).table) == encode(table)


def reshuffled() -> Iterator[tuple[TableEvent, Table]]:
    """Triple draw by seven, until the deck has run out and the hand is over."""
    for seed in range(100):
        steps = [(event, deepcopy(table)) for event, table in played("F2L3D", hands=1, seed=seed)]
        if any(isinstance(event, DeckReshuffled) for event, _ in steps):
            return iter(steps)
    raise AssertionError("the deck was never dealt out")


def test_a_deck_that_was_shuffled_anew_is_sealed_with_the_cards_of_folded_hands_in_it() -> None:
    seen = False
    for event, table in reshuffled():
        payload = VAULT.seal_event(T1, 1, event)
        assert cards_in(payload) <= known_to_all(table)
        assert VAULT.open_event(T1, 1, payload) == event
        data, _ = VAULT.seal_snapshot(TableSnapshot(table))
        assert encode(VAULT.open_snapshot(T1, data).table) == encode(table)
        seen = seen or isinstance(event, DeckReshuffled)
    assert seen


def drawn(least: int = 1) -> tuple[CardsDrawn, Table, Table]:
    """A draw of some cards, and the table before and after it."""
    before: Table | None = None
    for event, table in played("F2L3D"):
        if isinstance(event, CardsDrawn) and len(event.drawn) >= least and before is not None:
            return event, before, table
        before = deepcopy(table)
    raise AssertionError("nobody drew")


def test_a_text_from_before_a_draw_does_not_go_with_the_table_after_it() -> None:
    _, before, after = drawn()
    old = sealed_in(VAULT.seal_snapshot(TableSnapshot(before))[0])
    data, _ = VAULT.seal_snapshot(TableSnapshot(after))
    with pytest.raises(SealBroken, match="do not go with the public part"):
        VAULT.open_snapshot(T1, data.replace(sealed_in(data).encode(), old.encode()))


def test_a_draw_opens_at_its_own_table_and_hand_and_for_its_own_player_only() -> None:
    event, _, _ = drawn()
    payload = VAULT.seal_event(T1, 7, event)
    for table, hand in ((TableId("elsewhere"), 7), (T1, 8)):
        with pytest.raises(SealBroken):
            VAULT.open_event(table, hand, payload)
    for told, instead in (
        (f'"{event.player}"'.encode(), b'"mallory"'),
        (b'"drawn":["??"', b'"drawn":["??","??"'),
        (b',"sealed":', b',"was":'),
    ):
        assert payload.count(told) == 1
        with pytest.raises(SealBroken):
            VAULT.open_event(T1, 7, payload.replace(told, instead))


def test_the_cards_of_two_draws_of_a_player_cannot_be_exchanged() -> None:
    # Seen without the cards, the draws are alike but for their streets.
    first, second = (
        CardsDrawn(0, PlayerId("p0"), parse_cards(out), parse_cards(drawn), street=street)
        for out, drawn, street in (("KsKh", "2c3c", 1), ("2c3c", "7d5d", 2))
    )
    cannot_be_exchanged(first, second)


@pytest.mark.parametrize(("street", "seat"), [(2, 0), (1, 1)])
def test_two_decks_of_a_hand_that_were_shuffled_anew_cannot_be_exchanged(
    street: int, seat: int
) -> None:
    first = DeckReshuffled(parse_cards("2c3c"), 1, 0)
    cannot_be_exchanged(first, DeckReshuffled(parse_cards("3c2c"), street, seat))


def cannot_be_exchanged(first: TableEvent, second: TableEvent) -> None:
    rows = [VAULT.seal_event(T1, 1, event) for event in (first, second)]
    texts = [sealed_in(row).encode() for row in rows]
    for row, event, own, other in zip(rows, (first, second), texts, reversed(texts), strict=True):
        assert VAULT.open_event(T1, 1, row) == event
        with pytest.raises(SealBroken, match="moved from another row"):
            VAULT.open_event(T1, 1, row.replace(own, other))


def test_each_draw_and_each_deck_of_a_hand_says_whose_it_is_and_on_which_street() -> None:
    draws, decks = set[tuple[int, int]](), list[tuple[int, int | None]]()
    for event, table in reshuffled():
        if isinstance(event, DeckReshuffled):
            assert table.hand is not None
            assert table.hand.turn is not None
            decks.append((table.hand.street, table.hand.turn.seat))
            assert decks[-1] == (event.street, event.seat)
        elif isinstance(event, CardsDrawn):
            assert table.hand is not None
            assert event.street == table.hand.street
            assert (event.seat, event.street) not in draws
            draws.add((event.seat, event.street))
    assert {street for _, street in draws} == {1, 2, 3}
    assert decks
    assert len(set(decks)) == len(decks)


@pytest.mark.parametrize("hidden", [HoleCardsDealt, CardsDrawn])
def test_a_log_of_which_not_all_cards_are_known_leads_to_the_same_table_but_for_the_cards(
    hidden: type[TableEvent],
) -> None:
    # So it is where the deal was sealed by one key, and the draws by the next one.
    steps = [(event, deepcopy(table)) for event, table in played("F2L3D", hands=1)]
    events = [
        views.redact(event, None) if isinstance(event, hidden) else event for event, _ in steps
    ]
    for number, (_, table) in enumerate(steps, start=1):
        seen, whole = comparable_table(replay(events[:number])), comparable_table(table)
        assert encode(replace(seen, last_hand=None)) == encode(replace(whole, last_hand=None))


def test_the_deal_of_one_street_does_not_open_as_that_of_another() -> None:
    deals = [event for event, _ in played("F7S") if isinstance(event, HoleCardsDealt)]
    hidden = [event for event in deals if any(event.cards)]
    assert {event.street for event in hidden} >= {0, 4}
    last = next(event for event in hidden if event.street == 4)
    payload = VAULT.seal_event(T1, 1, last)
    with pytest.raises(SealBroken):
        VAULT.open_event(T1, 1, payload.replace(b'"street":4', b'"street":3'))
    assert msgspec.json.decode(payload)["up"] == last.up
