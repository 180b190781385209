"""Random hands of every variant: tables of every size, stacks from one chip to deep, all kinds of
forced bets.
"""

from collections.abc import Sequence
from copy import deepcopy
from random import Random
from typing import NamedTuple, cast

from pokerws.game.apply import apply
from pokerws.game.blinds.button import Positions
from pokerws.game.cards import Card
from pokerws.game.commands import Act, Action
from pokerws.game.config.table_config import HouseRules, LimitStakes, TableConfig
from pokerws.game.hand import Ante, Blind, Deal, deal_hand
from pokerws.game.state import PlayerId, Seat, Table, TableId, Turn
from pokerws.game.variants import VARIANTS, Betting, Forced, Variant

# What PokerKit does too, where houses differ.
HOUSE = HouseRules(odd_chips="button", whole_pot=True)
# Hands of few players are over soon; those of many are for the game with the fewest cards.
TABLE_SIZES = (2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8, 9, 10)


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
    variant: str = "NT"
    bring_in: int = 0


def random_plan(rng: Random, code: str = "NT") -> Plan:
    """A random hand of a variant."""
    variant = VARIANTS[code]
    sizes = range(2, 11) if code == "NT" else TABLE_SIZES
    count = min(variant.max_seats, rng.choice(sizes))
    big_blind = rng.choice((2, 10, 100))
    depth = rng.choice(("tiny", "short", "deep", "mixed", "mixed"))
    antes, dead = _random_antes(rng, variant, count, big_blind)
    blinds = _random_blinds(rng, variant, count, big_blind)
    bring_in = 0
    if variant.forced is Forced.BRING_IN:
        bring_in = rng.randint(1, big_blind - 1)
    stacks = [_random_stack(rng, depth, big_blind) for _ in range(count)]
    _avoid_what_pokerkit_plays_otherwise(variant, stacks, antes, blinds, bring_in)
    deck = list(variant.deck)
    rng.shuffle(deck)
    return Plan(
        stacks=stacks,
        antes=antes if dead else _matched(antes, stacks),
        dead_antes=dead,
        blinds=blinds,
        min_bet=big_blind,
        deck=deck,
        button=rng.randrange(count),
        variant=code,
        bring_in=bring_in,
    )


def _random_stack(rng: Random, depth: str, big_blind: int) -> int:
    if depth == "mixed":
        depth = rng.choice(("tiny", "short", "short", "deep"))
    highest = {"tiny": 2, "short": 12, "deep": 300}[depth] * big_blind
    return rng.randint(1, highest)


def _random_antes(
    rng: Random, variant: Variant, count: int, big_blind: int
) -> tuple[list[int], bool]:
    """Antes by place, and whether they are dead."""
    if variant.forced is not Forced.BLINDS:
        return [rng.choice((1, max(1, big_blind // 5), big_blind))] * count, False
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


def _random_blinds(rng: Random, variant: Variant, count: int, big_blind: int) -> list[int]:
    blinds = [0] * count
    if variant.forced is Forced.BUTTON_BLIND:
        blinds[-1] = big_blind
    if variant.forced is not Forced.BLINDS:
        return blinds
    small_blind = rng.choice((big_blind // 2, big_blind // 2, max(1, big_blind // 3), big_blind))
    # Heads-up the first place left of the button is the big blind's.
    blinds[:2] = [big_blind, small_blind] if count == 2 else [small_blind, big_blind]
    # A third blind is larger than the first bet of a limit game, and than PokerKit's minimum.
    if count > 3 and variant.betting is Betting.NO_LIMIT and rng.random() < 0.1:
        blinds[2] = 2 * big_blind
    if count > 3 and rng.random() < 0.1:
        blinds[rng.randrange(3, count)] = -big_blind
    return blinds


def _avoid_what_pokerkit_plays_otherwise(
    variant: Variant, stacks: list[int], antes: list[int], blinds: list[int], bring_in: int
) -> None:
    """Change stacks with which PokerKit would not play by the book, where that cannot be made up
    for while the hand is played.  `DIFFERENCES` in `test_against_pokerkit.py` says what it does.
    """
    if min(blinds) < 0:
        # PokerKit looks for who opens among the chips of the blinds, and takes the seat before the
        # entering player where antes left none of them any, not the one left of the big blind.
        stacks[1] = max(stacks[1], antes[1] + 1)
    if variant.betting is not Betting.NO_LIMIT:
        # After a short blind, calls and raises are measured by the full blind.
        for place, blind in enumerate(blinds):
            if blind > 0:
                stacks[place] = max(stacks[place], antes[place] + blind)
    if bring_in:
        # The same applies after a short bring-in.  A player all-in from the ante is allowed.
        for place, ante in enumerate(antes):
            if ante < stacks[place] <= ante + bring_in:
                stacks[place] = ante + bring_in + 1


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
        small, big = (1, 0) if count == 2 else (0, 1)
        config = TableConfig(
            variant=plan.variant,
            seats=count,
            small_blind=max(0, plan.blinds[small]),
            big_blind=plan.min_bet,
            limit=LimitStakes(bring_in=plan.bring_in),
            house=HOUSE,
        )
        self.table = Table(TableId("t"), "t", config, seats=[None] * count)
        for place, seat in enumerate(self.seats):
            self.table.seats[seat] = Seat(player_at(seat), f"player {place}", plan.stacks[place])
        self.before = deepcopy(self.table)
        self.events = deal_hand(self.table, self._deal(plan, self.seats[small], self.seats[big]))
        for event in self.events:
            apply(self.table, event)

    def _deal(self, plan: Plan, small_blind: int, big_blind: int) -> Deal:
        positions = Positions(
            self.seats[-1], small_blind, big_blind, self.seats, entering=[], missed=[]
        )
        return Deal(
            variant=VARIANTS[plan.variant],
            positions=positions,
            antes=[Ante(self.seats[p], a, plan.dead_antes) for p, a in enumerate(plan.antes) if a],
            blinds=[
                Blind(self.seats[place], abs(amount), "big" if amount > 0 else "entry")
                for amount, place in sorted((b, place) for place, b in enumerate(plan.blinds) if b)
            ],
            min_bet=plan.min_bet,
            deck=plan.deck,
        )


def player_at(seat: int) -> PlayerId:
    """The id of the player in a seat."""
    return PlayerId(f"p{seat}")


def random_act(rng: Random, turn: Turn, actions: Sequence[str], held: Sequence[Card] = ()) -> Act:
    """One of these legal actions: folds are rare where checking is free, raises of all sizes.

    In a draw, `held` are the cards of which some are thrown away.
    """
    weights = {"fold": 0.03 if "check" in turn.actions else 0.2, "raise": 0.35, "bet": 0.35}
    (action,) = rng.choices(actions, [weights.get(a, 0.5) for a in actions])
    amount = cards = None
    if action in ("bet", "raise"):
        amount = random_amount(rng, turn)
    elif action == "discard":
        cards = rng.sample(held, rng.randint(max(1, turn.discard_min), turn.discard_max))
    return Act(player_at(turn.seat), turn.number, cast(Action, action), amount, cards)


def random_amount(rng: Random, turn: Turn) -> int:
    """A legal size of a bet or raise: small ones often, and all there is."""
    if turn.sizes:
        return rng.choice(turn.sizes)
    size = rng.random()
    if size < 0.4:
        return turn.min_to
    largest = min(turn.max_to, turn.min_to + max(1, turn.min_to) * rng.choice((1, 3)))
    return rng.randint(turn.min_to, largest) if size < 0.8 else turn.max_to
