"""Adds up, over finished hands, what the findings are made from.  Only public actions count."""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import combinations

from msgspec import Struct, field

from pokerws.fair_play.decisions import Decision
from pokerws.fair_play.hands import SeenHand
from pokerws.game.state import PlayerId, TableId

# A faster answer is an action that was chosen before the turn, or one without thought.
INSTANT_MS = 500
# A longer time between two decisions ends a stretch of play.
PAUSE_MS = 30 * 60_000
# The largest hands of a pair that are kept as evidence.
LARGEST = 5


class PlayedHand(Struct, frozen=True):
    """A hand that moved `chips` from one player of a pair to the other."""

    table: TableId
    number: int
    chips: int


class Aggression(Struct):
    """Decisions after the first street, and those of them that were bets or raises."""

    decisions: int = 0
    bets: int = 0

    def add(self, decision: Decision) -> None:
        """Count a decision."""
        self.decisions += 1
        self.bets += decision.is_aggressive


class PlayerRecord(Struct):
    """What one player did; `net` is in chips of accounts.

    `took` has the times in ms of decisions that were not instant.  `moments` are those of all
    decisions, in ms UTC and in no order.  `heads_up` are decisions against one player left,
    whoever that was.
    """

    hands: int = 0
    net: int = 0
    instant: int = 0
    took: list[int] = field(default_factory=list)
    heads_up: Aggression = field(default_factory=Aggression)
    moments: list[int] = field(default_factory=list)

    def decided(self, decision: Decision) -> None:
        """Count a decision."""
        if decision.took_ms is not None:
            if decision.took_ms < INSTANT_MS:
                self.instant += 1
            else:
                self.took.append(decision.took_ms)
        self.moments.append(decision.at_ms)

    @property
    def longest_play_ms(self) -> int:
        """The longest play without a pause of PAUSE_MS, at whatever tables."""
        moments, longest = sorted(self.moments), 0
        since = latest = moments[0] if moments else 0
        for at_ms in moments:
            since = since if at_ms - latest <= PAUSE_MS else at_ms
            latest = at_ms
            longest = max(longest, latest - since)
        return longest


class Flow(Struct):
    """The chips of some kind that went from one player of a pair to the other, in so many hands.

    They are what the first lost and the second won, in proportion to what each winner of a hand
    won.  `gave_up` are hands in which the first folded to the second with at least half of the
    stack in the pot.
    """

    hands: int = 0
    chips: int = 0
    gave_up: int = 0
    largest: list[PlayedHand] = field(default_factory=list)

    def lost(self, hand: PlayedHand) -> None:
        """Count a hand."""
        self.chips += hand.chips
        self.largest = sorted([*self.largest, hand], key=lambda one: -one.chips)[:LARGEST]


class Records:
    """The records of `players`, and of the pairs among them; of one player, with everybody."""

    def __init__(self, players: Collection[PlayerId]) -> None:
        self._wanted = frozenset(players)
        self.players = {player: PlayerRecord() for player in players}
        # Hands that a pair was dealt into together, the smaller id first.
        self.together = Counter[tuple[PlayerId, PlayerId]]()
        # Decisions of the first of a pair when only the second was left.
        self.heads_up: dict[tuple[PlayerId, PlayerId], Aggression] = {}
        # By giver, taker and the table whose own chips they are; None for those of accounts.
        self.flows: dict[tuple[PlayerId, PlayerId, TableId | None], Flow] = {}

    def add(self, hand: SeenHand) -> bool:
        """Count a hand; returns whether one of the players was dealt in."""
        if not self._wanted & hand.nets.keys():
            return False
        for player in self._wanted & hand.nets.keys():
            self.players[player].hands += 1
            self.players[player].net += 0 if hand.own_chips else hand.nets[player]
        pairs = [pair for pair in combinations(sorted(hand.nets), 2) if self._is_wanted(pair)]
        self.together.update(pairs)
        self._flows(hand, pairs)
        self._decided(hand.decisions)
        self._gave_up(hand)
        return True

    def _is_wanted(self, pair: Collection[PlayerId]) -> bool:
        found = self._wanted.intersection(pair)
        return len(found) == len(pair) or (len(self._wanted) == 1 and bool(found))

    def pairs(self) -> set[tuple[PlayerId, PlayerId]]:
        """The pairs that are looked at."""
        among = combinations(sorted(self._wanted), 2)
        return {*among, *self.together}

    def _flow(self, giver: PlayerId, taker: PlayerId, hand: SeenHand) -> Flow:
        chips_of = hand.table if hand.own_chips else None
        return self.flows.setdefault((giver, taker, chips_of), Flow())

    def _flows(self, hand: SeenHand, pairs: Collection[tuple[PlayerId, PlayerId]]) -> None:
        won = sum(net for net in hand.nets.values() if net > 0)
        for pair in pairs:
            for giver, taker in (pair, pair[::-1]):
                flow = self._flow(giver, taker, hand)
                flow.hands += 1
                lost, net = hand.nets[giver], hand.nets[taker]
                if lost < 0 < net:
                    flow.lost(PlayedHand(hand.table, hand.number, -lost * net // won))

    def _decided(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            player = decision.player
            record = self.players.get(player)
            if record is not None:
                record.decided(decision)
            if len(decision.against) != 1 or not decision.street:
                continue
            if record is not None:
                record.heads_up.add(decision)
            if self._is_wanted((player, decision.against[0])):
                pair = player, decision.against[0]
                self.heads_up.setdefault(pair, Aggression()).add(decision)

    def _gave_up(self, hand: SeenHand) -> None:
        folds = [one for one in hand.decisions if one.kind == "fold" and len(one.against) == 1]
        if not folds or not self._is_wanted((folds[-1].player, *folds[-1].against)):
            return
        player = folds[-1].player
        if 2 * hand.paid[player] >= hand.stacks[player] > 0:
            self._flow(player, folds[-1].against[0], hand).gave_up += 1
