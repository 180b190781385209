import re
from random import Random

from bench.engine import Engine, measure
from bench.hands import STACK, Draw, OurTable, choose_action, choose_discards
from bench.pokerkit_hands import PokerKitTable
from pokerws.game.cards import Card
from pokerws.game.state import Turn


def test_all_engines_are_timed_on_the_same_hands() -> None:
    part = measure(rounds=1, hands=2)
    assert len(part.figures) == 2
    assert all(figure.ours > 0 and figure.theirs > 0 for figure in part.figures)
    actions = re.findall(r"([0-9,]+) actions|and ([0-9,]+) by", part.notes[0])
    assert actions[0][0] == actions[1][1]


def test_both_engines_play_the_same_actions() -> None:
    engines: list[Engine] = [OurTable(), PokerKitTable()]
    for hand in range(12):
        played = set()
        for engine in engines:
            engine.prepare()
            played.add(engine.play(Random(hand).random))
        assert len(played) == 1, f"hand {hand}: {played}"


def test_every_hand_starts_with_even_stacks_and_is_played_to_its_end() -> None:
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


def test_no_player_folds_where_a_check_is_free() -> None:
    draws: list[Draw] = [Random(seed).random for seed in range(50)]
    free = {choose_action(["fold", "check", "bet"], draw) for draw in draws}
    faced = {choose_action(["fold", "call", "raise"], draw) for draw in draws}
    assert free == {"check", "bet"}
    assert faced == {"fold", "call", "raise"}


def test_discards_are_a_legal_number_of_different_cards() -> None:
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
