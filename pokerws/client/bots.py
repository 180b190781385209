"""Bots: ordinary WebSocket clients, each with a playing style.

A bot takes a seat, plays, buys in again when busted, sits in again when it was sat out, and
reconnects after a lost connection.  On cancellation it disconnects and leaves its seat as it is.
When its account runs low, it requests a refill, buys in for less, or waits until a refill is due.
With `not_among` or `needs_people`, a bot sits out while only other bots play.  No bot straddles,
runs a board twice or chooses a game.
"""

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Literal

import structlog
from msgspec import Struct

from pokerws.client.client import Client, connect
from pokerws.client.credentials import TOKEN_REFUSALS
from pokerws.client.errors import ClientError, CommandRejected, TableLost
from pokerws.client.reconnect import Backoff, Retries
from pokerws.client.styles import (
    STYLES,
    Decision,
    Style,
    calling_station,
    loose_aggressive,
    tight_aggressive,
)
from pokerws.client.table_view import TableView
from pokerws.game.blinds.departures import least_buy_in
from pokerws.game.state import TableId
from pokerws.messages import Account

__all__ = [
    "STYLES",
    "BotSeat",
    "Decision",
    "Style",
    "calling_station",
    "loose_aggressive",
    "run_bot",
    "run_bots",
    "tight_aggressive",
]

# The default buy-in, within the table's limits.
BUY_IN_BIG_BLINDS = 100
# Why an account gets no refill now.
NO_REFILL = frozenset({"refill_not_due", "chips_at_table", "free_chips_used_up"})
# Wait before the next look at an account that has too few chips and gets no refill yet.
LOOK_AGAIN_MS = 60_000

log = structlog.get_logger("pokerws.bots")

Duty = Literal["sit", "buy_in_again", "sit_in", "sit_out", "act"]


class BotSeat(Struct, frozen=True):
    """The configuration of one bot.

    `table` is a table's id or name.  With a `token`, an earlier player returns to its seat; without
    one, `name` is a new player.  `seat` is the seat to try first, `buy_in` the chips to bring.
    `delay_ms` is the range of the pause before each action, in milliseconds; it is capped at half
    of the table's turn time.  While only players named in `not_among` play, the bot sits out; with
    `needs_people`, while only bots of the server do.
    """

    style: Style
    table: str
    name: str
    token: str | None = None
    seat: int | None = None
    buy_in: int | None = None
    delay_ms: tuple[int, int] = (500, 2_000)
    not_among: frozenset[str] = frozenset()
    needs_people: bool = False


async def run_bots(
    url: str,
    players: Sequence[BotSeat],
    *,
    rng: random.Random | None = None,
    backoff: Backoff | None = None,
    tls: ssl.SSLContext | None = None,
) -> None:
    """Run all `players` at `url` until cancelled; `tls` is the context for a `wss` address.

    A bot that fails is logged with the reason and restarted after a pause, as the same player if
    the server still knows it.  The others play on.
    """
    rng = rng or random.Random()  # noqa: S311  Play needs no secure randomness.
    async with asyncio.TaskGroup() as group:
        for player in players:
            own = random.Random(rng.random())  # noqa: S311  As above.
            group.create_task(_Bot(url, player, own, backoff or Backoff(), tls).run())


async def run_bot(
    url: str,
    player: BotSeat,
    *,
    rng: random.Random | None = None,
    backoff: Backoff | None = None,
) -> None:
    """Run one bot until cancelled.

    Raises the ClientError that ends its play: connection refused or lost for good, no such table,
    or table closed.
    """
    rng = rng or random.Random()  # noqa: S311  Play needs no secure randomness.
    await _Bot(url, player, rng, backoff or Backoff()).play()


