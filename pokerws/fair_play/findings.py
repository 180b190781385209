"""What the records say about players and pairs: signs, with their evidence and their limits.

A sign is a reason to look at the hands, and no proof.  The bounds are chosen, not derived: so that
honest play rarely shows a sign, and a careful cheat shows none.
"""

from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist, fmean, pstdev, quantiles
from typing import Literal

from msgspec import Struct

from pokerws.fair_play.records import Aggression, Flow, PlayerRecord, Records
from pokerws.game.state import PlayerId, TableId

# Fewer decisions say nothing.
LEAST_TIMED, LEAST_HEADS_UP = 100, 30
# People's times vary more than this, as a part of their mean.
LEAST_VARIATION = 0.35
# People sleep.
MOST_PLAY_MS = 18 * 3_600_000
# A flow is one-way if at most a tenth came back; a smaller one than so many of the winner's chips
# a hand is bad luck.
ONE_WAY = 10
LEAST_FLOW_HANDS = 50
# How improbable a difference in aggression must be, if there were none.
MOST_CHANCE = 0.001

Kind = Literal["chip_flow", "soft_play", "shared_address", "timing"]

LIMITS: Mapping[Kind, str] = {
    "chip_flow": "Weak players lose to strong ones, and a short match goes one way by luck: look at"
    " the hands. Chips that go through a third player are not seen.",
    "soft_play": "Friends may play each other as they know each other to play. Cards are not looked"
    " at, so a series of weak hands looks the same.",
    "shared_address": "A household, a school or a mobile operator shares an address. Who uses"
    " several networks is not seen.",
    "timing": "The time includes the network's. A program that waits like a person is not seen, and"
    " a person who plays many tables is steady.",
}


class Finding(Struct, frozen=True):
    """One look at a player or a pair.  It `is_sign` if it is beyond what honest play shows."""

    kind: Kind
    players: list[PlayerId]
    is_sign: bool
    says: str
    evidence: dict[str, object]


class SharedAddress(Struct, frozen=True):
    """An address from which two players were connected, and how many others were.

    Times are ms UTC: of the first and of the latest connection of either.
    """

    players: list[PlayerId]
    address: str
    others: int
    first_ms: int
    latest_ms: int


def findings_of(records: Records, shared: Sequence[SharedAddress]) -> list[Finding]:
    """All findings, signs first."""
    found = [*_of_players(records), *_of_pairs(records), *map(_of_address, shared)]
    return sorted(found, key=lambda one: not one.is_sign)


def _of_players(records: Records) -> Iterator[Finding]:
    for player, record in records.players.items():
        yield _timing(player, record)


def _timing(player: PlayerId, record: PlayerRecord) -> Finding:
    took, longest_ms = record.took, record.longest_play_ms
    hours = round(longest_ms / 3_600_000, 1)
    evidence: dict[str, object] = {
        "decisions": len(took),
        "instant": record.instant,
        "longest_play_hours": hours,
    }
    is_steady, says = False, f"{len(took)} timed decisions, of which {LEAST_TIMED} would tell more"
    if len(took) >= LEAST_TIMED:
        deciles = [round(one) for one in quantiles(took, n=10)]
        variation = pstdev(took) / fmean(took)
        is_steady = variation < LEAST_VARIATION
        evidence |= {"deciles_ms": deciles, "variation": round(variation, 2)}
        says = f"{len(took)} decisions took {deciles[0]} to {deciles[-1]} ms (10 % to 90 %)"
    is_long = longest_ms > MOST_PLAY_MS
    says += f"; the longest play without a pause of half an hour was {hours} hours"
    return Finding("timing", [player], is_steady or is_long, says, evidence)


def _of_pairs(records: Records) -> Iterator[Finding]:
    for (giver, taker, table), flow in records.flows.items():
        back = records.flows[taker, giver, table]
        if flow.chips > back.chips or flow.gave_up > 1:
            yield _flow((giver, taker), table, flow, back)
    for pair, with_one in records.heads_up.items():
        if (own := records.players.get(pair[0])) is not None:
            yield _soft_play(pair, own.heads_up, with_one)


def _flow(
    pair: tuple[PlayerId, PlayerId], table: TableId | None, flow: Flow, back: Flow
) -> Finding:
    giver, taker = pair
    is_one_way = flow.hands >= LEAST_FLOW_HANDS and flow.chips >= ONE_WAY * max(1, back.chips)
    where = "" if table is None else f" at table {table}, whose chips are its own,"
    return Finding(
        "chip_flow",
        [giver, taker],
        is_one_way or flow.gave_up > 1,
        f"in {flow.hands} hands together{where} {giver} lost {flow.chips} to {taker} and won "
        f"{back.chips}; folded {flow.gave_up} times to {taker} alone with half of the stack in the "
        "pot",
        {
            "hands": flow.hands,
            "table": table,
            "lost": flow.chips,
            "won": back.chips,
            "gave_up": flow.gave_up,
            "largest": flow.largest,
        },
    )


def _soft_play(
    pair: tuple[PlayerId, PlayerId], all_of: Aggression, with_one: Aggression
) -> Finding:
    player, other = pair
    rest = Aggression(all_of.decisions - with_one.decisions, all_of.bets - with_one.bets)
    chance = _chance(with_one, rest)
    enough = min(with_one.decisions, rest.decisions) >= LEAST_HEADS_UP
    return Finding(
        "soft_play",
        [player, other],
        enough and chance < MOST_CHANCE,
        f"{player} bet or raised in {with_one.bets} of {with_one.decisions} decisions against "
        f"{other} alone, and in {rest.bets} of {rest.decisions} against others",
        {
            "against": [with_one.bets, with_one.decisions],
            "against_others": [rest.bets, rest.decisions],
            "chance": round(chance, 6),
        },
    )


def _chance(less: Aggression, more: Aggression) -> float:
    """How probable so much less aggression is, if there is no difference: a two-proportion z-test.

    Source: NIST/SEMATECH e-Handbook of Statistical Methods, 7.3.3.
    """
    one, two = less.decisions, more.decisions
    if not one or not two:
        return 1.0
    pooled = (less.bets + more.bets) / (one + two)
    spread = (pooled * (1 - pooled) * (1 / one + 1 / two)) ** 0.5
    return NormalDist().cdf((less.bets / one - more.bets / two) / spread) if spread else 1.0


def _of_address(shared: SharedAddress) -> Finding:
    one, two = shared.players
    others = f", as were {shared.others} others" if shared.others else ""
    return Finding(
        "shared_address",
        [one, two],
        not shared.others,
        f"{one} and {two} were both connected from {shared.address}{others}",
        {
            "address": shared.address,
            "others": shared.others,
            "first_ms": shared.first_ms,
            "latest_ms": shared.latest_ms,
        },
    )
