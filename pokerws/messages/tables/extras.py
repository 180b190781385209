"""The messages of a table's extra rules."""

from pokerws.messages.fields import CommandId, Counter, Message, TableRef


class VoteBombPot(Message, frozen=True, tag="vote_bomb_pot"):
    """Vote for the next hand to be a bomb pot, or take the vote back.

    `bomb_pot_vote` in `house` of the table's config says whose votes it takes.  A vote is over when
    a hand starts, and when its player leaves the seat.
    """

    id: CommandId
    table: TableRef
    on: bool


class RabbitHunt(Message, frozen=True, tag="rabbit_hunt"):
    """Ask to see the board cards that would have come in `hand`, before the next hand starts.

    `rabbit_hunt` in `house` of the table's config says whether all who were in the hand and still
    sit at the table must ask.
    """

    id: CommandId
    table: TableRef
    hand: Counter


class AutoMuck(Message, frozen=True, tag="auto_muck"):
    """Muck hands that lose at the showdown, where that is allowed, or show them.

    It is on until the player turns it off, and again in another seat.
    """

    id: CommandId
    table: TableRef
    on: bool
