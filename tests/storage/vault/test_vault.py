"""Random hands go through the vault and come back; what was tampered with or moved does not."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from random import Random

import msgspec
import pytest

from pokerws.game.apply import apply
from pokerws.game.cards import DECK
from pokerws.game.commands import Act
from pokerws.game.deal import shuffler
from pokerws.game.events import (
    BoardDealt,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    LogRestarted,
    PlayerStood,
    TableEvent,
)
from pokerws.game.state import Table, TableId
from pokerws.game.table import advance, play
from pokerws.storage.errors import SealBroken, SealedByUnknownKey
from pokerws.storage.store import TableSnapshot
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.game.random_hands import DealtHand, random_act, random_plan
from tests.vaults import KEY, VAULT

CARD = re.compile(rb'"([2-9TJQKA][cdhs])"')
OTHER = VaultKey("other", bytes(reversed(range(32))))
encode = msgspec.json.encode


def random_hand(seed: int) -> Iterator[tuple[TableEvent, Table]]:
    """Each event of a hand, and the table right after it, that lives on."""
    rng = Random(seed)
    dealt = DealtHand(random_plan(rng))
    live, table = dealt.table, dealt.before
    events = dealt.events
    while True:
        for event in events:
            apply(table, deepcopy(event))
            yield event, table
        if live.hand is None:
            assert encode(live) == encode(table)
            return
        if live.hand.turn is None:
            events = advance(live, 0)
            for event in events:
                apply(live, deepcopy(event))
        else:
            act: Act = random_act(rng, live.hand.turn, live.hand.turn.actions)
            events = deepcopy(play(live, act, 0, shuffler(rng.randbytes)))


def table_in(state: str, seed: int = 0) -> Table:
    """The table of a random hand after its deal, or after its flop."""
    for number in range(seed, 1_000):
        for event, table in random_hand(number):
            if isinstance(event, HoleCardsDealt) and state == "dealt":
                return table
            if isinstance(event, BoardDealt) and state == "flop":
                return table
    raise AssertionError(f"no hand came to {state}")


def public_cards(table: Table) -> set[str]:
    last = table.last_hand
    if last is not None:
        return {card for number in last.shown for card in last.cards[number]}
    if table.hand is None:
        return set()
    seats = [seat for seat in table.hand.seats if seat is not None and seat.shown]
    return {*table.hand.board, *(card for seat in seats for card in seat.cards)}


def cards_in(data: bytes) -> set[str]:
    return {card.decode() for card in CARD.findall(data)}


def sealed_in(data: bytes) -> str:
    text: str = json.loads(data)["sealed"]
    return text


def opened(table: TableId, hand: int, row: bytes) -> TableSnapshot | TableEvent:
    """What a row is when it is opened, whichever of the two it is."""
    if row.startswith(b'{"type"'):
        return VAULT.open_event(table, hand, row)
    return VAULT.open_snapshot(table, row)


@pytest.mark.parametrize("seed", range(20))
def test_a_hand_comes_out_of_the_vault_as_it_went_in_and_shows_no_secret_inside(seed: int) -> None:
    secrets, texts = 0, set()
    for event, table in random_hand(seed):
        number = table.hand_number
        snapshot = TableSnapshot(table)
        for one in (event, LogRestarted(table)):
            payload = VAULT.seal_event(table.id, number, one)
            assert encode(VAULT.open_event(table.id, number, payload)) == encode(one)
            assert cards_in(payload) <= public_cards(table)
        data, key_id = VAULT.seal_snapshot(snapshot)
        assert cards_in(data) == public_cards(table)
        assert encode(VAULT.open_snapshot(table.id, data)) == encode(snapshot)
        last = table.last_hand
        assert key_id == (KEY.id if table.hand or (last and any(last.cards)) else None)
        if table.hand is not None:
            secrets += len(table.hand.deck)
            texts.add(sealed_in(data))
    assert secrets > 100
    assert len(texts) > 1


def test_every_snapshot_and_event_that_shows_its_cards_is_found() -> None:
    # What the test above looks for is there where nothing is sealed.
    table = table_in("flop")
    assert cards_in(encode(TableSnapshot(table))) == set(DECK)
    assert cards_in(encode(HandStarted(1, 0, 0, 0, [], 0, [], list(DECK)))) == set(DECK)


def test_what_is_public_stays_readable() -> None:
    table = table_in("flop")
    hand = table.hand
    assert hand is not None
    stored = json.loads(VAULT.seal_snapshot(TableSnapshot(table))[0])
    whole = json.loads(encode(TableSnapshot(table)))
    assert stored["table"]["hand"]["board"] == hand.board
    assert stored["table"]["hand"].pop("deck") == []
    for seat in stored["table"]["hand"]["seats"]:
        assert seat is None or seat.get("shown") or seat["cards"] == ["??", "??"]
    for table_ in (stored["table"], whole["table"]):
        for part in (table_["hand"], *table_["hand"]["seats"]):
            if part is not None:
                part.pop("deck", None)
                part.pop("cards", None)
    assert stored["table"] == whole["table"]


def test_the_same_secret_sealed_twice_is_another_text() -> None:
    data = [VAULT.seal_snapshot(TableSnapshot(table_in("dealt")))[0] for _ in range(2)]
    assert data[0] != data[1]


def test_a_text_with_any_character_changed_is_not_opened() -> None:
    table = table_in("dealt")
    data, _ = VAULT.seal_snapshot(TableSnapshot(table))
    text = sealed_in(data)
    for place in range(len(KEY.id) + 1, len(text) - 2):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        with pytest.raises(SealBroken):
            VAULT.open_snapshot(table.id, data.replace(text.encode(), changed.encode()))


@pytest.mark.parametrize("text", ["x", "test:", "test:AAAA", "test:!", "test:" + "A" * 80, "", ":"])
def test_what_was_never_sealed_is_not_opened(text: str) -> None:
    table = table_in("dealt")
    data, _ = VAULT.seal_snapshot(TableSnapshot(table))
    with pytest.raises((SealBroken, SealedByUnknownKey)):
        VAULT.open_snapshot(table.id, data.replace(sealed_in(data).encode(), text.encode()))


def test_a_sealed_snapshot_opens_for_its_own_table_and_hand_only() -> None:
    table = table_in("dealt")
    data, _ = VAULT.seal_snapshot(TableSnapshot(table))
    VAULT.open_snapshot(table.id, data)
    with pytest.raises(SealBroken):
        VAULT.open_snapshot(TableId("elsewhere"), data)
    assert data.count(b'"hand":{"number":1,') == 1
    with pytest.raises(SealBroken):
        VAULT.open_snapshot(table.id, data.replace(b'"number":1,', b'"number":2,'))


@pytest.mark.parametrize("kind", [HandStarted, HoleCardsDealt])
def test_a_sealed_event_opens_at_its_own_table_and_hand_only(kind: type[TableEvent]) -> None:
    event, table = next(step for step in random_hand(1) if isinstance(step[0], kind))
    payload = VAULT.seal_event(table.id, 7, event)
    assert VAULT.open_event(table.id, 7, payload) == event
    for where in ((TableId("elsewhere"), 7), (table.id, 8)):
        with pytest.raises(SealBroken):
            VAULT.open_event(*where, payload)


def test_the_text_of_one_kind_of_row_opens_in_no_other() -> None:
    steps = list(random_hand(1))
    table = table_in("dealt", 1)
    number = table.hand_number
    events = [e for e, _ in steps if isinstance(e, HandStarted | HoleCardsDealt)]
    rows = [VAULT.seal_event(table.id, number, e) for e in (*events, LogRestarted(table))]
    rows.append(VAULT.seal_snapshot(TableSnapshot(table))[0])
    texts = [sealed_in(row).encode() for row in rows]
    for row, own in zip(rows, texts, strict=True):
        for text in texts:
            if text != own:
                moved = row.replace(own, text)
                with pytest.raises(SealBroken):
                    opened(table.id, number, moved)


def test_an_older_text_of_the_same_hand_does_not_go_with_a_newer_snapshot() -> None:
    # The undealt cards of the deal would put the flop back into the deck.
    table = table_in("flop")
    before = None
    for event, then in random_hand(next(n for n in range(1_000) if table_in("flop", n) == table)):
        if isinstance(event, HoleCardsDealt):
            before = sealed_in(VAULT.seal_snapshot(TableSnapshot(then))[0])
        if isinstance(event, BoardDealt):
            break
    assert before is not None
    data, _ = VAULT.seal_snapshot(TableSnapshot(table))
    with pytest.raises(SealBroken, match="do not go with the public part"):
        VAULT.open_snapshot(table.id, data.replace(sealed_in(data).encode(), before.encode()))


def test_cards_whose_sealed_text_was_taken_away_are_missed() -> None:
    table = table_in("dealt")
    data = json.loads(VAULT.seal_snapshot(TableSnapshot(table))[0])
    del data["sealed"]
    with pytest.raises(SealBroken, match="is missing"):
        VAULT.open_snapshot(table.id, encode(data))
    dealt = next(e for e, _ in random_hand(0) if isinstance(e, HoleCardsDealt))
    payload = json.loads(VAULT.seal_event(table.id, 1, dealt))
    del payload["sealed"]
    with pytest.raises(SealBroken, match="is missing"):
        VAULT.open_event(table.id, 1, encode(payload))


def test_a_snapshot_and_events_from_before_there_was_a_vault_open_as_they_stand() -> None:
    for event, table in random_hand(3):
        for one in (event, LogRestarted(table)):
            assert encode(VAULT.open_event(table.id, 1, encode(one))) == encode(one)
        snapshot = msgspec.json.decode(
            encode({"table": table, "receipts": {}}), type=TableSnapshot, strict=True
        )
        assert encode(VAULT.open_snapshot(table.id, encode(snapshot))) == encode(snapshot)


def test_the_first_key_seals_and_every_key_opens() -> None:
    table = table_in("dealt")
    snapshot = TableSnapshot(table)
    old, key_id = VAULT.seal_snapshot(snapshot)
    rotated = Vault([OTHER, KEY])
    assert encode(rotated.open_snapshot(table.id, old)) == encode(snapshot)
    new, new_id = rotated.seal_snapshot(snapshot)
    assert (key_id, new_id) == (KEY.id, OTHER.id)
    assert sealed_in(new).startswith("other:")
    with pytest.raises(SealedByUnknownKey) as caught:
        VAULT.open_snapshot(table.id, new)
    assert caught.value.key_id == "other"
    assert "other" in str(caught.value)


def test_another_key_of_the_same_id_does_not_open() -> None:
    table = table_in("dealt")
    data, _ = Vault([VaultKey(KEY.id, OTHER.secret)]).seal_snapshot(TableSnapshot(table))
    with pytest.raises(SealBroken, match="another key has that id"):
        VAULT.open_snapshot(table.id, data)


def test_no_error_and_no_text_of_a_key_shows_a_secret() -> None:
    assert repr(KEY) == str(KEY) == "VaultKey('test')"
    table = table_in("dealt")
    data, _ = VAULT.seal_snapshot(TableSnapshot(table))
    with pytest.raises(SealBroken) as caught:
        VAULT.open_snapshot(TableId("elsewhere"), data)
    assert caught.value.__cause__ is None
    assert not cards_in(str(caught.value).encode())


def test_a_text_from_before_a_hand_was_shown_does_not_go_with_the_shown_one() -> None:
    table = table_in("dealt")
    hand = table.hand
    assert hand is not None
    before = sealed_in(VAULT.seal_snapshot(TableSnapshot(table))[0]).encode()
    seat = next(seat for seat in hand.seats if seat is not None)
    seat.shown = True
    data, _ = VAULT.seal_snapshot(TableSnapshot(table))
    VAULT.open_snapshot(table.id, data)
    with pytest.raises(SealBroken, match="do not go with the public part"):
        VAULT.open_snapshot(table.id, data.replace(sealed_in(data).encode(), before))


def test_sealed_cards_go_with_the_seats_that_were_dealt_to() -> None:
    event, table = next(step for step in random_hand(0) if isinstance(step[0], HoleCardsDealt))
    payload = VAULT.seal_event(table.id, 1, event)
    with pytest.raises(SealBroken, match="not of the seats"):
        VAULT.open_event(table.id, 1, payload.replace(b'["??","??"]', b"[]", 1))


# ---- what can still be shown of the last hand


def over(seed: int = 0) -> Table:
    """A table after a hand in which at least three hands were not shown."""
    for number in range(seed, 1_000):
        table = [table for _, table in random_hand(number)][-1]
        if table.last_hand is not None and sum(map(bool, table.last_hand.cards)) > 2:
            return table
    raise AssertionError("no hand ended so")


def test_cards_of_the_last_hand_are_sealed_until_they_are_shown() -> None:
    table = over()
    last = table.last_hand
    assert last is not None
    first = next(number for number, cards in enumerate(last.cards) if cards)
    own = last.cards[first]
    assert cards_in(VAULT.seal_snapshot(TableSnapshot(table))[0]) == set()
    shown = HandShown(last.number, first, own)
    apply(table, shown)
    data, key_id = VAULT.seal_snapshot(TableSnapshot(table))
    assert (cards_in(data), key_id) == (set(own), KEY.id)
    assert encode(VAULT.open_snapshot(table.id, data).table) == encode(table)
    assert VAULT.seal_event(table.id, last.number, shown) == encode(shown)


def test_a_text_of_the_hand_when_it_was_played_does_not_go_with_its_end() -> None:
    table, texts = over(), []
    seed = next(n for n in range(1_000) if [t for _, t in random_hand(n)][-1] == table)
    for _, before in random_hand(seed):
        if before.hand is not None:
            texts.append(sealed_in(VAULT.seal_snapshot(TableSnapshot(before))[0]))
    assert len(texts) > 5
    data, _ = VAULT.seal_snapshot(TableSnapshot(table))
    for text in texts:
        with pytest.raises(SealBroken):
            VAULT.open_snapshot(table.id, data.replace(sealed_in(data).encode(), text.encode()))


def test_a_text_from_before_a_player_showed_or_left_does_not_go_with_what_is_left() -> None:
    table = over()
    last = table.last_hand
    assert last is not None
    before = sealed_in(VAULT.seal_snapshot(TableSnapshot(table))[0]).encode()
    number = next(number for number, cards in enumerate(last.cards) if cards)
    seat = table.seats[number]
    assert seat is not None
    shown, left = deepcopy(table), deepcopy(table)
    apply(shown, HandShown(last.number, number, last.cards[number]))
    apply(left, PlayerStood(number, seat.player, seat.stack))
    for after in (shown, left):
        data, _ = VAULT.seal_snapshot(TableSnapshot(after))
        with pytest.raises(SealBroken, match="do not go with the public part"):
            VAULT.open_snapshot(after.id, data.replace(sealed_in(data).encode(), before))


def test_cards_of_the_last_hand_whose_sealed_text_was_taken_away_are_missed() -> None:
    data = json.loads(VAULT.seal_snapshot(TableSnapshot(over()))[0])
    del data["sealed"]
    with pytest.raises(SealBroken, match="is missing"):
        VAULT.open_snapshot(over().id, encode(data))


# ---- who was dealt to


def test_who_was_dealt_to_cannot_be_changed_added_or_taken_away() -> None:
    event, table = next(step for step in random_hand(0) if isinstance(step[0], HoleCardsDealt))
    payload = json.loads(VAULT.seal_event(table.id, 1, event))
    for players in ([*reversed(payload["players"])], [], ["mallory"] * len(payload["players"])):
        with pytest.raises(SealBroken):
            VAULT.open_event(table.id, 1, encode({**payload, "players": players}))


def test_a_deal_of_older_logs_that_does_not_tell_who_was_dealt_to_is_opened() -> None:
    event, table = next(step for step in random_hand(0) if isinstance(step[0], HoleCardsDealt))
    assert isinstance(event, HoleCardsDealt)
    older = HoleCardsDealt(event.cards)
    payload = VAULT.seal_event(table.id, 1, older)
    assert b"players" not in payload
    assert VAULT.open_event(table.id, 1, payload) == older
    with pytest.raises(SealBroken):
        VAULT.open_event(table.id, 1, encode({**json.loads(payload), "players": ["mallory"]}))
