"""What operators do to players and addresses, whichever way they came in.

Each action is one line of the log, `moderated`.  Who may do it is checked by the callers.
"""

import structlog

from pokerws.game.illegal import Details, Illegal
from pokerws.game.state import PlayerId
from pokerws.messages import Refused
from pokerws.server.auth.identity import OPERATOR_PREFIX
from pokerws.server.auth.revocations import KEPT_MS
from pokerws.server.auth.text_rules import reason_text
from pokerws.server.moderation.moderation import is_exempt
from pokerws.server.moderation.networks import network_of
from pokerws.server.sessions.context import SessionContext
from pokerws.storage.admin_log import AdminEntry
from pokerws.storage.sanctions import Sanction, SanctionKey, SanctionKind

log = structlog.get_logger("pokerws.moderation")


class OperatorActions:
    """The actions of the operator `by`, whose connection has an `address`, if any.

    `entry` goes into the admin log with a change in the database.  A change returns whether it is
    stored already, and raises Refused if it cannot be made.
    """

    def __init__(
        self,
        context: SessionContext,
        by: PlayerId,
        address: str = "",
        entry: AdminEntry | None = None,
    ) -> None:
        self._context, self._by, self._address = context, by, address
        self._entry = entry

    async def mute(self, player: PlayerId, minutes: int, reason: str) -> bool:
        """Refuse a player's chat for a time."""
        await self.check_target(player)
        return await self._impose("mute", player, minutes, reason)

    async def unmute(self, player: PlayerId) -> bool:
        """Let a player chat again."""
        await self.check_known(player)
        return await self.lift(("mute", player, ""))

    async def ban(self, player: PlayerId, minutes: int, reason: str) -> bool:
        """Keep a player off the server for a time."""
        await self.check_target(player)
        return await self._impose("ban", player, minutes, reason)

    async def unban(self, player: PlayerId) -> bool:
        """End the ban of a player."""
        await self.check_known(player)
        return await self.lift(("ban", player, ""))

    async def ban_network(self, address: str, minutes: int, reason: str) -> bool:
        """Keep everybody from an address or network off the server for a time."""
        network = network_of(address)
        self._context.moderation.check_unprotected(network, self._address)
        return await self._impose("address_ban", str(network), minutes, reason)

    async def unban_network(self, address: str) -> bool:
        """End the ban of an address or network."""
        return await self.lift(("address_ban", str(network_of(address)), ""))

    async def end_session(self, player: PlayerId, reason: str = "") -> bool:
        """End all sessions of a player."""
        context = self._context
        await self.check_target(player)
        for connection in context.moderation.roster.of(player):
            if connection.admitted.issued_ms is None:
                # Its token does not say when it was issued, so it is revoked by its session.
                await context.revocations.end(connection.admitted)
        return await self._impose("end_session", player, KEPT_MS // 60_000, reason)

    async def freeze(self, table: str, minutes: int, reason: str) -> bool:
        """Let nothing happen at a table for a time."""
        return await self._impose("freeze", table, minutes, reason)

    async def thaw(self, table: str) -> bool:
        """Let play go on at a table."""
        return await self.lift(("freeze", table, ""))

    async def _impose(self, kind: SanctionKind, target: str, minutes: int, reason: str) -> bool:
        context = self._context
        now_ms = context.clock.wall_ms()
        until_ms = now_ms + 60_000 * minutes
        sanction = Sanction(kind, target, until_ms, now_ms, self._by, reason)
        self.log(kind, target, sanction)
        return await context.moderation.impose(sanction, context.lobby, self._entry)

    async def lift(self, key: SanctionKey) -> bool:
        """End a sanction, if there is one."""
        self.log(f"end_{key[0]}", key[1])
        return await self._context.moderation.lift(key, self._context.lobby, self._entry)

    def log(self, action: str, target: str, sanction: Sanction | None = None) -> None:
        """Log an action."""
        facts: dict[str, object] = {"action": action, "target": target, "by": self._by}
        if sanction is not None:
            facts |= {"until_ms": sanction.until_ms, "reason": sanction.reason}
            if sanction.table:
                facts["table"] = sanction.table
        log.info("moderated", **facts)

    # ---- whom it concerns

    async def check_target(self, player: PlayerId) -> None:
        """Raise Refused for a protected or unknown player."""
        if player == self._by:
            raise Refused("protected", "that is your own id", Details(field="player"))
        if is_exempt(player):
            kind = "an operator" if player.startswith(OPERATOR_PREFIX) else "the server's own bot"
            raise Refused("protected", f"{player} is {kind}", Details(field="player"))
        await self.check_known(player)

    async def check_known(self, player: PlayerId) -> None:
        """Raise Refused("unknown_player") unless the player was ever here.

        While the database is away, a player who is not connected counts as known.
        """
        if not await is_known(self._context, player, unsure=True):
            raise Refused("unknown_player", f"there is no player {player}")


async def is_known(context: SessionContext, player: PlayerId, *, unsure: bool) -> bool:
    """Whether a player was ever here; `unsure` if the database cannot say."""
    if context.moderation.roster.knows(player) or context.moderation.concerns(player):
        return True
    if any(context.lobby.tables_of(player)):
        return True
    try:
        return await context.cashier.has_account(player)
    except Illegal:
        return unsure


def given_reason(text: str | None) -> str:
    """A reason, or an empty text.  Raises Refused("invalid_value")."""
    return "" if text is None else reason_text(text)
