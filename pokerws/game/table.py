"""Entry point of the core: `play` carries out a command and returns the events it causes.

`decide` validates a command and returns its events, `advance` returns what the rules make happen
next, and `apply` changes the table.  The first two change nothing, so a refused command has no
effect.
"""

from collections.abc import Iterable
from copy import deepcopy

from pokerws.game.apply import apply
from pokerws.game.betting.actions import act, taken_seat
from pokerws.game.blinds.button import ready_seats
from pokerws.game.blinds.departures import stood
from pokerws.game.clocks.turn_clock import (
    connection_changed,
    more_time,
    stopped,
    time_used,
    use_time_bank,
)
from pokerws.game.commands import (
    Act,
    AddBot,
    AddChips,
    AutoChips,
    AutoMuck,
    BringChips,
    ChooseGame,
    Close,
    Command,
    ConnectionChanged,
    DropWaiters,
    JoinWaitingList,
    LeaveWaitingList,
    PostBlind,
    RabbitHunt,
    RemoveBot,
    ReserveSeat,
    Resume,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Stay,
    Straddle,
    TimeUp,
    UseTimeBank,
    VoteBombPot,
)
from pokerws.game.config.checks import check_config
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import Shuffle
from pokerws.game.drawing import draw
from pokerws.game.events import (
    GameChanged,
    LogRestarted,
    NextHandCancelled,
    NextHandScheduled,
    PlayerSatOut,
    TableEvent,
    TableOpened,
    TurnStarted,
    TurnTimedOut,
)
from pokerws.game.extras.decide import decide_extra
from pokerws.game.extras.rabbit import shown_rabbit
from pokerws.game.extras.session import session_events
from pokerws.game.extras.stand_up import ended_round
from pokerws.game.hand import act_for_absent, advance_hand
from pokerws.game.hosting.bots import add_bot, remove_bot
from pokerws.game.hosting.changes import changed
from pokerws.game.hosting.host_commands import decide_for_host
from pokerws.game.hosting.requests import sit_or_request, stand_or_withdraw, wait_or_request
from pokerws.game.illegal import Details, Illegal, Inconsistent
from pokerws.game.lifecycle import close, resume
from pokerws.game.next_hand import games_of, next_game, start_hand
from pokerws.game.seating.auto_chips import amount_due, bring_chips, set_auto_chips
from pokerws.game.seating.plans import (
    at_blind,
    choose_entry,
    is_over,
    sit_in,
    sit_out,
    sits_out_now,
    stay,
)
from pokerws.game.seating.seats import (
    add_chips,
    seat_of,
    set_run_it,
    set_straddle,
)
from pokerws.game.seating.waiting_list import drop_waiters, leave_list, reserve_seat
from pokerws.game.state import Hand, PlayerId, Table, TableId, Turn
from pokerws.game.variants import VARIANTS

# A player who sits out for this many hands in a row is stood up.
HANDS_TO_STAND_UP = 20


def open_table(
    table_id: TableId, name: str, config: TableConfig, host: PlayerId | None = None
) -> tuple[Table, list[TableEvent]]:
    """A new table and the event that opened it.  Raises Illegal for an invalid config."""
    check_config(config)
    opened = TableOpened(table_id, name, config, host)
    table = Table(table_id, name, config, host=host)
    apply(table, opened)
    return table, [opened]


def play(
    table: Table, command: Command, now_ms: int, shuffle: Shuffle, next_hand_from_ms: int = 0
) -> list[TableEvent]:
    """Carry out a command and all that follows from it; the events have been applied.

    `now_ms` is the table's time in milliseconds UTC; `shuffle` returns the deck of a hand that
    starts.  A hand is not scheduled before `next_hand_from_ms`, however short the table's pause is.
    Raises Illegal, in which case nothing has changed.
    """
    events = decide(table, command, now_ms, shuffle)
    for event in events:
        apply(table, event)
    while following := advance(table, now_ms, next_hand_from_ms):
        for event in following:
            apply(table, event)
        events += following
        if type(following[-1]) is TurnStarted:
            # A player must act, so the rules cause no further events.
            break
    return events


def replay(events: Iterable[TableEvent]) -> Table:
    """The table that the events lead to.  The first opens it, or restarts its log."""
    table: Table | None = None
    for event in events:
        if table is None:
            table = _first(event)
        apply(table, event)
    if table is None:
        raise ValueError("no events to replay")
    return table


def _first(event: TableEvent) -> Table:
    match event:
        case TableOpened(id=table_id, name=name, config=config, host=host):
            return Table(table_id, name, config, host=host)
        case LogRestarted(table=Table() as whole):
            return deepcopy(whole)
        case _:
            raise ValueError(f"a log must start with its table, not with {type(event).__name__}")


