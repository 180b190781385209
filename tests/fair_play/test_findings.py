"""What is a sign, and what is not: hands that are played by the rules, with known intentions."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from pokerws.fair_play.decisions import Decision, decisions_of
from pokerws.fair_play.findings import (
    LEAST_FLOW_HANDS,
    LEAST_TIMED,
    LIMITS,
    Finding,
    SharedAddress,
    findings_of,
)
from pokerws.fair_play.hands import SeenHand, hand_of_events
from pokerws.fair_play.records import INSTANT_MS, PAUSE_MS, Records
from pokerws.game.commands import Action
from pokerws.game.events import HandStarted
from pokerws.game.state import PlayerId, TableId
from tests.game.script import Game, decode_event

ALICE, BOB, CAROL = (PlayerId(name) for name in ("alice", "bob", "carol"))
# What a player does, and after how many ms.
Style = Callable[[Game, str], tuple[Action, int]]


class Table:
    """Plays hands one after the other, each from new stacks."""

    def __init__(self, *players: str, seed: int = 1) -> None:
        self.players = players
        self.rng = random.Random(seed)
        self.now_ms = 0
        self.number = 0

    def hand(self, style: Style) -> SeenHand:
        """A hand in which all play in this style."""
        game = Game()
        game.now_ms += self.now_ms
        times = [game.now_ms] * len(game.log)
        for name, seat in zip(self.players, self._seats(), strict=True):
            game.sits(name, 10_000, seat)
        cards = [f"{rank}{suit}" for rank in "23456789TJQKA" for suit in "cdhs"]
        self.rng.shuffle(cards)
        game.deal("".join(cards[:5]))
        times += [game.now_ms] * (len(game.log) - len(times))
        while (name_to_act := game.to_act) is not None:
            action, took_ms = style(game, name_to_act)
            game.now_ms += took_ms
            sized = game.turn.min_to if action in {"bet", "raise"} else None
            game.acts(action, sized)
            times += [game.now_ms] * (len(game.log) - len(times))
        self.now_ms = game.now_ms + 5_000
        return self._cut(game, times)

    def _seats(self) -> list[int]:
        self.number += 1
        return [(place + self.number) % len(self.players) for place in range(len(self.players))]

    def _cut(self, game: Game, times: list[int]) -> SeenHand:
        events = [decode_event(data) for data in game.log]
        start = next(at for at, event in enumerate(events) if isinstance(event, HandStarted))
        hand = hand_of_events(TableId("t1"), events[start:], times[start:])
        assert hand is not None
        return replace(hand, number=self.number)


def a_person(rng: random.Random) -> Style:
    """Plays any legal action, and folds rarely to nothing; times are spread as people's are."""

    def style(game: Game, _: str) -> tuple[Action, int]:
        legal: list[Any] = [one for one in game.turn.actions if one != "fold" or rng.random() < 0.3]
        took_ms = round(min(19_000, INSTANT_MS + rng.lognormvariate(7.3, 0.8)))
        return rng.choice(legal), took_ms

    return style


def found(records: Records, kind: str, *players: PlayerId) -> Finding:
    (finding,) = (
        one for one in findings_of(records, []) if one.kind == kind and one.players == [*players]
    )
    return finding


def signs(records: Records) -> list[tuple[str, list[PlayerId]]]:
    return [(one.kind, one.players) for one in findings_of(records, []) if one.is_sign]


@pytest.mark.parametrize("seed", range(2))
def test_honest_play_shows_no_sign(seed: int) -> None:
    table, records = Table("alice", "bob", "carol", seed=seed), Records([ALICE, BOB, CAROL])
    style = a_person(table.rng)
    for _ in range(60):
        records.add(table.hand(style))
    assert signs(records) == []
    assert len(records.players[ALICE].took) > LEAST_TIMED
    assert sum(record.net for record in records.players.values()) == 0
    assert found(records, "timing", ALICE).evidence["deciles_ms"]


