"""A hand in the Poker Hand History standard (https://phh.readthedocs.io) as fields.

This module owns the fields of a record, and reads them from JSON and from TOML.  It knows no rules.
Records are untrusted input.
"""

import tomllib
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import Struct

from pokerws.game.config.table_config import MAX_RUNS
from pokerws.game.events import BlindKind
from pokerws.hand_histories.errors import Refused
from pokerws.hand_histories.phh.actions import Amount

RuleBook = Literal["rulebook", "pokerkit"]


class HandRecord(
    Struct,
    rename={
        "rules": "_rules",
        "game": "_game",
        "blinds": "_blinds",
        "dead": "_dead",
        "small_blind": "_small_blind",
        "odd_chips": "_odd_chips",
        "whole_pot": "_whole_pot",
        "max_bets": "_max_bets",
        "boards": "_boards",
        "incomplete": "_incomplete",
        "not_replayable": "_not_replayable",
    },
):
    """A hand as recorded; fields that are not needed to play it are ignored.

    Lists are in the order of the players p1, p2, …, where p1 sits left of the button.  Heads-up,
    `antes` and `blinds_or_straddles` have the button, p2, first.  A negative blind is posted by a
    player who enters late.  The variant decides which of the bet fields are present.
    `final_stacks` is the expected result; in files of the standard it is `finishing_stacks`, or
    `winnings`, which are the chips that each player took from the pots.

    The fields from `rules` on are our own: `write` says what they mean.
    """

    variant: str
    starting_stacks: list[Amount]
    actions: list[str]
    antes: list[Amount] = []
    blinds_or_straddles: list[Amount] | None = None
    bring_in: Amount | None = None
    small_bet: Amount | None = None
    big_bet: Amount | None = None
    min_bet: Amount | None = None
    ante_trimming_status: bool = False
    final_stacks: list[Amount] | None = None
    finishing_stacks: list[Amount] | None = None
    winnings: list[Amount] | None = None
    src: str = ""
    hand: int | str | None = None
    rules: RuleBook | None = None
    game: str = ""
    blinds: list[BlindKind | Literal[""]] | None = None
    dead: list[Amount] = []
    small_blind: Amount | None = None
    odd_chips: Literal["rulebook", "button"] | None = None
    whole_pot: bool | None = None
    max_bets: int = 0
    boards: list[str] = []
    incomplete: str = ""
    not_replayable: str = ""

    @property
    def rule_book(self) -> RuleBook:
        """The rules that the hand was played by, as far as the record tells.

        A record of ours tells; older ones only have our field `_game`.  All others are taken to
        follow the standard's reference implementation.
        """
        if self.rules is not None:
            return self.rules
        return "rulebook" if self.game else "pokerkit"


_decoder = msgspec.json.Decoder(HandRecord)


def read_record(line: bytes) -> HandRecord:
    """Decode a record from a line of JSON.  Raises Refused."""
    try:
        return _checked(_decoder.decode(line))
    except msgspec.ValidationError as error:
        raise Refused(f"malformed: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"not JSON: {error}") from None


def read_toml(text: bytes) -> dict[str, HandRecord | Refused]:
    """Decode the records of a piece of TOML by their section; one outside any section has "".

    The value is Refused for a section that is not a record.  Raises Refused.
    """
    try:
        fields = tomllib.loads(text.decode(), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Refused(f"not TOML: {error}") from None
    if "variant" in fields or not all(isinstance(value, dict) for value in fields.values()):
        return {"": _converted(fields)}
    return {name: _converted(section) for name, section in fields.items()}


def _converted(fields: dict[str, Any]) -> HandRecord | Refused:
    try:
        return _checked(msgspec.convert(fields, HandRecord))
    except msgspec.ValidationError as error:
        return Refused(f"malformed: {error}")
    except Refused as refused:
        return refused


def _checked(record: HandRecord) -> HandRecord:
    if len(record.boards) >= MAX_RUNS:
        raise Refused(f"malformed: expected less than {MAX_RUNS} other boards")
    if not 0 <= record.max_bets <= 100:
        raise Refused("malformed: expected _max_bets from 0 to 100")
    return record
