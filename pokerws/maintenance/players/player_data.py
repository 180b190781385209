"""What is stored about one player: `python server.py player export|erase PLAYER`.

Money stays: accounts and transfers are the ledger.  So does the player's id, which they are about,
and what operators forbade or did to the player.
"""

import json
from collections.abc import Mapping
from typing import Any, TextIO

from pokerws.game.state import PlayerId
from pokerws.maintenance.errors import NotErasable, NotStored
from pokerws.maintenance.stored_log import one_view, open_stored, printable
from pokerws.program import PROGRAM
from pokerws.storage.accounts import player_account
from pokerws.storage.errors import DatabaseError, StoreUnavailable
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection, connected
from pokerws.storage.postgres.database import reachable
from pokerws.storage.postgres.rights import check_rights

ERASED_NAME = "(erased)"
# The exit code of an erasure that has to be repeated.
INCOMPLETE = 3

# What is about a player, as JSON, by table.  $1 is the id, $2 the account.
ABOUT: Mapping[str, str] = {
    "accounts": "SELECT to_jsonb(one) FROM accounts AS one WHERE id = $2 AND $1 <> ''",
    "transfers": """
        SELECT to_jsonb(one) FROM transfers AS one
        WHERE (source = $2 OR target = $2) AND $1 <> '' ORDER BY at""",
    "player_names": """
        SELECT to_jsonb(one) FROM player_names AS one WHERE player = $1 AND $2 <> ''""",
    "seat_names": "SELECT to_jsonb(one) FROM seat_names AS one WHERE player = $1 AND $2 <> ''",
    "player_notes": "SELECT to_jsonb(one) FROM player_notes AS one WHERE owner = $1 AND $2 <> ''",
    "chat_lines": """
        SELECT to_jsonb(one) FROM chat_lines AS one WHERE player = $1 AND $2 <> ''
        ORDER BY at_ms""",
    "connections": """
        SELECT to_jsonb(one) FROM connections AS one WHERE player = $1 AND $2 <> ''
        ORDER BY began_at""",
    "sanctions": """
        SELECT to_jsonb(one) FROM sanctions AS one
        WHERE target = $1 AND kind <> 'address_ban' AND $2 <> ''""",
    "admin_log": """
        SELECT to_jsonb(one) FROM admin_log AS one WHERE target = $1 AND $2 <> '' ORDER BY id""",
}
SHOWN = """
SELECT game_id FROM seat_names JOIN games ON games.id = game_id
WHERE player = $1 AND status <> 'closed' ORDER BY game_id LIMIT 1
"""
ERASE = (
    "DELETE FROM player_names WHERE player = $1",
    "DELETE FROM seat_names WHERE player = $1",
    "DELETE FROM session_links WHERE player = $1",
    "DELETE FROM player_notes WHERE owner = $1",
    "DELETE FROM chat_lines WHERE player = $1",
    "DELETE FROM connections WHERE player = $1",
)
# Every table to which chips of the player went, and those with a bank, which have no transfers of
# players.
PLAYED = """
SELECT id, status = 'closed' AS is_closed
FROM games
WHERE id IN (SELECT game_id FROM transfers WHERE source = $1)
   OR coalesce(config::jsonb #>> '{hosting,bank}', 'false') <> 'false'
ORDER BY id
"""
ROWS = """
SELECT seq, payload FROM game_log WHERE game_id = $1 AND strpos(payload, $2) > 0 ORDER BY seq
"""
SET_ROW = "UPDATE game_log SET payload = $3 WHERE game_id = $1 AND seq = $2"
SNAPSHOT = "SELECT snapshot FROM game_snapshots WHERE game_id = $1"
SET_SNAPSHOT = "UPDATE game_snapshots SET snapshot = $2 WHERE game_id = $1"

TABLES = (*ABOUT, "session_links", "games", "game_log", "game_snapshots")


async def export_player(address: Address, player: PlayerId, out: TextIO) -> int:
    """Write all that is stored about a player to `out`, as one JSON document.

    Returns 0.  Raises DatabaseError, and NotStored for an unknown player.
    """
    async with open_stored(address) as connection, one_view(connection):
        await check_rights(connection, "read", tuple(ABOUT))
        about = await _about(connection, player)
    if not any(about.values()):
        raise NotStored(f"there is no player {printable(player)}")
    json.dump({"player": player, **about}, out, indent=2, ensure_ascii=False)
    out.write("\n")
    return 0


