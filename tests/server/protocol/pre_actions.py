"""Situations in which pre-actions are refused."""

from typing import Any

from pokerws.messages import PreAct
from pokerws.schema import examples
from pokerws.schema.examples import TABLE
from tests.server.protocol.shown import Shown, shown
from tests.server.protocol.situations import act, hand_of_two
from tests.server.protocol.transcript_player import Scene


def pre_act(action: Any, amount: int | None = None) -> PreAct:
    return PreAct("1", TABLE, 1, action, amount)


async def sits_out_in_hand(scene: Scene) -> None:
    _, second, _ = await hand_of_two(scene)
    await second.do("sit_out", table=scene.stands_for[TABLE])
    scene.client = second


async def waits_beside_open_pair(scene: Scene) -> None:
    low, pair, turn = await hand_of_two(scene, "AsAhKsKd9c2h9dQh", variant="F7S")
    await act(scene, low, turn["number"], "bring_in")
    await act(scene, pair, turn["number"] + 1, "call")
    scene.client = low


SHOWN = [
    shown("illegal_action", examples.OTHERS_TURN, pre_act("call")),
    shown("amount_missing", examples.OTHERS_TURN, pre_act("raise")),
    shown("amount_not_allowed", examples.OTHERS_TURN, pre_act("check", 5)),
    shown("amount_too_small", examples.OTHERS_TURN, pre_act("raise", 150)),
    shown("amount_too_large", examples.OTHERS_TURN, pre_act("raise", 50_000)),
    shown("already_leaving", "a player in a hand, after `stand`", pre_act("fold")),
    Shown("already_sitting_out", sits_out_in_hand, "memory", [pre_act("fold")]),
    Shown("amount_not_a_size", waits_beside_open_pair, "memory", [pre_act("raise", 150)]),
]
