"""Runs one action of the command `moderate`.

It connects to the running server by the server's own settings, on this machine, with an operator's
token that it makes for the purpose and that is valid for a minute.
"""

import argparse
import asyncio
import ssl
import time
from collections.abc import Sequence
from contextlib import closing
from ipaddress import ip_network
from typing import TextIO

import msgspec

from pokerws.client import Client, ClientError, connect
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    Ban,
    EndSession,
    Kick,
    Mute,
    PlayerEntry,
    SanctionEntry,
    Unban,
    Unmute,
)
from pokerws.moderate.narration import entry_line, player_line
from pokerws.server.auth.operator_key import key_for_commands
from pokerws.server.auth.operator_tokens import issue_operator_token
from pokerws.server.moderation.networks import network_of
from pokerws.server.net.tls import own_context
from pokerws.settings import Settings
from pokerws.settings.network import Network, netloc

FAILED = 1
TOKEN_MS = 60_000
# To open a connection at one address, and for the whole action.
DIAL_S, DEADLINE_S = 3.0, 30.0
# The client gives each message a new id.
NO_ID = ""


class NotModerated(Exception):
    """The action was not carried out.  The message is one line for the operator."""


def moderate(settings: Settings, arguments: argparse.Namespace, out: TextIO, errors: TextIO) -> int:
    """Run an action and write its result.  Returns the exit code.  Raises SettingsError."""
    key = key_for_commands(settings)
    try:
        lines = asyncio.run(_within_time(settings, key, arguments))
    except (NotModerated, ClientError) as error:
        errors.write(f"pokerws: {error}\n")
        return FAILED
    out.writelines(f"{line}\n" for line in lines)
    return 0


async def _within_time(
    settings: Settings, key: str, arguments: argparse.Namespace
) -> Sequence[str]:
    try:
        async with asyncio.timeout(DEADLINE_S):
            host = await _reachable(settings.network)
            async with _client(settings, host, key, arguments.operator) as client:
                return await Action(client, as_json=arguments.json).run(arguments)
    except TimeoutError:
        raise NotModerated(f"the server did not answer within {DEADLINE_S:.0f} s") from None


async def _reachable(network: Network) -> str:
    """The first address at which a server listens.  Raises NotModerated."""
    if network.port == 0:
        raise NotModerated("PORT is 0, so the server's port is not known: set PORT to a number")
    tried = []
    for host in network.dial_hosts:
        try:
            async with asyncio.timeout(DIAL_S):
                _, writer = await asyncio.open_connection(host, network.port)
        except (OSError, TimeoutError):
            tried.append(netloc(host, network.port))
            continue
        with closing(writer):
            return host
    raise NotModerated(
        f"no answer from {' or '.join(tried)}: is a server running with these settings?"
    )


def _client(settings: Settings, host: str, key: str, operator: str) -> Client:
    network = settings.network
    tls: ssl.SSLContext | None = own_context(settings) if network.tls_cert_file else None
    scheme = "wss" if tls else "ws"

    async def token() -> str:
        now_ms = time.time_ns() // 1_000_000
        return issue_operator_token(key, operator, now_ms=now_ms, lifetime_ms=TOKEN_MS)

    url = f"{scheme}://{netloc(host, network.port)}{network.base}ws"
    return connect(url, token=token, tls=tls, capabilities=())


class Action:
    """One action, on an open connection; `run` returns the lines to print."""

    def __init__(self, client: Client, *, as_json: bool) -> None:
        self._client = client
        self._as_json = as_json

    async def run(self, arguments: argparse.Namespace) -> Sequence[str]:
        """Carry it out.  Raises NotModerated and ClientError."""
        match arguments.action:
            case "players":
                return [self._player(one) for one in await self._players()]
            case "bans":
                return [self._entry(one) for one in await self._bans()]
            case "close-table":
                await self._client.close_table(TableId(arguments.table))
                return [self._done("closed", table=arguments.table)]
            case "ban" | "unban" if _is_network(arguments.target):
                return await self._of_address(arguments)
            case _:
                return await self._of_player(arguments)

    async def _of_address(self, arguments: argparse.Namespace) -> Sequence[str]:
        address = arguments.target
        if arguments.action == "unban":
            await self._client.moderate(Unban(NO_ID, address=address))
            return [self._done("unbanned", address=address)]
        ban = Ban(NO_ID, arguments.minutes, address=address, reason=arguments.reason)
        await self._client.moderate(ban)
        # An IPv6 address stands for its network.
        banned = str(network_of(address))
        return [self._entry(one) for one in await self._bans() if one.address == banned]

    async def _of_player(self, arguments: argparse.Namespace) -> Sequence[str]:
        named = arguments.target if hasattr(arguments, "target") else arguments.player
        player = await self._resolve(named)
        match arguments.action:
            case "ban":
                await self._client.moderate(
                    Ban(NO_ID, arguments.minutes, player=player, reason=arguments.reason)
                )
                return await self._imposed("ban", player)
            case "mute":
                await self._client.moderate(
                    Mute(NO_ID, player, arguments.minutes, arguments.reason)
                )
                return await self._imposed("mute", player)
            case "kick":
                table = TableId(arguments.table)
                await self._client.moderate(
                    Kick(NO_ID, table, player, arguments.minutes, arguments.reason)
                )
                return await self._imposed("kick", player, table)
            case "end-session":
                await self._client.moderate(EndSession(NO_ID, player))
                return await self._imposed("end_session", player)
            case "unban":
                await self._client.moderate(Unban(NO_ID, player=player))
                return [self._done("unbanned", player=player)]
            case _:
                await self._client.moderate(Unmute(NO_ID, player))
                return [self._done("unmuted", player=player)]

    async def _resolve(self, named: str) -> PlayerId:
        """The player with this id, or else the only one with this name.  Raises NotModerated."""
        players = await self._players()
        if any(one.player == named for one in players):
            return PlayerId(named)
        ids = [one.player for one in players if one.name.casefold() == named.casefold()]
        if len(ids) > 1:
            raise NotModerated(f"several players are named {named}: give one of {', '.join(ids)}")
        return ids[0] if ids else PlayerId(named)

    async def _imposed(
        self, kind: str, player: PlayerId, table: TableId | None = None
    ) -> Sequence[str]:
        """The sanction as the server has it, with its end, and whether it is stored."""
        bans = await self._bans()
        sought = (kind, player, table)
        return [self._entry(one) for one in bans if (one.kind, one.player, one.table) == sought]

    async def _players(self) -> list[PlayerEntry]:
        answer = await self._client.players()
        found = answer.players
        for page in range(1, answer.pages):
            found += (await self._client.players(page)).players
        return found

    async def _bans(self) -> list[SanctionEntry]:
        answer = await self._client.bans()
        found = answer.bans
        for page in range(1, answer.pages):
            found += (await self._client.bans(page)).bans
        return found

    # ---- out

    def _player(self, one: PlayerEntry) -> str:
        return _json(one) if self._as_json else player_line(one)

    def _entry(self, one: SanctionEntry) -> str:
        return _json(one) if self._as_json else entry_line(one)

    def _done(self, what: str, **target: str) -> str:
        if self._as_json:
            return _json({"done": what, **target})
        return f"{what} {next(iter(target.values()))}"


def _json(facts: object) -> str:
    return msgspec.json.encode(facts).decode()


def _is_network(text: str) -> bool:
    """Whether a target is an address or a network, and not a player."""
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
