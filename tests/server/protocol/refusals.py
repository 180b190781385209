"""Situations in which commands are refused, beyond the document's examples: one for each pair.

`SHOWN` names a situation, the code, and the commands that get it there.
"""

import time

import jwt

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId
from pokerws.messages import (
    Act,
    AddBot,
    AddChips,
    AutoChips,
    AutoMuck,
    Ban,
    Chat,
    ChooseGame,
    ClientMessage,
    CloseTable,
    CreateLink,
    CreateTable,
    EndSession,
    GetHand,
    GetLedger,
    GetNotes,
    GetStats,
    Hello,
    JoinWaitingList,
    Kick,
    LeaveWaitingList,
    ListHands,
    ListWatchers,
    Mute,
    MutePlayer,
    PostBlind,
    PreAct,
    QuickSeat,
    RabbitHunt,
    React,
    Refill,
    RemoveBot,
    RunIt,
    SetNote,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Stay,
    Straddle,
    Unban,
    Unmute,
    Unwatch,
    UseTimeBank,
    VoteBombPot,
    Watch,
)
from pokerws.schema import examples
from pokerws.schema.examples import TABLE
from pokerws.storage.journal.journal import Journal
from tests.server.protocol import chips, databases, games, hosting, moderation, pre_actions
from tests.server.protocol.databases import cut_off, paused
from tests.server.protocol.servers import SECRET, Away, token
from tests.server.protocol.shown import Shown, shown
from tests.server.protocol.situations import (
    BUY_IN,
    SITUATIONS,
    alone_at,
    claimed_seat,
    hand_of_two,
    open_seat,
    open_table,
    seated,
)
from tests.server.protocol.transcript_player import Scene

__all__ = ["REMEMBERED", "SHOWN", "Shown", "chips", "databases", "games", "hosting", "moderation"]

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
    UseTimeBank("17", TABLE, 1),
    VoteBombPot("17", TABLE, on=True),
    AutoMuck("18", TABLE, on=False),
    PostBlind("17", TABLE),
    Stay("18", TABLE),
    AutoChips("19", TABLE, BUY_IN),
)
KICK = Kick("9", TABLE, ANN)
EULER = PlayerId("bot_euler")
ADD, REMOVE = AddBot("17", TABLE, "calling_station", "Euler"), RemoveBot("18", TABLE, EULER)
QUEUE = (JoinWaitingList("20", TABLE), LeaveWaitingList("21", TABLE))
OF_TABLE = (
    Sit("10", TABLE, BUY_IN),
    Show("11", TABLE, 1),
    RabbitHunt("19", TABLE, 1),
    CloseTable("12", TABLE),
)
CHANGING = (*BY_SEATED, *QUEUE, *OF_TABLE, ADD, REMOVE, *hosting.COMMANDS)
PRE_ACT = PreAct("17", TABLE, 1, "fold")
LEDGER = GetLedger("18", TABLE)
LOADING = (
    *CHANGING,
    PRE_ACT,
    LEDGER,
    KICK,
    Watch("13", TABLE),
    GetHand("14", TABLE, 1),
    hosting.LINK,
)
# Refused with `id_conflict`, which tests/server/protocol/test_id_conflict.py shows for each.
REMEMBERED = (*CHANGING, KICK)
LISTING = (ListHands("16", TABLE), GetStats("22", TABLE))
WATCHERS = ListWatchers("17", TABLE)
MOVING = (
    *(Stand("1", TABLE), AddChips("2", TABLE), Sit("3", TABLE, BUY_IN), KICK, REMOVE),
    *hosting.MOVING,
)
CODE = "the-code-of-a-link"
SAID = (Chat("2", TABLE, "Hi"), React("3", TABLE, "wow"))
NOTING = (MutePlayer("1", NOBODY), SetNote("2", NOBODY, "Hi"))
NEW_TABLE = CreateTable("15", "Two", TableConfig())


async def watched_and_paused(scene: Scene) -> None:
    await paused(scene)
    await scene.client.do("watch", table=scene.stands_for[TABLE])


async def writing_fails(scene: Scene) -> None:
    await seated(scene)
    app = await scene.app()
    await app.lobby.flush()
    cut_off(scene)
    await scene.client.do("sit_out", table=scene.stands_for[TABLE])
    assert isinstance(app.persistence.journal, Journal)
    while app.persistence.journal.healthy:
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


async def rejected_reservation(scene: Scene) -> None:
    await open_seat(scene)
    await (await scene.app()).lobby.flush()
    store = scene.servers.store(scene.server)
    store.rejects = True
    scene.ends.callback(setattr, store, "rejects", False)


