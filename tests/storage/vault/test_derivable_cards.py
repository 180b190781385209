"""No hidden card of any game can be found by trying all cards against what is stored or logged.

`worlds.py` says how: a text that depends on hidden cards must depend on the vault's key as well.
"""

import os
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import blake2b, sha256
from random import Random
from typing import Any
from zlib import compress

import asyncpg
import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec.structs import replace
from structlog.testing import capture_logs

from pokerws.game.cards import DECK, Card, parse_cards
from pokerws.game.commands import Act, Command
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.game.variants import MIXES, VARIANTS
from pokerws.storage.journal import change_builder
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import Change, Receipt, TableSnapshot
from pokerws.storage.vault import vault as vault_module
from pokerws.storage.vault.receipt_digests import ReceiptDigests, unkeyed_digests_of
from pokerws.storage.vault.vault import Vault
from tests.storage.played import writing
from tests.storage.vault.worlds import (
    KEY,
    OTHER_KEY,
    PLAYERS,
    T1,
    World,
    before_showdown,
    config_of,
    exchanged,
    run,
    until,
)
from tests.vaults import VAULT

HANDS = 3
GAMES = [*VARIANTS, *(mix for mix, game in MIXES.items() if game.games)]
# Where a game discards, receipts depend on hidden cards.
DISCARDING = [
    code
    for code, variant in VARIANTS.items()
    if any(street.draw or street.discard for street in variant.streets)
]
_PARTS = re.compile(r"[^A-Za-z0-9+/=]+").split


