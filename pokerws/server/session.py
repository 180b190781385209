"""One connection: hello, decoding, answering, and the bounded outbox.

A session decodes once at the edge and hands typed commands on.  It knows nothing of rules.
"""

import asyncio
import re
from typing import assert_never

import msgspec
import structlog
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from pokerws.game import commands
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    PROTOCOL,
    Accepted,
    Account,
    AccountTransfer,
    Act,
    AddChips,
    Chat,
    ChatSaid,
    ClientMessage,
    CloseCode,
    CreateTable,
    GetAccount,
    Hello,
    Limits,
    ListTables,
    Ping,
    Pong,
    Refill,
    Rejected,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Tables,
    Unwatch,
    Watch,
    WatchLobby,
    Welcome,
    encode,
)
from pokerws.metrics import ACCEPTED, UNREADABLE, Metrics
from pokerws.server.auth import BadToken, Guests, Player
from pokerws.server.bank import Bank, Statement
from pokerws.server.clock import Clock
from pokerws.server.lobby import Lobby
from pokerws.server.outbox import Outbox
from pokerws.server.table_actor import TableActor, reject

ZERO_WIDTH_JOINER = "\u200d"
# More than this waiting for one client is too much, however few frames it is.
MAX_OUTBOX_BYTES = 1 << 20
# So many messages in a row that make no sense end the connection.
MAX_BAD_MESSAGES = 20
# A client that does not answer the closing handshake for this long is cut off.
CLOSE_TIMEOUT_S = 1.0

log = structlog.get_logger("pokerws.session")

# Each message of a client gets one of these.
Answer = Accepted | Rejected | Pong | Tables | Account | Welcome


class Desk(msgspec.Struct, frozen=True):
    """What all sessions share."""

    lobby: Lobby
    bank: Bank
    guests: Guests
    clock: Clock
    decoder: "msgspec.json.Decoder[ClientMessage]"
    flags: dict[str, bool]
    limits: Limits
    outbox_frames: int
    hello_timeout_s: float
    metrics: Metrics = msgspec.field(default_factory=Metrics)


