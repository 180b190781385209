"""Sessions about what happens at a table: seats, clocks, pots, and the end of hands and tables."""

from collections.abc import Iterator

from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.cards import parse_cards
from pokerws.game.config.clocks import Clocks, DisconnectProtection, LagAllowance, TimeBank
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import HouseRules, Mix, Rake, SessionLimits, TableConfig
from pokerws.game.state import AutoBuy
from tests.conformance.recording import (
    EPOCH,
    NAMES,
    PLAYERS,
    RAILBIRD,
    START_MS,
    TABLE,
    Play,
    Recorder,
)
from tests.conformance.session import Session

ANN, BEN, CLEO, DAN, EVE, _ = PLAYERS
CONFIG = TableConfig(seats=4, min_buy_in=200, max_buy_in=20_000, next_hand_delay_ms=2_000)


def watched(config: TableConfig, *stacks: int, viewer: str = ANN) -> tuple[Play, Recorder]:
    """A table whose first players have these stacks, before its first hand."""
    play = Play(config)
    play.seat(*stacks)
    recorder = Recorder(play, PLAYERS[0] if viewer == ANN else RAILBIRD)
    recorder.connect()
    return play, recorder


def sessions() -> Iterator[Session]:
    """All of them."""
    yield Session("table/first-event", "Events from the very first one on", first_event())
    yield Session("table/seats", "Sitting, leaving, sitting out, owed blinds, chips", seats())
    yield Session("table/coming", "Blinds on request, plans, chips, a waiting list", coming())
    yield Session("table/time-outs", "Turns that time out, until the player sits out", time_outs())
    yield Session("table/clocks", "Time banks, a lost connection that is protected, lag", clocks())
    yield Session("table/shown-later", "Cards that are shown after the hand, or mucked", shown())
    yield Session("table/side-pots", "All-ins, three pots, an odd chip", side_pots())
    yield Session("table/run-it-twice", "Two boards after an all-in on the flop", run_it_twice())
    yield Session("table/bomb-pot", "A bomb pot with two boards, and straddles", bomb_pot())
    yield Session("table/reshuffled", "A draw for which the deck does not suffice", reshuffled())
    yield Session("table/hosted", "What a host decides, between hands and during one", hosted())
    yield Session("table/cancelled", "A hand that is cancelled after a crash", cancelled())
    yield Session("table/closed", "A table that is closed during a hand", closed())
    yield Session("table/extra-rules", "Votes, rake, rabbits, bonuses, the end", extra_rules())
    yield Session("table/restarted", "A log that restarts, and a clock that goes on", restarted())


def first_event() -> Recorder:
    play = Play(CONFIG)
    recorder = Recorder(play, RAILBIRD)
    recorder.steps.append({"connect": True, "then": {"watch": {}}})
    recorder.hear({"type": "accepted", "id": "w0", "table": TABLE})
    empty = {"type": "snapshot", "table": TABLE, "epoch": EPOCH, "seq": 0, "now_ms": START_MS}
    before = Play(CONFIG)
    before.table.seq, before.table.seats, before.table.host = 0, [], None
    recorder.hear({**empty, "state": play.start}, **before.known_to(RAILBIRD))
    recorder.connect(after_seq=0, epoch=EPOCH)
    play.seat(1_000, 1_000)
    play.deal()
    play.run_out()
    return recorder


def seats() -> Recorder:
    play, recorder = watched(CONFIG, 2_000, 2_000, 2_000)
    play.deal()
    play.do(commands.Stand(CLEO))
    play.act("raise", 300)
    play.run_out()
    play.do(commands.SitOut(BEN))
    play.wait()
    play.do(commands.Sit(DAN, NAMES[DAN], 3, 3_000, entry="post"))
    play.do(commands.AddChips(ANN, 500), viewer=recorder)
    for _ in range(3):
        play.deal()
        play.fold_out()
    play.do(commands.SitIn(BEN, entry="post"))
    play.do(commands.Sit(CLEO, NAMES[CLEO], 2, 2_500, entry="post"))
    for _ in range(4):
        play.deal()
        play.fold_out()
    play.do(commands.Stand(BEN))
    play.do(commands.Stand(DAN))
    play.do(commands.Stand(CLEO))
    return recorder


def coming() -> Recorder:
    play, recorder = watched(CONFIG, 2_000, 2_000, 2_000)
    play.do(commands.AutoChips(ANN, AutoBuy(3_000, 2_000, 5_000)), viewer=recorder)
    play.do(commands.BringChips(ANN))
    play.deal()
    play.fold_out()
    play.do(commands.Sit(DAN, NAMES[DAN], 3, 3_000, entry="post"))
    play.do(commands.PostBlind(DAN, on=False))
    play.do(commands.PostBlind(DAN, on=True))
    play.do(commands.JoinWaitingList(EVE, NAMES[EVE]))
    play.do(commands.JoinWaitingList(PLAYERS[-1], NAMES[PLAYERS[-1]]))
    play.do(commands.LeaveWaitingList(PLAYERS[-1]))
    play.do(commands.SitOut(ANN, "next_big_blind"))
    play.do(commands.Stand(BEN, "next_big_blind"))
    for _ in range(5):
        play.deal()
        play.fold_out()
    play.do(commands.SitIn(ANN, entry="post"))
    play.deal()
    play.fold_out()
    play.do(commands.ReserveSeat(EVE, NAMES[EVE]))
    play.do(commands.Sit(EVE, NAMES[EVE], None, 2_000))
    play.do(commands.Stand(DAN, "hand"))
    return recorder