class _Bot:
    """One running bot.  `_session` survives its failures, so that it returns to its own seat."""

    def __init__(
        self,
        url: str,
        player: BotSeat,
        rng: random.Random,
        backoff: Backoff,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._url = url
        self._tls = tls
        self._player = player
        self._rng = rng
        self._backoff = backoff
        self._session = player.token
        self._log = log.bind(bot=player.name)

    async def run(self) -> None:
        """Play until cancelled, and restart after each failure."""
        loop = asyncio.get_running_loop()
        retries = Retries(self._backoff)
        while True:
            started_s = loop.time()
            try:
                await self.play()
            except Exception as error:  # noqa: BLE001  A bot's fault must not stop the others.
                if isinstance(error, CommandRejected) and error.code in TOKEN_REFUSALS:
                    self._session = self._player.token
                delay_ms = retries.delay_ms(started_s, loop.time(), answered=False)
                self._log.warning(
                    "bot_failed",
                    reason=f"{type(error).__name__}: {error}",
                    retry_in_ms=delay_ms,
                    exc_info=None if isinstance(error, ClientError) else error,
                )
                await asyncio.sleep(delay_ms / 1000)

    async def play(self) -> None:
        """Connect and play until cancelled.  Raises ClientError."""
        async with connect(
            self._url,
            name=self._player.name,
            token=self._session,
            tls=self._tls,
            backoff=self._backoff,
        ) as client:
            self._session = client.session
            view = await client.watch(await self._find_table(client))
            refusals = 0
            while True:
                await view.wait_for(lambda view: view.table.closed or self._duty(view))
                if view.table.closed:
                    raise TableLost(view.id, "table_closed")
                await self._pause(view)
                # Something may have happened during the pause.
                due = self._duty(view)
                if due is not None:
                    refusals = await self._try(due, client, view, refusals)

    def _duty(self, view: TableView) -> Duty | None:
        player = self._player
        return duty(view, player.not_among, needs_people=player.needs_people)

    async def _try(self, due: Duty, client: Client, view: TableView, refusals: int) -> int:
        """Do what is due.  Returns the number of retryable refusals in a row."""
        seen = (view.epoch, view.seq)
        try:
            await self._do(due, client, view)
        except CommandRejected as refused:
            # The bot was late, or another player was faster.
            self._log.debug("bot_refused", duty=due, code=refused.code, table=view.id)
            # The account may have paid at another table since its balance was read.
            if refused.retryable or refused.code == "insufficient_chips":
                wait_ms = max(self._backoff.delay_ms(refusals), refused.retry_after_ms or 0)
                await asyncio.sleep(wait_ms / 1000)
                return refusals + 1
            await view.wait_for(lambda view: (view.epoch, view.seq) != seen)
        return 0

    async def _find_table(self, client: Client) -> TableId:
        tables = await client.list_tables()
        for summary in tables:
            named = self._player.table in (summary.table, summary.name)
            if named and summary.status != "closed":
                return summary.table
        raise TableLost(self._player.table, "unknown_table")

    async def _pause(self, view: TableView) -> None:
        delay_ms = self._rng.uniform(*self._player.delay_ms)
        await asyncio.sleep(min(delay_ms, view.table.config.turn_time_ms / 2) / 1000)

    async def _do(self, due: Duty, client: Client, view: TableView) -> None:
        match due:
            case "act":
                if view.turn is not None:
                    decision = self._player.style(view, self._rng)
                    await client.act(view.id, view.turn.number, *decision)
            case "sit":
                await self._pay_buy_in(client, view, lambda chips: self._sit(client, view, chips))
            case "buy_in_again":
                await self._pay_buy_in(client, view, lambda chips: client.add_chips(view.id, chips))
            case "sit_in":
                await client.sit_in(view.id, entry="post")
            case "sit_out":
                await client.sit_out(view.id)

    async def _sit(self, client: Client, view: TableView, chips: int) -> None:
        """Take the preferred seat, or any free one.  Raises CommandRejected if none is left."""
        seats = [number for number, seat in enumerate(view.table.seats) if seat is None]
        self._rng.shuffle(seats)
        seats.sort(key=lambda number: number != self._player.seat)
        for number in seats:
            try:
                await client.sit(view.id, chips, number, entry="post")
            except CommandRejected as refused:
                if refused.code != "seat_taken" or number == seats[-1]:
                    raise
            else:
                return

    async def _pay_buy_in(
        self, client: Client, view: TableView, pay: Callable[[int], Awaitable[object]]
    ) -> None:
        """Pay the buy-in, or what the account has after a refill; if that is too little, wait.

        Raises CommandRejected for any other refusal of `pay` or of the refill.
        """
        least = await self._least(client, view)
        wanted = max(least, self._buy_in(view))
        try:
            await pay(wanted)
        except CommandRejected as refused:
            if refused.code != "insufficient_chips":
                raise
        else:
            return
        try:
            await client.refill()
        except CommandRejected as refused:
            if refused.code not in NO_REFILL:
                raise
        account = await client.account()
        if account.balance >= least:
            await pay(min(wanted, account.balance))
        else:
            await self._wait_for_refill(client, view, account)

    async def _wait_for_refill(self, client: Client, view: TableView, account: Account) -> None:
        """Wait until a refill is due by the server's clock, or until the table closes."""
        wait_ms = LOOK_AGAIN_MS
        if account.refill_at_ms is not None:
            # The minimum avoids a busy loop if the refill is refused for another reason.
            wait_ms = max(self._backoff.longest_ms, account.refill_at_ms - await client.ping())
        self._log.info("bot_waits_for_chips", balance=account.balance, wait_ms=wait_ms)
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_ms / 1000):
                await view.wait_for(lambda view: view.table.closed)

    async def _least(self, client: Client, view: TableView) -> int:
        """The smallest buy-in: the table's, or what the bot left with within the hour."""
        player, departure = view.player, None
        if view.own is None and any(gone.player == player for gone in view.table.departed):
            departure = view.table.departure_of(player, await client.ping())
        return least_buy_in(view.table, departure)

    def _buy_in(self, view: TableView) -> int:
        config = view.table.config
        wanted = self._player.buy_in or BUY_IN_BIG_BLINDS * config.big_blind
        return min(config.max_buy_in, max(config.min_buy_in, wanted))


def duty(
    view: TableView, not_among: frozenset[str] = frozenset(), *, needs_people: bool = False
) -> Duty | None:
    """What the bot should do now at its table, or None.

    It sits out while only players named in `not_among` play; with `needs_people`, while only bots
    of the server do.
    """
    seat = view.own
    if seat is None:
        return "sit" if None in view.table.seats else None
    if view.turn is not None:
        return "act"
    if seat.leaving:
        return None
    if not seat.stack:
        return "buy_in_again" if view.own_hand is None else None
    is_choosy = needs_people or bool(not_among)
    if is_choosy and not _has_company(view, not_among, needs_people=needs_people):
        return None if seat.sitting_out else "sit_out"
    return "sit_in" if seat.sitting_out else None


def _has_company(view: TableView, not_among: frozenset[str], *, needs_people: bool) -> bool:
    """Whether another player plays, or is ready to."""
    return any(
        seat is not None
        and seat.name not in not_among
        and not (needs_people and seat.bot)
        and seat.stack > 0
        and not (seat.sitting_out or seat.leaving)
        for seat in view.table.seats
    )
