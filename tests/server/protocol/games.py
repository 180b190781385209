"""Brings a server into the situations of the protocol document that are of some games only."""

from typing import Any

from msgspec.structs import replace

from pokerws.schema import examples
from pokerws.schema.examples import TABLE
from tests.server.protocol.situations import (
    act,
    actor_of,
    alone_at,
    hand_of_two,
    open_table,
    seat,
    situation,
)
from tests.server.protocol.transcript_player import Scene

DEALERS_CHOICE = {"variant": "MIX", "mix": {"games": ["NT", "PO"], "rotation": "choice"}}


@situation(examples.DRAW)
async def to_draw(scene: Scene) -> None:
    await discard_after(scene, "AsKh AdKc 7c9c 5h8c 2s3d AcQsJd", variant="N5D")


@situation("a player about to discard in a hand of pineapple, holding As, Kd and Qc")
async def to_discard(scene: Scene) -> None:
    await discard_after(scene, "As2h Kd3h Qc4h", variant="NP")


async def discard_after(scene: Scene, deck: str, **config: Any) -> None:
    """The first betting round is over without a bet."""
    first, second, turn = await hand_of_two(scene, deck.replace(" ", ""), **config)
    await act(scene, first, turn["number"], "call")
    await act(scene, second, turn["number"] + 1, "check")
    scene.client = await scene.again(second)


@situation("a turn on fourth street of seven card stud, where a pair shows")
async def open_pair(scene: Scene) -> None:
    low, pair, turn = await hand_of_two(scene, "AsAhKsKd9c2h9dQh", variant="F7S")
    await act(scene, low, turn["number"], "bring_in")
    await act(scene, pair, turn["number"] + 1, "call")
    scene.client = await scene.again(pair)


@situation("a table where a hand of five card draw is over")
async def after_a_draw(scene: Scene) -> None:
    first, second, turn = await hand_of_two(scene, variant="N5D")
    await act(scene, first, turn["number"], "fold")
    scene.client = await scene.again(second)


@situation("a player who does not straddle, at a table that allows it")
async def no_straddler(scene: Scene) -> None:
    await alone_at(scene, house={"straddle": "under_the_gun"})


@situation("Ann alone at a table with votes for bomb pots")
async def alone_with_votes(scene: Scene) -> None:
    await alone_at(scene, house={"bomb_pot_vote": "all"})


async def hunted(scene: Scene) -> None:
    """A hand of two is over before the flop, and the winner has asked for the cards to come."""
    first, second, turn = await hand_of_two(scene, house={"rabbit_hunt": "agreed"})
    table = (await actor_of(scene)).table
    table.config = replace(table.config, next_hand_delay_ms=60_000)
    await act(scene, first, turn["number"], "fold")
    scene.client = await scene.again(second)
    await scene.client.do("rabbit_hunt", table=scene.stands_for[TABLE], hand=1)


@situation(examples.CHOICE)
async def alone_with_the_choice(scene: Scene) -> None:
    await alone_at(scene, **DEALERS_CHOICE)


@situation("the player with the next button, at a table where that player chooses NT or PO")
async def chooser(scene: Scene) -> None:
    host = await scene.greeted("Cleo")
    table = await open_table(scene, host, next_hand_delay_ms=60_000, **DEALERS_CHOICE)
    players = await seat(scene, table, "Ann", "Ben")
    game = (await actor_of(scene)).table.game
    assert game is not None
    assert game.chooser is not None
    scene.client = players[game.chooser]
