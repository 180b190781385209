"""Sessions that end by themselves, after a time or a number of hands.

The players are told which hand is the last one before it starts.  After it the table closes, and
all chips go back to the accounts.  So it does when the time is over and too few players are ready.
"""

from pokerws.game.events import SessionEnding, SessionStarted, TableEvent
from pokerws.game.lifecycle import close
from pokerws.game.state import Extras, Table

_NONE = Extras()


def session_events(table: Table, now_ms: int, *, enough: bool) -> list[TableEvent]:
    """What the session causes between hands; `enough` players are ready for another hand."""
    limits, extras = table.config.house.session, table.extras or _NONE
    if limits is None:
        return []
    is_over = 0 < extras.ends_at_ms <= now_ms
    if 0 < extras.last_hand <= table.hand_number or (is_over and not enough):
        return close(table, "session_over")
    if not enough or extras.last_hand:
        return []
    if is_over or 0 < limits.hands <= table.hand_number + 1:
        return [SessionEnding(table.hand_number + 1)]
    if limits.ends_after_ms and not extras.ends_at_ms:
        return [SessionStarted(now_ms + limits.ends_after_ms)]
    return []
