"""Situations in which commands are refused, beyond the document's examples: one for each pair.

`SHOWN` names a situation, the code, and the commands that get it there.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

import jwt

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId
from pokerws.messages import (
    Act,
    AddChips,
    Ban,
    Chat,
    ChooseGame,
    ClientMessage,
    CloseTable,
    CreateLink,
    CreateTable,
    EndSession,
    GetHand,
    GetNotes,
    Hello,
    Kick,
    ListHands,
    ListWatchers,
    Mute,
    MutePlayer,
    React,
    Refill,
    RunIt,
    SetNote,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Straddle,
    Unban,
    Unmute,
    Unwatch,
    Watch,
)
from pokerws.schema import examples
from pokerws.schema.examples import TABLE
from pokerws.storage.journal.journal import Journal
from tests.server.protocol import chips, games, moderation
from tests.server.protocol.servers import SECRET, Away, token
from tests.server.protocol.situations import (
    BUY_IN,
    SITUATIONS,
    Situation,
    alone_at,
    cut_off,
    open_seat,
    open_table,
    paused,
    seated,
)
from tests.server.protocol.transcript_player import Scene

__all__ = ["REMEMBERED", "SHOWN", "Shown", "chips", "games", "moderation"]

ANN, NOBODY, OTHER = PlayerId("the-id-of-ann"), PlayerId("p_00"), PlayerId("operator:bob")

BY_SEATED: tuple[ClientMessage, ...] = (
    Act("1", TABLE, 1, "fold"),
    Stand("2", TABLE),
    SitOut("3", TABLE),
    SitIn("4", TABLE),
    AddChips("5", TABLE),
    Straddle("6", TABLE, on=True),
    RunIt("7", TABLE, 1),
    ChooseGame("8", TABLE, "NT"),
)
KICK = Kick("9", TABLE, ANN)
CHANGING = (*BY_SEATED, Sit("10", TABLE, BUY_IN), Show("11", TABLE, 1), CloseTable("12", TABLE))
LOADING = (*CHANGING, KICK, Watch("13", TABLE), GetHand("14", TABLE, 1))
# Refused with `id_conflict`, which tests/server/protocol/test_id_conflict.py shows for each.
REMEMBERED = (*CHANGING, KICK)
LISTING = ListHands("16", TABLE)
WATCHERS = ListWatchers("17", TABLE)
MOVING = (Stand("1", TABLE), AddChips("2", TABLE), Sit("3", TABLE, BUY_IN), KICK)
CODE = "the-code-of-a-link"
SAID = (Chat("2", TABLE, "Hi"), React("3", TABLE, "wow"))
NOTING = (MutePlayer("1", NOBODY), SetNote("2", NOBODY, "Hi"))
NEW_TABLE = CreateTable("15", "Two", TableConfig())


class Shown(NamedTuple):
    """Commands that are refused with a code in a situation, on a server."""

    code: str
    bring: Situation
    server: str
    said: Sequence[ClientMessage]


async def watched_and_paused(scene: Scene) -> None:
    await paused(scene)
    await scene.client.do("watch", table=scene.stands_for[TABLE])


async def writing_fails(scene: Scene) -> None:
    await seated(scene)
    app = await scene.app()
    await app.lobby.flush()
    cut_off(scene)
    await scene.client.do("sit_out", table=scene.stands_for[TABLE])
    assert isinstance(app._journal, Journal)
    while app._journal.healthy:
        await scene.client.do("ping")


async def names_away(scene: Scene) -> None:
    await open_seat(scene)
    names = scene.servers.store(scene.server).away_names
    before, names.away = names.away, Away()
    names.away.is_away = True
    scene.ends.callback(setattr, names, "away", before)


async def reserved_name(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    (await scene.app()).lobby.server_tables.reserve_names(["Reserved"])


async def has_opened_one(scene: Scene) -> None:
    await open_seat(scene)


async def rejected_table(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    store = scene.servers.store(scene.server)
    store.rejects = True
    scene.ends.callback(setattr, store, "rejects", False)


async def same_name(scene: Scene) -> None:
    other, scene.client = await scene.open(), await scene.open()
    await other.do("hello", token=token("one", "Same"))
    table = await open_table(scene, other)
    await other.do("sit", table=table, buy_in=BUY_IN)
    await scene.client.do("hello", token=token("two", "Same"))
    await scene.client.do("watch", table=table)


async def full_stack(scene: Scene) -> None:
    await alone_at(scene, max_buy_in=BUY_IN)


async def no_issue_time(scene: Scene) -> None:
    """Ann has a token that does not say when it was issued, and the database is away."""
    scene.client = await scene.open()
    said = {"sub": "ann", "name": scene.stands_for["Ann"], "exp": int(time.time()) + 3_600}
    signed = jwt.encode(said, SECRET, algorithm="HS256", headers={"kid": "2"})
    scene.client.welcome = await scene.client.do("hello", token=signed)
    cut_off(scene)


async def link_and_names_away(scene: Scene) -> None:
    """Ann has a link that ends her session, which cannot be stored."""
    ann = await scene.greeted("Ann")
    link = await ann.ask("create_link", keep=False)
    scene.stands_for[CODE] = str(link["code"])
    scene.client = await scene.open()
    names = scene.servers.store(scene.server).away_names
    before, names.away = names.away, Away()
    names.away.is_away = True
    scene.ends.callback(setattr, names, "away", before)


async def database_away(scene: Scene) -> None:
    scene.client = await scene.open()
    cut_off(scene)


async def no_room(scene: Scene) -> None:
    await seated(scene)
    (await scene.app()).moderation.most = 0


def shown(code: str, given: str, *said: ClientMessage) -> Shown:
    return Shown(code, SITUATIONS[given], "", said)


SHOWN = [
    shown("unknown_table", examples.GREETED, *LOADING, LISTING, WATCHERS),
    shown(
        "table_unavailable",
        "a stored table, and an unavailable database",
        *(*LOADING, WATCHERS),
    ),
    shown("table_quarantined", "a stored table that is damaged", *LOADING, LISTING, WATCHERS),
    shown("owned_elsewhere", "a stored table that another server plays", *LOADING, WATCHERS),
    shown("restarting", "a server that is shutting down", *LOADING, NEW_TABLE, WATCHERS),
    Shown("paused", watched_and_paused, "durable", [*LOADING, LISTING]),
    shown(
        "log_unavailable",
        "a hand that is only in the event log, and an unavailable database",
        LISTING,
    ),
    shown("overloaded", examples.BEHIND, *CHANGING, KICK),
    shown("table_closed", "a table that is being closed for good", *CHANGING),
    Shown("bank_unavailable", writing_fails, "stored", [*MOVING, CloseTable("4", TABLE)]),
    shown("bank_unavailable", examples.DATABASE_AWAY, Refill("1")),
    shown("not_seated", examples.OPEN, *BY_SEATED, KICK),
    shown("not_watching", examples.GREETED, Unwatch("1", TABLE), React("2", TABLE, "wow")),
    shown("muted", "a player who watches a table, and whom an operator has muted", *SAID[1:]),
    Shown("guests_only", SITUATIONS[examples.TOKENS], "tokens", [Hello("1", code="any")]),
    Shown("account_unavailable", database_away, "stored", [Hello("1", code="any")]),
    shown("account_unavailable", examples.DATABASE_AWAY, *NOTING, GetNotes("3"), CreateLink("4")),
    Shown("logout_unavailable", link_and_names_away, "stored", [Hello("1", code=CODE)]),
    shown("note_limit", "a player after `hello`, who has as many notes as can be kept", *NOTING),
    shown("bad_name", examples.GREETED, CreateTable("1", " Two", TableConfig())),
    Shown("name_taken", reserved_name, "memory", [CreateTable("1", "Reserved", TableConfig())]),
    Shown("too_many_tables", has_opened_one, "one opened", [NEW_TABLE]),
    Shown("table_unavailable", rejected_table, "closing", [NEW_TABLE]),
    Shown("name_taken", same_name, "trusted", [Sit("1", TABLE, BUY_IN), *SAID]),
    Shown("names_unavailable", names_away, "stored", [Sit("1", TABLE, BUY_IN)]),
    shown("already_so", examples.SEATED, RunIt("1", TABLE, 1)),
    shown(
        "already_so",
        "the player with the next button, at a table where that player chooses NT or PO",
        ChooseGame("1", TABLE, "NT"),
    ),
    shown("amount_too_large", examples.SEATED, AddChips("1", TABLE, 500_000)),
    Shown("amount_too_small", full_stack, "memory", [AddChips("1", TABLE)]),
    shown("insufficient_chips", examples.SEATED, AddChips("1", TABLE, 150_000)),
    Shown("grant_held", seated, "new players", [AddChips("1", TABLE, 30_000)]),
    Shown(
        "unknown_player",
        seated,
        "memory",
        [
            Kick("1", TABLE, NOBODY),
            Unmute("2", NOBODY),
            Ban("3", 60, NOBODY),
            Unban("4", NOBODY),
            EndSession("5", NOBODY),
        ],
    ),
    Shown(
        "protected",
        seated,
        "memory",
        [Kick("1", TABLE, OTHER), Mute("2", OTHER, 60), EndSession("3", OTHER)],
    ),
    Shown(
        "sanction_limit",
        no_room,
        "no room",
        [KICK, Mute("1", ANN, 60), Unmute("2", ANN), Unban("3", ANN), EndSession("4", ANN)],
    ),
    Shown("logout_unavailable", no_issue_time, "stored tokens", [EndSession("1", ANN)]),
]
