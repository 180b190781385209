"""The bank of a table: its own chips, which the host gives and takes.

Accounts of players do not change: the account `house` issues the chips to the table and gets them
back.  The bank has a line for each player, with the chips given and returned.
"""

from pokerws.game.commands import GiveChips, TakeChips
from pokerws.game.counted import counted
from pokerws.game.events import ChipsGiven, ChipsTaken, TableEvent
from pokerws.game.hosting.seated import seat_of_player
from pokerws.game.illegal import Details, Illegal
from pokerws.game.state import MAX_EXACT, PlayerId, Seat, Table

# The most players that a bank keeps a line for.
MAX_LINES = 100


def give(table: Table, command: GiveChips) -> TableEvent:
    """Give a player chips."""
    number, _ = _between_hands(table, command.player)
    amount, player = command.amount, command.player
    room = MAX_EXACT - max(table.chips, _given(table, player))
    _check_amount(amount, room)
    return ChipsGiven(number, player, amount)


def take(table: Table, command: TakeChips) -> TableEvent:
    """Take chips from a player."""
    number, seat = _between_hands(table, command.player)
    _check_amount(command.amount, seat.stack)
    return ChipsTaken(number, command.player, command.amount)


def check_line(table: Table, player: PlayerId, amount: int) -> None:
    """Raise Illegal if the bank cannot book chips for a player who sits down."""
    lines = table.hosting.bank
    if len(lines) >= MAX_LINES and all(line.player != player for line in lines):
        text = f"the bank of a table can have {counted(MAX_LINES, 'player')}"
        raise Illegal("list_full", text, Details(limit=MAX_LINES))
    room = MAX_EXACT - max(table.chips, _given(table, player))
    if amount > room:
        details = Details(field="buy_in", max=room)
        raise Illegal("buy_in_too_large", f"the bank can give {room}", details)


def check_has_bank(table: Table) -> None:
    """Raise Illegal unless the table has a bank."""
    if not table.config.hosting.bank:
        raise Illegal("no_bank", "the chips of this table belong to the players' accounts")


def _between_hands(table: Table, player: PlayerId) -> tuple[int, Seat]:
    """The seat of a player, if the stack may change now.  Raises Illegal."""
    check_has_bank(table)
    number, seat = seat_of_player(table, player)
    if table.hand is not None and table.hand.seats[number] is not None:
        raise Illegal("in_hand", "the player is in a hand: pause the table, and wait for its end")
    return number, seat


def _given(table: Table, player: PlayerId) -> int:
    return next((line.given for line in table.hosting.bank if line.player == player), 0)


def _check_amount(amount: int, most: int) -> None:
    legal = Details(field="amount", min=1, max=most)
    if amount < 1:
        raise Illegal("amount_too_small", "the amount must be at least 1", legal)
    if amount > most:
        raise Illegal("amount_too_large", f"the amount must be at most {most}", legal)
