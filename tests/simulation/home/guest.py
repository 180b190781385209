"""One player of a home game, and all that the player was shown, promised, and asked for."""

import asyncio
from contextlib import AsyncExitStack, suppress
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from pokerws.client import (
    Client,
    ClientError,
    CommandRejected,
    OnEvent,
    TableLost,
    TableView,
    connect,
)
from pokerws.game.betting.pre_actions import PreActionName
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import TableEvent
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import Accepted, Act, NoteColour, PreAct, RenewLink
from pokerws.schema.refused import codes_of
from tests.simulation.crash import BACKOFF, Progress
from tests.simulation.home.wishes import Wish, act, home_config, wish

# A player thinks for so long at most while others play.
THINKS_S = 0.05
PRE_ACTIONS: tuple[PreActionName, ...] = ("check_fold", "check", "call", "call_any", "raise")
COLOURS: tuple[NoteColour, ...] = ("", "red")
# A player has so many devices at most.
DEVICES = 2


class Lost(Exception):
    """The player cannot come back: nobody has a token any more."""


class Answered(NamedTuple):
    """A command that was accepted, with the number of its first event."""

    table: TableId
    seq: int
    command: Wish


class House:
    """Players, and their table: when it is closed they open another one."""

    def __init__(self, rng: Random, seats: int, progress: Progress) -> None:
        self.rng, self.seats, self.progress = rng, seats, progress
        self.tables: list[TableId] = []
        self.configs: dict[TableId, TableConfig] = {}
        self.closed: set[TableId] = set()
        self.keys: dict[TableId, str] = {}
        self.guests: list[Guest] = []
        self._opening = asyncio.Lock()

    async def table(self, client: Client) -> TableId:
        async with self._opening:
            if not self.tables or self.tables[-1] in self.closed:
                config = home_config(self.rng, self.seats)
                table = await client.create_table("Home", config)
                self.keys.update(client.keys)
                self.tables.append(table)
        return self.tables[-1]

    def ids(self) -> list[PlayerId]:
        return [guest.player for guest in self.guests if guest.player]

    async def host(self, url: str, name: str) -> None:
        """Let a player play until cancelled; one who is lost comes as another one."""
        while True:
            guest = Guest(self, name, Random(self.rng.random()))
            self.guests.append(guest)
            try:
                await guest.play(url)
            except Lost:
                if self.tables:
                    # It may be the host who is gone.
                    self.closed.add(self.tables[-1])
            except CommandRejected as refused:
                # The welcome was lost with the server, and with it the only token for the name.
                if refused.code != "name_taken" or guest.player:
                    raise
            name += "x"


def check_refusal(command: Wish | PreAct, refused: CommandRejected) -> None:
    """What a player does may be late, or against the rules, but never more than that."""
    assert refused.code in codes_of(type(command)), (command, refused)
    is_fault = refused.category in ("invalid", "identity") and refused.code != "bad_config"
    assert not is_fault, (command, refused)


