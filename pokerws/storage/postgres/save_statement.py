"""The statement that writes a batch of changes in one round trip, and its arguments.

A row with another version, epoch or owner is left out, with its events, snapshot and transfers; the
rest of the batch is written.  docs/decisions/0004-write-path.md and 0009-accounts.md have the
reasons.
"""

from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from pokerws.storage.store import Change

# Few arguments cost little in the driver, and one text costs a third less than an array, whose
# elements asyncpg inspects.  So numbers are one array, `n` of the changes and `l` of the log, whose
# rows follow each other.  It is materialized, so that it is parsed once.
_SAVE = """
WITH packed AS MATERIALIZED (
    SELECT string_to_array($1::text, E'\\x1e') AS ids, $2::text::bigint[] AS n,
           string_to_array($3::text, E'\\x1e') AS keys, $4::text::bigint[] AS l
), changes AS (
    SELECT id, (ARRAY['waiting', 'active', 'closed'])[n[10 * i - 9]] AS status,
           keys[n[10 * i - 8]] AS key_id, n[10 * i - 7]::integer AS players,
           n[10 * i - 6] AS hand_number, n[10 * i - 5] AS total_pot, n[10 * i - 4] AS expected,
           n[10 * i - 3] AS version, n[10 * i - 2] AS epoch,
           to_timestamp(n[10 * i - 1] / 1000.0) AS at, n[10 * i] AS chips{change_columns}
    FROM packed, unnest(ids{change_arrays}) WITH ORDINALITY AS change (id{change_columns}, i)
){moved}{made}, updated AS (
    UPDATE games
    SET status = change.status, players = change.players, hand_number = change.hand_number,
        total_pot = change.total_pot, version = change.version, updated_at = change.at,
        chips = change.chips, key_id = change.key_id, doubted_owners = NULL{balance}{config}
    FROM changes AS change
    WHERE change.expected > 0 AND games.id = change.id
      AND games.version = change.expected AND games.epoch = change.epoch
      AND games.owner_incarnation IS NOT DISTINCT FROM $7::text
    RETURNING games.id
), written AS (
    SELECT id FROM updated{or_made}
){cut}, logged AS (
    INSERT INTO game_log (game_id, seq, events, hand_number, payload, at, receipt)
    SELECT ids[l[5 * i - 4]], l[5 * i - 3], l[5 * i - 2]::integer, l[5 * i - 1], payload,
           to_timestamp(l[5 * i] / 1000.0), receipt
    FROM packed,
         unnest(string_to_array($5::text, E'\\x1e', ''), string_to_array($6::text, E'\\x1e', ''))
         WITH ORDINALITY AS line (payload, receipt, i)
    WHERE ids[l[5 * i - 4]] IN (SELECT id FROM written){after_cut}
){kept}{booked}
SELECT id FROM written
"""

# Only for batches with new tables or other configs, whose columns are not sent otherwise.
_MADE = """, made AS (
    INSERT INTO games (
        id, name, status, variant, players, hand_number, total_pot, version, epoch, config,
        created_at, updated_at, chips, balance, key_id, owner_incarnation
    )
    SELECT id, name, status, variant, players, hand_number, total_pot, version, epoch, config,
           at, at, chips, {brought}, key_id, $7::text
    FROM changes AS change
    WHERE expected = 0
    ON CONFLICT (id) DO NOTHING
    RETURNING id
)"""

_CONFIG = """,
        variant = coalesce(change.variant, games.variant),
        config = coalesce(change.config, games.config)"""

# Only for batches with snapshots.
_KEPT = """, kept AS (
    INSERT INTO game_snapshots (game_id, version, snapshot)
    SELECT id, version, snapshot
    FROM changes
    WHERE snapshot IS NOT NULL AND id IN (SELECT id FROM written)
    ON CONFLICT (game_id) DO UPDATE SET version = excluded.version, snapshot = excluded.snapshot
)"""