class Session:
    """One connection.  It is a `table_actor.Viewer`."""

    def __init__(self, connection: ServerConnection, desk: Desk) -> None:
        self._connection = connection
        self._desk = desk
        self._player: Player | None = None
        self._watched: dict[TableId, TableActor] = {}
        self._outbox = Outbox(desk.outbox_frames, MAX_OUTBOX_BYTES)
        self._resynced = False
        self._closing: asyncio.Task[None] | None = None
        self._bad_messages = 0
        # The kinds of the messages that have no answer yet, to count the answer by: with durable
        # acks the answer may wait for its commit.
        self._asked: dict[str, str] = {}

    @property
    def player(self) -> PlayerId:
        """The player's id; there is none before hello."""
        assert self._player is not None, "commands come after hello"
        return self._player.id

    async def run(self) -> None:
        """Serve the connection until it ends."""
        writer = asyncio.create_task(self._write())
        try:
            await self._read()
        except ConnectionClosed:
            pass  # How the connection ended is logged below.
        finally:
            writer.cancel()
            for actor in self._watched.values():
                actor.unwatch(self)
            self._desk.lobby.forget(self)
            code = self._connection.close_code
            self._desk.metrics.session_closed(code)
            log.info(
                "session_ended",
                player=None if self._player is None else self._player.id,
                code=None if code is None else int(code),
            )

    # ---- in

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(self._desk.hello_timeout_s):
                while self._player is None:
                    await self._take(await self._connection.recv())
        except TimeoutError:
            await self._connection.close(CloseCode.HELLO_TIMEOUT, "say hello first")
            return
        async for frame in self._connection:
            await self._take(frame)

    async def _take(self, frame: str | bytes) -> None:
        """Answer one frame."""
        try:
            if isinstance(frame, bytes):
                raise Illegal("not_text", "")
            message = decode(self._desk.decoder, frame)
        except Illegal as refusal:
            self._bad_messages += 1
            self._send(reject(_id_of(frame), refusal.code, refusal.detail))
            if self._bad_messages >= MAX_BAD_MESSAGES:
                self._close(CloseCode.BAD_MESSAGES, "too many messages that make no sense")
            return
        self._bad_messages = 0
        self._asked[message.id] = str(message.__struct_config__.tag)
        try:
            await self._dispatch(message)
        except Illegal as refusal:
            self._send(reject(message.id, refusal.code, refusal.detail))

    async def _dispatch(self, message: ClientMessage) -> None:
        """Carry out a message.  Raises Illegal for what is refused."""
        if isinstance(message, Hello):
            self._hello(message)
            return
        if self._player is None:
            raise Illegal("hello_first", "")
        lobby, player = self._desk.lobby, self._player
        match message:
            case Sit() | AddChips():
                await self._pay(message, player)
            case Act() | Stand() | SitOut() | SitIn():
                actor = await lobby.find(message.table)
                actor.handle(self, message.id, command_of(message, player))
            case Ping():
                self._send(Pong(message.id, self._desk.clock.now_ms()))
            case Watch(table=table):
                actor = await lobby.find(table)
                self._watched[actor.table.id] = actor
                actor.watch(self, message)
            case Unwatch(table=table):
                self._unwatch(message.id, table)
            case Chat():
                self._chat(message, player)
            case ListTables():
                self._send(Tables(message.id, lobby.summaries()))
            case WatchLobby():
                self._send(Accepted(message.id))
                lobby.subscribe(self)
            case CreateTable(name=name, config=config):
                check_name(name)
                lobby.create(name, config).answer_opened(self, message.id)
            case GetAccount(before=before):
                statement = await self._desk.bank.statement(player.id, before)
                self._send(account_of(message.id, statement))
            case Refill():
                await self._desk.bank.refill(player.id)
                self._send(Accepted(message.id))
            case _:
                assert_never(message)

    async def _pay(self, message: Sit | AddChips, player: Player) -> None:
        """Bring chips to a table, if the account has them."""
        lobby = self._desk.lobby
        actor = await lobby.find(message.table)
        command = command_of(message, player)
        if actor.has_answered(self, message.id, command):
            actor.handle(self, message.id, command)
            return
        async with self._desk.bank.paying(player.id) as balance:
            actor = await lobby.find(message.table)
            actor.handle(self, message.id, command_of(message, player, balance))

    def _hello(self, message: Hello) -> None:
        if self._player is not None:
            raise Illegal("already_greeted", "")
        guests = self._desk.guests
        if message.name is not None:
            check_name(message.name)
        if message.token is not None:
            try:
                player = guests.player_of(message.token)
            except BadToken as error:
                raise Illegal("bad_token", f"the token is not valid: {error}") from error
            if message.name is not None:
                player = Player(player.id, message.name)
        elif message.name is not None:
            player = guests.new_player(message.name)
        else:
            raise Illegal("name_missing", "")
        self._player = player
        log.info("session_opened", player=player.id, name=player.name)
        self._send(
            Welcome(
                message.id,
                player.id,
                player.name,
                guests.token_for(player),
                PROTOCOL,
                self._desk.clock.now_ms(),
                self._desk.flags,
                self._desk.limits,
            )
        )

    def _unwatch(self, message_id: str, table: TableId) -> None:
        actor = self._watched.pop(table, None)
        if actor is None:
            raise Illegal("not_watching", "")
        actor.unwatch(self)
        self._send(Accepted(message_id, table=table))

    def _chat(self, message: Chat, player: Player) -> None:
        actor = self._watched.get(message.table)
        if actor is None:
            raise Illegal("not_watching", "")
        if not is_printable(message.text):
            raise Illegal("invalid_value", "chat takes printable characters")
        self._send(Accepted(message.id, table=message.table))
        now_ms = self._desk.clock.now_ms()
        frame = encode(ChatSaid(message.table, player.id, player.name, message.text, now_ms))
        for viewer in list(actor.watchers):
            viewer.hear(frame)

    # ---- out

    def answer(self, message: Accepted | Rejected) -> None:
        """Part of `table_actor.Viewer`."""
        self._send(message)

    def tell(self, frame: bytes) -> None:
        """Part of `table_actor.Viewer`."""
        self._put(frame, of_table=False)

    def show(self, table: TableActor, frame: bytes) -> None:
        """Part of `table_actor.Viewer`."""
        self._put(frame, of_table=True)

    def hear(self, frame: bytes) -> None:
        """Part of `table_actor.Viewer`.

        Chat never costs a client its place at the table: the slow one misses it.
        """
        if not self._outbox.is_half_full:
            self._put(frame, of_table=False)

    def moved(self, table: TableId) -> None:
        """Part of `table_actor.Viewer`."""
        self._close(CloseCode.MOVED, f"table {table} is owned by another server now")

    def _send(self, message: Answer) -> None:
        command = self._asked.pop(message.id, UNREADABLE)
        answer = message.code if isinstance(message, Rejected) else ACCEPTED
        self._desk.metrics.command(command, answer)
        self._put(encode(message), of_table=False)

    def _put(self, frame: bytes, *, of_table: bool) -> None:
        """Queue a frame.

        Overflow policy: once, the frames of all tables give way to one fresh snapshot each; a
        client that has not caught up when the outbox overflows again is cut off.
        """
        if self._closing is not None or self._outbox.put(frame, of_table=of_table):
            return
        if self._resynced:
            self._outbox.clear()
            self._close(CloseCode.TOO_SLOW, "too slow to be kept up to date")
            return
        self._resynced = True
        self._outbox.drop_tables()
        for actor in self._watched.values():
            actor.show_snapshot(self)
        if not of_table:
            self._put(frame, of_table=False)

    async def _write(self) -> None:
        """Send what is queued, as fast as the client takes it."""
        try:
            while True:
                await self._connection.send(await self._outbox.get(), text=True)
                if not self._outbox:
                    self._resynced = False
        except ConnectionClosed:
            return  # The reader sees it too, and ends the session.

    def _close(self, code: CloseCode, reason: str) -> None:
        """Close without waiting for a client that may not be reading."""
        if self._closing is None:
            log.info("session_closed", code=int(code), reason=reason)
            self._closing = asyncio.create_task(self._end(code, reason))

    async def _end(self, code: CloseCode, reason: str) -> None:
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._connection.close(code, reason)
        except TimeoutError:
            # The close frame is stuck behind what the client does not read.
            self._connection.transport.abort()