def time_outs() -> Recorder:
    play, recorder = watched(CONFIG, 2_000, 2_000, 2_000)
    play.deal()
    for _ in range(14):
        play.wait()
    play.do(commands.SitIn(ANN))
    play.do(commands.SitIn(BEN))
    play.wait()
    play.act("call")
    return recorder


def clocks() -> Recorder:
    rules = Clocks(
        street_ms=(8_000, 0, 12_000),
        bank=TimeBank(start_ms=6_000, refill_ms=2_000, refill_hands=1),
        protection=DisconnectProtection(times=2),
        lag=LagAllowance(turn_ms=500),
    )
    play, recorder = watched(replace(CONFIG, clocks=rules), 2_000, 2_000, 2_000)
    recorder.line.latency_ms = 300
    play.deal()
    # Ann uses a part of the bank, Ben loses the line and is back, Cleo is not.
    play.wait()
    play.act("call")
    play.connect(BEN, connected=False)
    play.wait()
    play.connect(BEN, connected=True)
    play.act("call")
    play.wait()
    play.connect(CLEO, connected=False)
    play.wait()
    play.connect(CLEO, connected=True)
    play.fold_out()
    play.deal()
    while play.turn is not None and play.turn.seat:
        play.act("call" if "call" in play.turn.actions else "check")
    # Ann is late by less than the line accounts for.
    play.wait()
    play.clock.advance(100)
    play.do(commands.Act(ANN, play.table.turns, "fold"))
    play.fold_out()
    return recorder


def shown() -> Recorder:
    play, recorder = watched(CONFIG, 2_000, 2_000, 2_000)
    play.deal()
    play.act_all("fold", "fold")
    play.do(commands.Show(ANN, 1), viewer=recorder)
    play.do(commands.Show(BEN, 1))
    play.deal("2c 7d As Ah Ks Kh 3d 4d 9s Tc 2h")
    play.run_out()
    play.do(commands.Show(CLEO, 2))
    play.do(commands.Show(BEN, 2))
    play.do(commands.Stand(BEN))
    play.deal()
    return recorder


def side_pots() -> Recorder:
    play, recorder = watched(CONFIG, 333, 1_001, 2_500, 4_000, viewer=RAILBIRD)
    # Two share the main pot and one side pot; the last pot goes back to the largest stack.
    play.deal("As Ah 2c 2d Ks Qd Kh Qc 7s 8s 9d Jc 3h")
    for _ in range(6):
        if play.turn is None:
            break
        can_raise = "raise" in play.turn.actions or "bet" in play.turn.actions
        if can_raise:
            play.act("raise" if "raise" in play.turn.actions else "bet", play.turn.max_to)
        else:
            play.act("call")
    play.deal()
    play.run_out()
    return recorder


def run_it_twice() -> Recorder:
    play, recorder = watched(
        TableConfig(seats=3, max_buy_in=20_000, house=HouseRules(run_it=3)), 5_000, 5_000, 5_000
    )
    play.do(commands.RunIt(ANN, 2), viewer=recorder)
    play.do(commands.RunIt(BEN, 3))
    play.do(commands.RunIt(CLEO, 2))
    play.deal()
    play.act_all("call", "call", "check")
    assert play.turn is not None
    play.act("bet", play.turn.max_to)
    play.act_all("call", "fold")
    play.deal()
    return recorder


def bomb_pot() -> Recorder:
    house = HouseRules(
        straddle="mississippi", bomb_pot_every=2, bomb_pot_ante=200, bomb_pot_boards=2
    )
    play, recorder = watched(TableConfig(seats=4, house=house), 5_000, 5_000, 5_000, 5_000)
    for player in PLAYERS[:3]:
        play.do(commands.Straddle(player, on=True))
    play.do(commands.Straddle(BEN, on=False))
    play.do(commands.AddBot(PLAYERS[0], "calling_station", "Euler"))
    play.deal()
    play.do(commands.AddBot(PLAYERS[0], "tight_aggressive"))
    play.do(commands.RemoveBot(PLAYERS[0], play.table.bots[0].player))
    play.fold_out()
    play.deal()
    play.run_out()
    return recorder


