"""The messages about a table's clocks."""

from pokerws.messages.fields import CommandId, Counter, Message, TableRef


class UseTimeBank(Message, frozen=True, tag="use_time_bank"):
    """Add the player's time bank to the time of turn number `turn`.

    This is for tables whose bank is used on demand.  Time of the turn that is left comes first:
    asking early costs nothing of the bank.
    """

    id: CommandId
    table: TableRef
    turn: Counter
