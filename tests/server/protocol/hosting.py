"""Situations with the host of a table, and the refusals of the host's commands in them."""

from typing import Any

from msgspec.structs import replace

from pokerws.game.config.table_config import TableConfig
from pokerws.game.hosting.bank import MAX_LINES
from pokerws.game.hosting.requests import MAX_LISTED, MAX_REQUESTS
from pokerws.game.state import MAX_EXACT, BankLine, PlayerId, SeatRequest
from pokerws.messages import (
    AddChips,
    ApproveSeat,
    AutoChips,
    ChangeTable,
    ClientMessage,
    DenySeat,
    GetLink,
    GiveChips,
    HandOver,
    HostBan,
    HostKick,
    HostMute,
    HostUnban,
    JoinWaitingList,
    PauseTable,
    React,
    RenewLink,
    ResumeTable,
    Sit,
    TakeChips,
)
from pokerws.schema import examples
from pokerws.schema.examples import ANNS_ID, TABLE
from tests.server.protocol.situations import (
    BUY_IN,
    CONFIG,
    actor_of,
    alone_at,
    hand_of_two,
    open_table,
    others_table,
    seat,
    situation,
)
from tests.server.protocol.transcript_player import Scene

NOBODY, BENS_ID = PlayerId("p_00"), PlayerId("the-id-of-ben")
COMMANDS: tuple[ClientMessage, ...] = (
    HostKick("h1", TABLE, NOBODY),
    HostBan("h2", TABLE, NOBODY),
    HostUnban("h3", TABLE, NOBODY),
    PauseTable("h4", TABLE),
    ResumeTable("h5", TABLE),
    ChangeTable("h6", TABLE, TableConfig()),
    HandOver("h7", TABLE, NOBODY),
    RenewLink("h8", TABLE),
    ApproveSeat("h9", TABLE, NOBODY),
    DenySeat("h10", TABLE, NOBODY),
    GiveChips("h11", TABLE, NOBODY, 1),
    TakeChips("h12", TABLE, NOBODY, 1),
    HostMute("h14", TABLE, NOBODY),
)
LINK = GetLink("h13", TABLE)
MOVING = tuple(
    one for one in COMMANDS if isinstance(one, HostKick | HostBan | GiveChips | TakeChips)
)


