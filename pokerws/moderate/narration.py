"""Lines for an operator: a player, and a sanction."""

from datetime import UTC, datetime

from pokerws.messages import PlayerEntry, SanctionEntry

_WHAT = {
    "ban": "banned",
    "address_ban": "banned",
    "mute": "muted",
    "kick": "kicked",
    "end_session": "signed out",
}


def player_line(one: PlayerEntry) -> str:
    """A player: id, name, and where the player is."""
    parts = [one.player, _plain(one.name)]
    if one.connections:
        parts.append(f"connected from {', '.join(one.addresses)}")
    elif one.left_ms is not None:
        parts.append(f"left {_when(one.left_ms)}, was at {', '.join(one.addresses)}")
    else:
        parts.append("not connected")
    if one.tables:
        parts.append(f"seated at {', '.join(one.tables)}")
    if one.muted_until_ms is not None:
        parts.append(f"muted until {_when(one.muted_until_ms)}")
    return "  ".join(parts)


def entry_line(one: SanctionEntry) -> str:
    """A sanction: what, on whom, until when, by whom and why."""
    target = one.address or one.player or ""
    where = f" from table {one.table}" if one.table else ""
    until = "" if one.kind == "end_session" else f" until {_when(one.until_ms)}"
    reason = f": {_plain(one.reason)}" if one.reason else ""
    waits = "" if one.stored else " (not stored yet: the database is away)"
    return f"{_WHAT[one.kind]} {target}{where}{until} by {one.by}{reason}{waits}"


def _when(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _plain(text: str) -> str:
    """A text of a player without what could control a terminal."""
    return "".join(one if one.isprintable() else "?" for one in text)
