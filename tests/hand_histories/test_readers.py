"""Programs of others read our PokerStars texts, and come to the same numbers.

npm's `hhp` reads no-limit hold'em in dollars or euros, and PokerKit no-limit hold'em.  `hhp` does
not know what these lines say, so hands with them are left out: blinds that take all of a stack or
are posted for missed ones, a second side pot, and several boards.
"""

import json
import re
import warnings
from decimal import Decimal
from typing import Any

import pytest
from pokerkit.notation import PokerStarsParser

from pokerws.game.betting.actions import taken_seat
from pokerws.game.config.table_config import HouseRules
from pokerws.game.events import BoardDealt, CardsMucked, HandShown, PotAwarded
from pokerws.game.redaction import redact_all
from pokerws.game.state import PlayerId, Seat
from pokerws.hand_histories.currency import CurrencyCode, Money
from pokerws.hand_histories.pokerstars.write import write_pokerstars
from tests import node_programs
from tests.game.pokerkit.played_hands import PlayedHand, played_hands
from tests.hand_histories.test_pokerstars_read import stacks_after

HERO = PlayerId("p0")
NOT_READ = re.compile(r"posts (small & big|.*all-in)|side pot-|\*\*\* FIRST ")
PLACE = re.compile(r" \((button|small blind|big blind)\)$")


def text_for(hand: PlayedHand, code: CurrencyCode, *, whole: bool = False) -> str:
    """The hand as the hero saw it, or with all cards."""
    events = hand.events if whole else redact_all(hand.events, HERO)
    return write_pokerstars(hand.before, events, started_ms=1_000, money=Money(code))


def hundredth(chips: int) -> Decimal:
    return Decimal(chips).scaleb(-2)


def played(count: int, seed: int) -> list[PlayedHand]:
    return [
        hand
        for seats in (2, 3, 6)
        for hand in played_hands("NT", seats, count, seed, HouseRules())
        if not NOT_READ.search(text_for(hand, "USD"))
    ]


def stacks_of(read: dict[str, Any]) -> dict[str, Decimal]:
    """The stacks after a hand as `hhp` read it."""
    stacks = {seat["player"]: seat["chips"] for seat in read["seats"]}
    for post in read["posts"]:
        stacks[post["player"]] -= post["amount"]
    for street in ("preflop", "flop", "turn", "river", "showdown"):
        bets: dict[str, Decimal] = {}
        if street == "preflop":
            bets = {post["player"]: post["amount"] for post in read["posts"]}
        for action in read[street]:
            player, amount = action["player"], action.get("amount")
            match action["type"]:
                case "call" | "bet":
                    stacks[player] -= amount
                    bets[player] = bets.get(player, Decimal(0)) + amount
                case "raise":
                    stacks[player] -= action["raiseTo"] - bets.get(player, Decimal(0))
                    bets[player] = action["raiseTo"]
                case "collect" | "bet-returned":
                    stacks[player] += amount
                case _:
                    # Checks, folds and cards move no chips.
                    pass
    return stacks


def hidden_mucks(hand: PlayedHand) -> list[Seat]:
    """Who mucked and did not show later, unless it is the hero."""
    mucked = {event.seat for event in hand.events if isinstance(event, CardsMucked)}
    mucked -= {event.seat for event in hand.events if isinstance(event, HandShown)}
    seats = (taken_seat(hand.before, seat) for seat in mucked)
    return [seat for seat in seats if seat.player != HERO]


def check(read: dict[str, Any], hand: PlayedHand, sign: str) -> None:
    """What `hhp` read is the hand: stakes, stacks, pots, cards, winners and words."""
    info = read["info"]
    assert (info["currency"], info["sb"], info["bb"]) == (sign, Decimal("0.5"), Decimal(1))
    assert (info["pokertype"], info["limit"], info["gametype"]) == (
        *("holdem", "nolimit", "cashgame"),
    )
    finals = {name: hundredth(stack) for name, stack in stacks_after(hand).items()}
    assert stacks_of(read) == finals
    awards = [event for event in hand.events if isinstance(event, PotAwarded)]
    won = hundredth(sum(share.amount for award in awards for share in award.shares))
    (pot,) = (line for line in read["summary"] if line["type"] == "pot")
    assert (pot["amount"], pot["rake"]) == (won, 0)
    if not pot["single"]:
        assert pot["main"] + pot["side"] == won
    board = [card for e in hand.events if isinstance(e, BoardDealt) for card in e.cards]
    assert [card for n in range(1, 6) if (card := read.get("board", {}).get(f"card{n}"))] == board
    winners = {share.seat for award in awards for share in award.shares}
    paid = {
        line["seatno"] - 1: line["amount"]
        for line in read["summary"]
        if line["type"] in {"collected", "showed"} and "amount" in line
    }
    assert set(paid) == winners
    assert sum(paid.values()) == won
    # It does not read a line about mucked cards that are not known.
    unread = {seat.name for seat in hidden_mucks(hand)}
    assert {PLACE.sub("", line["player"]) for line in read["summary"][1:]} == {*finals} - unread
    assert read["hero"] == HERO


@pytest.mark.parametrize(("code", "sign"), [("USD", "$"), ("EUR", "\u20ac")])
async def test_hhp_reads_our_hands_and_comes_to_the_same_numbers(
    code: CurrencyCode, sign: str
) -> None:
    hands = played(14, 11)
    texts = [text_for(hand, code) for hand in hands]
    program = node_programs.FOLDER / "hands.mjs"
    answer = await node_programs.run("node", program, given=json.dumps(texts))
    for read, hand in zip(json.loads(answer, parse_float=Decimal), hands, strict=True):
        check(read, hand, sign)
    assert len(hands) > 20


def test_pokerkit_reads_our_hands_in_dollars_and_comes_to_the_same_stacks() -> None:
    read = 0
    for hand in played(10, 12):
        if any(isinstance(event, HandShown) for event in hand.events):
            # PokerKit knows nobody who shows without having to.
            continue
        with warnings.catch_warnings():
            # Of its own field for the time zone it says that it should have another name.
            warnings.simplefilter("ignore")
            (history,) = PokerStarsParser()(text_for(hand, "USD", whole=True), error_status=True)
            *_, state = history
        stacks = [round(Decimal(stack), 2) for stack in state.stacks]
        finals = {name: hundredth(stack) for name, stack in stacks_after(hand).items()}
        assert dict(zip(history.players or (), stacks, strict=True)) == finals
        read += 1
    assert read > 10
