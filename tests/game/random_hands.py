"""Random hands: tables of every size, stacks from one chip to deep, all kinds of forced bets."""

from collections.abc import Sequence
from copy import deepcopy
from random import Random
from typing import NamedTuple, cast

from pokerws.game.apply import apply
from pokerws.game.button import Positions
from pokerws.game.cards import DECK, Card
from pokerws.game.commands import Act, Action
from pokerws.game.hand import Ante, Blind, deal_hand
from pokerws.game.state import PlayerId, Seat, Table, TableConfig, TableId, Turn


class Plan(NamedTuple):
    """A hand to be dealt.  Lists are by place: 0 is the first seat left of the button.

    A negative blind is that of a player who enters.
    """

    stacks: list[int]
    antes: list[int]
    dead_antes: bool
    blinds: list[int]
    min_bet: int
    deck: list[Card]
    button: int


def random_plan(rng: Random) -> Plan:
    """A random hand."""
    count = rng.randint(2, 10)
    big_blind = rng.choice((2, 10, 100))
    small_blind = rng.choice((big_blind // 2, big_blind // 2, max(1, big_blind // 3), big_blind))
    depth = rng.choice(("tiny", "short", "deep", "mixed", "mixed"))
    antes, dead = _random_antes(rng, count, big_blind)
    deck = list(DECK)
    rng.shuffle(deck)
    # Heads-up the first place left of the button is the big blind's.
    blinds = [big_blind, small_blind] if count == 2 else [small_blind, big_blind]
    blinds += [0] * (count - 2)
    if count > 3 and rng.random() < 0.1:
        blinds[2] = 2 * big_blind
    if count > 3 and rng.random() < 0.1:
        blinds[rng.randrange(3, count)] = -big_blind
    stacks = [_random_stack(rng, depth, big_blind) for _ in range(count)]
    if min(blinds) < 0:
        # PokerKit looks for who opens among the chips of the blinds, and takes the seat before the
        # entering player where antes left none of them any, not the one left of the big blind.
        stacks[1] = max(stacks[1], antes[1] + 1)
    return Plan(
        stacks=stacks,
        antes=antes if dead else _matched(antes, stacks),
        dead_antes=dead,
        blinds=blinds,
        min_bet=big_blind,
        deck=deck,
        button=rng.randrange(count),
    )


def _random_stack(rng: Random, depth: str, big_blind: int) -> int:
    if depth == "mixed":
        depth = rng.choice(("tiny", "short", "short", "deep"))
    highest = {"tiny": 2, "short": 12, "deep": 300}[depth] * big_blind
    return rng.randint(1, highest)


def _random_antes(rng: Random, count: int, big_blind: int) -> tuple[list[int], bool]:
    """Antes by place, and whether they are dead."""
    big_place = 0 if count == 2 else 1
    match rng.choice(("none", "none", "each", "dead", "big_blind", "uneven")):
        case "each":
            return [rng.choice((1, max(1, big_blind // 5)))] * count, False
        case "dead":
            return [max(1, big_blind // 5)] * count, True
        case "big_blind":
            return [big_blind if place == big_place else 0 for place in range(count)], True
        case "uneven":
            return [rng.choice((0, 1, big_blind // 2, big_blind)) for _ in range(count)], False
        case _:
            return [0] * count, False


def _matched(antes: list[int], stacks: list[int]) -> list[int]:
    """Antes that somebody else can pay too.

    What nobody does is returned, but PokerKit has computed the blinds by then without it.
    """
    second = sorted(map(min, antes, stacks))[-2]
    return [min(ante, second) for ante in antes]


class DealtHand:
    """A table on which a plan has been dealt, with its seats by place.

    `before` is the table before the deal, `events` are those of the deal.
    """

    def __init__(self, plan: Plan) -> None:
        count = len(plan.stacks)
        self.seats = [(plan.button + 1 + place) % count for place in range(count)]
        self.table = Table(TableId("t"), "t", TableConfig(seats=count))
        self.table.seats = [None] * count
        for place, seat in enumerate(self.seats):
            self.table.seats[seat] = Seat(player_at(seat), f"player {place}", plan.stacks[place])
        small, big = (1, 0) if count == 2 else (0, 1)
        positions = Positions(
            self.seats[-1], self.seats[small], self.seats[big], self.seats, entering=[], missed=[]
        )
        blinds = [
            Blind(self.seats[place], abs(amount), "big" if amount > 0 else "entry")
            for amount, place in sorted((b, place) for place, b in enumerate(plan.blinds))
        ]
        self.before = deepcopy(self.table)
        self.events = deal_hand(
            self.table,
            positions,
            [Ante(self.seats[p], ante, plan.dead_antes) for p, ante in enumerate(plan.antes)],
            blinds,
            min_bet=plan.min_bet,
            deck=plan.deck,
        )
        for event in self.events:
            apply(self.table, event)


def player_at(seat: int) -> PlayerId:
    """The id of the player in a seat."""
    return PlayerId(f"p{seat}")


def random_act(rng: Random, turn: Turn, actions: Sequence[str]) -> Act:
    """One of these legal actions: folds are rare where checking is free, raises of all sizes."""
    weights = {"fold": 0.03 if "check" in turn.actions else 0.2, "raise": 0.35, "bet": 0.35}
    (action,) = rng.choices(actions, [weights.get(a, 0.5) for a in actions])
    amount = None
    if action in ("bet", "raise"):
        size = rng.random()
        largest = min(turn.max_to, turn.min_to + max(1, turn.min_to) * rng.choice((1, 3)))
        amount = (
            turn.min_to
            if size < 0.4
            else rng.randint(turn.min_to, largest)
            if size < 0.8
            else turn.max_to
        )
    return Act(player_at(turn.seat), turn.number, cast(Action, action), amount)
