"""Looks for signs of unfair play: `python server.py audit PLAYER...`.  It only reads.

Nothing is replayed: public events of whole hands are enough, so that a part of a log can be read.
"""

import tomllib
import zlib
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TextIO

import msgspec

from pokerws.fair_play.archived import hand_of_record, started_ms
from pokerws.fair_play.findings import SharedAddress, findings_of
from pokerws.fair_play.hands import SeenHand, hand_of_events
from pokerws.fair_play.records import Records
from pokerws.fair_play.report import Inquiry, Report, lines_of
from pokerws.game.events import HAND_ENDS, BonusPaid, HandStarted, TableEvent
from pokerws.game.state import PlayerId, TableId
from pokerws.maintenance.archive_file import SUFFIX, sections_of
from pokerws.maintenance.errors import ArchiveError, NotStored
from pokerws.maintenance.stored_log import NO_KEYS, one_view, open_stored, printable, read_log
from pokerws.storage.accounts import player_account
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.rights import check_rights

KNOWN = """
SELECT EXISTS (SELECT FROM accounts WHERE id = $1)
    OR EXISTS (SELECT FROM connections WHERE player = $2)
"""

# Tables that have changed since, to which they brought chips; and those with a bank, which have no
# transfers of players, if their log names one of them.
PLAYED = """
SELECT id, bank <> 'false' AS has_bank
FROM games, coalesce(config::jsonb #>> '{hosting,bank}', 'false') AS bank
WHERE updated_at >= to_timestamp($3 / 1000.0) AND (
    id IN (SELECT game_id FROM transfers WHERE source = ANY($1::text[]))
    OR bank <> 'false' AND EXISTS (
        SELECT FROM game_log, unnest($2::text[]) AS written
        WHERE game_id = games.id AND at >= to_timestamp($3 / 1000.0)
          AND strpos(payload, written) > 0))
ORDER BY id
"""

# When the latest hands of these tables began, so many and no more.
LATEST = """
SELECT round(extract(epoch FROM min(at)) * 1000)::bigint
FROM game_log
WHERE game_id = ANY($1::text[]) AND at >= to_timestamp($2 / 1000.0) AND hand_number > 0
GROUP BY game_id, hand_number
ORDER BY 1 DESC
OFFSET $3 LIMIT 1
"""

FIRST_ROW = """
SELECT min(seq - events) FROM game_log WHERE game_id = $1 AND at >= to_timestamp($2 / 1000.0)
"""

# All who were connected from the addresses of these.
COMPANIONS = """
SELECT address, player, round(extract(epoch FROM min(began_at)) * 1000)::bigint AS first_ms,
       round(extract(epoch FROM max(began_at)) * 1000)::bigint AS latest_ms
FROM connections
WHERE began_at >= to_timestamp($2 / 1000.0) AND address IN (
    SELECT address FROM connections
    WHERE player = ANY($1::text[]) AND began_at >= to_timestamp($2 / 1000.0))
GROUP BY address, player
ORDER BY address, player
"""


BANKS = """
SELECT id, coalesce(config::jsonb #>> '{hosting,bank}', 'false') <> 'false' AS has_bank FROM games
"""

STATEMENTS = (BANKS, KNOWN, PLAYED, LATEST, FIRST_ROW, COMPANIONS)


async def audit(address: Address, inquiry: Inquiry, out: TextIO, *, as_json: bool) -> int:
    """Write a report to `out`.

    Returns 0, or 1 if there is a sign.  Raises DatabaseError, and NotStored for an unknown player.
    """
    report = await report_on(address, inquiry)
    if as_json:
        out.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
    else:
        out.writelines(f"{printable(line)}\n" for line in lines_of(report))
    return int(report.signs > 0)


async def report_on(address: Address, inquiry: Inquiry) -> Report:
    """What an inquiry finds.  Raises DatabaseError, and NotStored for an unknown player."""
    async with open_stored(address) as connection, one_view(connection):
        await check_rights(connection, "read", ("connections",))
        return await _report(connection, inquiry)


