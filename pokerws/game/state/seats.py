"""Seats, and those who have had one or want one."""

from typing import Literal

from msgspec import Struct

from pokerws.game.state.ids import PlayerId


class SeatClock(Struct, frozen=True, gc=False):
    """What a seated player has of the clocks of the table.

    `bank_ms` is the time bank, while it runs as it was when it began.  `hands` are those dealt in
    since sitting down.  `protections` is how often a lost connection is still protected, and
    `lag_ms` how late actions may still be in all.
    """

    bank_ms: int = 0
    hands: int = 0
    protections: int = 0
    lag_ms: int = 0


# What a player will do by itself: sit out or leave before the next big blind, or leave after the
# hand.
Plan = Literal["", "sit_out_at_blind", "leave_at_blind", "leave_after_hand"]


class AutoBuy(Struct, frozen=True, omit_defaults=True):
    """Chips that the server adds between hands; 0 is never.

    A stack below `top_up_to` is filled up to that, an empty one to `rebuy_to`.  `left` is how many
    chips may still be added so, or None for any number.
    """

    top_up_to: int = 0
    rebuy_to: int = 0
    left: int | None = None


class Seat(Struct, omit_defaults=True):
    """A taken seat.

    `timeouts` counts turns in a row that timed out, `hands_missed` hands that started while the
    player was sitting out.  `owes_blind` is set while the player must post a big blind to be dealt
    in, as every new player must; `owes_small` while a dead small blind is owed too.  A `leaving`
    player is stood up when the hand is over.  With `straddle` the player straddles where it is
    possible; `run_it` is the maximum number of boards that the player agrees to.  A player who has
    `played` was dealt in at this table, now or before leaving within the hour, so that a blind
    still owed is a missed one.  There is a `clock` if the table's clocks have more than time for a
    turn.  A `bot` is one of the server's own; only the server says so.  With `auto_muck`, a hand
    that loses at the showdown is mucked where that is allowed; without it, it is shown.  A player
    who `posts` has asked to post the owed blind from the next hand on; otherwise the player waits
    until the big blind comes.  `plan` is what the player will do by itself, and `auto` the chips
    that are added by themselves.
    """

    player: PlayerId
    name: str
    stack: int
    sitting_out: bool = False
    leaving: bool = False
    timeouts: int = 0
    owes_blind: bool = True
    hands_missed: int = 0
    owes_small: bool = False
    straddle: bool = False
    run_it: int = 1
    played: bool = False
    clock: SeatClock | None = None
    bot: bool = False
    auto_muck: bool = True
    posts: bool = False
    plan: Plan = ""
    auto: AutoBuy | None = None

    @property
    def is_away(self) -> bool:
        """Whether the player let a turn time out and has not acted since."""
        return self.timeouts > 0


class WantedBot(Struct, frozen=True):
    """A bot that the host wants at the table, whether or not it has a seat now.

    `style` is a value of `hosting.bots.BotStyle`.  A client accepts any text, since a newer server
    may have other styles.
    """

    player: PlayerId
    name: str
    style: str


class Waiter(Struct, frozen=True, omit_defaults=True):
    """A player on the waiting list; `seat` is reserved for the player until `until_ms`, if any."""

    player: PlayerId
    name: str
    seat: int | None = None
    until_ms: int = 0


class Departure(Struct, frozen=True, omit_defaults=True):
    """What a player who left owes on coming back before `until_ms`, to any seat.

    The player brings back `stack` chips, but not more than the maximum buy-in, and posts both
    blinds to be dealt in if `owes_blinds`.
    """

    player: PlayerId
    stack: int
    until_ms: int
    owes_blinds: bool = False
