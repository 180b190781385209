"""What a player may do at a table of any kind, at random: legal or not, and of a host often so."""

from collections.abc import Callable, Sequence
from random import Random

from msgspec.structs import replace

from pokerws.client import TableView
from pokerws.client.commands.seats import OfTable
from pokerws.game.config.clocks import Clocks, DisconnectProtection, LagAllowance, TimeBank
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.seating import Seating
from pokerws.game.config.table_config import SessionLimits, TableConfig
from pokerws.game.state import PlayerId
from pokerws.messages import (
    Act,
    AddBot,
    AddChips,
    ApproveSeat,
    AutoChips,
    AutoMuck,
    ChangeTable,
    ChooseGame,
    CloseTable,
    DenySeat,
    GiveChips,
    HandOver,
    HostBan,
    HostKick,
    HostUnban,
    JoinWaitingList,
    LeaveWaitingList,
    PauseTable,
    PostBlind,
    RabbitHunt,
    RemoveBot,
    RenewLink,
    ResumeTable,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Stay,
    Straddle,
    TakeChips,
    UseTimeBank,
    VoteBombPot,
)
from tests.game.random_configs import random_config
from tests.game.random_hands import random_act

GAMES = ("NT", "NT", "PO", "FT", "F7S", "F2L3D", "NCP", "HORSE")
# The id is put in when the message is sent.
NO_ID = ""
Wish = OfTable | JoinWaitingList | LeaveWaitingList


def home_config(rng: Random, seats: int, fixed: TableConfig | None = None) -> TableConfig:
    """A table with any options of all kinds; `fixed` has those that cannot change."""
    code = rng.choice(GAMES)
    config = random_config(rng, code)
    while config.seats < seats:
        config = random_config(rng, code)
    hosting = HostingRules(rng.random() < 0.3, rng.random() < 0.3, rng.random() < 0.4)
    if fixed is not None:
        hosting = replace(
            fixed.hosting,
            approval=hosting.approval,
        )
    session = SessionLimits(rng.choice((0, 60_000)), rng.choice((0, 60)))
    return replace(
        config,
        seats=seats,
        turn_time_ms=1_500,
        next_hand_delay_ms=20,
        clocks=Clocks(
            street_ms=rng.choice(((), (800, 0, 1_200))),
            bank=rng.choice((None, TimeBank(500, 200, 2, use=rng.choice(("auto", "on_demand"))))),
            protection=rng.choice((None, DisconnectProtection(2, 1_000, back_ms=500))),
            lag=rng.choice((None, LagAllowance())),
        ),
        house=replace(config.house, session=rng.choice((None, None, session))),
        hosting=hosting,
        seating=Seating(
            rng.choice(("dead", "moving")),
            rng.choice((0, 60_000)),
            reserve_ms=rng.choice((1_000, 5_000)),
            waiting_list=rng.choice((0, 2, 5)),
            auto_chips=rng.random() < 0.7,
        ),
    )


def act(rng: Random, view: TableView) -> Act:
    """A legal action in the player's own turn."""
    turn = view.turn
    assert turn is not None
    done = random_act(rng, turn, turn.actions, view.cards)
    return Act(NO_ID, view.id, turn.number, done.action, done.amount, done.cards)


def wish(rng: Random, view: TableView, others: Sequence[PlayerId]) -> Wish:
    """Anything but an action, mostly what suits the player's place at the table."""
    is_host = view.table.host == view.player
    if rng.random() < (0.4 if is_host else 0.02):
        return _as_host(rng, view, others)
    if view.own is None:
        return _from_outside(rng, view)
    if view.table.hand is None and rng.random() < 0.3:
        return _looking_back(rng, view)
    return _at_the_table(rng, view)


def _from_outside(rng: Random, view: TableView) -> Wish:
    table, config = view.id, view.table.config
    if None not in view.table.seats and rng.random() < 0.6:
        return JoinWaitingList(NO_ID, table)
    if rng.random() < 0.1:
        return rng.choice((LeaveWaitingList(NO_ID, table), Stand(NO_ID, table)))
    buy_in = rng.randint(view.least_buy_in, max(view.least_buy_in, config.max_buy_in))
    return Sit(NO_ID, table, buy_in, entry=rng.choice(("wait", "post")))


