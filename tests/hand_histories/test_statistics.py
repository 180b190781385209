"""What is counted in a hand, by the definitions of the field: scripted hands, and real ones."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from pokerws.game import apply as rules
from pokerws.game.commands import Close
from pokerws.game.config.table_config import HouseRules, Rake
from pokerws.game.events import HandStarted, TableEvent
from pokerws.game.redaction import redact_all
from pokerws.game.state import PlayerId, Table
from pokerws.game.variants import VARIANTS
from pokerws.hand_histories.cutter import of_hand
from pokerws.hand_histories.phh import replay as phh_replay
from pokerws.hand_histories.phh.read import final_stacks
from pokerws.hand_histories.phh.record import read_record
from pokerws.hand_histories.statistics import Counts, counts_of
from tests.game.pokerkit.played_hands import played_hands
from tests.game.script import Game, decode_event

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def last_hand(game: Game) -> list[TableEvent]:
    """The events of the only hand, with the bonuses after it."""
    events = [decode_event(data) for data in game.log]
    first = next(place for place, one in enumerate(events) if isinstance(one, HandStarted))
    return [*of_hand(events[first:])]


def counted(game: Game) -> dict[str, Counts]:
    """The counts of the only hand, by player."""
    found = counts_of(last_hand(game))
    assert found is not None
    return {str(player): counts for player, counts in found.players.items()}


def sums(counts: dict[str, Counts], field: str) -> dict[str, int]:
    """The players with something in a field, and how much."""
    return {name: getattr(one, field) for name, one in counts.items() if getattr(one, field)}


# ---- scripted hands


def test_a_call_or_raise_before_the_flop_is_voluntary_and_a_blind_or_check_is_not() -> None:
    game = Game(ante=10)
    alice, bob, carol, dave = game.seat(1_000, 1_000, 1_000, 1_000)
    game.deal("2c7d9hJs3d")
    dave.calls()
    alice.folds()
    bob.calls()
    carol.checks()
    bob.bets(200)
    carol.calls()
    dave.folds()
    game.check_down()
    counts = counted(game)
    assert {one.hands for one in counts.values()} == {1}
    assert sums(counts, "decided") == dict.fromkeys(("alice", "bob", "carol", "dave"), 1)
    assert sums(counts, "vpip") == {"bob": 1, "dave": 1}
    assert sums(counts, "pfr") == {}
    assert sums(counts, "three_bet_chances") == {}
    assert sums(counts, "flops") == {"bob": 1, "carol": 1, "dave": 1}
    assert sums(counts, "showdowns") == {"bob": 1, "carol": 1}
    assert sum(sums(counts, "showdowns_won").values()) >= 1


def test_a_walk_is_a_hand_without_a_decision_of_the_big_blind() -> None:
    game = Game()
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    counts = counted(game)
    assert counts["carol"] == Counts(hands=1, net=50)
    assert counts["bob"] == Counts(hands=1, decided=1, net=-50)
    assert counts["alice"] == Counts(hands=1, decided=1)


def test_a_straddle_is_not_voluntary_and_a_raise_over_it_is_the_first() -> None:
    game = Game(house=HouseRules(straddle="under_the_gun"))
    alice, bob, carol, dave = game.seat(1_000, 1_000, 1_000, 1_000)
    dave.straddles()
    game.deal()
    alice.raises_to(500)
    bob.folds()
    carol.folds()
    dave.folds()
    counts = counted(game)
    assert sums(counts, "vpip") == sums(counts, "pfr") == {"alice": 1}
    assert sums(counts, "three_bet_chances") == {"bob": 1, "carol": 1, "dave": 1}


def test_only_who_answers_exactly_one_raise_has_a_chance_for_a_three_bet() -> None:
    game = Game()
    alice, bob, carol, dave, erin = game.seat(*[5_000] * 5)
    game.deal("2c7d9hJs3d")
    dave.calls()
    erin.raises_to(300)
    alice.calls()
    bob.raises_to(1_000)
    carol.raises_to(2_500)
    dave.folds()
    erin.folds()
    alice.folds()
    bob.calls()
    game.check_down()
    counts = counted(game)
    assert sums(counts, "three_bet_chances") == {"alice": 1, "bob": 1}
    assert sums(counts, "three_bets") == {"bob": 1}
    assert sums(counts, "pfr") == {"bob": 1, "carol": 1, "erin": 1}
    assert sums(counts, "vpip") == dict.fromkeys(("alice", "bob", "carol", "dave", "erin"), 1)
    assert sums(counts, "flops") == {"bob": 1, "carol": 1}


def test_a_raise_after_the_flop_is_no_pfr() -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal("2c7d9hJs3d")
    alice.calls()
    bob.checks()
    bob.bets(100)
    alice.raises_to(300)
    bob.folds()
    counts = counted(game)
    assert sums(counts, "pfr") == sums(counts, "three_bet_chances") == {}
    assert sums(counts, "showdowns") == {}
    assert sums(counts, "net") == {"alice": 200, "bob": -200}


def test_who_is_all_in_before_the_flop_sees_it_and_the_showdown() -> None:
    game = Game()
    alice, bob, carol = game.seat(300, 1_000, 1_000)
    game.deal("2c7d9hJs3d", alice="AsAh", bob="KsKh", carol="4c5d")
    alice.goes_all_in()
    bob.calls()
    carol.folds()
    counts = counted(game)
    assert sums(counts, "flops") == sums(counts, "showdowns") == {"alice": 1, "bob": 1}
    assert sums(counts, "showdowns_won") == {"alice": 1}
    assert sums(counts, "net") == {"alice": 400, "bob": -300, "carol": -100}


def test_a_part_of_a_pot_is_won_at_the_showdown() -> None:
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    game.deal("2c2d2h2sAd", alice="KsQh", bob="KhQs")
    alice.calls()
    game.check_down()
    assert sums(counted(game), "showdowns_won") == {"alice": 1, "bob": 1}


def test_net_is_without_rake_and_with_bonuses() -> None:
    game = Game(house=HouseRules(rake=Rake(percent=1_000), seven_deuce=50))
    alice, bob, _ = game.seat(1_000, 1_000, 1_000)
    game.deal("7d2hKcQc3s", alice="7s2c", bob="AsAh", carol="4c5d")
    alice.calls()
    bob.calls()
    game.check_down()
    assert sums(counted(game), "net") == {"alice": 170 + 100, "bob": -150, "carol": -150}


def test_a_bonus_that_is_claimed_later_belongs_to_the_hand() -> None:
    game = Game(house=HouseRules(seven_deuce=50))
    alice, _, _ = game.seat(1_000, 1_000, 1_000)
    game.deal(alice="7s2c")
    alice.raises_to(300)
    game.folds_around()
    alice.shows()
    assert sums(counted(game), "net") == {"alice": 150 + 100, "bob": -100, "carol": -150}


def test_in_a_bomb_pot_all_see_the_flop_and_nobody_decides_before_it() -> None:
    game = Game(house=HouseRules(bomb_pot_every=1, bomb_pot_ante=100))
    game.seat(1_000, 1_000, 1_000)
    assert game.deal().bomb_pot
    game.check_down()
    everybody = dict.fromkeys(("alice", "bob", "carol"), 1)
    counts = counted(game)
    assert sums(counts, "decided") == sums(counts, "vpip") == {}
    assert sums(counts, "flops") == sums(counts, "showdowns") == everybody


def test_in_stud_the_bring_in_is_forced_and_completing_it_is_the_first_raise() -> None:
    game = Game(variant="F7S", small_blind=0, big_blind=100, seats=3)
    players = {player.name: player for player in game.seat(1_000, 1_000, 1_000)}
    game.deal()
    first = players[str(game.to_act)]
    first.brings_in()
    second = players[str(game.to_act)]
    second.acts("bet", game.turn.min_to)
    third = players[str(game.to_act)]
    third.acts("raise", game.turn.min_to)
    first.folds()
    second.folds()
    counts = counted(game)
    assert sums(counts, "vpip") == sums(counts, "pfr") == {second.name: 1, third.name: 1}
    assert sums(counts, "three_bet_chances") == sums(counts, "three_bets") == {third.name: 1}
    assert sums(counts, "flops") == {}


def test_a_cancelled_hand_does_not_count() -> None:
    game = Game()
    game.seat(1_000, 1_000)
    game.deal()
    game.play(Close("operator"))
    assert counts_of(last_hand(game)) is None


@pytest.mark.parametrize("code", [*VARIANTS])
def test_counts_hold_together_in_every_variant_and_need_no_card(code: str) -> None:
    seats = min(4, VARIANTS[code].max_seats)
    house = HouseRules(run_it=2, bomb_pot_every=3)
    for before, events in played_hands(code, seats, 3, 11, house):
        found = counts_of(events)
        assert found is not None
        table = after(before, events)
        for seat in table.seats:
            if seat is None or seat.player not in found.players:
                continue
            one = found.players[seat.player]
            was = before.seats[table.seats.index(seat)]
            assert was is not None
            assert one.net == seat.stack - was.stack
            assert one.hands >= one.decided >= one.vpip >= one.pfr >= one.three_bets
            assert one.three_bet_chances >= one.three_bets
            assert one.showdowns >= one.showdowns_won
            assert one.flops >= one.showdowns or len(VARIANTS[code].streets) == 1
        assert sum(one.net for one in found.players.values()) == 0
        assert counts_of(redact_all(events, PlayerId("nobody"))) == found


def after(before: Table, events: Sequence[TableEvent]) -> Table:
    table = deepcopy(before)
    for event in events:
        rules.apply(table, event)
    return table


# ---- real hands


def of_record(hand: dict[str, Any]) -> dict[str, Counts]:
    """The counts of a recorded no-limit hold'em hand, from its text alone."""
    count = len(hand["starting_stacks"])
    names = [f"p{number}" for number in range(1, count + 1)]
    blinds = hand["blinds_or_straddles"]
    put = dict(zip(names, reversed(blinds) if count == 2 else blinds, strict=True))
    total = dict.fromkeys(names, 0)
    facts: dict[str, set[str]] = defaultdict(set)
    folded: set[str] = set()
    raisers: list[str] = []
    preflop = True
    for text in hand["actions"]:
        name, action, *amount = text.split()
        if text.startswith("d db"):
            if preflop:
                facts["flops"] = set(names) - folded
            preflop = False
            total = {one: total[one] + put[one] for one in names}
            put = dict.fromkeys(names, 0)
        if name == "d" or action == "sm":
            continue
        if preflop:
            facts["decided"].add(name)
            if len(raisers) == 1 and raisers != [name]:
                facts["three_bet_chances"].add(name)
                facts["three_bets"] |= {name} if action == "cbr" else set()
            if action == "cbr":
                raisers.append(name)
                facts["pfr"].add(name)
            if action == "cbr" or (action == "cc" and put[name] < max(put.values())):
                facts["vpip"].add(name)
        if action == "f":
            folded.add(name)
        else:
            left = hand["starting_stacks"][names.index(name)] - total[name]
            put[name] = min(left, int(amount[0]) if action == "cbr" else max(put.values()))
    total = {one: total[one] + put[one] for one in names}
    _, second = sorted(total.values())[-1:-3:-1]
    paid = {one: min(total[one], second) for one in names}
    stacks = zip(hand["starting_stacks"], hand["final_stacks"], strict=True)
    nets = [end - start for start, end in stacks]
    if len(folded) < count - 1:
        facts["showdowns"] = set(names) - folded
        won = {one for one, net in zip(names, nets, strict=True) if net + paid[one] > 0}
        facts["showdowns_won"] = won & facts["showdowns"]
    return {
        one: Counts(
            hands=1, net=net, **{field: int(one in facts[field]) for field in Counts._fields[1:-1]}
        )
        for one, net in zip(names, nets, strict=True)
    }


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[TableEvent]:
    """The events of the hands that are replayed."""
    events: list[TableEvent] = []

    def apply(table: Table, event: TableEvent) -> None:
        events.append(event)
        rules.apply(table, event)

    monkeypatch.setattr(phh_replay, "apply", apply)
    return events


def recorded(name: str) -> Iterator[dict[str, Any]]:
    path = DATA / f"{name}.jsonl"
    if not path.is_file():
        pytest.skip(f"the sample hands are not in {DATA}")
    yield from map(json.loads, path.read_bytes().splitlines())


@pytest.mark.parametrize("name", ["pluribus_sample", "acpc_headsup_sample"])
def test_real_hands_are_counted_as_an_independent_count_has_them(
    name: str, replayed: list[TableEvent]
) -> None:
    totals: dict[str, Counts] = defaultdict(Counts)
    for hand in recorded(name):
        replayed.clear()
        final_stacks(read_record(json.dumps(hand).encode()))
        found = counts_of(replayed)
        assert found is not None
        assert found.players == of_record(hand), hand["src"]
        for player, counts in found.players.items():
            totals[player] = totals[player].plus(counts)
    total = Counts()
    for counts in totals.values():
        total = total.plus(counts)
    assert min(total[:-1]) > 0
