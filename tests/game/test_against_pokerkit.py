"""The same random hands, action by action, in our engine and in PokerKit 0.7.7.

`POKERKIT_HANDS=20000 POKERKIT_SEED=7 pytest tests/game/test_against_pokerkit.py` plays more of
them, or the same ones again.

Where PokerKit differs from the rulebook, the rulebook decides.  These are all the places; in each
of them our side is held against `Street`, a second reading of the rule, instead:

* A short opening all-in (a bet of less than the minimum, or before the flop a raise by less than
  the big blind) counts there as a full one, so that the betting is reopened to those who have
  checked or called.  TDA rule 47: it is not.
* Short all-ins that add up to a full raise are forgotten there when another one follows, so that
  who faces them all may not raise.  TDA rule 47: it is what a player faces that counts.
* When the big blind was short, others may call there with as little as it posted, and a raise is
  measured from there.  Robert's Rules, section 14: whoever enters enters for
  the whole blind.
* A player who owes nothing is asked there to check, though nobody is left to answer a bet.
* Hands that lost are taken out of the pots there before the pots are split, so that two pots
  with the same contenders left become one.  TDA rule 21: each side pot is split separately.
* Chips of a player who folds having paid more than anyone left, which uneven antes and entry
  blinds make possible, are lost or go back there.  Such a fold is not played here; `test_pots.py`
  has it.
"""

import os
from random import Random, SystemRandom

import pytest

from pokerws.game.apply import apply
from pokerws.game.betting import hand_seat, live_seats
from pokerws.game.events import (
    BetsCollected,
    BoardDealt,
    CardsMucked,
    CardsShown,
    PotAwarded,
    TableEvent,
)
from pokerws.game.state import Hand, Turn
from pokerws.game.table import advance, decide
from tests.game.pokerkit_hand import PokerKitHand, no_warnings
from tests.game.random_hands import DealtHand, Plan, random_act, random_plan

HANDS = int(os.environ.get("POKERKIT_HANDS", "3000"))
SEED = int(os.environ.get("POKERKIT_SEED") or SystemRandom().randrange(10**6))
BATCH = 500


@pytest.mark.parametrize("first", range(0, HANDS, BATCH))
def test_random_hands_go_as_in_pokerkit(first: int) -> None:
    with no_warnings():
        for number in range(first, min(HANDS, first + BATCH)):
            rng = Random(f"{SEED}:{number}")
            comparison = Comparison(random_plan(rng))
            try:
                comparison.run(rng)
            except Exception as error:
                told = "\n".join(map(str, [*comparison.ours_log, comparison.plan]))
                error.add_note(f"POKERKIT_SEED={SEED}, hand {number}:\n{told}")
                raise


class Street:
    """Who may raise, and to how much at least: rules 43 and 47 of the TDA once more.

    `short_open` says that the bet so far came from all-ins that were less than the minimum bet;
    `short_all_ins` counts the raises since the last full one.
    """

    def __init__(self, bet: int, min_bet: int) -> None:
        self.bet = bet
        self.full_raise = min_bet
        self.short_open = False
        self.raises = 0
        self.short_all_ins = 0
        self.faced: dict[int, int] = {}

    def raised(self, place: int, to: int) -> None:
        size = to - self.bet
        if size >= self.full_raise:
            self.full_raise = size
            self.short_open = False
            self.short_all_ins = 0
        else:
            self.short_open = self.short_open or not self.raises
            self.short_all_ins += 1
        self.raises += 1
        self.bet = to
        self.faced[place] = to

    def checked_or_called(self, place: int) -> None:
        self.faced[place] = self.bet

    def bounds(self, place: int, most: int, most_of_others: int) -> tuple[int, int] | None:
        """Least and most to raise to for a player who could put in `most`; None for no raise."""
        reopened = place not in self.faced or self.bet - self.faced[place] >= self.full_raise
        if not reopened or min(most, most_of_others) <= self.bet:
            return None
        return min(most, self.bet + self.full_raise), most


