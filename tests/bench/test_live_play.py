from collections import Counter
from random import Random
from typing import get_args

import pytest

from bench.live.frames import span
from bench.live.load import Style
from bench.live.play import Phrases, Turn, chooser, next_turn
from pokerws.messages import client_decoder
from pokerws.messages.from_client import Act

STYLES: tuple[Style, ...] = get_args(Style)


def turns(seed: int) -> list[Turn]:
    """Turns as the rules make them: with and without a bet, with and without a raise."""
    rng, made = Random(seed), []
    for number in range(1, 2001):
        call, raises = rng.choice((0, 100)), rng.random() < 0.8
        actions = ["fold", "call" if call else "check"]
        if raises:
            actions.append("raise" if call or rng.random() < 0.1 else "bet")
        made.append(Turn(number % 6, number, actions, call, 200 if raises else 0))
    return made


@pytest.mark.parametrize("style", STYLES)
def test_every_style_takes_only_legal_actions(style: Style) -> None:
    choose = chooser(style, seed=1)
    assert all(choose(turn) in turn.actions for turn in turns(seed=2))


def test_the_styles_differ_in_how_often_they_fold_and_raise() -> None:
    taken = {style: Counter(map(chooser(style, seed=1), turns(seed=2))) for style in STYLES}
    assert taken["action_heavy"]["fold"] == 0
    assert 0 < taken["usual"]["fold"] < taken["hand_heavy"]["fold"]
    assert taken["hand_heavy"]["raise"] == 0
    assert 0 < taken["usual"]["raise"] < taken["action_heavy"]["raise"]


def test_the_same_seed_plays_the_same() -> None:
    first, second = chooser("usual", seed=3), chooser("usual", seed=3)
    assert [first(turn) for turn in turns(4)] == [second(turn) for turn in turns(4)]


@pytest.mark.parametrize("action", ["fold", "check", "call", "bet", "raise"])
@pytest.mark.parametrize("number", [1, 123_456_789_012])
def test_a_frame_says_the_action_as_the_strict_protocol_has_it(action: str, number: int) -> None:
    turn = Turn(0, number, [action], 100, 2_000_000)
    frame = Phrases("0123456789ab").frame(turn, action)
    # The key that follows the length is of zeros, so nothing is masked.
    mask_at = 2 if frame[1] & 0x7F < 126 else 4
    plain = bytes([frame[0], frame[1] & 0x7F]) + frame[2:mask_at] + frame[mask_at + 4 :]
    found = span(plain, 0, len(plain))
    assert found is not None
    assert found[1] == len(plain)
    act = client_decoder(strict=True).decode(plain[slice(*found)])
    assert isinstance(act, Act)
    assert (act.id, act.table, act.turn) == (str(number), "0123456789ab", number)
    assert act.action == action
    assert act.amount == (2_000_000 if action in ("bet", "raise") else None)


def test_the_turn_is_read_where_there_is_one() -> None:
    turn = (
        b'{"seat":3,"number":9,"actions":["fold","call"],"call":50,"min_to":0,"max_to":0,'
        b'"started_ms":1,"deadline_ms":2}'
    )
    called = b'{"type":"called","seat":2,"amount":50}'
    started = b'{"type":"turn_started","turn":' + turn + b"}"
    message = b'{"type":"events","table":"t","epoch":1,"seq":7,"now_ms":0,"events":[%b]}'
    assert next_turn(message % (called + b"," + started)) == Turn(3, 9, ["fold", "call"], 50, 0)
    assert next_turn(message % called) is None