def _looking_back(rng: Random, view: TableView) -> Wish:
    table, hand = view.id, view.table.hand_number
    game = view.table.game
    return rng.choice(
        (
            Show(NO_ID, table, hand),
            RabbitHunt(NO_ID, table, hand),
            VoteBombPot(NO_ID, table, on=True),
            ChooseGame(NO_ID, table, "NT" if game is None else game.variant),
        )
    )


def _at_the_table(rng: Random, view: TableView) -> Wish:
    table, config, own = view.id, view.table.config, view.own
    assert own is not None
    if not own.stack and rng.random() < 0.6:
        bank = config.hosting.bank
        return Stand(NO_ID, table) if bank else AddChips(NO_ID, table)
    if own.sitting_out and rng.random() < 0.7:
        return SitIn(NO_ID, table, rng.choice(("wait", "post", "post")))
    if own.owes_blind and not own.posts and rng.random() < 0.5:
        return PostBlind(NO_ID, table)
    turn = 0 if view.turn is None else view.turn.number
    amounts = (0, config.min_buy_in, config.max_buy_in)
    return rng.choice(
        (
            Stand(NO_ID, table, rng.choice(("now", "hand", "next_big_blind"))),
            SitOut(NO_ID, table, rng.choice(("now", "next_big_blind"))),
            Stay(NO_ID, table),
            AutoChips(NO_ID, table, rng.choice(amounts), rng.choice(amounts), config.max_buy_in),
            Straddle(NO_ID, table, on=rng.random() < 0.7),
            RunIt(NO_ID, table, rng.randint(1, 3)),
            AutoMuck(NO_ID, table, on=rng.random() < 0.5),
            VoteBombPot(NO_ID, table, on=rng.random() < 0.7),
            UseTimeBank(NO_ID, table, turn),
            AddChips(NO_ID, table),
        )
    )


def _as_host(rng: Random, view: TableView, others: Sequence[PlayerId]) -> Wish:
    """What was decided is often undone, so that play goes on."""
    table, hosting = view.id, view.table.hosting
    if hosting.requests and rng.random() < 0.8:
        asks = hosting.requests[0].player
        return rng.choice((ApproveSeat, ApproveSeat, ApproveSeat, DenySeat))(NO_ID, table, asks)
    if hosting.paused and rng.random() < 0.5:
        return ResumeTable(NO_ID, table)
    if hosting.banned and rng.random() < 0.6:
        return HostUnban(NO_ID, table, hosting.banned[0])
    wanted = [bot.player for bot in view.table.bots]
    seated = [seat.player for seat in view.table.seats if seat is not None]
    player = rng.choice(seated if seated and rng.random() < 0.7 else others)
    amount, bank = rng.choice((1, view.table.config.min_buy_in)), view.table.config.hosting.bank
    config = home_config(rng, view.table.config.seats, view.table.config)
    choices: Sequence[tuple[float, Callable[[], Wish]]] = (
        (5 if bank else 0.2, lambda: GiveChips(NO_ID, table, player, amount)),
        (3 if bank else 0.2, lambda: TakeChips(NO_ID, table, player, amount)),
        (2, lambda: PauseTable(NO_ID, table)),
        (1, lambda: HostKick(NO_ID, table, rng.choice((player, *wanted)))),
        (1, lambda: HostBan(NO_ID, table, player)),
        (1, lambda: HandOver(NO_ID, table, player)),
        (1, lambda: RenewLink(NO_ID, table)),
        (1, lambda: ChangeTable(NO_ID, table, config)),
        (1, lambda: AddBot(NO_ID, table, "calling_station")),
        (1, lambda: RemoveBot(NO_ID, table, rng.choice((player, *wanted)))),
        (0.1, lambda: CloseTable(NO_ID, table)),
    )
    (chosen,) = rng.choices([make for _, make in choices], [weight for weight, _ in choices])
    return chosen()
