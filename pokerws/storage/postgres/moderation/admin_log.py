"""The log of operators' actions in PostgreSQL.  The interface is in `storage/admin_log.py`."""

from pokerws.storage.admin_log import AdminEntry, LoggedAction
from pokerws.storage.postgres.accounts import NO_LIMIT, Reader
from pokerws.storage.postgres.moderation.entries import COLUMNS, logged_by, written

ADD_ENTRY = f"{logged_by('$1')} RETURNING id"

# The second row of an action has the result.
ACTIONS = f"""
SELECT log.id, round(extract(epoch FROM log.at) * 1000)::bigint AS at_ms,
       {", ".join(f"log.{name}" for name in COLUMNS.split(", ")[:9])},
       coalesce(ended.result, log.result) AS result, coalesce(ended.detail, log.detail) AS detail,
       log.request, log.begun
FROM admin_log AS log LEFT JOIN admin_log AS ended ON ended.begun = log.id
WHERE log.begun IS NULL AND log.id < $1 AND ($3 = '' OR $3 IN (log.target, log.table_id))
ORDER BY log.id DESC
LIMIT $2
"""  # noqa: S608  constants alone

STATEMENTS = (ADD_ENTRY, ACTIONS)


class PostgresAdminLog:
    """`AdminLog`; `reader` gives a connection and turns its errors into StoreUnavailable."""

    keeps = True

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def add(self, entry: AdminEntry) -> int:
        """Part of `AdminLog`."""
        async with self._reader() as reader:
            number: int = await reader.fetchval(ADD_ENTRY, written([entry]))
        return number

    async def actions(self, before: int | None, limit: int, target: str = "") -> list[LoggedAction]:
        """Part of `AdminLog`."""
        last = NO_LIMIT if before is None else before
        async with self._reader() as reader:
            rows = await reader.fetch(ACTIONS, last, limit, target)
        return [LoggedAction(row[0], row[1], AdminEntry(*tuple(row.values())[2:])) for row in rows]
