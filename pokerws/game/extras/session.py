"""Sessions that end by themselves, after a time or a number of hands.

The players are told which hand is the last one before it starts.  After it the table closes, and
all chips go back to the accounts.  A table that waits for players closes by its deadline, a
`TimeUp`, when the time is over.
"""

from pokerws.game.events import SessionEnding, SessionStarted, TableEvent
from pokerws.game.lifecycle import close
from pokerws.game.state import Extras, Table

_NONE = Extras()


def session_events(table: Table, now_ms: int, *, enough: bool) -> list[TableEvent]:
    """The events of the session between hands; `enough` says whether another hand can start."""
    limits, extras = table.config.house.session, table.extras or _NONE
    if limits is None:
        return []
    if 0 < extras.last_hand <= table.hand_number:
        return close(table, "session_over")
    if not enough or extras.last_hand:
        return []
    if 0 < extras.ends_at_ms <= now_ms or 0 < limits.hands <= table.hand_number + 1:
        return [SessionEnding(table.hand_number + 1)]
    if limits.ends_after_ms and not extras.ends_at_ms:
        return [SessionStarted(now_ms + limits.ends_after_ms)]
    return []
