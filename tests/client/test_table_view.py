import asyncio
import random
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pokerws.client import TableLost, TableView
from pokerws.client.table_view import Gap, Mismatch
from pokerws.game.apply import apply
from pokerws.game.cards import parse_cards
from pokerws.game.events import ChipsAdded, PlayerSat, PlayerSatOut, TableEvent
from pokerws.game.redaction import redact, redact_table
from pokerws.game.state import Departure, PlayerId
from pokerws.game.variants import VARIANTS
from pokerws.messages import Events, Snapshot, encode, server_decoder
from pokerws.messages.state_hash import state_hash
from tests.client.fake_server import ANN, empty_table, events, snapshot
from tests.client.random_play import any_legal, played, player_in
from tests.client.test_equity import spot

SAT = PlayerSat(0, ANN, "Ann", 5_000)

decode = server_decoder().decode


def empty_view() -> TableView:
    return TableView(ANN, empty_table(), epoch=1)


@given(seed=st.integers(0, 2**32), start=st.integers(0, 40), is_player=st.booleans())
def test_a_view_fed_over_the_wire_is_the_table_as_its_player_may_see_it(
    seed: int,
    start: int,
    is_player: bool,  # noqa: FBT001  Hypothesis gives it by name.
) -> None:
    rng = random.Random(seed)
    viewer = player_in(0) if is_player else PlayerId("p_railbird")
    view: TableView | None = None
    for place, (table, happened) in enumerate(islice(played(rng, any_legal(rng)), 250)):
        first = table.seq - len(happened) + 1
        if view is not None:
            seen = [redact(event, viewer) for event in happened]
            own_hash = state_hash(table, viewer) if place % 8 == 0 else None
            message = decode(encode(Events(table.id, 1, first, 0, seen, own_hash)))
            assert isinstance(message, Events)
            view.take_events(message)
            assert view.table == redact_table(table, viewer)
        elif place >= start:
            own_hash = state_hash(table, viewer)
            seen_table = redact_table(table, viewer)
            state = decode(encode(Snapshot(table.id, 1, table.seq, 0, seen_table, None, own_hash)))
            assert isinstance(state, Snapshot)
            view = TableView(viewer, state.state, epoch=1)
            view.take_snapshot(state)
            assert view.is_checked
        turn = None if table.hand is None else table.hand.turn
        if view is not None:
            is_own = turn is not None and turn.seat == 0 and is_player
            assert view.turn == (turn if is_own else None)
            assert all(card != "??" for card in view.cards)


def test_events_seen_before_are_passed_over() -> None:
    view = empty_view()
    view.take_events(events(2, SAT))
    view.take_events(events(2, SAT))
    view.take_events(events(2, SAT, PlayerSatOut(0, "asked")))
    assert view.seq == 3
    assert view.own is not None
    assert view.own.sitting_out


def test_a_missing_event_is_a_gap() -> None:
    view = empty_view()
    with pytest.raises(Gap, match="event 3 of epoch 1 after event 1"):
        view.take_events(events(3, SAT))
    assert view.table == empty_table()


def test_events_of_another_epoch_are_a_gap() -> None:
    with pytest.raises(Gap, match="epoch 2"):
        empty_view().take_events(events(2, SAT, epoch=2))


def checked_view() -> TableView:
    view, table = empty_view(), empty_table()
    view.take_snapshot(replace(snapshot(table), state_hash=state_hash(table, ANN)))
    assert view.is_checked
    return view


def hashed(message: Events, *applied: TableEvent) -> Events:
    """The message with the hash of the state after `applied`."""
    table = empty_table()
    for event in applied:
        apply(table, event)
    return replace(message, state_hash=state_hash(table, ANN))


def test_a_state_that_is_not_the_servers_is_a_mismatch() -> None:
    view = checked_view()
    view.take_events(hashed(events(2, SAT), SAT))
    wrong = hashed(events(3, PlayerSatOut(0, "asked")), SAT, ChipsAdded(0, ANN, 1))
    with pytest.raises(Mismatch, match="the state after event 3 is not the server's"):
        view.take_events(wrong)


def test_a_hash_is_compared_only_after_the_last_event_of_its_message() -> None:
    view = checked_view()
    view.take_events(events(2, SAT, PlayerSatOut(0, "asked")))
    view.take_events(hashed(events(2, SAT), SAT))
    assert view.seq == 3