# For a stored log with events that this server does not know: it is cut where the change begins.
# Of a row that has events on both sides of that, the earlier ones are kept.  A look at the stored
# log costs up to a third of a save, so it is not the default.
_CUT = """, starts AS (
    SELECT change.id, change.version - coalesce(sum(l[5 * i - 2]), 0)::bigint AS seq
    FROM packed CROSS JOIN changes AS change
    LEFT JOIN generate_series(1, cardinality(l) / 5) AS i ON ids[l[5 * i - 4]] = change.id
    WHERE change.id IN (SELECT id FROM written)
    GROUP BY change.id, change.version
), cut AS (
    DELETE FROM game_log AS log
    USING starts
    WHERE log.game_id = starts.id AND log.seq > starts.seq
    RETURNING log.*, starts.seq AS start
), stay AS (
    INSERT INTO game_log (game_id, seq, events, hand_number, payload, at)
    SELECT game_id, start, (start - seq + events)::integer, hand_number, (
               SELECT '[' || string_agg(event::text, ',' ORDER BY place) || ']'
               FROM json_array_elements(payload::json) WITH ORDINALITY AS part (event, place)
               WHERE seq - events + place <= start
           ), at
    FROM cut
    WHERE seq - events < start
)"""
_AFTER_CUT = " AND (SELECT count(*) FROM cut) >= 0"

# Only for batches with transfers, which are rare.
_MOVED = """, moves AS (
    SELECT * FROM unnest(
        {move_arrays}
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
#
# Accounts are locked in one order by all statements of all servers, so that they do not wait for
# each other in a circle: by id downwards, so that the house, whose row everybody wants, is last.
# `paid` and `received` count the locked rows to have them locked first.
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
), held AS MATERIALIZED (
    SELECT id
    FROM accounts
    WHERE id = ANY (ARRAY(SELECT account FROM sides))
    ORDER BY id DESC
    FOR NO KEY UPDATE
), paid AS (
    UPDATE accounts
    SET balance = accounts.balance + sides.amount
    FROM sides
    WHERE accounts.id = sides.account AND sides.amount < 0 AND (SELECT count(*) FROM held) >= 0
), received AS (
    INSERT INTO accounts (id, balance, opened_at)
    SELECT account, amount, at
    FROM sides
    WHERE amount >= 0 AND (SELECT count(*) FROM held) >= 0
    ORDER BY account DESC
    ON CONFLICT (id) DO UPDATE SET balance = accounts.balance + excluded.balance
)"""


# Values are joined by the separator of RFC 7464, which JSON always escapes; an empty text is NULL.
SEPARATOR = "\x1e"
_SEPARATOR = SEPARATOR.encode()
_SEPARATED = "a text contains the separator U+001E"
_STATUSES = {"waiting": 1, "active": 2, "closed": 3}
_MOVE_TYPES = ("text", "bigint", "text", "text", "bigint", "text", "bigint")


class Variant(NamedTuple):
    """What a batch needs beside the default: which optional parts a statement has.

    `overwrite`: the stored log may have events at the same seqs, or later ones.  `moving`: there
    are transfers.  `keeping`: there are snapshots.  `opening`: there are new tables, or tables with
    another config; both have snapshots.
    """

    overwrite: bool = False
    moving: bool = False
    keeping: bool = False
    opening: bool = False


def _statement(variant: Variant) -> str:
    columns = ["snapshot"] if variant.keeping else []
    columns += ["name", "variant", "config"] if variant.opening else []
    # The arguments that every batch has come first.
    number = 8 + len(columns)
    moves = ", ".join(f"${n}::{type_}[]" for n, type_ in enumerate(_MOVE_TYPES, number))
    return _SAVE.format(
        change_columns="".join(f", {column}" for column in columns),
        change_arrays="".join(
            f", string_to_array(${n}::text, E'\\x1e', '')" for n in range(8, number)
        ),
        made=_MADE.format(brought=_BROUGHT if variant.moving else "0") if variant.opening else "",
        or_made=" UNION ALL SELECT id FROM made" if variant.opening else "",
        kept=_KEPT if variant.keeping else "",
        cut=_CUT if variant.overwrite else "",
        after_cut=_AFTER_CUT if variant.overwrite else "",
        moved=_MOVED.format(move_arrays=moves) if variant.moving else "",
        booked=_BOOKED if variant.moving else "",
        config=_CONFIG if variant.opening else "",
        balance=f", balance = games.balance + {_BROUGHT}" if variant.moving else "",
    )