def test_decisions_have_time_street_and_who_is_left_and_the_clock_makes_none() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    log, times = len(game.log), list[int]()

    def after(took_ms: int, act: Callable[[], None]) -> None:
        game.now_ms += took_ms
        act()
        times.extend([game.now_ms] * (len(game.log) - log - len(times)))

    after(700, alice.calls)
    after(0, bob.folds)
    after(1_500, carol.checks)
    game.now_ms = game.turn.deadline_ms
    after(0, carol.times_out)
    times = [0] * log + times
    events = [decode_event(data) for data in game.log]
    said = [
        (one.player, one.kind, one.street, one.took_ms, one.against)
        for one in decisions_of(events, times)
    ]
    assert said == [
        (ALICE, "call", 0, 700, (BOB, CAROL)),
        (BOB, "fold", 0, 0, (ALICE, CAROL)),
        (CAROL, "check", 0, 1_500, (ALICE,)),
    ]


# ---- flows


def dumping(game: Game, name: str) -> tuple[Action, int]:
    """Alice raises until she has half of her chips in the pot, and folds to Bob."""
    legal = game.turn.actions
    if name == "alice":
        put_in = 10_000 - (game.table.seats[game.turn.seat]).stack  # type: ignore[union-attr]
        if put_in >= 5_000 and "fold" in legal:
            return "fold", 2_000
    wanted: tuple[Action, ...] = ("raise", "bet", "call", "check")
    return next(one for one in wanted if one in legal), 2_000


def test_chips_that_go_one_way_are_a_sign_from_so_many_hands_on() -> None:
    table, records = Table("alice", "bob"), Records([ALICE, BOB])
    for number in range(1, LEAST_FLOW_HANDS + 1):
        records.add(table.hand(dumping))
        if number == 1:
            assert ("chip_flow", [ALICE, BOB]) not in signs(records)
    finding = found(records, "chip_flow", ALICE, BOB)
    assert finding.is_sign
    assert finding.evidence["hands"] == LEAST_FLOW_HANDS
    assert finding.evidence["won"] == 0
    assert finding.evidence["lost"] == -records.players[ALICE].net
    assert len(finding.evidence["largest"]) == 5  # type: ignore[arg-type]


def test_chips_that_are_a_tables_own_are_not_counted_with_those_of_accounts() -> None:
    table, records = Table("alice", "bob"), Records([ALICE, BOB])
    for number in range(LEAST_FLOW_HANDS):
        # What Alice loses at one table Bob loses at another, where chips cost nothing.
        hand = table.hand(dumping)
        records.add(hand)
        back = {ALICE: hand.nets[BOB], BOB: hand.nets[ALICE]}
        home = replace(hand, table=TableId("home"), number=number, nets=back, own_chips=True)
        records.add(replace(home, decisions=[]))
    flows = [one for one in findings_of(records, []) if one.kind == "chip_flow"]
    assert [(one.players, one.evidence["table"]) for one in flows if one.is_sign] == [
        ([ALICE, BOB], None),
        ([BOB, ALICE], "home"),
    ]
    assert "at table home, whose chips are its own," in flows[1].says
    assert records.players[ALICE].net == -flows[0].evidence["lost"]  # type: ignore[operator]


def test_a_large_part_of_the_chips_that_came_back_is_no_sign() -> None:
    table, records = Table("alice", "bob"), Records([ALICE, BOB])
    for number in range(LEAST_FLOW_HANDS):
        giver = "alice" if number % 4 else "bob"

        def one_folds(game: Game, name: str, giver: str = giver) -> tuple[Action, int]:
            legal = game.turn.actions
            if name == giver and "fold" in legal:
                return "fold", 1_000
            return ("raise" if "raise" in legal else "check"), 1_000

        records.add(table.hand(one_folds))
    assert [one for one in signs(records) if one[0] == "chip_flow"] == []


def test_who_folds_twice_with_half_of_the_stack_in_the_pot_shows_a_sign() -> None:
    table, records = Table("alice", "bob"), Records([ALICE])
    for gave_up in (1, 2):
        records.add(table.hand(dumping))
        finding = found(records, "chip_flow", ALICE, BOB)
        assert finding.evidence["gave_up"] == gave_up
        assert finding.is_sign is (gave_up == 2)


