"""The statement that writes a batch of changes in one round trip, and its arguments.

A row with another version, epoch or owner is left out, with its events and transfers; the rest of
the batch is written.  docs/decisions/0004-write-path.md and 0009-accounts.md have the reasons.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from pokerws.storage.store import Change

_SAVE = """
WITH changes AS (
    SELECT * FROM unnest(
        {change_columns}
    ) AS change (
        id, name, status, variant, snapshot, config, key_id,
        players, hand_number, total_pot, expected, version, epoch, at_ms, chips
    )
){moved}, made AS (
    INSERT INTO games (
        id, name, status, variant, players, hand_number, total_pot,
        version, epoch, snapshot, config, created_at, updated_at, chips, balance, key_id,
        owner_incarnation
    )
    SELECT id, name, status, variant, players, hand_number, total_pot,
           version, epoch, snapshot, config,
           to_timestamp(at_ms / 1000.0), to_timestamp(at_ms / 1000.0), chips, {brought}, key_id,
           $22::text
    FROM changes AS change
    WHERE expected = 0
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), updated AS (
    UPDATE games
    SET status = change.status, players = change.players, hand_number = change.hand_number,
        total_pot = change.total_pot, version = change.version, snapshot = change.snapshot,
        updated_at = to_timestamp(change.at_ms / 1000.0), chips = change.chips,
        key_id = change.key_id, doubted_owners = NULL{balance}
    FROM changes AS change
    WHERE change.expected > 0 AND games.id = change.id
      AND games.version = change.expected AND games.epoch = change.epoch
      AND games.owner_incarnation IS NOT DISTINCT FROM $22::text
    RETURNING games.id
), written AS (
    SELECT id FROM made UNION ALL SELECT id FROM updated
){cut}, logged AS (
    INSERT INTO game_events (game_id, seq, hand_number, type, payload, at)
    SELECT event.game_id, event.seq, event.hand_number, event.type, event.payload,
           to_timestamp(event.at_ms / 1000.0)
    FROM unnest(
        {event_columns}
    ) AS event (game_id, type, payload, seq, hand_number, at_ms)
    WHERE event.game_id IN (SELECT id FROM written){on_conflict}
){booked}
SELECT id FROM written
"""

# For a stored log with events that this server does not know: they are overwritten, and later ones
# are deleted.  The upsert costs 10 % more, so it is not the default.
_CUT = """, cut AS (
    DELETE FROM game_events
    USING changes AS change, written
    WHERE game_events.game_id = written.id AND change.id = written.id
      AND game_events.seq > change.version
)"""
_ON_CONFLICT = """
    ON CONFLICT (game_id, seq) DO UPDATE
    SET hand_number = excluded.hand_number, type = excluded.type,
        payload = excluded.payload, at = excluded.at"""

# Only for batches with transfers, which are rare.
_MOVED = """, moves AS (
    SELECT * FROM unnest(
        $23::text[], $24::bigint[], $25::text[], $26::text[], $27::bigint[], $28::text[],
        $29::bigint[]
    ) AS move (game_id, seq, source, target, amount, reason, at_ms)
), moved AS (
    SELECT game_id,
           sum(CASE WHEN target = 'table:' || game_id THEN amount ELSE -amount END)::bigint AS chips
    FROM moves
    GROUP BY game_id
)"""
_BROUGHT = "coalesce((SELECT moved.chips FROM moved WHERE moved.game_id = change.id), 0)"
# A payer without an account becomes NULL, which the ledger refuses.  Amounts are summed per
# account, since one statement can change a row only once.  A credit opens the account of a player
# that sat down before accounts existed.
_BOOKED = """, booked AS (
    INSERT INTO transfers (at, reason, source, target, amount, game_id, seq)
    SELECT to_timestamp(at_ms / 1000.0), reason,
           CASE WHEN source LIKE 'player:%'
                THEN (SELECT id FROM accounts WHERE id = source) ELSE source END,
           target, amount, game_id, seq
    FROM moves
    WHERE game_id IN (SELECT id FROM written)
    ORDER BY game_id, seq
    RETURNING at, source, target, amount
), sides AS (
    SELECT account, sum(amount)::bigint AS amount, max(at) AS at
    FROM (
        SELECT source AS account, -amount AS amount, at FROM booked
        UNION ALL
        SELECT target, amount, at FROM booked
    ) AS side
    WHERE account NOT LIKE 'table:%'
    GROUP BY account
), paid AS (
    UPDATE accounts
    SET balance = accounts.balance + sides.amount
    FROM sides
    WHERE accounts.id = sides.account AND sides.amount < 0
), received AS (
    INSERT INTO accounts (id, balance, opened_at)
    SELECT account, amount, at FROM sides WHERE amount >= 0
    ON CONFLICT (id) DO UPDATE SET balance = accounts.balance + excluded.balance
)"""


# Each column is sent as one text: a third cheaper than an array, whose elements asyncpg inspects.
# Values are joined by the separator of RFC 7464, which JSON always escapes; an empty text is NULL.
SEPARATOR = "\x1e"
# The indices of the arguments that are columns of numbers: of the changes, and of their events.
NUMBERS = frozenset({*range(7, 15), *range(18, 21)})


def _columns(first: int, last: int) -> str:
    """The SQL that reads those columns, counted from 1."""
    return ", ".join(
        f"${n}::text::bigint[]"
        if n - 1 in NUMBERS
        else f"string_to_array(${n}::text, E'\\x1e', '')"
        for n in range(first, last + 1)
    )


def _statement(*, overwrite: bool, moving: bool) -> str:
    return _SAVE.format(
        change_columns=_columns(1, 15),
        event_columns=_columns(16, 21),
        cut=_CUT if overwrite else "",
        on_conflict=_ON_CONFLICT if overwrite else "",
        moved=_MOVED if moving else "",
        booked=_BOOKED if moving else "",
        brought=_BROUGHT if moving else "0",
        balance=f", balance = games.balance + {_BROUGHT}" if moving else "",
    )


# The default.
SAVE = _statement(overwrite=False, moving=False)
# Keyed by (events are overwritten, there are transfers).
SAVES = {
    (overwrite, moving): _statement(overwrite=overwrite, moving=moving)
    for overwrite in (False, True)
    for moving in (False, True)
}

_encode = msgspec.json.Encoder().encode


def save_statement(
    changes: Sequence[Change], *, overwrite: bool, owner: str | None = None
) -> tuple[str, list[Any]]:
    """The statement for a batch of `owner`, and its arguments.

    The arguments are the changes by column, then their events, the owner, and their transfers if
    there are any.  Every writer sorts by table, so that concurrent saves cannot deadlock.  Raises
    ValueError for a text that is not UTF-8 or contains the separator.
    """
    ordered = sorted(changes, key=lambda change: change.table)
    if len({change.table for change in changes}) != len(changes):
        raise ValueError("a batch has two changes of one table")
    events = [event for change in ordered for event in change.events]
    arguments: list[Any] = [
        _text([change.table for change in ordered]),
        # Columns that never change are needed for new rows only.
        _text(["" if change.expected else change.name for change in ordered]),
        _text([change.status for change in ordered]),
        _text(["" if change.expected else change.config.variant for change in ordered]),
        _json_text([change.snapshot for change in ordered]),
        _json_text([b"" if change.expected else _encode(change.config) for change in ordered]),
        _text([change.key_id or "" for change in ordered]),
        _numbers([change.players for change in ordered]),
        _numbers([change.hand_number for change in ordered]),
        _numbers([change.total_pot for change in ordered]),
        _numbers([change.expected for change in ordered]),
        _numbers([change.version for change in ordered]),
        _numbers([change.epoch for change in ordered]),
        _numbers([change.at_ms for change in ordered]),
        _numbers([change.chips for change in ordered]),
        _text([change.table for change in ordered for _ in change.events]),
        _text([event.type for event in events]),
        _json_text([event.payload for event in events]),
        _numbers([event.seq for event in events]),
        _numbers([event.hand_number for event in events]),
        _numbers([event.at_ms for event in events]),
        owner,
    ]
    moves = [(change.table, move) for change in ordered for move in change.transfers]
    if moves:
        arguments += (
            [table for table, _ in moves],
            [move.seq for _, move in moves],
            [move.source for _, move in moves],
            [move.target for _, move in moves],
            [move.amount for _, move in moves],
            [move.reason for _, move in moves],
            [move.at_ms for _, move in moves],
        )
    return SAVES[overwrite, bool(moves)], arguments


def _text(column: list[str]) -> str:
    text = SEPARATOR.join(column)
    _check(text, column)
    return text


def _json_text(column: list[bytes]) -> str:
    text = SEPARATOR.encode().join(column).decode()
    _check(text, column)
    return text


def _check(text: str, column: Sequence[str | bytes]) -> None:
    if text.count(SEPARATOR) >= max(1, len(column)):
        raise ValueError("a text contains the separator U+001E")


def _numbers(column: list[int]) -> str:
    return "{" + _encode(column)[1:-1].decode() + "}"
