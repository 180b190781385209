"""What a connection did, for the one log line about it: `session_ended`."""

from collections import Counter

import structlog

from pokerws.game.state import PlayerId
from pokerws.server.net.connection import Connection

log = structlog.get_logger("pokerws.session")


class SessionTally:
    """Counts the messages of one connection, and the refusals among their answers.

    `reason` is why the server closes it, empty if the client does.
    """

    __slots__ = ("_began_ms", "messages", "reason", "refused")

    def __init__(self, now_ms: int) -> None:
        self._began_ms = now_ms
        self.messages = self.refused = 0
        self.reason = ""

    def report(
        self,
        connection: Connection,
        player: PlayerId | None,
        code: int | None,
        now_ms: int,
        violations: Counter[str],
    ) -> None:
        """Log the end of the connection; `code` is that of the close frame, if there was one."""
        log.info(
            "session_ended",
            player=player,
            code=code,
            reason=self.reason,
            duration_ms=now_ms - self._began_ms,
            messages=self.messages,
            refused=self.refused,
            received_bytes=connection.received_bytes,
            sent_bytes=connection.sent_bytes,
        )
        if violations:
            log.warning(
                "session_violations",
                player=player,
                count=violations.total(),
                codes=dict(violations),
            )