def command_of(
    message: Act | Sit | Stand | SitOut | SitIn | AddChips,
    player: Player,
    balance: int | None = None,
) -> commands.Command:
    """What a message asks of its table, for `player`, whose account can pay `balance`."""
    match message:
        case Act(turn=turn, action=action, amount=amount):
            return commands.Act(player.id, turn, action, amount)
        case Sit(seat=seat, buy_in=buy_in):
            return commands.Sit(player.id, player.name, seat, buy_in, balance)
        case Stand():
            return commands.Stand(player.id)
        case SitOut():
            return commands.SitOut(player.id)
        case SitIn():
            return commands.SitIn(player.id)
        case AddChips(amount=chips):
            return commands.AddChips(player.id, chips, balance)
        case _:
            assert_never(message)


def account_of(message_id: str, statement: Statement) -> Account:
    """The answer to `get_account`."""
    transfers = [AccountTransfer(*booked) for booked in statement.history]
    return Account(message_id, statement.balance, transfers, statement.refill_at_ms)


def is_printable(text: str) -> bool:
    """Whether a text has something to show and no control characters.

    The joiner that holds emoji together is the one invisible character that has its use.
    """
    return text.replace(ZERO_WIDTH_JOINER, "").isprintable() and bool(text.strip())


def check_name(name: str) -> None:
    """Raise Illegal("bad_name") for a name that cannot be shown as it is."""
    if not is_printable(name) or name != name.strip():
        raise Illegal("bad_name", "a name has printable characters and no space at its ends")


class _Identified(msgspec.Struct):
    id: str = ""


_id_decoder = msgspec.json.Decoder(_Identified)

# How msgspec words its refusals, and the code that each is answered with.
WORDINGS = (
    (re.compile(r"`\$\.type`|required field `type`"), "unknown_type"),
    (re.compile(r"missing required field"), "missing_field"),
    (re.compile(r"unknown field"), "unknown_field"),
    (re.compile(r"Expected `object`, got `\w+`$"), "not_an_object"),
    (re.compile(r"Invalid enum value|matching regex"), "invalid_value"),
    (re.compile(r"[<>]= ?|of length|out of range"), "out_of_range"),
)
OTHERWISE = "wrong_type"


def decode(decoder: "msgspec.json.Decoder[ClientMessage]", frame: str) -> ClientMessage:
    """A client's message.  Raises Illegal with the code and words that it is refused with."""
    try:
        return decoder.decode(frame)
    except msgspec.ValidationError as error:
        detail = str(error)
        code = next((code for words, code in WORDINGS if words.search(detail)), OTHERWISE)
        raise Illegal(code, detail) from error
    except msgspec.DecodeError as error:
        raise Illegal("not_json", str(error)) from error
    except RecursionError as error:
        raise Illegal("not_json", "nested too deeply") from error


def _id_of(frame: str | bytes) -> str:
    """The id of a message that could not be decoded, if one can be made out."""
    try:
        return _id_decoder.decode(frame).id[:64]
    except (msgspec.DecodeError, RecursionError):
        return ""
