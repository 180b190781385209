"""The stored log of a home game, checked for what the host decided and what players asked for.

It keeps its own account of who may come in, so that a decision which the server forgot is found.
"""

from collections import deque
from collections.abc import Sequence

from pokerws.game import events as e
from pokerws.game.apply import apply
from pokerws.game.events import TableEvent
from pokerws.game.redaction import redact
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.game.table import replay
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
    Message,
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
from tests.simulation.home.guest import Answered, Guest

Kinds = tuple[type[TableEvent], ...]
# The first event of each command.
FIRST: dict[type[Message], Kinds] = {
    Sit: (e.PlayerSat, e.SeatRequested),
    Stand: (e.PlayerStood, e.PlayerLeaving, e.PlanMade, e.SeatRequestWithdrawn),
    SitOut: (e.PlayerSatOut, e.PlanMade),
    SitIn: (e.PlayerSatIn, e.PlanMade),
    Stay: (e.PlanMade,),
    PostBlind: (e.EntryChosen,),
    AutoChips: (e.AutoChipsSet,),
    AddChips: (e.ChipsAdded,),
    JoinWaitingList: (e.WaiterJoined,),
    LeaveWaitingList: (e.WaiterLeft,),
    Straddle: (e.StraddleSet,),
    RunIt: (e.RunItSet,),
    AutoMuck: (e.AutoMuckSet,),
    VoteBombPot: (e.BombPotVoted,),
    UseTimeBank: (e.TimeBankStarted,),
    Show: (e.HandShown, e.PartShown),
    RabbitHunt: (e.RabbitAgreed,),
    ChooseGame: (e.GameChanged,),
    AddBot: (e.BotsWanted,),
    RemoveBot: (e.BotsWanted,),
    HostKick: (e.PlayerKicked,),
    HostBan: (e.PlayerBanned,),
    HostUnban: (e.PlayerUnbanned,),
    ApproveSeat: (e.SeatApproved,),
    DenySeat: (e.SeatDenied,),
    PauseTable: (e.TablePaused,),
    ResumeTable: (e.TableResumed,),
    ChangeTable: (e.ChangePlanned, e.TableChanged, e.NextHandCancelled),
    HandOver: (e.HostChanged,),
    RenewLink: (e.LinkRenewed,),
    GiveChips: (e.ChipsGiven,),
    TakeChips: (e.ChipsTaken,),
    CloseTable: (e.HandCancelled, e.NextHandCancelled, e.PlayerStood, e.TableClosed),
}
ACTIONS: dict[str, type[TableEvent]] = {
    "fold": e.Folded,
    "check": e.Checked,
    "call": e.Called,
    "bet": e.BetPlaced,
    "raise": e.Raised,
    "bring_in": e.BringInPosted,
    "stand_pat": e.CardsDrawn,
    "discard": e.CardsDrawn,
}
# What an action says of the clock first.
OF_CLOCK = (e.LagCompensated, e.TimeBankStopped)
# Actions that cost chips, with the pre-actions that may mean them.
COST: dict[type[TableEvent], tuple[str, ...]] = {
    e.Called: ("call", "call_any"),
    e.BetPlaced: ("raise",),
    e.Raised: ("raise",),
}
NAMES = {kind: name for name, kind in ACTIONS.items()}
# Commands of the host alone; an order for a bot names no player in its event.
OF_HOST = (
    *(HostKick, HostBan, HostUnban, ApproveSeat, DenySeat, PauseTable, ResumeTable, ChangeTable),
    *(HandOver, RenewLink, GiveChips, TakeChips, CloseTable, AddBot, RemoveBot),
)
# What nobody but the host decides, by a command each.
DECIDED: dict[type[TableEvent], type[Message]] = {
    kinds[0]: command
    for command, kinds in FIRST.items()
    if command in OF_HOST and len(kinds) == 1 and kinds[0] not in (e.BotsWanted, e.PlayerKicked)
}


