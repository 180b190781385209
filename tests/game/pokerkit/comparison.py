"""A random hand, action by action, in our engine and in PokerKit at once."""

from collections import Counter
from collections.abc import Sequence
from random import Random

from pokerws.game.apply import apply
from pokerws.game.betting.actions import hand_seat, live_seats
from pokerws.game.cards import Card
from pokerws.game.commands import Act
from pokerws.game.events import (
    BetsCollected,
    BoardDealt,
    CardsDrawn,
    CardsMucked,
    CardsShown,
    HoleCardsDealt,
    PotAwarded,
    TableEvent,
)
from pokerws.game.state import Hand, Turn
from pokerws.game.table import advance, decide
from pokerws.game.variants import VARIANTS, Betting, Forced
from tests.game.pokerkit.pokerkit_hand import PokerKitHand
from tests.game.pokerkit.second_reading import BigBet, Limit, Most
from tests.game.random_hands import DealtHand, Plan, random_act


class Comparison:
    """One hand on both sides.  `met` counts the known differences that were met."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.variant = VARIANTS[plan.variant]
        self.ours = DealtHand(plan)
        self.table = self.ours.table
        self.theirs = PokerKitHand(plan)
        self.ours_log: list[TableEvent] = []
        self.met: Counter[str] = Counter()
        assert self.table.hand is not None
        self.last_hand: Hand = self.table.hand
        self.street = self.first_street()
        self.street_number = 0
        self.new_street = True
        self.contenders: list[list[int]] = []
        # Before the flop: the big blind was short, and PokerKit measures from what it posted.
        self.short_blind = max(self.theirs.state.bets) < self.last_hand.bet

    def first_street(self) -> BigBet | Limit:
        if self.variant.betting is not Betting.FIXED_LIMIT:
            return BigBet(self.last_hand.bet, self.plan.min_bet)
        size = self.plan.min_bet
        if self.variant.forced is Forced.BLINDS:
            return Limit(1, size, size, 4, 2 * size)
        return Limit(0, 0, size, 1 if self.plan.variant == "FK" else 4, 2 * size)

    def later_street(self, number: int) -> BigBet | Limit:
        if self.variant.betting is not Betting.FIXED_LIMIT:
            return BigBet(0, self.plan.min_bet)
        streets = self.theirs.rules.streets(self.plan.min_bet, 2 * self.plan.min_bet)
        size = streets[number].min_completion_betting_or_raising_amount
        return Limit(0, 0, size, 4, 2 * self.plan.min_bet)

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
                if isinstance(event, BetsCollected):
                    self.contenders = [self.by_place(pot.seats) for pot in event.pots]
                apply(self.table, event)
        street = self.last_hand.street
        if street != self.street_number:
            self.street = self.later_street(street)
            self.street_number = street
            self.new_street, self.short_blind = True, False
        self.theirs.deal()
        while self.theirs.state.actor_index is not None and not self.same_to_bet():
            assert self.theirs.call == 0
            assert self.theirs.raise_bounds is None
            self.met["asked to check"] += 1
            self.theirs.state.check_or_call()
            self.theirs.deal()

    def same_to_bet(self) -> bool:
        """Whether the same player is to bet, or answer a bet, on both sides."""
        hand = self.table.hand
        if hand is None or hand.turn is None or hand.drawing:
            return False
        return self.ours.seats.index(hand.turn.seat) == self.theirs.actor

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
        assert hand.board == self.theirs.board
        if turn.discard_max:
            # PokerKit has no pineapple; there it draws on the next street, and deals nothing.
            assert hand.street + turn.discard_min == state.street_index
            return
        assert hand.street == state.street_index
        if self.new_street:
            self.compare_pots_and_cards(hand)
            self.new_street = False
        if "bring_in" in turn.actions:
            assert turn.call == state.effective_bring_in_amount
            assert ("fold" in turn.actions) == (turn.seat != hand.opener)
        else:
            assert turn.actions[:2] == ["fold", "call" if turn.call else "check"]
            assert state.can_fold()
            if max(state.bets) == hand.bet:
                assert turn.call == self.theirs.call
            else:
                assert self.short_blind
        self.compare_raise(hand, turn, place)

    def compare_pots_and_cards(self, hand: Hand) -> None:
        pots = self.theirs.pots()
        if hand.street:
            assert [(pot.amount, self.by_place(pot.seats)) for pot in hand.pots] == pots
        else:
            antes = sum(seat.in_pots for seat in hand.seats if seat is not None) + hand.dead
            assert antes == sum(amount for amount, _ in pots)
        for place, seat in enumerate(self.ours.seats):
            part = hand_seat(hand, seat)
            if not part.folded:
                assert sorted(part.cards + part.up) == sorted(self.theirs.held(place))

    def compare_raise(self, hand: Hand, turn: Turn, place: int) -> None:
        ours = turn.sizes or sorted({turn.min_to, turn.max_to})
        if not {"bet", "raise"} & {*turn.actions}:
            assert ours == [0]
            ours = []
        else:
            first = not hand.bet or (hand.limit is not None and not hand.limit.bets)
            assert turn.actions[-1] == ("bet" if first else "raise")
        read = self.street.bounds(place, self.most(hand, place), pair=self.open_pair(hand))
        assert ours == sorted({*read})
        theirs = sorted({*(self.theirs.raise_bounds or ())})
        if theirs != ours:
            known = "short blind" if self.short_blind else ""
            known = known or self.street.explained(place, ours, theirs)
            assert known, (ours, theirs)
            self.met[known] += 1

    def most(self, hand: Hand, place: int) -> Most:
        stacks, bets = self.stacks(), self.bets(hand)
        able = [stack + bet for stack, bet in zip(stacks, bets, strict=True)]
        others = [able[p] for p in self.live(hand) if p != place]
        pot = sum(self.plan.stacks) - sum(stacks) + 2 * hand.bet - bets[place]
        if self.variant.betting is not Betting.POT_LIMIT:
            pot = able[place]
        return Most(able[place], max(others), pot)

    def live(self, hand: Hand) -> list[int]:
        return self.by_place(live_seats(hand))

    def open_pair(self, hand: Hand) -> bool:
        """Whether somebody shows a pair on fourth street, in the one game where that matters."""
        if self.plan.variant != "F7S" or hand.street != 1:
            return False
        shows = [hand_seat(hand, seat).up for seat in live_seats(hand)]
        return any(first[0] == second[0] for first, second in shows)

    def act(self, rng: Random, hand: Hand, turn: Turn) -> None:
        held = hand_seat(hand, turn.seat).cards
        act = random_act(rng, turn, self.actions(hand, turn), held)
        pair, able = self.open_pair(hand), sum(self.stacks()[p] > 0 for p in self.live(hand))

        def shuffle(cards: Sequence[Card]) -> list[Card]:
            return rng.sample(cards, len(cards))

        events = decide(self.table, act, 0, shuffle)
        self.ours_log += events
        if turn.discard_max:
            self.draw(events)
        elif act.action in ("bet", "raise"):
            assert act.amount is not None
            self.wager(turn, act.amount, able, pair=pair)
        else:
            self.answer(turn, act)
        for event in events:
            apply(self.table, event)

    def actions(self, hand: Hand, turn: Turn) -> Sequence[str]:
        """What may be done, less what PokerKit cannot: some folds."""
        if turn.actions[0] != "fold":
            return turn.actions
        if "bring_in" in turn.actions:
            self.met["bring-in for another"] += 1
            return turn.actions[1:]
        return turn.actions if may_fold(hand, turn.seat) else turn.actions[1:]

    def draw(self, events: list[TableEvent]) -> None:
        """The same cards on both sides, also after the deck was shuffled again."""
        for event in events:
            if isinstance(event, CardsDrawn):
                self.theirs.discard(event.discarded, event.drawn)

    def wager(self, turn: Turn, to: int, able: int, *, pair: bool) -> None:
        place = self.ours.seats.index(turn.seat)
        bounds = self.theirs.raise_bounds
        if self.short_blind or bounds is None or not bounds[0] <= to <= bounds[1]:
            self.theirs.raise_to_anything(to)
        else:
            self.theirs.state.complete_bet_or_raise_to(to)
        self.street.wagered(place, to, able, pair=pair)

    def answer(self, turn: Turn, act: Act) -> None:
        """To a bet or to none: anything but a bet of one's own."""
        place = self.ours.seats.index(turn.seat)
        state = self.theirs.state
        if act.action == "fold":
            state.fold()
            return
        to = state.bets[place] + turn.call
        if act.action == "bring_in":
            state.post_bring_in()
            self.street.bet = self.plan.bring_in
        elif to > max(state.bets):
            assert self.short_blind
            self.theirs.raise_to_anything(to)
        else:
            state.check_or_call()
        self.street.answered(place)

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
            elif isinstance(event, BoardDealt | HoleCardsDealt) and ours:
                run_out = True
        theirs = self.theirs.shown_and_mucked()
        # Before a run-out all hands are turned up at once, and no order is more right than another;
        # PokerKit turns those with another hidden card up again.
        assert ({*ours} == {*theirs}) if run_out else (ours == theirs)

    def compare_awards(self, awards: list[PotAwarded]) -> bool:
        """Whether PokerKit is known to pay otherwise; what it does then is what it should by that.

        Where anybody has a low hand, it takes it that there is one in each pot.
        """
        alive = {p for p, status in enumerate(self.theirs.state.statuses) if status}
        # Who alone has any winning hand takes each pot whole.
        a_low = len(alive) > 1 and any(award.side for award in awards)
        amounts: Counter[int] = Counter()
        winners: dict[tuple[int, str], set[int]] = {}
        for award in awards:
            amounts[award.pot] += sum(share.amount for share in award.shares)
            side = "low" if award.side == "low" else "high"
            winners[award.pot, side] = {self.ours.seats.index(s.seat) for s in award.shares}
        expected = []
        otherwise = False
        for pot, amount in sorted(amounts.items()):
            contenders = {*self.contenders[pot]} & alive
            low = amount // 2 if a_low else 0
            expected.append(self.paid(amount - low, sorted(winners[pot, "high"])))
            if low:
                expected.append(self.paid(low, sorted(winners.get((pot, "low"), contenders))))
            if low and (pot, "low") not in winners and len(contenders) > 1:
                self.met["low hand of another pot"] += 1
                otherwise = True
        assert expected == self.theirs.awards()
        return otherwise

    def paid(self, amount: int, winners: list[int]) -> list[int]:
        share, odd = divmod(amount, len(winners))
        row = [0] * len(self.ours.seats)
        for place in winners:
            row[place] = share + (odd if place == winners[0] else 0)
        return row


def may_fold(hand: Hand, seat: int) -> bool:
    """Whether somebody left has as much in the pot, what nobody called not counted."""
    parts = {number: hand_seat(hand, number) for number in live_seats(hand)}
    called = sorted(part.bet for part in parts.values())[-2]
    folding = parts.pop(seat)
    paid = max(part.in_pots + min(part.bet, called) for part in parts.values())
    return folding.in_pots + folding.bet <= paid
