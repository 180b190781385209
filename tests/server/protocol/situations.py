"""Brings a server into each situation that the protocol document names."""

from collections.abc import Awaitable, Callable
from typing import Any

from pokerws.game.cards import DECK, parse_cards
from pokerws.game.commands import JoinWaitingList, ReserveSeat
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import MSGPACK
from pokerws.schema import examples
from pokerws.schema.examples import TABLE
from pokerws.server.tables.actor import TableActor
from tests.server.protocol.servers import token
from tests.server.protocol.transcript_player import Scene, Speaker

Situation = Callable[[Scene], Awaitable[None]]
SITUATIONS: dict[str, Situation] = {}

CONFIG = {"seats": 3, "min_buy_in": 2_000, "max_buy_in": 200_000, "next_hand_delay_ms": 0}
BUY_IN = 2_000
SESSION = "the-session-of-welcome"


def situation(given: str, server: str = "memory") -> Callable[[Situation], Situation]:
    """Registers what the document calls `given`, on one of the servers."""

    def register(bring: Situation) -> Situation:
        async def brought(scene: Scene) -> None:
            scene.server = server
            await bring(scene)

        assert given not in SITUATIONS, f"there are two of {given!r}"
        SITUATIONS[given] = brought
        return bring

    return register


async def open_table(scene: Scene, host: Speaker, **config: Any) -> str:
    answer = await host.do("create_table", name="One", config=CONFIG | config)
    scene.stands_for[TABLE] = str(answer["table"])
    return str(answer["table"])


async def seat(scene: Scene, table: str, *names: str) -> list[Speaker]:
    """Players in the seats 0, 1, …"""
    players = [await scene.greeted(name) for name in names]
    for number, player in enumerate(players):
        await player.do("sit", table=table, seat=number, buy_in=BUY_IN)
    return players


async def actor_of(scene: Scene) -> TableActor:
    lobby = (await scene.app()).lobby
    return await lobby.find(TableId(scene.stands_for[TABLE]))


async def hand_of_two(
    scene: Scene, deck: str = "", **config: Any
) -> tuple[Speaker, Speaker, dict[str, Any]]:
    """Who is to act first in a hand, the other one, and the turn; both watch.

    `deck` is what is dealt first, the first card to the left of the button.
    """
    host = await scene.greeted("Cleo")
    table = await open_table(scene, host, **config)
    if first := parse_cards(deck):
        rest = [card for card in DECK if card not in first]
        (await actor_of(scene))._shuffle = lambda cards: first + rest
    players = [await scene.greeted(name) for name in ("Ann", "Ben")]
    for number, player in enumerate(players):
        await player.do("watch", table=table)
        await player.do("sit", table=table, seat=number, buy_in=BUY_IN)
    turn = (await players[0].event("turn_started"))["turn"]
    return players[turn["seat"]], players[1 - turn["seat"]], turn


async def act(scene: Scene, player: Speaker, turn: int, action: str, **amount: int) -> None:
    table = scene.stands_for[TABLE]
    await player.do("act", table=table, turn=turn, action=action, **amount)


# ---- without a table


@situation(examples.NEW)
async def new(scene: Scene) -> None:
    scene.client = await scene.open()


@situation(examples.MSGPACK)
async def msgpack(scene: Scene) -> None:
    scene.client = await scene.open(MSGPACK)