@situation("a table that its host has paused")
async def paused_by_host(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    await scene.client.do("pause_table", table=await open_table(scene, scene.client))


@situation("a table from which the host has banned the player p_00")
async def nobody_banned(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    table = await open_table(scene, scene.client)
    await scene.client.do("host_ban", table=table, player=NOBODY)


@situation("a player whom the host has banned from the table")
async def banned(scene: Scene) -> None:
    host, scene.client = await scene.greeted("Cleo"), await scene.greeted("Ann")
    table = await open_table(scene, host)
    await host.do("host_ban", table=table, player=scene.client.welcome["player"])


@situation("a player who watches a table, and whom its host has muted")
async def muted_by_host(scene: Scene) -> None:
    host, scene.client = await scene.greeted("Cleo"), await scene.greeted("Ann")
    table = await open_table(scene, host)
    await scene.client.do("watch", table=table)
    await host.do("host_mute", table=table, player=scene.client.welcome["player"])
    await scene.client.event("player_muted")


@situation("a player who waits for the host to approve a seat")
async def waiting(scene: Scene) -> None:
    host, scene.client = await scene.greeted("Cleo"), await scene.greeted("Ann")
    table = await open_table(scene, host, hosting={"approval": True})
    await scene.client.do("sit", table=table, buy_in=BUY_IN)


@situation("a table from which the host has banned 100 players")
async def many_banned(scene: Scene) -> None:
    await hosted(scene, banned=players(MAX_LISTED))


@situation(examples.TWO_SEATED)
async def two_seated(scene: Scene) -> None:
    scene.client = await scene.greeted("Cleo")
    await seat(scene, await open_table(scene, scene.client), "Ann", "Ben")


@situation("a player alone at a table with a bank")
async def at_bank(scene: Scene) -> None:
    await alone_at(scene, hosting={"bank": True})
    scene.stands_for[ANNS_ID] = scene.client.welcome["player"]


@situation(
    "the host of an unlisted and paused table with a bank, where Ben sits and Cleo asks for a seat",
    "tireless",
)
async def house_game(scene: Scene) -> None:
    host, ben, cleo = [await scene.greeted(name) for name in ("Ann", "Ben", "Cleo")]
    rules = {"unlisted": True, "approval": True, "bank": True}
    opened = await host.do("create_table", name="One", config=CONFIG | {"hosting": rules})
    table, key = opened["table"], opened["key"]
    scene.stands_for |= {
        TABLE: table,
        "mKq2t0Vw9cJxN4rT7bYfPz1L": key,
        "p_2b7f94d1c60e8a53": ben.welcome["player"],
        "p_80c1de35f7a94260": cleo.welcome["player"],
    }
    await host.do("sit", table=table, buy_in=BUY_IN)
    await ben.do("sit", table=table, buy_in=BUY_IN, key=key)
    await host.do("approve_seat", table=table, player=ben.welcome["player"])
    await host.do("pause_table", table=table)
    await ben.do("sit", table=table, buy_in=BUY_IN)
    await cleo.do("sit", table=table, buy_in=BUY_IN, key=key)
    scene.client = await scene.again(host)

    async def hand_back() -> None:
        await ben.do("hand_over", table=table, player=host.welcome["player"])

    scene.directions["Ben hands the role back."] = hand_back


# ---- situations of refusals that the document does not show


def players(number: int) -> tuple[PlayerId, ...]:
    return tuple(PlayerId(f"q_{one}") for one in range(number))


async def hosted(scene: Scene, config: Any = None, **hosting: Any) -> None:
    """Ann is the host of a table where the host has decided that, or is asked for it."""
    scene.client = await scene.greeted("Ann")
    await open_table(scene, scene.client, hosting=config or {})
    table = (await actor_of(scene)).table
    table.hosting = replace(table.hosting, **hosting)


async def full_of_requests(scene: Scene) -> None:
    asked = tuple(SeatRequest(one, one, BUY_IN) for one in players(MAX_REQUESTS))
    await hosted(scene, {"approval": True}, requests=asked)
    scene.client = await scene.greeted("Ben")


async def full_of_approved(scene: Scene) -> None:
    asked = (SeatRequest(NOBODY, "Nobody", BUY_IN),)
    await hosted(scene, {"approval": True}, requests=asked, approved=players(MAX_LISTED))


async def full_of_muted(scene: Scene) -> None:
    await hosted(scene, muted=players(MAX_LISTED))


async def full_bank(scene: Scene) -> None:
    lines = tuple(BankLine(one, one, 1, 1) for one in players(MAX_LINES))
    await hosted(scene, {"bank": True}, bank=lines)


async def much_given(scene: Scene) -> None:
    """The bank can give the player no more: the numbers would not be exact."""
    await at_bank(scene)
    table = (await actor_of(scene)).table
    (line,) = table.hosting.bank
    table.hosting = replace(table.hosting, bank=(replace(line, given=MAX_EXACT),))


async def leaving(scene: Scene) -> None:
    """The host and a player in a hand; the other one leaves at its end."""
    first, second, _ = await hand_of_two(scene)
    await second.do("stand", table=scene.stands_for[TABLE])
    scene.stands_for[BENS_ID] = second.welcome["player"]
    table = (await actor_of(scene)).table
    table.host = PlayerId(first.welcome["player"])
    scene.client = first


async def in_hand(scene: Scene) -> None:
    await leaving(scene)
    table = (await actor_of(scene)).table
    table.config = replace(table.config, hosting=replace(table.config.hosting, bank=True))


SAME = TableConfig(
    seats=CONFIG["seats"],
    min_buy_in=CONFIG["min_buy_in"],
    max_buy_in=CONFIG["max_buy_in"],
    next_hand_delay_ms=0,
)
# Each situation with the commands that are refused in it, and their code.
SHOWN: tuple[tuple[str, Any, tuple[ClientMessage, ...]], ...] = (
    # A player may send so many in a row.
    ("not_host", others_table, (*COMMANDS[:12], LINK)),
    ("not_host", others_table, COMMANDS[12:]),
    ("not_seated", alone_at, (COMMANDS[0], COMMANDS[6])),
    ("not_seated", at_bank, MOVING[2:]),
    ("not_yourself", alone_at, (HostKick("1", TABLE, ANNS_ID), HostMute("2", TABLE, ANNS_ID))),
    ("not_unlisted", alone_at, (LINK,)),
    ("not_requested", alone_at, (DenySeat("1", TABLE, NOBODY),)),
    ("no_bank", alone_at, (TakeChips("1", TABLE, NOBODY, 1),)),
    ("already_so", alone_at, (ChangeTable("1", TABLE, SAME), HandOver("2", TABLE, ANNS_ID))),
    ("already_so", alone_at, (HostMute("1", TABLE, NOBODY, on=False),)),
    ("bad_config", alone_at, (ChangeTable("1", TABLE, replace(SAME, max_buy_in=1_999)),)),
    ("list_full", full_of_requests, (Sit("1", TABLE, BUY_IN),)),
    ("list_full", full_bank, (Sit("1", TABLE, BUY_IN),)),
    ("list_full", full_of_approved, (ApproveSeat("1", TABLE, NOBODY),)),
    ("list_full", full_of_muted, (HostMute("1", TABLE, NOBODY),)),
    ("muted_by_host", muted_by_host, (React("1", TABLE, "wow"),)),
    ("already_leaving", leaving, (HostKick("1", TABLE, BENS_ID),)),
    ("in_hand", in_hand, (GiveChips("1", TABLE, BENS_ID, 1), TakeChips("2", TABLE, BENS_ID, 1))),
    (
        "amount_too_small",
        at_bank,
        (GiveChips("1", TABLE, ANNS_ID, 0), TakeChips("2", TABLE, ANNS_ID, 0)),
    ),
    ("amount_too_large", at_bank, (TakeChips("1", TABLE, ANNS_ID, BUY_IN + 1),)),
    ("amount_too_large", much_given, (GiveChips("1", TABLE, ANNS_ID, 1),)),
    ("host_gives_chips", at_bank, (AddChips("1", TABLE), AutoChips("2", TABLE, 1_000))),
    ("banned_from_table", banned, (JoinWaitingList("1", TABLE),)),
)