async def stranger(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")


async def same_name(scene: Scene) -> None:
    other, scene.client = await scene.open(), await scene.open()
    await other.do("hello", token=token("one", "Same"))
    table = await open_table(scene, other)
    await other.do("sit", table=table, buy_in=BUY_IN)
    await scene.client.do("hello", token=token("two", "Same"))
    await scene.client.do("watch", table=table)


async def full_stack(scene: Scene) -> None:
    await alone_at(scene, max_buy_in=BUY_IN)


async def bank_runs(scene: Scene) -> None:
    first, _, turn = await hand_of_two(scene, clocks={"bank": {"use": "on_demand"}})
    table = scene.stands_for[TABLE]
    await first.do("use_time_bank", table=table, turn=turn["number"])
    scene.client = await scene.again(first)


async def will_leave(scene: Scene) -> None:
    await seated(scene)
    await scene.client.do("stand", table=scene.stands_for[TABLE], when="next_big_blind")


async def will_sit_out(scene: Scene) -> None:
    await seated(scene)
    await scene.client.do("sit_out", table=scene.stands_for[TABLE], when="next_big_blind")


async def full_elsewhere(scene: Scene) -> None:
    await SITUATIONS["a player who sits at the maximum number of tables, one"](scene)


async def no_issue_time(scene: Scene) -> None:
    """Ann has a token that does not say when it was issued, and the database is away."""
    scene.client = await scene.open()
    said = {"sub": "ann", "name": scene.stands_for["Ann"], "exp": int(time.time()) + 3_600}
    signed = jwt.encode(said, SECRET, algorithm="HS256", headers={"kid": "2"})
    scene.client.welcome = await scene.client.do("hello", token=signed)
    cut_off(scene)


async def wants_euler(scene: Scene) -> None:
    await open_seat(scene)
    await scene.client.do(
        "add_bot", table=scene.stands_for[TABLE], style="calling_station", name="Euler"
    )


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


async def ann_greeted(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")


SHOWN = [
    Shown("unknown_table", ann_greeted, "tireless", [*LOADING, *LISTING, WATCHERS]),
    shown(
        "table_unavailable",
        "a stored table, and an unavailable database",
        *(*LOADING, WATCHERS),
    ),
    shown("table_quarantined", "a stored table that is damaged", *LOADING, *LISTING, WATCHERS),
    shown("owned_elsewhere", "a stored table that another server plays", *LOADING, WATCHERS),
    shown("restarting", "a server that is shutting down", *LOADING, NEW_TABLE, WATCHERS),
    Shown("paused", watched_and_paused, "durable", [*LOADING, *LISTING]),
    shown(
        "log_unavailable",
        "a hand that is only in the event log, and an unavailable database",
        *LISTING,
    ),
    shown("forbidden", examples.OPEN, GetStats("1", TABLE, EULER), GetStats("2", player=EULER)),
    shown("overloaded", examples.BEHIND, *CHANGING, KICK),
    shown("table_closed", "a table that is being closed for good", *CHANGING, PRE_ACT),
    Shown("bank_unavailable", writing_fails, "stored", [*MOVING, CloseTable("4", TABLE), LEDGER]),
    shown("bank_unavailable", examples.DATABASE_AWAY, Refill("1")),
    shown("not_seated", examples.OPEN, *BY_SEATED, KICK, PRE_ACT),
    shown("forbidden", "a table that another player has opened", LEDGER),
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
    shown("already_so", examples.SEATED, RunIt("1", TABLE, 1), AutoMuck("2", TABLE, on=True)),
    shown(
        "already_so",
        "Ann alone at a table with votes for bomb pots",
        VoteBombPot("1", TABLE, on=False),
    ),
    Shown("already_so", games.hunted, "memory", [RabbitHunt("1", TABLE, 1)]),
    Shown("seat_reserved", claimed_seat, "memory", [Sit("1", TABLE, BUY_IN)]),
    Shown("not_your_cards", games.hunted, "memory", [Show("1", TABLE, 1, [])]),
    shown("not_your_turn", examples.OTHERS_TURN, UseTimeBank("1", TABLE, 1)),
    shown("wrong_turn", examples.LATER_TURN, UseTimeBank("1", TABLE, 1)),
    Shown("already_so", bank_runs, "memory", [UseTimeBank("1", TABLE, 1)]),
    shown(
        "already_so",
        "the player with the next button, at a table where that player chooses NT or PO",
        ChooseGame("1", TABLE, "NT"),
    ),
    shown("already_seated", examples.SEATED, QUEUE[0]),
    Shown("table_unavailable", rejected_reservation, "closing", [QuickSeat("1")]),
    Shown("name_taken", same_name, "trusted", [QUEUE[0]]),
    shown("kicked", "a player whom an operator has removed from the table", QUEUE[0]),
    Shown("too_many_tables", full_elsewhere, "tight", [QuickSeat("1")]),
    shown("already_so", examples.SEATED, AutoChips("1", TABLE), PostBlind("2", TABLE, on=False)),
    Shown("already_so", will_leave, "memory", [Stand("1", TABLE, "next_big_blind")]),
    Shown("already_so", will_sit_out, "memory", [SitOut("1", TABLE, "next_big_blind")]),
    shown(
        "no_blinds",
        "a player alone at a table of seven card stud",
        Stand("1", TABLE, "next_big_blind"),
        SitOut("2", TABLE, "next_big_blind"),
    ),
    shown("amount_too_small", examples.SEATED, AutoChips("1", TABLE, rebuy_to=1)),
    shown("amount_too_large", examples.SEATED, AutoChips("1", TABLE, 200_001)),
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
    Shown("already_so", wants_euler, "memory", [ADD]),
    shown("not_host", "a table that another player has opened", ADD, REMOVE),
    shown("not_host", "a table that another player has opened", CloseTable("1", TABLE)),
    *(Shown(code, bring, "memory", said) for code, bring, said in hosting.SHOWN),
    *pre_actions.SHOWN,
    Shown("logout_unavailable", no_issue_time, "stored tokens", [EndSession("1", ANN)]),
]
