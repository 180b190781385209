"""Events and snapshots are decoded once, whichever command reads them."""

import io
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pokerws.hand_histories.formats import HandWriter
from pokerws.maintenance import stored_log
from pokerws.maintenance.archive import archive
from pokerws.maintenance.export import export
from pokerws.maintenance.repair import repair
from pokerws.maintenance.replay import replay_game
from pokerws.maintenance.verify import verify
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.vault import logged_events, vault
from tests.storage.played import play_a_game
from tests.vaults import VAULT

Command = Callable[[str, Path], Awaitable[int]]
LATER = datetime(2000, 1, 1, tzinfo=UTC)


async def exported(url: str, _: Path) -> int:
    write = HandWriter("phh", None, sections=True)
    return await export(
        address_of(url), "t1", io.StringIO(), io.StringIO(), write=write, vault=VAULT
    )


async def exported_without_keys(url: str, _: Path) -> int:
    write = HandWriter("phh", None, sections=True)
    return await export(address_of(url), "t1", io.StringIO(), io.StringIO(), write=write)


async def archived(url: str, place: Path) -> int:
    out, bar = io.StringIO(), io.StringIO()
    return await archive(address_of(url), LATER, out, bar, place=place, dry_run=True)


async def replayed(url: str, _: Path) -> int:
    return await replay_game(address_of(url), "t1", io.StringIO(), vault=VAULT)


async def replayed_without_log(url: str, place: Path) -> int:
    return await replayed(url, place)


async def verified(url: str, _: Path) -> int:
    return await verify(address_of(url), None, io.StringIO(), io.StringIO(), vault=VAULT)


async def repaired(url: str, place: Path) -> int:
    out = io.StringIO()
    return await repair(address_of(url), "t1", "show", out, vault=VAULT, backups=place, now_ms=1)


@pytest.mark.parametrize(
    "command", [exported, exported_without_keys, archived, replayed, verified, repaired]
)
async def test_a_command_opens_each_event_once(
    database_url: str,
    operator: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: Command,
) -> None:
    await play_a_game(database_url, hands=3)
    rows = await operator.fetch("SELECT payload FROM game_events ORDER BY seq")
    payloads = [row["payload"] for row in rows]
    opened: Counter[str] = Counter()
    decode = logged_events.decode_event

    def counted(payload: bytes | str) -> object:
        opened[payload if isinstance(payload, str) else payload.decode()] += 1
        return decode(payload)

    monkeypatch.setattr(vault, "decode_event", counted)
    monkeypatch.setattr(stored_log, "decode_event", counted)
    assert await command(database_url, tmp_path) == 0

    # Of the hand that is being played nothing is archived.
    read = payloads if command is not archived else payloads[: opened.total()]
    assert len(read) > 50
    assert opened == Counter(read)


@pytest.mark.parametrize("command", [replayed_without_log, verified, repaired])
async def test_a_command_decodes_the_snapshot_once(
    database_url: str,
    operator: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: Command,
) -> None:
    await play_a_game(database_url, hands=3)
    if command is replayed_without_log:
        await operator.execute("DELETE FROM game_events")
    decoded = 0
    decode = vault.decode_snapshot

    def counted(data: bytes | str) -> object:
        nonlocal decoded
        decoded += 1
        return decode(data)

    monkeypatch.setattr(vault, "decode_snapshot", counted)
    monkeypatch.setattr(stored_log, "decode_snapshot", counted)
    assert await command(database_url, tmp_path) == 0

    assert decoded == 1
