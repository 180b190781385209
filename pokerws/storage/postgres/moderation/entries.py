"""How a statement adds rows to the admin log, in its own transaction."""

from collections.abc import Sequence

import msgspec

from pokerws.storage.admin_log import AdminEntry

COLUMNS = (
    "who, role, via, node, command, target, table_id, reason, arguments, result, detail, request"
)


def logged_by(parameter: str, besides: str = "", detail: str = "coalesce(detail, '')") -> str:
    """The statement that adds the entries in a parameter, which is a JSON array.

    `detail` may use the columns of another table, `besides`, of one row.
    """
    return f"""
    INSERT INTO admin_log ({COLUMNS}, begun)
    SELECT who, role, via, node, command, coalesce(target, ''), coalesce(table_id, ''),
           coalesce(reason, ''), coalesce(arguments, ''), coalesce(result, ''),
           {detail}, coalesce(request, ''), begun
    FROM {besides} jsonb_to_recordset({parameter}::jsonb) AS entry (
        who text, role text, via text, node text, command text, target text, table_id text,
        reason text, arguments text, result text, detail text, request text, begun bigint)
    """  # noqa: S608  constants alone


def written(entries: Sequence[AdminEntry]) -> str:
    """Entries as the statements take them."""
    return msgspec.json.encode(entries).decode()
