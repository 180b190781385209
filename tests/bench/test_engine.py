import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from bench.engine import Engine, Tally, measure_variants, play_round
from bench.hands import STACK, Draw, OurTable, choose_action, choose_discards
from bench.others import Clubs, HandFailed, LeanPokerKit, PokerKit
from pokerws.game.cards import Card
from pokerws.game.state import Turn

FILE = Path(__file__).resolve().parents[2] / "bench" / "engine.py"


def test_its_last_line_has_the_time_of_an_action_of_each_engine() -> None:
    options = ["--hands", "2", "--rounds", "1", "--variant", "NT", "--json"]
    done = subprocess.run(
        [sys.executable, FILE, *options], capture_output=True, text=True, check=True, timeout=50
    )
    said = json.loads(done.stdout.splitlines()[-1])
    assert [*said] == ["pokerws_us", "pokerkit_us", "clubs_us"]
    assert all(us > 0 for us in said.values())


def test_all_engines_play_the_same_actions() -> None:
    engines: list[Engine] = [
        OurTable(),
        PokerKit(),
        LeanPokerKit(show_all=True),
        LeanPokerKit(show_all=False),
        Clubs(),
    ]
    for hand in range(12):
        played = set()
        for engine in engines:
            engine.prepare()
            played.add(engine.play(Random(hand).random))
        assert len(played) == 1, f"hand {hand}: {played}"


def test_every_hand_of_ours_begins_with_even_stacks_and_ends_with_its_events() -> None:
    ours = OurTable()
    for hand in range(12):
        ours.prepare()
        stacks = [seat.stack for seat in ours.table.seats if seat is not None]
        assert stacks == [STACK] * 6
        ours.play(Random(hand).random)
        assert ours.table.hand is None
        assert ours.table.hand_number == hand + 1
        kinds = [type(event).__name__ for event in ours.events]
        assert (kinds.count("HandStarted"), kinds.count("HandEnded")) == (1, 1)


def test_a_hand_in_which_an_engine_breaks_is_left_out_and_counted() -> None:
    tally = Tally()
    play_round(_Broken(), range(4), tally)
    assert (tally.hands, tally.actions, tally.failed) == (2, 34, ["KeyError: 0", "KeyError: 2"])
    assert len(tally.rounds_us) == 1


class _Broken:
    """Breaks in every other hand."""

    name = "broken"

    def __init__(self) -> None:
        self._hand = -1

    def prepare(self) -> None:
        self._hand += 1

    def play(self, draw: Draw) -> int:
        if self._hand % 2 == 0:
            raise HandFailed(f"KeyError: {self._hand}")
        return 17


def test_what_clubs_raises_is_a_failed_hand() -> None:
    class Dealer:
        def __init__(self, **config: object) -> None: ...

        def reset(self, **options: object) -> None:
            raise IndexError("no such player")

    with pytest.raises(HandFailed, match="IndexError: no such player"):
        Clubs(Dealer).play(lambda: 0.0)


def test_an_engine_that_finishes_no_hand_is_named() -> None:
    with pytest.raises(SystemExit, match="broken played no hand to its end: KeyError: 0"):
        play_round(_Broken(), range(1), Tally())


def test_nobody_folds_who_may_check() -> None:
    draws: list[Draw] = [Random(seed).random for seed in range(50)]
    free = {choose_action(["fold", "check", "bet"], draw) for draw in draws}
    faced = {choose_action(["fold", "call", "raise"], draw) for draw in draws}
    assert free == {"check", "bet"}
    assert faced == {"fold", "call", "raise"}


def test_a_discard_is_of_a_legal_number_of_different_cards() -> None:
    cards = [Card(card) for card in ("2c", "3c", "4c", "5c", "7d")]
    turn = Turn(
        seat=0,
        number=1,
        actions=["stand_pat", "discard"],
        call=0,
        min_to=0,
        max_to=0,
        started_ms=0,
        deadline_ms=1,
        discard_max=3,
    )
    draw = Random(1).random
    thrown = [choose_discards(turn, cards, draw) for _ in range(60)]
    assert {len(discards) for discards in thrown} == {1, 2, 3}
    assert all(set(discards) <= set(cards) for discards in thrown)
    assert all(len(set(discards)) == len(discards) for discards in thrown)


def test_each_variant_is_held_against_holdem() -> None:
    codes = ["PO", "F7S", "F2L3D", "FK"]
    part = measure_variants(rounds=1, hands=1, codes=codes)
    assert len({figure.name for figure in part.figures}) == len(part.figures) == len(codes)
    assert all(figure.ours > 0 and figure.ceiling > 0 for figure in part.figures)
