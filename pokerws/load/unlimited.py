"""The settings of a server that is put under load: a few addresses play for many.

Rate limits and caps are off.  The rate of refusals stays on, since a sound load has none.
"""

from collections.abc import Iterable

from pokerws.settings import variables

_KEPT = frozenset({"REFUSAL_RATE"})
_CAPS = {
    "MAX_TABLES": "100000",
    "MAX_TABLES_OPENED_PER_PLAYER": "0",
    "MAX_TABLES_OPENED_PER_ADDRESS": "0",
    "MAX_TABLES_PER_PLAYER": "0",
    "MAX_CONNECTIONS": "0",
    "MAX_CONNECTIONS_PER_ADDRESS": "0",
    "MAX_CONNECTIONS_PER_PLAYER": "0",
    "MAX_WATCHED_TABLES": "0",
    "MAX_WATCHERS_PER_TABLE": "0",
    "MIN_HAND_PAUSE_MS": "0",
    "GUEST_TABLE_HANDS_AN_HOUR": "0",
    "GRANT_CHIPS": "1000000000",
    "FREE_CHIPS_PER_ADDRESS": "0",
    "NEWCOMER_CHIPS": "0",
}


def rates() -> list[str]:
    """The rate limits of this version."""
    return [name for name in variables() if name.endswith("_RATE")]


def unlimited(names: Iterable[str]) -> dict[str, str]:
    """The settings; `names` are the server's rate limits."""
    return {**{name: "0" for name in names if name not in _KEPT}, **_CAPS}
