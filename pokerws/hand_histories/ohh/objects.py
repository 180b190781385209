"""The objects of Open Hand History, with the fields that this server writes.

The names are those of the specification, version 1.4.7 (https://hh-specs.handhistory.org).  Amounts
are numbers: chips, or money with decimals.
"""

from decimal import Decimal
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from pokerws.game.cards import Card

SPEC_VERSION = "1.4.7"
# The specification's code for play money.
PLAY_MONEY = "XPM"

Amount = int | Decimal
GameType = Literal["Holdem", "Omaha", "OmahaHiLo"]
BetType = Literal["NL", "PL", "FL"]
StreetName = Literal["Preflop", "Flop", "Turn", "River", "Showdown"]
ActionName = Literal[
    "Dealt Cards",
    "Mucks Cards",
    "Shows Cards",
    "Post Ante",
    "Post SB",
    "Post BB",
    "Straddle",
    "Post Dead",
    "Post Extra Blind",
    "Fold",
    "Check",
    "Bet",
    "Raise",
    "Call",
]
Flag = Literal["Run_It_Twice", "Observed", "Bomb_Pot"]


class BetLimit(Struct):
    """The betting structure; there is no cap."""

    bet_type: BetType
    bet_cap: Amount = 0


class Player(Struct):
    """A player who was dealt in; `id` is the number in this hand, `seat` counts from 1."""

    id: int
    seat: int
    name: str
    starting_stack: Amount


class Action(Struct, kw_only=True):
    """An action; `amount` is what it added to the pot, `cards` are the known ones."""

    action_number: int
    player_id: int
    action: ActionName
    amount: Amount | UnsetType = UNSET
    is_allin: bool | UnsetType = UNSET
    cards: list[Card] | UnsetType = UNSET


class Round(Struct):
    """A street, or the showdown; `cards` are those that it added to the board."""

    id: int
    street: StreetName
    cards: list[Card] | UnsetType
    actions: list[Action]


class PlayerWin(Struct):
    """What a player won of a pot."""

    player_id: int
    win_amount: Amount


class Pot(Struct):
    """A pot: 0 is the main pot."""

    number: int
    amount: Amount
    rake: Amount
    player_wins: list[PlayerWin]


class Hand(Struct, kw_only=True):
    """A hand."""

    spec_version: str = SPEC_VERSION
    site_name: str = "pokerws"
    network_name: str = "pokerws"
    internal_version: str
    tournament: bool = False
    game_number: str
    start_date_utc: str
    table_name: str
    table_size: int
    game_type: GameType
    bet_limit: BetLimit
    currency: str
    dealer_seat: int
    small_blind_amount: Amount
    big_blind_amount: Amount
    ante_amount: Amount
    hero_player_id: int | None
    flags: list[Flag]
    players: list[Player]
    rounds: list[Round]
    pots: list[Pot]


class Document(Struct):
    """The root of a hand's JSON."""

    ohh: Hand