@pytest.mark.parametrize("own_hash", [None, "0000000000"])
def test_a_state_whose_hash_is_unknown_from_the_start_is_not_compared(own_hash: str | None) -> None:
    view = empty_view()
    view.take_snapshot(replace(snapshot(empty_table()), state_hash=own_hash))
    assert not view.is_checked
    view.take_events(replace(events(2, SAT), state_hash="1111111111"))
    assert view.seq == 2


def test_a_snapshot_may_take_a_view_back() -> None:
    view = empty_view()
    view.take_events(events(2, SAT))
    view.take_snapshot(snapshot(empty_table(), epoch=2))
    assert (view.seat, view.seq, view.epoch) == (None, 1, 2)


def test_each_event_is_told_after_it_was_applied() -> None:
    told: list[tuple[int, TableEvent]] = []
    view = TableView(ANN, empty_table(), 1, lambda seq, event: told.append((seq, event)))
    view.take_events(events(2, SAT, PlayerSatOut(0, "asked")))
    assert told == [(2, SAT), (3, PlayerSatOut(0, "asked"))]


async def test_waiting_gives_the_first_thing_that_is_found() -> None:
    view = empty_view()
    waiting = asyncio.create_task(view.wait_for(lambda view: view.seat))
    await asyncio.sleep(0)  # Lets it look once.
    assert not waiting.done()
    view.take_events(events(2, SAT))
    # Seat number 0 is something.
    assert await waiting == 0
    assert await view.wait_for(lambda view: view.seat) == 0


async def test_what_ends_a_view_is_raised_by_those_who_wait_now_and_later() -> None:
    view = empty_view()
    waiting = asyncio.create_task(view.wait_for(lambda view: view.seat))
    await asyncio.sleep(0)  # Lets it look once.
    view.end(TableLost("t1", "unknown_table"))
    with pytest.raises(TableLost):
        await waiting
    with pytest.raises(TableLost):
        await view.reached(1)


async def test_a_number_of_an_earlier_epoch_is_not_waited_for() -> None:
    view = empty_view()
    waiting = asyncio.create_task(view.reached(99))
    await asyncio.sleep(0)  # Lets it look once.
    view.take_snapshot(snapshot(empty_table(), epoch=2))
    await waiting


def test_a_view_knows_what_a_player_who_left_has_to_bring_back() -> None:
    view = empty_view()
    assert view.least_buy_in == view.table.config.min_buy_in
    ben = PlayerId("p_ben")
    for player, left, least in ((ben, 9_000, 2_000), (ANN, 5_000, 5_000), (ANN, 10**6, 20_000)):
        view.table.departed = [Departure(player, left, until_ms=1)]
        assert view.least_buy_in == least


def test_a_view_names_the_hand_or_the_high_and_the_low_one() -> None:
    high_and_low = spot("FO/8", "Ac2dKhKs", board="3h4h8h9hTh", street=3)
    assert high_and_low.hand_names == ["pair of kings", "8-4-3-2-A low"]
    assert spot("FR", "Ac2d", "3h4c5s", street=2).hand_names == ["5-4-3-2-A low"]
    assert spot("FO/8", "AcAdKhKs", board="9hThJh", street=1).hand_names == ["", ""]
    assert spot("a game of tomorrow", "Ac").hand_names == []
    assert empty_view().hand_names == []


def test_a_view_shows_open_cards_boards_and_what_others_have_drawn() -> None:
    stud = spot("F7S", "AcAd", "7h4s", against="9d2c", street=1)
    assert (stud.cards, stud.up) == (parse_cards("AcAd"), parse_cards("7h4s"))
    assert [(seat, part.up, part.drew) for seat, part in stud.rivals.items()] == [
        (1, parse_cards("9d2c"), 1)
    ]
    bomb_pot = spot("NT", "AcAd", board="AhAs2c", extra_board="KhQhJh", street=1)
    assert bomb_pot.boards == [parse_cards("AhAs2c"), parse_cards("KhQhJh")]
    assert bomb_pot.variant is VARIANTS["NT"]

    nothing = empty_view()
    assert (nothing.variant, nothing.boards, nothing.rivals, nothing.up) == (None, [], {}, [])
    assert nothing.draws_left == 0