@situation(examples.GREETED)
async def greeted(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")


@situation("a player after `hello`, who has as many notes as can be kept", "no notes")
async def no_notes(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    (await scene.app()).listener._context.notebooks.most = 0


@situation("another player named Ann")
async def other_ann(scene: Scene) -> None:
    await scene.greeted("Ann")
    scene.client = await scene.open()


@situation("a server that is shutting down", "stopping")
async def stopping(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    (await scene.app()).lobby.stop()


@situation("a server with the maximum number of tables, one", "one table")
async def full_server(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    await scene.client.ask("create_table", name="One", config=CONFIG)


# ---- tokens


@situation(examples.TOKENS, "tokens")
async def tokens(scene: Scene) -> None:
    scene.client = await scene.open()
    scene.stands_for[examples.EXPIRED] = token("ann", scene.stands_for["Ann"], expires_in_s=-3_600)


@situation(examples.GREETED_BY_TOKEN, "tokens")
async def with_token(scene: Scene) -> None:
    scene.client = await scene.open()
    await scene.client.do("hello", token=token("ann", scene.stands_for["Ann"]))
    scene.stands_for[examples.BENS] = token("ben", "Ben")
    scene.stands_for[TABLE] = TABLE


@situation("a server that cannot reach the keys of the login service", "no keys")
async def no_keys(scene: Scene) -> None:
    scene.client = await scene.open()
    scene.stands_for[examples.BENS] = token("ben", "Ben")


# ---- seats


@situation(examples.OPEN)
@situation("a table with a free seat, and 100000 chips in the player's account")
async def open_seat(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    scene.stands_for[examples.ANNS_ID] = scene.client.welcome["player"]
    await open_table(scene, scene.client)


async def alone_at(scene: Scene, **config: Any) -> None:
    """A player alone at such a table, in seat 0."""
    scene.client = await scene.greeted("Ann")
    table = await open_table(scene, scene.client, **config)
    await scene.client.do("sit", table=table, seat=0, buy_in=BUY_IN)


@situation(examples.SEATED)
async def seated(scene: Scene) -> None:
    await alone_at(scene)


@situation("a player sitting out")
async def sitting_out(scene: Scene) -> None:
    await seated(scene)
    await scene.client.do("sit_out", table=scene.stands_for[TABLE])


@situation("a player sitting out, whose `sit_out` had the id 7")
async def sat_out(scene: Scene) -> None:
    await seated(scene)
    await scene.client.do("sit_out", id="7", table=scene.stands_for[TABLE])


@situation("a table where another player has seat 0")
async def taken(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    table = await open_table(scene, scene.client)
    await seat(scene, table, "Ben")


@situation("a table whose seats are all taken")
async def full_table(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    table = await open_table(scene, scene.client, seats=2)
    await seat(scene, table, "Ben", "Cleo")


async def bot_beside(scene: Scene, *, sits_out: bool) -> None:
    """A table of two, where Cleo, who may sit out, and a bot have the seats."""
    host = await scene.greeted("Cleo")
    table = await open_table(scene, host, seats=2)
    await host.do("watch", table=table)
    await host.do("sit", table=table, seat=0, buy_in=BUY_IN)
    if sits_out:
        await host.do("sit_out", table=table)
    bot = await scene.open()
    await bot.do("hello", token=(await scene.app()).bot_token("Euler"))
    await bot.do("sit", table=table, seat=1, buy_in=BUY_IN)
    if not sits_out:
        await host.event("turn_started")
    scene.client = await scene.greeted("Ann")


@situation("a full table of two, where another player is in a hand with a bot")
async def bot_in_hand(scene: Scene) -> None:
    await bot_beside(scene, sits_out=False)


@situation("a table of two, where a bot has just given up its seat to another player")
async def claimed_seat(scene: Scene) -> None:
    await bot_beside(scene, sits_out=True)
    await (await scene.greeted("Ben")).do("watch", table=scene.stands_for[TABLE])


@situation("a table that another player has opened")
async def others_table(scene: Scene) -> None:
    await open_table(scene, await scene.greeted("Ben"))
    scene.client = await scene.greeted("Ann")


@situation("a player whose table has the maximum number of bots, one", "one bot")
async def one_bot(scene: Scene) -> None:
    await open_seat(scene)
    await scene.client.do("add_bot", table=scene.stands_for[TABLE], style="calling_station")


@situation("a table whose seats are all taken, without a waiting list")
async def no_list(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    table = await open_table(scene, scene.client, seats=2, seating={"waiting_list": 0})
    await seat(scene, table, "Ben", "Cleo")


@situation(examples.WAITING)
async def waiting(scene: Scene) -> None:
    await full_table(scene)
    await scene.client.do("join_waiting_list", table=scene.stands_for[TABLE])
    await scene.client.hear()  # The place on the list.


@situation("a table whose waiting list has one place, which is taken")
async def full_list(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    table = await open_table(scene, scene.client, seats=2, seating={"waiting_list": 1})
    await seat(scene, table, "Ben", "Cleo")
    actor = await actor_of(scene)
    actor.carry_out(JoinWaitingList(PlayerId("p_dan"), "Dan"))


@situation("a table where the free seat 0 is reserved for another player")
async def reserved_seat(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    await open_table(scene, scene.client)
    actor = await actor_of(scene)
    actor.carry_out(ReserveSeat(PlayerId("p_dan"), "Dan"))


@situation("a player at a table that adds no chips automatically")
async def no_auto_chips(scene: Scene) -> None:
    await alone_at(scene, seating={"auto_chips": False})


@situation("a player alone at a table of seven card stud")
async def at_stud(scene: Scene) -> None:
    await alone_at(scene, variant="F7S")


@situation("a watched table, and a rate limit of one chat message per minute", "tight")
async def chatty(scene: Scene) -> None:
    await open_seat(scene)
    table = scene.stands_for[TABLE]
    await scene.client.do("watch", table=table)
    await scene.client.do("chat", table=table, text="Hello")
    await scene.client.ask("ping")


@situation("a player who sits at the maximum number of tables, one", "tight")
async def at_another(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    for _ in range(2):
        table = await open_table(scene, scene.client)
        await scene.client.ask("sit", table=table, buy_in=BUY_IN)


@situation("a connection that watches the maximum number of tables, one", "tight")
async def watches_another(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    other = await open_table(scene, scene.client)
    await open_table(scene, scene.client)
    await scene.client.do("watch", table=other)
    await scene.client.hear()  # The snapshot.


@situation("a table with the maximum number of watchers", "tight")
async def watched(scene: Scene) -> None:
    ben = await scene.greeted("Ben")
    table = await open_table(scene, ben)
    await ben.do("watch", table=table)
    scene.client = await scene.greeted("Ann")


# ---- hands


@situation(examples.TURN)
async def turn(scene: Scene) -> None:
    first, _, _ = await hand_of_two(scene)
    scene.client = await scene.again(first)


@situation(examples.LATER_TURN)
async def later_turn(scene: Scene) -> None:
    first, second, turn = await hand_of_two(scene)
    await act(scene, first, turn["number"], "call")
    scene.client = await scene.again(second)


@situation(examples.OTHERS_TURN)
async def others_turn(scene: Scene) -> None:
    _, second, _ = await hand_of_two(scene)
    scene.client = await scene.again(second)


@situation("a player in a hand, after `stand`")
async def leaving(scene: Scene) -> None:
    _, second, _ = await hand_of_two(scene)
    await second.do("stand", table=scene.stands_for[TABLE])
    scene.client = await scene.again(second)


@situation("a player who was dealt in, and has just left with 2050 chips")
async def departed(scene: Scene) -> None:
    first, second, _ = await hand_of_two(scene)
    await first.do("stand", table=scene.stands_for[TABLE])
    await second.event("player_stood")
    await second.do("stand", table=scene.stands_for[TABLE])
    scene.client = await scene.again(second)


@situation("a player without chips at the table")
async def busted(scene: Scene) -> None:
    first, second, turn = await hand_of_two(scene)
    players = {turn["seat"]: first, 1 - turn["seat"]: second}
    while True:
        await act(scene, players[turn["seat"]], turn["number"], "raise", amount=turn["max_to"])
        called = (await first.event("turn_started"))["turn"]
        if called["number"] == turn["number"]:
            called = (await first.event("turn_started"))["turn"]
        await act(scene, players[called["seat"]], called["number"], "call")
        while (heard := await first.hear())["type"] != "events":
            pass
        out = [event for event in heard["events"] if event["type"] == "player_sat_out"]
        if out:
            scene.client = await scene.again(players[out[0]["seat"]])
            return
        # The pot was split: once more.
        turn = (await first.event("turn_started"))["turn"]