class Chronicle:
    """Reads the events of a table in order; each check raises AssertionError."""

    def __init__(self, table: TableId, events: Sequence[TableEvent], guests: list[Guest]) -> None:
        self.id, self.events, self.guests = table, events, guests
        self.answers = {
            one.seq: (guest, one)
            for guest in guests
            for one in guest.answered
            if one.table == table
        }
        count = sum(one.table == table for guest in guests for one in guest.answered)
        assert len(self.answers) == count, "two commands were answered with the same event"
        self.people = {guest.player: guest for guest in guests}
        self.paused = False
        self.banned: set[PlayerId] = set()
        self.approved: set[PlayerId] = set()
        self.removed: set[PlayerId] = set()
        self.waiting: deque[PlayerId] = deque()
        self.host: PlayerId | None = None

    def check(self) -> int:
        """Returns how many events and answers were checked."""
        self.check_shown()
        opened = self.events[0]
        assert isinstance(opened, e.TableOpened)
        self.host = opened.host
        table = replay(self.events[:1])
        for seq, event in enumerate(self.events[1:], start=2):
            if seq in self.answers:
                self._check_answer(table, *self.answers[seq])
            elif type(event) in DECIDED:
                self._check_decided(event)
            self._check_asked(table, event)
            self._follow(table, event)
            apply(table, event)
            assert list(self.waiting) == [one.player for one in table.waiting]
        assert self.paused == table.hosting.paused
        assert self.host == table.host
        return len(self.answers) + len(self.events)

    def check_shown(self) -> None:
        for guest in self.guests:
            for seq, event in guest.shown.get(self.id, {}).items():
                assert seq <= len(self.events), f"event {seq} was shown and is not stored: {event}"
                stored = redact(self.events[seq - 1], guest.player)
                assert stored == event, (seq, event, stored)

    def _check_answer(self, table: Table, guest: Guest, answered: Answered) -> None:
        """An accepted command stands where it was said to, for the player whom it names."""
        command = answered.command
        event = self.events[answered.seq - 1]
        if isinstance(command, Act):
            later = self.events[answered.seq - 1 :]
            event = next(one for one in later if not isinstance(one, OF_CLOCK))
            kinds: Kinds = (ACTIONS[command.action],)
        else:
            kinds = FIRST[type(command)]
        assert isinstance(event, kinds), (answered, event)
        if isinstance(command, OF_HOST):
            assert guest.player == self.host, (answered, guest.player, self.host)
        whom = getattr(command, "player", guest.player)
        if isinstance(event, e.BotsWanted | e.PlayerStood) and isinstance(command, OF_HOST):
            return
        named = player_in(table, event)
        assert named is None or named == whom, (answered, event, whom)

    def _check_decided(self, event: TableEvent) -> None:
        """Nothing is decided without a command of the host, and nothing twice."""
        wanted = DECIDED[type(event)]
        (host,) = [guest for guest in self.guests if guest.player == self.host]
        meant = [one for one in host.unanswered if type(one) is wanted and one.table == self.id]
        assert meant, f"nobody has asked for {event}"
        host.unanswered.remove(meant[0])

    def _check_asked(self, table: Table, event: TableEvent) -> None:
        """Nobody calls, bets or raises without having asked for it, in that turn or round."""
        if type(event) not in COST or table.hand is None or table.hand.turn is None:
            return
        hand, turn = table.hand, table.hand.turn
        player = player_in(table, event)
        guest = None if player is None else self.people.get(player)
        if guest is None:
            return
        wishes = {(self.id, hand.number, hand.street, meant) for meant in COST[type(event)]}
        has_acted = (self.id, turn.number, NAMES[type(event)]) in guest.acts
        assert has_acted or wishes & guest.pre_acts, (event, guest.name)

    def _follow(self, table: Table, event: TableEvent) -> None:
        match event:
            case e.HandStarted(order=order):
                dealt_in = {seat.player for n in order if (seat := table.seats[n]) is not None}
                assert not self.paused, "a hand starts in a pause"
                assert not dealt_in & (self.removed | self.banned), "somebody was removed"
            case e.PlayerSat(player=player, seat=seat):
                self._check_may_sit(table, player, seat)
                self.removed.discard(player)
                if player in self.waiting:
                    self.waiting.remove(player)
            case e.TablePaused():
                self.paused = True
            case e.TableResumed():
                self.paused = False
            case e.HostChanged(player=player):
                self.host = player
            case e.SeatApproved(player=player):
                self.approved.add(player)
            case e.SeatDenied(player=player):
                self.approved.discard(player)
            case e.PlayerKicked(player=player):
                self.approved.discard(player)
                self.removed.add(player)
            case e.PlayerBanned(player=player):
                self.approved.discard(player)
                self.banned.add(player)
            case e.PlayerUnbanned(player=player):
                self.banned.discard(player)
            case e.WaiterJoined(player=player):
                self.waiting.append(player)
            case e.WaiterLeft(player=player, reason=reason):
                assert reason != "absent", "all are connected, but for a moment"
                self.waiting.remove(player)
            case e.TableClosed():
                self.waiting.clear()
            case _:
                pass

    def _check_may_sit(self, table: Table, player: PlayerId, seat: int) -> None:
        held = {one.seat: one.player for one in table.waiting if one.seat is not None}
        assert held.get(seat, player) == player, "the seat was reserved for somebody else"
        if any(bot.player == player for bot in table.bots):
            return
        assert player not in self.banned
        if table.config.hosting.approval:
            assert player in {*self.approved, self.host}, "the host has not approved"


def player_in(table: Table, event: TableEvent) -> PlayerId | None:
    """The player whom an event names, or whose seat, as the table was before it."""
    player: PlayerId | None = getattr(event, "player", None)
    number: int | None = getattr(event, "seat", None)
    if player is None and number is not None and (seat := table.seats[number]) is not None:
        return seat.player
    return player
