# ruff: noqa: INP001 - This is a script, not a package.
"""A small bot: takes a seat at the first table with a free one, and always checks or calls.

It plays every game, and discards only what it must.  With the session file it is the same player,
in the same seat, when it is started again.

python examples/bot.py ws://127.0.0.1:8765/ws Rosa
"""

import asyncio
import sys
from pathlib import Path

from pokerws.client import Client, ClientError, CommandRejected, TableView, connect
from pokerws.game.cards import Card
from pokerws.game.commands import Action

PASSIVE: tuple[Action, ...] = ("check", "call", "stand_pat", "bring_in")


def choose(view: TableView) -> tuple[Action, list[Card] | None]:
    turn = view.turn
    assert turn is not None
    line = f"{view.cards + view.up} on {view.board}: {turn.call} to call"
    print(line, flush=True)  # noqa: T201  The output.
    if turn.discard_min:
        return "discard", view.cards[: turn.discard_min]
    return next(action for action in PASSIVE if action in turn.actions), None


async def take_seat(client: Client) -> TableView:
    for table in await client.list_tables():
        view = await client.watch(table.table)
        if view.seat is not None:  # The seat of an earlier run.
            return view
        if table.players < table.config.seats:
            await client.sit(view.id, buy_in=view.least_buy_in, entry="post")
            return view
    sys.exit("no table has a free seat")


async def play(url: str, name: str) -> None:
    async with connect(url, name=name, session_file=Path(f"{name}.session")) as client:
        view = await take_seat(client)
        while True:
            turn = await view.wait_for(lambda view: view.turn)
            action, cards = choose(view)
            try:
                await client.act(view.id, turn.number, action, cards=cards)
            except CommandRejected as refused:
                print(refused)  # noqa: T201  The output.
                await asyncio.sleep((refused.retry_after_ms or 0) / 1000)


if __name__ == "__main__":
    try:
        asyncio.run(play(*sys.argv[1:]))
    except ClientError as error:
        sys.exit(str(error))
