"""The one statement that writes a batch of changes, in one round trip, and its arguments.

A row that is at another version, or of another epoch, drops out with its own events and transfers,
and with nothing else.  docs/decisions/0004-write-path.md and 0009-accounts.md have the reasons.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from pokerws.storage.store import Change

_SAVE = """
WITH changes AS (
    SELECT * FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::bigint[],
        $8::bigint[], $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::bigint[],
        $14::bigint[], $15::text[]
    ) AS change (
        id, name, status, variant, players, hand_number, total_pot,
        expected, version, epoch, snapshot, config, at_ms, chips, key_id
    )
){moved}, made AS (
    INSERT INTO games (
        id, name, status, variant, players, hand_number, total_pot,
        version, epoch, snapshot, config, created_at, updated_at, chips, balance, key_id
    )
    SELECT id, name, status, variant, players, hand_number, total_pot,
           version, epoch, snapshot, config,
           to_timestamp(at_ms / 1000.0), to_timestamp(at_ms / 1000.0), chips, {brought}, key_id
    FROM changes AS change
    WHERE expected = 0
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), updated AS (
    UPDATE games
    SET status = change.status, players = change.players, hand_number = change.hand_number,
        total_pot = change.total_pot, version = change.version, snapshot = change.snapshot,
        updated_at = to_timestamp(change.at_ms / 1000.0), chips = change.chips,
        key_id = change.key_id{balance}
    FROM changes AS change
    WHERE change.expected > 0 AND games.id = change.id
      AND games.version = change.expected AND games.epoch = change.epoch
    RETURNING games.id
), written AS (
    SELECT id FROM made UNION ALL SELECT id FROM updated
){cut}, logged AS (
    INSERT INTO game_events (game_id, seq, hand_number, type, payload, at)
    SELECT event.game_id, event.seq, event.hand_number, event.type, event.payload,
           to_timestamp(event.at_ms / 1000.0)
    FROM unnest(
        $16::text[], $17::bigint[], $18::bigint[], $19::text[], $20::text[], $21::bigint[]
    ) AS event (game_id, seq, hand_number, type, payload, at_ms)
    WHERE event.game_id IN (SELECT id FROM written){on_conflict}
){booked}
SELECT id FROM written
"""

# Where the stored log has events that this server knows nothing of: its own take their place, and
# those after its own go.  The upsert costs a tenth more, so it is not the usual way.
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

# Where chips come to tables or leave them, which is seldom.
_MOVED = """, moves AS (
    SELECT * FROM unnest(
        $22::text[], $23::bigint[], $24::text[], $25::text[], $26::bigint[], $27::text[],
        $28::bigint[]
    ) AS move (game_id, seq, source, target, amount, reason, at_ms)
), moved AS (
    SELECT game_id,
           sum(CASE WHEN target = 'table:' || game_id THEN amount ELSE -amount END)::bigint AS chips
    FROM moves
    GROUP BY game_id
)"""
_BROUGHT = "coalesce((SELECT moved.chips FROM moved WHERE moved.game_id = change.id), 0)"
# A payer who has no account becomes NULL, which the ledger refuses.  Of an account's sides the sum
# is booked, since one statement can change a row only once; what comes in opens the account of one
# who sat before there were accounts.
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


def _statement(*, over: bool, moving: bool) -> str:
    return _SAVE.format(
        cut=_CUT if over else "",
        on_conflict=_ON_CONFLICT if over else "",
        moved=_MOVED if moving else "",
        booked=_BOOKED if moving else "",
        brought=_BROUGHT if moving else "0",
        balance=f", balance = games.balance + {_BROUGHT}" if moving else "",
    )


# The usual one.
SAVE = _statement(over=False, moving=False)
# By whether events take the place of others, and whether chips come or go.
SAVES = {
    (over, moving): _statement(over=over, moving=moving)
    for over in (False, True)
    for moving in (False, True)
}

_encode_config = msgspec.json.Encoder().encode


def save_statement(changes: Sequence[Change], *, over: bool) -> tuple[str, tuple[list[Any], ...]]:
    """The statement for a batch, and its arguments.

    The changes by column, then their events, then their transfers if there are any.  In the order
    of tables, which every writer keeps, so that no two wait for each other.
    """
    ordered = sorted(changes, key=lambda change: change.table)
    assert len({change.table for change in changes}) == len(changes), "at most one change a table"
    logged = [(change.table, event) for change in ordered for event in change.events]
    arguments: tuple[list[Any], ...] = (
        [change.table for change in ordered],
        [change.name for change in ordered],
        [change.status for change in ordered],
        [change.config.variant for change in ordered],
        [change.players for change in ordered],
        [change.hand_number for change in ordered],
        [change.total_pot for change in ordered],
        [change.expected for change in ordered],
        [change.version for change in ordered],
        [change.epoch for change in ordered],
        [change.snapshot.decode() for change in ordered],
        # A config never changes, so that it is needed for a new row only.
        ["" if change.expected else _encode_config(change.config).decode() for change in ordered],
        [change.at_ms for change in ordered],
        [change.chips for change in ordered],
        [change.key_id for change in ordered],
        [table for table, _ in logged],
        [event.seq for _, event in logged],
        [event.hand_number for _, event in logged],
        [event.type for _, event in logged],
        [event.payload.decode() for _, event in logged],
        [event.at_ms for _, event in logged],
    )
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
    return SAVES[over, bool(moves)], arguments