SAVES = {
    variant: _statement(variant)
    for variant in (
        Variant(overwrite, moving, keeping, opening)
        for overwrite in (False, True)
        for moving in (False, True)
        for keeping, opening in ((False, False), (True, False), (True, True))
    )
}
# The usual one.
SAVE = SAVES[Variant()]

_encode = msgspec.json.Encoder().encode
_table_of = attrgetter("table")


def save_statement(
    changes: Sequence[Change], *, overwrite: bool, owner: str | None = None
) -> tuple[str, list[Any]]:
    """The statement for a batch of `owner`, and its arguments.

    Every writer sorts by table, so that concurrent saves do not deadlock on tables.  Raises
    ValueError for a change that lacks its snapshot, and for a text that is not UTF-8 or contains
    the separator.
    """
    # By what a batch of one costs, this is one pass with few calls.
    ordered = sorted(changes, key=_table_of)
    ids: list[str] = []
    keys: dict[str, int] = {}
    numbers: list[int] = []
    lines: list[int] = []
    payloads: list[bytes] = []
    receipts: list[bytes] = []
    moving = keeping = opening = False
    for place, change in enumerate(ordered, 1):
        expected, version = change.expected, change.version
        snapshot, key_id = change.snapshot, change.key_id
        if snapshot:
            keeping = True
        elif snapshot is not None:
            raise ValueError(f"{change.table}: a snapshot is empty")
        elif not 0 < expected < version:
            raise ValueError(f"{change.table}: nothing completes a snapshot that is stored already")
        if not expected or change.is_changed:
            opening = True
        if change.transfers:
            moving = True
        ids.append(change.table)
        numbers += (
            _STATUSES.get(change.status, 0),
            0 if key_id is None else keys.setdefault(key_id, len(keys) + 1),
            change.players,
            change.hand_number,
            change.total_pot,
            expected,
            version,
            change.epoch,
            change.at_ms,
            change.chips,
        )
        for row in change.log:
            payloads.append(row.payload)
            receipts.append(row.receipt)
            lines += (place, row.seq, row.count, row.hand_number, row.at_ms)
    if len(set(ids)) != len(ids):
        raise ValueError("a batch has two changes of one table")
    arguments: list[Any] = [
        _text(ids),
        _numbers(numbers),
        _text(keys),
        _numbers(lines),
        _json_text(payloads),
        _json_text(receipts),
        owner,
    ]
    if not (overwrite or moving or keeping or opening):
        return SAVE, arguments
    variant = Variant(overwrite, moving, keeping, opening)
    return SAVES[variant], arguments + _optional(ordered, variant)


def _optional(ordered: Sequence[Change], variant: Variant) -> list[Any]:
    """The arguments of the optional parts, which follow the others."""
    arguments: list[Any] = []
    if variant.keeping:
        arguments.append(_json_text([change.snapshot or b"" for change in ordered]))
    if variant.opening:
        arguments += (
            _text(["" if change.expected else change.name for change in ordered]),
            _text([change.config.variant if _is_sent(change) else "" for change in ordered]),
            _json_text([_encode(change.config) if _is_sent(change) else b"" for change in ordered]),
        )
    if variant.moving:
        moves = [(change.table, move) for change in ordered for move in change.transfers]
        arguments += (
            [table for table, _ in moves],
            [move.seq for _, move in moves],
            [move.source for _, move in moves],
            [move.target for _, move in moves],
            [move.amount for _, move in moves],
            [move.reason for _, move in moves],
            [move.at_ms for _, move in moves],
        )
    return arguments


def _is_sent(change: Change) -> bool:
    """Whether the row gets the change's config."""
    return not change.expected or change.is_changed


def _text(column: Collection[str]) -> str:
    text = SEPARATOR.join(column)
    if text.count(SEPARATOR) >= (len(column) or 1):
        raise ValueError(_SEPARATED)
    return text


def _json_text(column: list[bytes]) -> str:
    text = _SEPARATOR.join(column).decode()
    if text.count(SEPARATOR) >= (len(column) or 1):
        raise ValueError(_SEPARATED)
    return text


def _numbers(column: list[int]) -> str:
    return "{" + _encode(column)[1:-1].decode() + "}"