def extra_rules() -> Recorder:
    house = HouseRules(
        rake=Rake(500, cap=90),
        session=SessionLimits(ends_after_ms=86_400_000, hands=4),
        bomb_pot_vote="majority",
        rabbit_hunt="agreed",
        seven_deuce=100,
        stand_up=250,
    )
    config = TableConfig(seats=4, max_buy_in=20_000, house=house)
    play, recorder = watched(config, 5_000)
    play.do(commands.Sit(BEN, NAMES[BEN], 1, 5_000))
    play.do(commands.Sit(CLEO, NAMES[CLEO], 2, 5_000))
    play.do(commands.VoteBombPot(BEN, on=True))
    play.do(commands.VoteBombPot(CLEO, on=True))
    play.do(commands.VoteBombPot(CLEO, on=False))
    play.do(commands.AutoMuck(ANN, on=False), viewer=recorder)
    # Ben wins with seven and deuce before the river.
    play.deal("7s Ks As 2d Kd Ad 3c 4c 5c 9h Th Jh")
    play.act_all("call", "call", "check")
    play.act("bet", 400)
    play.act_all("fold", "fold")
    play.do(commands.RabbitHunt(ANN, 1), viewer=recorder)
    play.do(commands.RabbitHunt(BEN, 1))
    play.do(commands.Show(CLEO, 1, parse_cards("Kd")))
    play.do(commands.RabbitHunt(CLEO, 1))
    play.do(commands.Show(BEN, 1, parse_cards("2d")))
    play.do(commands.Show(BEN, 1))
    play.do(commands.VoteBombPot(ANN, on=True), viewer=recorder)
    play.do(commands.VoteBombPot(CLEO, on=True))
    play.deal()
    play.run_out()
    play.do(commands.VoteBombPot(BEN, on=True))
    play.do(commands.Sit(DAN, NAMES[DAN], 3, 3_000))
    play.do(commands.Stand(BEN))
    play.deal()
    play.fold_out()
    play.deal()
    play.run_out()
    return recorder


def reshuffled() -> Recorder:
    config = TableConfig(variant="F2L3D", seats=6, next_hand_delay_ms=2_000)
    play, recorder = watched(config, *[5_000] * 6)
    play.deal()
    for _ in range(24):
        if play.turn is None:
            break
        if "discard" in play.turn.actions:
            assert play.table.hand is not None
            part = play.table.hand.seats[play.turn.seat]
            assert part is not None
            play.act("discard", cards=" ".join(part.cards))
        else:
            play.act("call" if "call" in play.turn.actions else "check")
    return recorder


def hosted() -> Recorder:
    config = replace(CONFIG, hosting=HostingRules(approval=True, bank=True, unlisted=True))
    play = Play(config)
    recorder = Recorder(play, ANN)
    recorder.connect()
    asked = [ANN, BEN, CLEO, DAN, EVE]
    for player in asked:
        play.do(commands.Sit(player, NAMES[player], None, 2_000))
    play.do(commands.Stand(EVE))
    for player in asked[:3]:
        play.do(commands.ApproveSeat(None, player))
    play.do(commands.DenySeat(None, DAN))
    for number, player in enumerate(asked[:3]):
        play.do(commands.Sit(player, NAMES[player], number, 2_000))
    play.do(commands.HandOver(None, BEN))
    play.do(commands.HandOver(BEN, ANN))
    play.do(commands.RenewLink(None))
    play.do(commands.GiveChips(ANN, BEN, 700))
    play.do(commands.TakeChips(ANN, CLEO, 300))
    play.deal()
    play.do(commands.ChangeTable(ANN, replace(config, big_blind=120, variant="PO")))
    play.do(commands.ChangeTable(ANN, config))
    mixed = replace(config, variant="MIX", mix=Mix(("NT", "PO"), "hands", 2), ante=10)
    play.do(commands.ChangeTable(ANN, mixed))
    play.do(commands.HostKick(ANN, BEN))
    play.do(commands.PauseTable(ANN))
    play.act("raise", 300)
    play.fold_out()
    play.do(commands.HostBan(ANN, DAN))
    play.do(commands.HostUnban(ANN, DAN))
    play.do(commands.HostMute(ANN, DAN, on=True))
    play.do(commands.HostMute(ANN, BEN, on=True))
    play.do(commands.HostMute(ANN, DAN, on=False))
    play.do(commands.ResumeTable(ANN))
    play.deal()
    play.fold_out()
    recorder.reconnect()
    play.do(commands.ChangeTable(ANN, replace(mixed, variant="PO", mix=Mix())))
    play.do(commands.HostKick(ANN, CLEO))
    play.do(commands.CloseTable(ANN))
    return recorder


def cancelled() -> Recorder:
    play, recorder = watched(CONFIG, 2_000, 2_000, 2_000)
    play.deal()
    play.act_all("call", "call", "check")
    play.act("bet", 400)
    play.actor.resume(play.clock.table_ms(), 0, restart_log=False, cancel_hand=True)
    play.wait()
    return recorder


def closed() -> Recorder:
    play, recorder = watched(CONFIG, 2_000, 2_000)
    play.deal()
    play.act("raise", 300)
    play.do(commands.Close("operator"))
    return recorder


def restarted() -> Recorder:
    play, recorder = watched(CONFIG, 2_000, 2_000)
    play.deal()
    play.act("raise", 300)
    play.load_again()
    recorder.reconnect()
    play.run_out()
    play.actor.resume(play.clock.table_ms() - 700, 0, restart_log=True)
    play.deal()
    return recorder