class Guest:
    """A player, with all that the harness checks later."""

    def __init__(self, house: House, name: str, rng: Random) -> None:
        self.house, self.name, self.rng = house, name, rng
        self.player = PlayerId("")
        self.shown: dict[TableId, dict[int, TableEvent]] = {}
        self.answered: list[Answered] = []
        # Commands that may have been carried out: their answers were never seen.
        self.unanswered: list[Wish] = []
        # What the player meant to bet: by turn, and by hand and street.
        self.acts: set[tuple[TableId, int, str]] = set()
        self.pre_acts: set[tuple[TableId, int, int, str]] = set()
        self.notes: dict[PlayerId, tuple[str, str, bool]] = {}

    async def play(self, url: str) -> None:
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(connect(url, name=self.name, backoff=BACKOFF))
            self.player = client.player
            devices = [client]
            while True:
                await self._play_for_a_while(client)
                if self.rng.random() < 0.3:
                    await self._come_back(stack, url, devices)
                else:
                    await self._move(stack, url, devices)
                client = devices[-1]
                assert client.player == self.player

    async def _come_back(self, stack: AsyncExitStack, url: str, devices: list[Client]) -> None:
        """The player is away for a moment."""
        token = devices[-1].session
        while devices:
            await devices.pop().close()
        await asyncio.sleep(THINKS_S)
        client = connect(url, token=token, backoff=BACKOFF)
        devices.append(await stack.enter_async_context(client))

    async def _move(self, stack: AsyncExitStack, url: str, devices: list[Client]) -> None:
        """The player goes on with another device.  Raises Lost."""
        keep = self.rng.random() < 0.8
        before = devices[-1]
        code = (await before.company.create_link(keep=keep)).code
        try:
            newer = connect(url, code=code, backoff=BACKOFF)
            devices.append(await stack.enter_async_context(newer))
        except CommandRejected as refused:
            # The welcome was lost, and the code with it.
            if refused.code != "bad_code":
                raise
            try:
                await before.ping()
            except ClientError as ended:
                raise Lost from ended
            return
        if not keep:
            with suppress(ClientError):
                # The session has ended, and the connection does in a moment.
                while True:
                    await before.ping()
            devices.remove(before)
        elif len(devices) > DEVICES:
            await devices.pop(0).close()

    async def _play_for_a_while(self, client: Client) -> None:
        for _ in range(self.rng.randint(50, 400)):
            table = await self.house.table(client)
            client.keys.update(self.house.keys)
            try:
                view = await client.watch(table, self._recorder(table))
                if view.table.closed:
                    self.house.closed.add(table)
                    await client.unwatch(table)
                else:
                    await self._step(client, view)
            except TableLost:
                await asyncio.sleep(THINKS_S)
            except CommandRejected as refused:
                # The table is unlisted, and the player is banned or has an old link.
                if refused.code != "unknown_table":
                    raise
                await asyncio.sleep(THINKS_S)

    def _recorder(self, table: TableId) -> OnEvent:
        shown = self.shown.setdefault(table, {})

        def record(seq: int, event: TableEvent) -> None:
            before = shown.setdefault(seq, event)
            assert before == event, f"event {seq} was {before} and is {event} now"
            self.house.progress.add()

        return record

    async def _step(self, client: Client, view: TableView) -> None:
        roll = self.rng.random()
        if view.turn is not None and roll < 0.8:
            await self._ask(client, act(self.rng, view))
        elif roll < 0.25:
            await self._ask(client, wish(self.rng, view, self.house.ids()))
        elif roll < 0.35:
            await self._pre_act(client, view)
        elif roll < 0.37:
            await self._keep_note(client)
        elif roll < 0.39:
            with suppress(CommandRejected):
                await client.chat(view.id, "hello")
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.rng.random() * THINKS_S):
                    await view.wait_for(lambda v: v.turn or v.table.closed)

    async def _ask(self, client: Client, command: Wish) -> None:
        command = replace(command, id=client._link.new_id())
        if isinstance(command, Act):
            self.acts.add((command.table, command.turn, command.action))
        self.unanswered.append(command)
        try:
            accepted = await client._link.ask(command, Accepted)
        except CommandRejected as refused:
            self.unanswered.pop()
            check_refusal(command, refused)
            # The same command may be refused for a while.
            banned = refused.code == "unknown_table"
            await asyncio.sleep(THINKS_S if banned else 0)
            return
        assert command.table is not None
        assert accepted.seq is not None
        self.unanswered.pop()
        self.answered.append(Answered(command.table, accepted.seq, command))
        await client._reached(accepted, command.table)
        if isinstance(command, RenewLink):
            with suppress(CommandRejected):
                self.house.keys[command.table] = await client.link_key(command.table)

    async def _pre_act(self, client: Client, view: TableView) -> None:
        hand, part = view.table.hand, view.own_hand
        if hand is None or part is None or view.turn is not None:
            return
        action = self.rng.choice((*PRE_ACTIONS, None))
        amount = hand.bet * 2 if action == "raise" else None
        message = PreAct(client._link.new_id(), view.id, hand.number, action, amount, hand.street)
        if action is not None:
            self.pre_acts.add((view.id, hand.number, hand.street, action))
        try:
            await client._link.ask(message, Accepted)
        except CommandRejected as refused:
            check_refusal(message, refused)

    async def _keep_note(self, client: Client) -> None:
        """Notes and mutes are as the player left them."""
        about = self.rng.choice(self.house.ids())
        if about != self.player:
            text, colour, muted = self.notes.get(about, ("", "", False))
            if self.rng.random() < 0.5:
                text = self.rng.choice(("", "calls too much"))
                chosen: NoteColour = self.rng.choice(COLOURS)
                colour = chosen
                await client.company.set_note(about, text, chosen)
            else:
                muted = not muted
                await client.company.mute(about, on=muted)
            self.notes[about] = (text, colour, muted)
        stored = (await client.company.notes()).notes
        kept = {note.player: (note.text, note.colour, note.muted) for note in stored}
        assert kept == {who: note for who, note in self.notes.items() if note != ("", "", False)}