class Comparison:
    """One hand on both sides."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ours = DealtHand(plan)
        self.table = self.ours.table
        self.theirs = PokerKitHand(plan)
        self.ours_log: list[TableEvent] = []
        assert self.table.hand is not None
        self.last_hand: Hand = self.table.hand
        self.street = Street(self.last_hand.bet, plan.min_bet)
        self.new_street = True
        self.contenders: list[list[int]] = []
        # Before the flop: the big blind was short, and PokerKit measures from what it posted.
        self.short_blind = max(self.theirs.state.bets) < self.last_hand.bet

    def run(self, rng: Random) -> None:
        self.advance()
        while (hand := self.table.hand) is not None:
            assert hand.turn is not None
            self.compare_turn(hand, hand.turn)
            self.act(rng, hand, hand.turn)
            self.advance()
        self.compare_end()

    def advance(self) -> None:
        while self.table.hand is not None and self.table.hand.turn is None:
            for event in advance(self.table, 0):
                self.ours_log.append(event)
                if isinstance(event, BoardDealt):
                    self.street = Street(0, self.plan.min_bet)
                    self.new_street, self.short_blind = True, False
                elif isinstance(event, BetsCollected):
                    self.contenders = [self.by_place(pot.seats) for pot in event.pots]
                apply(self.table, event)
        self.theirs.deal()
        while self.theirs.actor not in (None, self.place_to_act()):
            assert self.theirs.call == 0
            assert self.theirs.raise_bounds is None
            self.theirs.state.check_or_call()
            self.theirs.deal()

    def place_to_act(self) -> int | None:
        hand = self.table.hand
        return None if hand is None or hand.turn is None else self.ours.seats.index(hand.turn.seat)

    def by_place(self, seats: list[int]) -> list[int]:
        return [self.ours.seats.index(seat) for seat in seats]

    def stacks(self) -> list[int]:
        return [seat.stack for n in self.ours.seats if (seat := self.table.seats[n]) is not None]

    def bets(self, hand: Hand) -> list[int]:
        return [seat.bet for n in self.ours.seats if (seat := hand.seats[n]) is not None]

    def compare_turn(self, hand: Hand, turn: Turn) -> None:
        state = self.theirs.state
        place = self.ours.seats.index(turn.seat)
        assert place == self.theirs.actor
        assert self.stacks() == state.stacks
        assert self.bets(hand) == state.bets
        assert hand.street == state.street_index
        assert hand.board == self.theirs.board
        if self.new_street:
            self.compare_pots(hand)
            self.new_street = False
        assert ("call" if turn.call else "check") in turn.actions
        assert "fold" in turn.actions
        if max(state.bets) == hand.bet:
            assert turn.call == self.theirs.call
            assert state.can_fold()
        else:
            assert self.short_blind
        self.compare_raise(hand, turn, place)

    def compare_pots(self, hand: Hand) -> None:
        pots = self.theirs.pots()
        if hand.street:
            assert [(pot.amount, self.by_place(pot.seats)) for pot in hand.pots] == pots
        else:
            antes = sum(seat.in_pots for seat in hand.seats if seat is not None) + hand.dead
            assert antes == sum(amount for amount, _ in pots)

    def compare_raise(self, hand: Hand, turn: Turn, place: int) -> None:
        ours = (turn.min_to, turn.max_to) if {"bet", "raise"} & {*turn.actions} else None
        if ours is None:
            assert (turn.min_to, turn.max_to) == (0, 0)
        else:
            assert ("raise" if hand.bet else "bet") in turn.actions
        stacks, bets = self.stacks(), self.bets(hand)
        most = [
            stacks[p] + bets[p]
            for p, seat in enumerate(self.ours.seats)
            if (part := hand.seats[seat]) is not None and not part.folded and p != place
        ]
        assert ours == self.street.bounds(place, stacks[place] + bets[place], max(most))
        theirs = self.theirs.raise_bounds
        if theirs != ours and not self.short_blind:
            assert place in self.street.faced
            if ours is None:
                assert self.street.short_open
            else:
                assert theirs is None
                assert self.street.short_all_ins > 1

    def act(self, rng: Random, hand: Hand, turn: Turn) -> None:
        place = self.ours.seats.index(turn.seat)
        act = random_act(rng, turn, turn.actions if may_fold(hand, turn.seat) else turn.actions[1:])
        bet = self.bets(hand)[place]
        events = decide(self.table, act, 0, list)
        self.ours_log += events
        for event in events:
            apply(self.table, event)
        state = self.theirs.state
        match act.action:
            case "fold":
                state.fold()
            case "check" | "call":
                self.street.checked_or_called(place)
                if bet + turn.call > max(state.bets):
                    assert self.short_blind
                    self.theirs.raise_to_anything(bet + turn.call)
                else:
                    state.check_or_call()
            case "bet" | "raise":
                assert act.amount is not None
                self.street.raised(place, act.amount)
                if self.short_blind or self.theirs.raise_bounds is None:
                    self.theirs.raise_to_anything(act.amount)
                else:
                    state.complete_bet_or_raise_to(act.amount)

    def compare_end(self) -> None:
        assert not self.theirs.state.status
        assert self.last_hand.board == self.theirs.board
        awards = [event for event in self.ours_log if isinstance(event, PotAwarded)]
        if any(award.hand for award in awards):
            self.compare_showdown()
            if self.compare_awards(awards):
                return
        assert self.stacks() == self.theirs.state.stacks

    def compare_showdown(self) -> None:
        ours = []
        run_out = False
        for event in self.ours_log:
            if isinstance(event, CardsShown | CardsMucked):
                ours.append((self.ours.seats.index(event.seat), isinstance(event, CardsShown)))
            elif isinstance(event, BoardDealt) and ours:
                run_out = True
        theirs = self.theirs.shown_and_mucked()
        # Before a run-out all hands are turned up at once, and no order is more right than another.
        assert (sorted(ours) == sorted(theirs)) if run_out else (ours == theirs)

    def compare_awards(self, awards: list[PotAwarded]) -> bool:
        """Whether pots are one in PokerKit that are two by the rules; else all are the same."""
        alive = {p for p, status in enumerate(self.theirs.state.statuses) if status}
        pots: list[tuple[set[int], list[tuple[int, int]]]] = []
        merged = False
        for award in reversed(awards):
            shares = [(self.ours.seats.index(s.seat), s.amount) for s in award.shares]
            contenders = {*self.contenders[award.pot]} & alive
            if pots and pots[-1][0] == contenders:
                merged = True
                pots[-1][1].extend(shares)
            else:
                pots.append((contenders, shares))
        expected = []
        for _, shares in pots:
            winners = sorted({place for place, _ in shares})
            share, odd = divmod(sum(amount for _, amount in shares), len(winners))
            row = [0] * len(self.ours.seats)
            for place in winners:
                row[place] = share + (odd if place == winners[0] else 0)
            expected.append(row)
        assert expected == self.theirs.awards()
        return merged


def may_fold(hand: Hand, seat: int) -> bool:
    """Whether somebody left has as much in the pot, what nobody called not counted."""
    parts = {number: hand_seat(hand, number) for number in live_seats(hand)}
    called = sorted(part.bet for part in parts.values())[-2]
    folding = parts.pop(seat)
    paid = max(part.in_pots + min(part.bet, called) for part in parts.values())
    return folding.in_pots + folding.bet <= paid