async def _report(connection: Connection, inquiry: Inquiry) -> Report:
    players = list(dict.fromkeys(inquiry.players))
    accounts = [player_account(player) for player in players]
    written = [msgspec.json.encode(player).decode() for player in players]
    tables = await connection.fetch(PLAYED, accounts, written, inquiry.since_ms)
    from_ms = await _from_ms(connection, inquiry, [row["id"] for row in tables])
    records, hands = Records(players), 0
    # An interrupted archive leaves hands in the log that are in a file as well.
    seen = set[tuple[TableId, int]]()
    for row in tables:
        found = _hands(connection, row["id"], from_ms, own_chips=row["has_bank"])
        async with aclosing(found):
            async for hand in found:
                seen.add((hand.table, hand.number))
                hands += records.add(hand)
    archived = 0
    if inquiry.archive:
        banks = {row["id"]: row["has_bank"] for row in await connection.fetch(BANKS)}
        for hand in _archived(Path(inquiry.archive), inquiry.since_ms, written, banks):
            if (hand.table, hand.number) not in seen:
                seen.add((hand.table, hand.number))
                archived += records.add(hand)
    for player, account in zip(players, accounts, strict=True):
        has_played = records.players[player].hands > 0
        if not has_played and not await connection.fetchval(KNOWN, account, player):
            raise NotStored(f"there is no player {printable(player)}")
    shared = await _shared(connection, players, inquiry.since_ms, records)
    return Report(
        *(players, inquiry.since_ms, from_ms, inquiry.most_hands, len(tables)),
        hands=hands + archived,
        archived_hands=archived,
        findings=findings_of(records, shared),
    )


async def _from_ms(connection: Connection, inquiry: Inquiry, tables: Sequence[TableId]) -> int:
    """From when on there are not too many hands."""
    if inquiry.most_hands is None:
        return inquiry.since_ms
    more = await connection.fetchval(LATEST, tables, inquiry.since_ms, inquiry.most_hands)
    return inquiry.since_ms if more is None else int(more) + 1


async def _hands(
    connection: Connection, table: TableId, from_ms: int, *, own_chips: bool
) -> AsyncGenerator[SeenHand, None]:
    """The finished hands of a table that began since, of which the log has every event."""
    first = await connection.fetchval(FIRST_ROW, table, from_ms)
    if first is None:
        return
    events, times = list[TableEvent](), list[int]()
    # No card is read, so no key is needed.
    log = read_log(connection, NO_KEYS, table, after_seq=first)
    is_over, last = False, first
    async with aclosing(log):
        async for read in log:
            event, is_next, last = read.event, read.row.seq == last + 1, read.row.seq
            if isinstance(event, HandStarted) or event is None or not is_next:
                if is_over and (hand := hand_of_events(table, events, times, own_chips=own_chips)):
                    yield hand
                events, times, is_over = [], [], False
            began = isinstance(event, HandStarted) and (event.at_ms or read.at_ms) >= from_ms
            if event is not None and (began or (events and _belongs(event, is_over=is_over))):
                events.append(event)
                times.append(read.at_ms)
                is_over = is_over or isinstance(event, HAND_ENDS)
    if is_over and (hand := hand_of_events(table, events, times, own_chips=own_chips)):
        yield hand


def _archived(
    place: Path, since_ms: int, written: Sequence[str], banks: Mapping[str, bool]
) -> Iterator[SeenHand]:
    """The hands in the files of an archive that began since and name one of the players."""
    try:
        for path in sorted(place.glob(f"*{SUFFIX}")):
            if path.stat().st_mtime * 1000 < since_ms:
                continue
            for section in sections_of(path):
                text = section.decode()
                if any(player in text for player in written):
                    fields = tomllib.loads(text)
                    # Of a pruned table nobody knows whether it had a bank.
                    own_chips = banks.get(fields["_game"], True)
                    hand = hand_of_record(fields, own_chips=own_chips)
                    if hand is not None and started_ms(fields) >= since_ms:
                        yield hand
    except (OSError, EOFError, zlib.error, LookupError, TypeError, ValueError) as error:
        raise ArchiveError(f"a file in {place} cannot be read: {error}") from error


def _belongs(event: TableEvent, *, is_over: bool) -> bool:
    """Whether an event after a hand's start counts for it."""
    return not is_over or isinstance(event, BonusPaid)


async def _shared(
    connection: Connection, players: Sequence[PlayerId], since_ms: int, records: Records
) -> list[SharedAddress]:
    """Addresses of two of the players; of one, those shared with somebody they played with."""
    at: dict[str, dict[PlayerId, tuple[int, int]]] = {}
    for row in await connection.fetch(COMPANIONS, players, since_ms):
        seen = at.setdefault(row["address"], {})
        seen[PlayerId(row["player"])] = row["first_ms"], row["latest_ms"]
    found, pairs = [], records.pairs()
    for address, seen in at.items():
        for pair in pairs:
            if seen.keys() >= set(pair):
                first_ms = min(seen[player][0] for player in pair)
                latest_ms = max(seen[player][1] for player in pair)
                found.append(SharedAddress(list(pair), address, len(seen) - 2, first_ms, latest_ms))
    return found