# ---- soft play


def soft(rng: random.Random, *friends: str) -> Style:
    """People of whom friends check when they are alone with each other."""
    person = a_person(rng)

    def style(game: Game, name: str) -> tuple[Action, int]:
        legal, hand = game.turn.actions, game.hand
        left = {
            game.name_of(seat)
            for seat, part in enumerate(hand.seats)
            if part is not None and not part.folded
        }
        if left == set(friends) and hand.street and "check" in legal:
            return "check", 1_000 + rng.randrange(9_000)
        if len(left) == 2 and "bet" in legal and rng.random() < 0.7:
            return "bet", 1_000 + rng.randrange(9_000)
        return person(game, name)

    return style


def test_friends_who_only_check_when_they_are_alone_show_a_sign_and_nobody_else() -> None:
    table, records = Table("alice", "bob", "carol"), Records([ALICE, BOB, CAROL])
    style = soft(table.rng, "alice", "bob")
    for _ in range(100):
        records.add(table.hand(style))
    shown = [players for kind, players in signs(records) if kind == "soft_play"]
    assert sorted(shown) == [[ALICE, BOB], [BOB, ALICE]]
    evidence = found(records, "soft_play", ALICE, BOB).evidence
    assert evidence["chance"] < 0.001  # type: ignore[operator]
    assert evidence["against"][1] > 30  # type: ignore[index]


# ---- time


def test_times_that_hardly_vary_are_a_sign_and_instant_ones_do_not_count() -> None:
    records = Records([ALICE, BOB])
    rng = random.Random(2)
    for number in range(LEAST_TIMED):
        at_ms = 1_000_000 + number * 10_000
        records.players[ALICE].decided(timed(ALICE, at_ms, 2_000 + rng.randrange(400)))
        records.players[BOB].decided(timed(BOB, at_ms, 100))
    assert signs(records) == [("timing", [ALICE])]
    assert found(records, "timing", BOB).evidence["instant"] == LEAST_TIMED


def test_play_without_a_pause_for_longer_than_people_stay_awake_is_a_sign() -> None:
    records = Records([ALICE, BOB])
    for number in range(45):
        # Alice's tables are read one after the other, so her times come in no order.
        half_hour = PAUSE_MS * ((number * 7) % 45)
        records.players[ALICE].decided(timed(ALICE, 1_000_000 + half_hour, 1_000 + 100 * number))
        records.players[BOB].decided(timed(BOB, 1_000_000 + number * (PAUSE_MS + 1), 900 * number))
    assert signs(records) == [("timing", [ALICE])]
    assert found(records, "timing", ALICE).evidence["longest_play_hours"] == 22.0
    assert found(records, "timing", BOB).evidence["longest_play_hours"] == 0.0


def timed(player: PlayerId, at_ms: int, took_ms: int) -> Decision:
    return Decision(player, "call", 1, at_ms, took_ms, ())


# ---- pairs


def test_one_player_is_compared_with_all_and_several_among_themselves() -> None:
    table = Table("alice", "bob", "carol")
    one, two = Records([ALICE]), Records([ALICE, BOB])
    for _ in range(5):
        hand = table.hand(a_person(table.rng))
        one.add(hand)
        two.add(hand)
    assert one.pairs() == {(ALICE, BOB), (ALICE, CAROL)}
    assert two.pairs() == {(ALICE, BOB)}
    assert {name for giver, taker, _ in two.flows for name in (giver, taker)} == {ALICE, BOB}


def test_an_address_of_two_alone_is_a_sign_and_one_of_many_is_not() -> None:
    alone = SharedAddress([ALICE, BOB], "192.0.2.1", 0, 1, 2)
    many = SharedAddress([ALICE, CAROL], "198.51.100.1", 40, 1, 2)
    shown = findings_of(Records([ALICE]), [many, alone])
    assert [(one.kind, one.is_sign) for one in shown] == [
        ("shared_address", True),
        ("timing", False),
        ("shared_address", False),
    ]
    assert {one.kind for one in shown} <= LIMITS.keys()
