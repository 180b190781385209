"""The Python client: connect, follow tables, play.  The bots in `bots` are built on it.

    async with connect("ws://127.0.0.1:8765/ws", name="Ann") as client:
        tables = await client.list_tables()
        view = await client.watch(tables[0].table)
        turn = await view.wait_for(lambda view: view.turn)

Chips come from the player's account: `client.account()` returns balance and history,
`client.refill()` requests a refill when one is due, and `client.add_chips(table)` fills the stack
as far as the table and the account allow.

Of this project it imports only `messages` and `game`, not the server.
"""

from pokerws.client.client import Client, OnMessage, connect
from pokerws.client.credentials import TokenProvider
from pokerws.client.errors import (
    ClientError,
    CommandRejected,
    ConnectionEnded,
    NotUnderstood,
    TableLost,
)
from pokerws.client.reconnect import RECONNECT_CODES, Backoff
from pokerws.client.table_view import OnEvent, TableView

__all__ = [
    "RECONNECT_CODES",
    "Backoff",
    "Client",
    "ClientError",
    "CommandRejected",
    "ConnectionEnded",
    "NotUnderstood",
    "OnEvent",
    "OnMessage",
    "TableLost",
    "TableView",
    "TokenProvider",
    "connect",
]
