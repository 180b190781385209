"""The hash of a state, and the definition of it in the protocol document."""

import random
import re
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pokerws.game.redaction import redact_table
from pokerws.game.state import PlayerId, Table
from pokerws.messages import Snapshot, encode
from pokerws.messages.state_hash import state_hash, state_hashes
from pokerws.schema.transcripts import ELISION, template, transcripts
from tests.client.random_play import any_legal, played, player_in

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/protocol.md"
RAILBIRD = PlayerId("p_railbird")


def documented() -> Callable[[dict[str, Any], int | None], str]:
    """The function that the document shows."""
    text = DOCUMENT.read_text(encoding="utf-8")
    code = re.search(r"^```python\n(import json\n.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert code is not None
    names: dict[str, Any] = {}
    exec(code[1], names)
    function: Callable[[dict[str, Any], int | None], str] = names["state_hash"]
    return function


def random_table(seed: int, steps: int = 60) -> Table:
    rng = random.Random(seed)
    *_, (table, _) = islice(played(rng, any_legal(rng)), steps)
    return table


def sent(table: Table, viewer: PlayerId) -> dict[str, Any]:
    """The state as a viewer receives it, decoded."""
    shown = Snapshot(table.id, 1, table.seq, 0, redact_table(table, viewer))
    state: dict[str, Any] = msgspec.json.decode(encode(shown))["state"]
    return state


def test_the_document_computes_the_hash_from_what_a_viewer_is_sent() -> None:
    function = documented()
    with_own_cards = 0
    for seed in range(60):
        table = random_table(seed, 10 + seed)
        for viewer in (player_in(0), player_in(1), RAILBIRD):
            seat = table.seat_of(viewer)
            assert function(sent(table, viewer), seat) == state_hash(table, viewer)
        with_own_cards += len(state_hashes(table)) > 1
    assert with_own_cards > 20


def test_the_examples_of_the_document_have_the_hash_of_their_state() -> None:
    function = documented()
    lines = (line for example in transcripts(template()) for line in example.lines)
    heard = (msgspec.json.decode(text) for who, text in lines if who == "<")
    whole = [one for one in heard if ELISION not in one.get("state", {ELISION: None})]
    assert len(whole) > 2
    for snapshot in whole:
        assert snapshot["state_hash"] == function(snapshot["state"], snapshot.get("seat"))


def test_the_hash_is_that_of_the_state_which_the_viewer_has() -> None:
    for seed in range(40):
        table = random_table(seed, 10 + seed)
        hashes = state_hashes(table)
        for viewer in (player_in(0), player_in(1), RAILBIRD):
            own = redact_table(table, viewer)
            expected = hashes.get(viewer, hashes[None])
            assert state_hash(own, viewer) == state_hash(table, viewer) == expected


def test_a_name_of_any_language_is_hashed_as_the_document_says() -> None:
    table = random_table(1)
    seat = next(seat for seat in table.seats if seat is not None)
    seat.name = 'Zoë "☃" 王\u2028\u007f\\'
    assert documented()(sent(table, RAILBIRD), None) == state_hash(table, RAILBIRD)


def test_the_name_and_config_of_the_table_are_no_part_of_it() -> None:
    one, other = random_table(1), random_table(1)
    other.name, other.config = "Another", msgspec.structs.replace(one.config, turn_time_ms=5_000)
    assert state_hash(one, None) == state_hash(other, None)


def flop() -> Table:
    """A table in the middle of a hand, whose players have hidden cards."""
    for seed in range(100):
        table = random_table(seed, 14)
        if table.hand is not None and table.hand.board and len(state_hashes(table)) > 2:
            return table
    raise AssertionError("no such game")


def chips(table: Table) -> None:
    seat = next(seat for seat in table.seats if seat is not None)
    seat.stack += 1


def clock(table: Table) -> None:
    assert table.hand is not None
    assert table.hand.turn is not None
    turn = table.hand.turn
    table.hand.turn = msgspec.structs.replace(turn, deadline_ms=turn.deadline_ms + 1)


def board(table: Table) -> None:
    assert table.hand is not None
    table.hand.board = table.hand.board[::-1]


def seq(table: Table) -> None:
    table.seq += 1


@pytest.mark.parametrize("change", [chips, clock, board, seq])
def test_a_difference_that_all_see_changes_the_hash_for_all(
    change: Callable[[Table], None],
) -> None:
    table = flop()
    before = state_hashes(table)
    change(table)
    after = state_hashes(table)
    assert before.keys() == after.keys()
    assert all(before[viewer] != after[viewer] for viewer in before)


def test_a_difference_of_own_cards_changes_the_hash_for_their_player_alone() -> None:
    table = flop()
    before = state_hashes(table)
    (player, *_) = (viewer for viewer in before if viewer is not None)
    seat = table.seat_of(player)
    assert seat is not None
    assert table.hand is not None
    part = table.hand.seats[seat]
    assert part is not None
    part.cards = part.cards[::-1]
    after = state_hashes(table)
    assert {viewer for viewer in before if before[viewer] != after[viewer]} == {player}


def test_the_deck_and_the_cards_of_others_are_no_part_of_it() -> None:
    table = flop()
    before = state_hash(table, RAILBIRD)
    assert table.hand is not None
    table.hand.deck = table.hand.deck[::-1]
    for part in table.hand.seats:
        if part is not None and not part.shown:
            part.cards = part.cards[::-1]
    assert state_hash(table, RAILBIRD) == before