def decide(table: Table, command: Command, now_ms: int, shuffle: Shuffle) -> list[TableEvent]:
    """The events of a command alone.  Raises Illegal; changes nothing."""
    if table.closed:
        raise Illegal("table_closed", "the table is closed")
    # The most frequent command, compared by type as in `apply`.
    if type(command) is Act:
        hand, turn = _turn_for(table, command)
        if hand.drawing:
            acted = draw(table, hand, turn, command, shuffle)
        else:
            acted = [act(table, hand, turn, command)]
        seat = table.seats[turn.seat]
        if seat is None or seat.clock is None:
            return acted
        return [*time_used(table, turn, seat, now_ms), *acted]
    match command:
        case TimeUp():
            return _time_up(table, command, now_ms, shuffle)
        case Sit():
            return [sit_or_request(table, command, now_ms)]
        case Stand():
            return [stand_or_withdraw(table, command, now_ms)]
        case SitOut():
            return [sit_out(table, command)]
        case SitIn():
            return [sit_in(table, command)]
        case Stay(player=player):
            return [stay(table, player)]
        case PostBlind(player=player, on=on):
            return [choose_entry(table, player, post=on)]
        case AutoChips():
            return [set_auto_chips(table, command)]
        case BringChips():
            return bring_chips(table, command)
        case JoinWaitingList():
            return wait_or_request(table, command)
        case LeaveWaitingList(player=player):
            return [leave_list(table, player)]
        case ReserveSeat():
            return reserve_seat(table, command, now_ms)
        case DropWaiters():
            return drop_waiters(table, command, now_ms)
        case AddChips():
            return [add_chips(table, command)]
        case Straddle(player=player, on=on):
            return [set_straddle(table, player, on=on)]
        case RunIt(player=player, times=times):
            return [set_run_it(table, player, times)]
        case ChooseGame():
            return [_choose_game(table, command)]
        case Resume():
            return resume(table, command, now_ms)
        case Close(reason=reason):
            return close(table, reason)
        case UseTimeBank():
            return [use_time_bank(table, _turn_for(table, command)[1])]
        case ConnectionChanged():
            return connection_changed(table, command, now_ms)
        case AddBot():
            return [add_bot(table, command)]
        case RemoveBot():
            return remove_bot(table, command, now_ms)
        case Show() | VoteBombPot() | RabbitHunt() | AutoMuck():
            return decide_extra(table, command)
        case _:
            return decide_for_host(table, command, now_ms)


def advance(table: Table, now_ms: int, next_hand_from_ms: int = 0) -> list[TableEvent]:
    """The events that the rules cause next; none while a player must act or a clock runs."""
    if table.hand is not None:
        return advance_hand(table, table.hand, now_ms)
    if table.closed:
        return []
    if table.hosting.next_config is not None:
        return [changed(table, table.hosting.next_config)]
    events: list[TableEvent] = ended_round(table)
    if events:
        return events
    for number, seat in enumerate(table.seats):
        if seat is None:
            continue
        if seat.leaving or seat.hands_missed >= HANDS_TO_STAND_UP or is_over(table, seat):
            events.append(stood(table, number, seat, now_ms))
        elif not seat.stack and not seat.sitting_out and not amount_due(table, seat):
            events.append(PlayerSatOut(number, "busted"))
        elif sits_out_now(table, seat):
            events.append(PlayerSatOut(number, "asked"))
    if events:
        return events
    enough = not table.hosting.paused and len(ready_seats(table)) >= 2
    if events := [*shown_rabbit(table), *session_events(table, now_ms, enough=enough)]:
        return events
    if enough and table.next_hand_at_ms is None:
        at_ms = max(now_ms + table.config.next_hand_delay_ms, next_hand_from_ms)
        return [*next_game(table), NextHandScheduled(at_ms)]
    if not enough and table.next_hand_at_ms is not None:
        return [NextHandCancelled()]
    return []


def _turn_for(table: Table, command: Act | UseTimeBank) -> tuple[Hand, Turn]:
    """The turn that an action answers.  Raises Illegal if it is not the player's current turn."""
    hand = table.hand
    turn = None if hand is None else hand.turn
    if hand is not None and turn is not None:
        seat = table.seats[turn.seat]
        if seat is not None and seat.player == command.player and turn.number == command.turn:
            return hand, turn
    number, _ = seat_of(table, command.player)
    if turn is None:
        raise Illegal("not_your_turn", "it is nobody's turn")
    if turn.seat != number:
        details = Details(turn=turn.number, seat=turn.seat)
        raise Illegal("not_your_turn", f"seat {turn.seat} is to act", details)
    raise Illegal(
        "wrong_turn",
        f"the current turn is {turn.number}, not {command.turn}",
        Details(field="turn", turn=turn.number),
    )


def _time_up(table: Table, command: TimeUp, now_ms: int, shuffle: Shuffle) -> list[TableEvent]:
    deadline_ms = table.deadline_ms
    if deadline_ms is None or now_ms < deadline_ms:
        raise Illegal("too_early", "the clock has not run out")
    if table.hand is None and table.next_hand_at_ms is None:
        return close(table, "session_over")
    if table.hand is None:
        return at_blind(table, now_ms) or start_hand(table, now_ms, shuffle)
    turn = table.hand.turn
    if turn is None:
        raise Inconsistent("a hand has a deadline and no turn")
    if more := more_time(table, turn, now_ms, connected=command.connected):
        return more
    seat = taken_seat(table, turn.seat)
    done = act_for_absent(table, table.hand, turn)
    events = [*stopped(turn, seat, now_ms), TurnTimedOut(turn.seat, turn.number), done]
    if seat.timeouts + 1 >= table.config.clocks.timeouts_to_sit_out and not seat.sitting_out:
        events.append(PlayerSatOut(turn.seat, "timed_out"))
    return events


def _choose_game(table: Table, command: ChooseGame) -> TableEvent:
    number, _ = seat_of(table, command.player)
    if table.config.variant in VARIANTS or table.config.mix.rotation != "choice":
        raise Illegal("no_choice", "players do not choose the game at this table")
    game = table.game
    if table.hand is not None or table.next_hand_at_ms is None or game is None:
        raise Illegal("not_your_choice", "no hand is scheduled")
    if number != game.chooser:
        raise Illegal("not_your_choice", "the player with the next button chooses the game")
    games = games_of(table.config)
    if command.variant not in games:
        details = Details(field="variant", choices=tuple(games))
        raise Illegal("unknown_game", f"choose one of {', '.join(games)}", details)
    if command.variant == game.variant:
        raise Illegal("already_so", "no change: already set")
    return GameChanged(command.variant, 1, number, number)