async def erase_player(address: Address, player: PlayerId, out: TextIO, *, really: bool) -> int:
    """Erase what is about a player, or only say what would be.

    Names at closed tables are replaced; those at open ones stay until these are closed.  Returns 0,
    or INCOMPLETE if there are any.  Raises DatabaseError, NotStored for an unknown player, and
    NotErasable for one whom an open table shows.
    """
    try:
        async with (
            reachable(address) as reached,
            connected(reached, "pokerws operator") as connection,
        ):
            await check_rights(connection, "write", TABLES)
            erasing = connection.transaction()
            await erasing.start()
            said, is_complete = await _erase(connection, player)
            if really:
                await erasing.commit()
            else:
                # It has shown what there is.
                await erasing.rollback()
                said.append("nothing was changed: add --yes")
            out.writelines(f"{line}\n" for line in said)
    except StoreUnavailable as error:
        raise DatabaseError.of(error) from error
    return 0 if is_complete else INCOMPLETE


async def _about(connection: Connection, player: PlayerId) -> dict[str, list[Any]]:
    account = player_account(player)
    return {
        table: [json.loads(row[0]) for row in await connection.fetch(query, player, account)]
        for table, query in ABOUT.items()
    }


async def _erase(connection: Connection, player: PlayerId) -> tuple[list[str], bool]:
    """What was erased, in lines, and whether nothing is left."""
    if not any((await _about(connection, player)).values()):
        raise NotStored(f"there is no player {printable(player)}")
    if (shown := await connection.fetchval(SHOWN, player)) is not None:
        raise NotErasable(
            f"table {printable(shown)} shows the name of {printable(player)}: let the player leave "
            "it, and try again a minute later"
        )
    rows = 0
    for statement in ERASE:
        done = await connection.execute(statement, player)
        rows += int(done.rpartition(" ")[2])
    replaced, left = 0, dict[str, int]()
    for row in await connection.fetch(PLAYED, player_account(player)):
        if row["is_closed"]:
            replaced += await _rename(connection, row["id"], player)
        else:
            named = await connection.fetchval(
                f"SELECT count(*) FROM ({ROWS}) AS named",  # noqa: S608  constants alone
                *(row["id"], _written(player)),
            )
            if named:
                left[row["id"]] = named
    lines = [f"{rows} rows erased; {replaced} events and snapshots of closed tables have no name"]
    if left:
        lines += [
            f"open table {printable(table)} keeps it in {named} rows of its log"
            for table, named in left.items()
        ]
        lines.append(f"when they are closed, run: {PROGRAM} player erase {printable(player)} --yes")
    return lines, not left


async def _rename(connection: Connection, table: str, player: PlayerId) -> int:
    """Replace the player's name in the log and the snapshot of a closed table."""
    changed, names = 0, set[str]()
    renaming = _Renaming(player, names)
    for row in await connection.fetch(ROWS, table, _written(player)):
        renaming(json.loads(row["payload"]))
    for text in sorted(map(_written, names)):
        for row in await connection.fetch(ROWS, table, text):
            payload = json.loads(row["payload"])
            if renaming(payload):
                await connection.execute(SET_ROW, table, row["seq"], _written(payload))
                changed += 1
    snapshot = await connection.fetchval(SNAPSHOT, table)
    if snapshot and renaming(whole := json.loads(snapshot)):
        await connection.execute(SET_SNAPSHOT, table, _written(whole))
        changed += 1
    return changed


class _Renaming:
    """Replaces the names of a player in decoded JSON.  `names` are those that were found."""

    def __init__(self, player: PlayerId, names: set[str]) -> None:
        self._player = player
        self._names = names

    def __call__(self, value: Any) -> bool:
        """Replace them in place; returns whether there were any."""
        if isinstance(value, list):
            return True in [self(one) for one in value]
        if not isinstance(value, dict):
            return False
        changed = True in [self(one) for one in value.values()]
        if value.get("player") == self._player and isinstance(value.get("name"), str):
            self._names.add(value["name"])
            value["name"] = ERASED_NAME
            changed = True
        if value.get("type") == "hand_started":
            changed = self._of_hand(value) or changed
        return changed

    def _of_hand(self, started: dict[str, Any]) -> bool:
        names: list[str] = started.get("names", [])
        for place, name in enumerate(names):
            if name in self._names:
                names[place] = ERASED_NAME
        return ERASED_NAME in names


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
