"""The commands that change something.  Each is written to the admin log, whatever becomes of it."""

from collections.abc import Awaitable, Callable
from secrets import token_hex

from pokerws.game.counted import counted
from pokerws.game.illegal import Details
from pokerws.game.state import PlayerId, TableId
from pokerws.logs import set_level
from pokerws.messages import CloseTable, Kick, Refused
from pokerws.server.admin import commands
from pokerws.server.admin.audit import around, entry_of, with_change
from pokerws.server.admin.caller import Caller, Desk
from pokerws.server.admin.inner_session import send
from pokerws.server.admin.results import ActionResult
from pokerws.server.admin.targets import is_network, player_meant
from pokerws.server.moderation.networks import network_of
from pokerws.server.sessions.operator_actions import OperatorActions, given_reason
from pokerws.storage.admin_log import AdminEntry


class Acting:
    """Carries out the commands of a caller."""

    def __init__(self, desk: Desk, caller: Caller) -> None:
        self._desk, self._caller = desk, caller
        self._context = desk.context

    # ---- players and addresses

    async def mute(self, command: commands.Mute) -> ActionResult:
        """Refuse a player's chat."""
        player, reason = await self._meant(command.player), given_reason(command.reason)

        def mute(actions: OperatorActions) -> Awaitable[bool]:
            return actions.mute(player, command.minutes, reason)

        text = f"{player} is muted for {counted(command.minutes, 'minute')}"
        return await self._sanction(command, player, mute, text, reason, minutes=command.minutes)

    async def unmute(self, command: commands.Unmute) -> ActionResult:
        """Let a player chat again."""
        player = await self._meant(command.player)
        text = f"{player} may chat again"
        return await self._sanction(command, player, lambda one: one.unmute(player), text)

    async def ban(self, command: commands.Ban) -> ActionResult:
        """Keep a player or an address off the server."""
        minutes, reason = command.minutes, given_reason(command.reason)
        for_so_long = counted(minutes, "minute")
        if is_network(command.target):
            network = str(network_of(command.target))
            return await self._sanction(
                *(command, network, lambda one: one.ban_network(network, minutes, reason)),
                *(f"{network} is banned for {for_so_long}", reason),
                minutes=minutes,
            )
        player = await self._meant(command.target)
        return await self._sanction(
            *(command, player, lambda one: one.ban(player, minutes, reason)),
            *(f"{player} is banned for {for_so_long}", reason),
            minutes=minutes,
        )

    async def unban(self, command: commands.Unban) -> ActionResult:
        """End a ban."""
        if is_network(command.target):
            network = str(network_of(command.target))
            text = f"{network} is no longer banned"
            return await self._sanction(
                command, network, lambda one: one.unban_network(network), text
            )
        player = await self._meant(command.target)
        text = f"{player} is no longer banned"
        return await self._sanction(command, player, lambda one: one.unban(player), text)

    async def end_session(self, command: commands.EndSession) -> ActionResult:
        """Close a player's connections; tokens from before become invalid."""
        player, reason = await self._meant(command.player), given_reason(command.reason)
        text = f"all sessions of {player} are ended"
        # What a player may be told is only that an operator did it.
        return await self._sanction(
            command, player, lambda one: one.end_session(player), text, reason
        )

    async def _sanction(
        self,
        command: commands.Command,
        target: str,
        act: Callable[[OperatorActions], Awaitable[bool]],
        text: str,
        reason: str = "",
        *,
        minutes: int | None = None,
    ) -> ActionResult:
        now_ms = self._context.clock.wall_ms()
        until_ms = None if minutes is None else now_ms + 60_000 * minutes

        async def change(entry: AdminEntry) -> ActionResult:
            caller = self._caller
            actions = OperatorActions(self._context, caller.who, caller.address, entry)
            stored = await act(actions)
            return ActionResult(text, until_ms=until_ms, stored=stored)

        entry = entry_of(self._desk, self._caller, command, target=target, reason=reason)
        return await with_change(self._desk, entry, change)

    async def _meant(self, text: str) -> PlayerId:
        return await player_meant(self._context, text)

    # ---- tables

    async def kick(self, command: commands.Kick) -> ActionResult:
        """Remove a player from the seat."""
        player, reason = await self._meant(command.player), given_reason(command.reason)
        message = Kick(token_hex(8), command.table, player, command.minutes, reason)

        async def act() -> ActionResult:
            await send(self._desk, self._caller, message)
            text = f"{player} is removed from table {command.table}"
            return ActionResult(text, player=player, table=command.table)

        entry = entry_of(self._desk, self._caller, command, target=player, reason=reason)
        return await around(self._desk, entry, act)

    async def freeze(self, command: commands.Freeze) -> ActionResult:
        """Stop a table."""
        self._check_open(command.table)
        reason, minutes = given_reason(command.reason), command.minutes
        return await self._sanction(
            *(command, "", lambda one: one.freeze(command.table, minutes, reason)),
            *(f"table {command.table} is frozen for {counted(minutes, 'minute')}", reason),
            minutes=minutes,
        )

    async def resume(self, command: commands.Resume) -> ActionResult:
        """Let a frozen table go on."""
        if not self._context.moderation.is_frozen(command.table):
            raise Refused("not_paused", f"table {command.table} is not frozen")
        text = f"table {command.table} goes on"
        return await self._sanction(command, "", lambda one: one.thaw(command.table), text)

    async def close_table(self, command: commands.CloseTable) -> ActionResult:
        """Cancel the hand, return all chips and close the table."""
        table, reason = command.table, given_reason(command.reason)

        async def act() -> ActionResult:
            if self._context.moderation.is_frozen(table):
                # A frozen table takes no commands.
                await OperatorActions(self._context, self._caller.who).thaw(table)
            await send(self._desk, self._caller, CloseTable(token_hex(8), table))
            return ActionResult(f"table {table} is closed, and all chips are returned", table=table)

        entry = entry_of(self._desk, self._caller, command, reason=reason)
        return await around(self._desk, entry, act)

    def _check_open(self, table: TableId) -> None:
        rows = self._context.lobby.summaries()
        if not any(one.table == table and one.status != "closed" for one in rows):
            raise Refused("unknown_table", f"there is no open table {table}")

    # ---- the server

    async def announce(self, command: commands.Announce) -> ActionResult:
        """Show a text to all players, or to all who watch a table."""
        context, text = self._context, given_reason(command.text)
        table = command.table or None
        if table is not None:
            self._check_open(table)

        async def act() -> ActionResult:
            reached = context.announcements.say(
                *(text, table, context.lobby, context.moderation.roster)
            )
            said = f"shown to {counted(reached, 'connection')} of this server"
            return ActionResult(said, table=table, reached=reached)

        entry = entry_of(self._desk, self._caller, command, reason=text)
        return await around(self._desk, entry, act)

    async def adjust(self, command: commands.Adjust) -> ActionResult:
        """Give chips to an account, or take them, once for each request."""
        player, reason = await self._meant(command.player), given_reason(command.reason)
        if command.chips == 0:
            raise Refused("out_of_range", "`chips` is 0: nothing to do", Details(field="chips"))

        async def change(entry: AdminEntry) -> ActionResult:
            done = await self._context.cashier.adjust(player, command.chips, entry)
            match done.outcome:
                case "unopened":
                    text = f"{player} has no account yet: it is opened at the first look or seat"
                    raise Refused("unknown_player", text)
                case "short" | "many":
                    raise Refused(
                        "out_of_range",
                        f"{player} has {counted(done.balance, 'chip')}: `chips` of "
                        f"{command.chips} is too {'low' if done.outcome == 'short' else 'high'}",
                        Details(field="chips", available=done.balance),
                    )
                case "conflict":
                    text = "another adjustment had this `request`: choose a new one"
                    raise Refused("id_conflict", text, Details(field="request"))
                case "done" | "repeated":
                    is_repeated = done.outcome == "repeated"
                    text = f"{player} has {counted(done.balance, 'chip')}"
                    return ActionResult(
                        f"booked before: {text} then" if is_repeated else text,
                        player=player,
                        balance=done.balance,
                        repeated=is_repeated,
                    )

        entry = entry_of(self._desk, self._caller, command, target=player, reason=reason)
        return await with_change(self._desk, entry, change)

    async def log_level(self, command: commands.LogLevel) -> ActionResult:
        """Change which lines are logged."""

        async def act() -> ActionResult:
            set_level("pokerws", command.level)
            return ActionResult(f"lines of level {command.level} and above are logged")

        entry = entry_of(self._desk, self._caller, command)
        return await around(self._desk, entry, act)

    async def drain(self, command: commands.Drain) -> ActionResult:
        """Drain the server and end it, once the answer is sent."""
        desk, leaving = self._desk, self._desk.leaving

        async def act() -> ActionResult:
            if leaving.is_asked or any(one.part == "server" for one in desk.reasons()):
                return ActionResult(f"{desk.node} drains already", repeated=True)
            leaving.is_asked = True
            return ActionResult(f"{desk.node} drains, and ends when its clients are gone")

        entry = entry_of(desk, self._caller, command, reason=given_reason(command.reason))
        return await around(desk, entry, act)
