"""The state of a table, as data; the rules are in `hand.py`, `table.py` and `blinds/`.

Only `apply` changes it.  The stored snapshot is these structs encoded, so their shape is a contract
with the database: new fields need a default.  Fields of seats with their default are left out,
which keeps the row of a full table small enough not to be moved out of line.
"""

from pokerws.game.state.extras import Extras, Rabbit, StandUp
from pokerws.game.state.hands import FixedLimit, Game, Hand, HandSeat, LastHand, Pot, Turn, TurnTime
from pokerws.game.state.hosting import BankLine, Hosting, SeatRequest
from pokerws.game.state.ids import BOT_PREFIX, PlayerId, TableId
from pokerws.game.state.seats import AutoBuy, Departure, Plan, Seat, SeatClock, Waiter, WantedBot
from pokerws.game.state.table import MAX_EXACT, CloseReason, Table, TableStatus

__all__ = [
    "BOT_PREFIX",
    "MAX_EXACT",
    "AutoBuy",
    "BankLine",
    "CloseReason",
    "Departure",
    "Extras",
    "FixedLimit",
    "Game",
    "Hand",
    "HandSeat",
    "Hosting",
    "LastHand",
    "Plan",
    "PlayerId",
    "Pot",
    "Rabbit",
    "Seat",
    "SeatClock",
    "SeatRequest",
    "StandUp",
    "Table",
    "TableId",
    "TableStatus",
    "Turn",
    "TurnTime",
    "Waiter",
    "WantedBot",
]
