"""The messages of a table's extra rules."""

from pokerws.messages.fields import CommandId, Counter, Message, TableRef


class VoteBombPot(Message, frozen=True, tag="vote_bomb_pot"):
    """Vote for the next hand to be a bomb pot, or take the vote back.

    `bomb_pot_vote` in `house` of the table's config says how many votes it takes.  A vote ends when
    a hand starts, and when its player leaves the seat.
    """

    id: CommandId
    table: TableRef
    on: bool


class RabbitHunt(Message, frozen=True, tag="rabbit_hunt"):
    """Ask to see the board cards that would have come in `hand`, before the next hand starts.

    `rabbit_hunt` in `house` of the table's config says whether one request is enough.  Otherwise
    all players of the hand who still have a seat must ask.
    """

    id: CommandId
    table: TableRef
    hand: Counter


class AutoMuck(Message, frozen=True, tag="auto_muck"):
    """Muck hands that lose at the showdown, where that is allowed, or show them.

    It is on when a player sits down, until the player turns it off.
    """

    id: CommandId
    table: TableRef
    on: bool