class Worlds:
    """Plays in worlds where all random numbers are the same.

    They hide nothing: whoever reads a salt can try all cards with it.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        # Each change has a snapshot, besides its events.
        monkeypatch.setattr(change_builder, "SNAPSHOT_EVENTS", 1)
        monkeypatch.setattr(change_builder, "MOST_TAIL_EVENTS", 1)

    def play(self, play: Callable[[], World]) -> tuple[World, list[Any]]:
        """A world after it was played, and what was logged."""
        self._monkeypatch.setattr(os, "urandom", Random(0).randbytes)
        with capture_logs() as lines:
            return play(), lines

    def search(self, variant: str, hands: int = HANDS, seed: int = 1) -> Counter[str]:
        """Fail if anything that is stored tells hidden cards.

        Returns how many texts there depended on hidden cards, by the last part of their place.
        """
        config = config_of(variant)

        def first() -> World:
            world = World(config, KEY, seed=seed)
            world.play(hands, seed)
            return world

        one, log = self.play(first)
        other_key, _ = self.play(partial(run, config, OTHER_KEY, one.script, {}))
        found = Counter[str]()
        for changes in (len(one.changes), before_showdown(one)):
            there = exchanged(one, changes)
            script = until(one, changes)
            other, other_log = self.play(partial(run, config, KEY, script, there))
            assert len(other.changes) == changes
            for each in zip(one.changes[:changes], other.changes, other_key.changes, strict=False):
                found += dependent(*map(stored, each))
            if changes == len(one.changes):
                assert log == other_log
                assert one.spectator.frames == other.spectator.frames
        return found


@pytest.fixture
def worlds(monkeypatch: pytest.MonkeyPatch) -> Worlds:
    return Worlds(monkeypatch)


def stored(change: Change) -> Any:
    """Everything of a change, with the JSON in it read."""
    row = msgspec.to_builtins(change, builtin_types=(bytes,))
    row["snapshot"] = change.snapshot and msgspec.json.decode(change.snapshot)
    for written in row["log"]:
        written["payload"] = msgspec.json.decode(written["payload"])
        written["receipt"] = written["receipt"] and msgspec.json.decode(written["receipt"])
    return row


def dependent(one: Any, other: Any, other_key: Any) -> Counter[str]:
    """The places that depend on hidden cards; fails where anybody can try all cards.

    `one` and `other` have the same key, `one` and `other_key` have the same cards.
    """
    found = Counter[str]()
    for place, *values in differing("", one, other, other_key):
        assert {str} == set(map(type, values)), f"{place} tells hidden cards: {values}"
        assert len(values[0]) == len(values[1]), f"the length of {place} tells hidden cards"
        for part, of_other_cards, by_other_key in zip(*map(_PARTS, values), strict=True):
            assert part == of_other_cards or part != by_other_key, (
                f"{place} tells hidden cards without the key: {part}, {of_other_cards}"
            )
        found[place.rpartition(".")[2]] += 1
    return found


def differing(place: str, one: Any, other: Any, other_key: Any) -> Iterator[tuple[Any, ...]]:
    """Where it is and what the three have there, for each value in which the cards differ."""
    if one == other:
        return
    if isinstance(one, dict):
        assert one.keys() == other.keys() == other_key.keys(), f"{place} tells hidden cards"
        for name, value in one.items():
            yield from differing(f"{place}.{name}", value, other[name], other_key[name])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other) == len(other_key), f"the length of {place}"
        for values in zip(one, other, other_key, strict=True):
            yield from differing(place, *values)
    else:
        yield place, one, other, other_key


@pytest.mark.parametrize("variant", GAMES)
def test_what_is_stored_of_each_game_tells_no_hidden_card_without_the_key(
    worlds: Worlds, variant: str
) -> None:
    found = worlds.search(variant)
    # It proves nothing where nothing depends on hidden cards.
    assert found["sealed"] > 10
    assert (sum(found.values()) > found["sealed"]) == (variant in {*DISCARDING, "8-GAME"})


# ---- leaks are found


def _unkeyed(
    digests: ReceiptDigests, table: TableId, player: PlayerId, command_id: str, command: Command
) -> str:
    *_, digest = unkeyed_digests_of(command_id, command)
    return digest


def _of_cards_alone(*asked: Any) -> str:
    cards = getattr(asked[-1], "cards", None)
    return _unkeyed(*asked) if cards is None else sha256("".join(cards).encode()).hexdigest()


def _salted(*asked: Any) -> str:
    salt = os.urandom(16)
    return f"{salt.hex()}.{blake2b(msgspec.json.encode(asked[-1]), salt=salt).hexdigest()}"


def _sealed_by_nothing(vault: Vault, plain: bytes, place: bytes) -> str:
    return f"test:{b64encode(os.urandom(12) + plain).decode()}"


def _sealed_by_the_place(vault: Vault, plain: bytes, place: bytes) -> str:
    nonce = os.urandom(12)
    cipher = AESGCM(sha256(place).digest())
    return f"test:{b64encode(nonce + cipher.encrypt(nonce, plain, place)).decode()}"


def _sealed_and_packed(vault: Vault, plain: bytes, place: bytes) -> str:
    nonce = os.urandom(12)
    sealed = AESGCM(KEY.secret).encrypt(nonce, compress(plain), place)
    return f"test:{b64encode(nonce + sealed).decode()}"


@pytest.mark.parametrize(
    ("owner", "name", "leak"),
    [
        (ReceiptDigests, "digest_of", _unkeyed),
        (ReceiptDigests, "digest_of", _of_cards_alone),
        (ReceiptDigests, "digest_of", _salted),
        (Vault, "_encrypt", _sealed_by_nothing),
        (Vault, "_encrypt", _sealed_by_the_place),
        (Vault, "_encrypt", _sealed_and_packed),
        (vault_module, "public_table", lambda table: table),
    ],
)
def test_a_leak_is_found(
    worlds: Worlds,
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
    leak: Callable[..., object],
) -> None:
    monkeypatch.setattr(owner, name, leak)
    with pytest.raises(AssertionError, match="tells hidden cards"):
        worlds.search("NCP", hands=1)


def found_by_trying(digest: str, act: Act, command_id: str) -> set[Card]:
    """The cards that whoever reads a digest, and knows the rest, cannot rule out."""
    tried = {card: unkeyed_digests_of(command_id, replace(act, cards=[card])) for card in DECK}
    return {card for card, digests in tried.items() if digest in digests}


def test_a_discard_that_an_older_version_has_stored_is_not_found_after_it_is_loaded() -> None:
    act = Act(PlayerId("ann"), 7, "discard", cards=parse_cards("7c"))
    (_, older) = unkeyed_digests_of("c1", act)
    assert found_by_trying(older, act, "c1") == {"7c"}
    table = Table(T1, "T", config_of("NCP"))
    stored = msgspec.json.encode(TableSnapshot(table, {act.player: [Receipt(older, 1)]}))
    data, _ = VAULT.seal_snapshot(VAULT.open_snapshot(T1, stored))
    [[digest, _, _]] = msgspec.json.decode(data)["receipts"][act.player]
    assert older.encode() not in data
    assert found_by_trying(digest, act, "c1") == set()


# ---- a real database


TABLES = """
SELECT relname FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT relispartition
ORDER BY relname
"""


async def rows_of(operator: Connection) -> dict[str, list[Any]]:
    """All rows of all tables, with the JSON in them read."""
    found = dict[str, list[Any]]()
    for (name,) in await operator.fetch(TABLES):
        rows = await operator.fetch(f'SELECT to_jsonb(t)::text FROM "{name}" AS t ORDER BY t')
        found[name] = [_read(msgspec.json.decode(row)) for (row,) in rows]
    for row in found["transfers"]:
        # From a sequence, which goes on from world to world.
        del row["id"]
    return found


def _read(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: msgspec.json.decode(value)
        if isinstance(value, str) and value.startswith(("{", "["))
        else value
        for name, value in row.items()
    }


@pytest.mark.parametrize(("variant", "hand"), [("NCP", "over"), ("F2L3D", "live"), ("F7S", "live")])
async def test_the_database_tells_no_hidden_card_without_the_key(
    database_url: str, variant: str, hand: str
) -> None:
    config = config_of(variant)
    first = World(config, KEY)
    first.play(1)
    changes = len(first.changes) if hand == "over" else before_showdown(first)
    script, there = until(first, changes), exchanged(first, changes)
    operator = await asyncpg.connect(database_url)
    before = await rows_of(operator)
    rows = []
    for key, cards in ((KEY, {}), (KEY, there), (OTHER_KEY, {})):
        await operator.execute("TRUNCATE games, accounts, transfers RESTART IDENTITY CASCADE")
        store = await PostgresStore.open(address_of(database_url))
        for player in PLAYERS:
            await store.accounts.open(player, 10**9, 0)
        async with writing(store) as journal:
            actor = run(config, key, script, cards, journal).actor
            actor.store_snapshot()
            actor.stop()
        await store.close()
        rows.append(await rows_of(operator))
    await operator.close()
    filled = {name for name in before if rows[0][name] != before[name]}
    assert filled >= {"games", "game_log", "game_snapshots"}
    found = dependent(*rows)
    assert found["sealed"] > 1
    assert (sum(found.values()) > found["sealed"]) == (variant in DISCARDING)
