"""Entry point of the core: `play` carries out a command and returns the events it causes.

`decide` validates a command and returns its events, `advance` returns what the rules make happen
next, and `apply` changes the table.  The first two change nothing, so a refused command has no
effect.
"""

from collections.abc import Iterable
from copy import deepcopy
from typing import assert_never

from pokerws.game.apply import apply
from pokerws.game.betting.actions import act, hand_seat, taken_seat
from pokerws.game.blinds.button import ready_seats
from pokerws.game.blinds.departures import check_brought_back, least_buy_in, stood
from pokerws.game.commands import (
    Act,
    AddChips,
    ChooseGame,
    Close,
    Command,
    Resume,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Straddle,
    TimeUp,
)
from pokerws.game.config import check_config
from pokerws.game.counted import counted
from pokerws.game.deal import Shuffle
from pokerws.game.drawing import draw
from pokerws.game.events import (
    CancelReason,
    ChipsAdded,
    ClockResumed,
    GameChanged,
    HandCancelled,
    HandShown,
    LogRestarted,
    NextHandCancelled,
    NextHandScheduled,
    PlayerLeaving,
    PlayerSat,
    PlayerSatIn,
    PlayerSatOut,
    PlayerStood,
    RunItSet,
    Share,
    StraddleSet,
    TableClosed,
    TableEvent,
    TableOpened,
    TurnStarted,
    TurnTimedOut,
)
from pokerws.game.hand import TIMEOUTS_TO_SIT_OUT, act_for_absent, advance_hand
from pokerws.game.illegal import Details, Illegal, Inconsistent
from pokerws.game.next_hand import games_of, next_game, start_hand
from pokerws.game.state import (
    CloseReason,
    Hand,
    PlayerId,
    Seat,
    Table,
    TableConfig,
    TableId,
    Turn,
)
from pokerws.game.variants import VARIANTS

# A player who sits out for this many hands in a row is stood up.
HANDS_TO_STAND_UP = 20


def open_table(table_id: TableId, name: str, config: TableConfig) -> tuple[Table, list[TableEvent]]:
    """A new table and the event that opened it.  Raises Illegal for an invalid config."""
    check_config(config)
    opened = TableOpened(table_id, name, config)
    table = Table(table_id, name, config)
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
        case TableOpened(id=table_id, name=name, config=config):
            return Table(table_id, name, config)
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
            return draw(table, hand, turn, command, shuffle)
        return [act(table, hand, turn, command)]
    match command:
        case TimeUp():
            return _time_up(table, now_ms, shuffle)
        case Sit():
            return [_sit(table, command, now_ms)]
        case Stand(player=player):
            return [_stand(table, player, now_ms)]
        case SitOut(player=player):
            number, seat = _seat_of(table, player)
            if seat.sitting_out:
                raise Illegal("already_sitting_out", "you are already sitting out")
            return [PlayerSatOut(number, "asked")]
        case SitIn(player=player):
            return [_sit_in(table, player)]
        case AddChips():
            return [_add_chips(table, command)]
        case Show():
            return [_show(table, command)]
        case Straddle(player=player, on=on):
            return [_set_straddle(table, player, on=on)]
        case RunIt(player=player, times=times):
            return [_set_run_it(table, player, times)]
        case ChooseGame():
            return [_choose_game(table, command)]
        case Resume():
            return _resume(table, command, now_ms)
        case Close(reason=reason):
            return _close(table, reason)
        case _:
            assert_never(command)


def advance(table: Table, now_ms: int, next_hand_from_ms: int = 0) -> list[TableEvent]:
    """The events that the rules cause next; none while a player must act or a clock runs."""
    if table.hand is not None:
        return advance_hand(table, table.hand, now_ms)
    events: list[TableEvent] = []
    for number, seat in enumerate(table.seats):
        if seat is not None and (seat.leaving or seat.hands_missed >= HANDS_TO_STAND_UP):
            events.append(stood(table, number, seat, now_ms))
        elif seat is not None and not seat.stack and not seat.sitting_out:
            events.append(PlayerSatOut(number, "busted"))
    if events:
        return events
    enough = len(ready_seats(table)) >= 2
    if enough and table.next_hand_at_ms is None:
        at_ms = max(now_ms + table.config.next_hand_delay_ms, next_hand_from_ms)
        return [*next_game(table), NextHandScheduled(at_ms)]
    if not enough and table.next_hand_at_ms is not None:
        return [NextHandCancelled()]
    return []


def _turn_for(table: Table, command: Act) -> tuple[Hand, Turn]:
    """The turn that an action answers.  Raises Illegal if it is not the player's current turn."""
    hand = table.hand
    turn = None if hand is None else hand.turn
    if hand is not None and turn is not None:
        seat = table.seats[turn.seat]
        if seat is not None and seat.player == command.player and turn.number == command.turn:
            return hand, turn
    number, _ = _seat_of(table, command.player)
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


def _time_up(table: Table, now_ms: int, shuffle: Shuffle) -> list[TableEvent]:
    deadline_ms = table.deadline_ms
    if deadline_ms is None or now_ms < deadline_ms:
        raise Illegal("too_early", "the clock has not run out")
    if table.hand is None:
        return start_hand(table, now_ms, shuffle)
    turn = table.hand.turn
    if turn is None:
        raise Inconsistent("a hand has a deadline and no turn")
    seat = taken_seat(table, turn.seat)
    done = act_for_absent(table, table.hand, turn)
    events: list[TableEvent] = [TurnTimedOut(turn.seat, turn.number), done]
    if seat.timeouts + 1 >= TIMEOUTS_TO_SIT_OUT and not seat.sitting_out:
        events.append(PlayerSatOut(turn.seat, "timed_out"))
    return events


def _sit(table: Table, command: Sit, now_ms: int) -> TableEvent:
    config = table.config
    if table.seat_of(command.player) is not None:
        raise Illegal("already_seated", "you have a seat at this table")
    number = command.seat
    if number is None:
        if None not in table.seats:
            raise Illegal("table_full", "no seat is free")
        number = table.seats.index(None)
    last = len(table.seats) - 1
    if not 0 <= number <= last:
        details = Details(field="seat", min=0, max=last)
        raise Illegal("no_such_seat", f"seats are numbered 0 to {last}", details)
    if table.seats[number] is not None:
        raise Illegal("seat_taken", f"seat {number} is taken", Details(seat=number))
    departure = table.departure_of(command.player, now_ms)
    legal = Details(field="buy_in", min=least_buy_in(table, departure), max=config.max_buy_in)
    if command.buy_in < config.min_buy_in:
        raise Illegal("buy_in_too_small", f"the minimum buy-in is {config.min_buy_in}", legal)
    if command.buy_in > config.max_buy_in:
        raise Illegal("buy_in_too_large", f"the maximum buy-in is {config.max_buy_in}", legal)
    if departure is not None:
        check_brought_back(table, departure, command.buy_in, now_ms)
    _check_balance(command.buy_in, command.balance)
    owes_small = departure is not None and departure.owes_blinds
    played = departure is not None
    return PlayerSat(number, command.player, command.name, command.buy_in, owes_small, played)


def _stand(table: Table, player: PlayerId, now_ms: int) -> TableEvent:
    number, seat = _seat_of(table, player)
    if table.hand is None or table.hand.seats[number] is None:
        return stood(table, number, seat, now_ms)
    if seat.leaving:
        raise Illegal("already_leaving", "you leave when this hand is over")
    return PlayerLeaving(number)


def _sit_in(table: Table, player: PlayerId) -> TableEvent:
    number, seat = _seat_of(table, player)
    if not seat.sitting_out:
        raise Illegal("not_sitting_out", "you are not sitting out")
    if not seat.stack and not _in_hand(table, number):
        raise Illegal("no_chips", "add chips first")
    return PlayerSatIn(number)


def _add_chips(table: Table, command: AddChips) -> TableEvent:
    number, seat = _seat_of(table, command.player)
    if _in_hand(table, number):
        raise Illegal("in_hand", "chips can be added only between hands")
    config, amount, balance = table.config, command.amount, command.balance
    least, room = max(1, config.min_buy_in - seat.stack), config.max_buy_in - seat.stack
    legal = Details(field="amount", min=least, max=room)
    if amount is None:
        # As far as the balance allows, but not less than the smallest legal amount.
        amount = room if balance is None else min(room, max(least, balance))
        if amount < 1:
            raise Illegal("amount_too_small", f"the maximum stack is {config.max_buy_in}", legal)
    if amount < least:
        raise Illegal("amount_too_small", f"add at least {least}", legal)
    if seat.stack + amount > config.max_buy_in:
        raise Illegal("amount_too_large", f"the maximum stack is {config.max_buy_in}", legal)
    _check_balance(amount, balance)
    return ChipsAdded(number, command.player, amount)


def _show(table: Table, command: Show) -> TableEvent:
    number, last = table.seat_of(command.player), table.last_hand
    if number is None or last is None or last.number != command.hand or not last.cards[number]:
        raise Illegal("nothing_to_show", f"you have no cards of hand {command.hand} to show")
    if number in last.shown:
        raise Illegal("nothing_to_show", "your cards are already shown")
    return HandShown(last.number, number, last.cards[number])


def _set_straddle(table: Table, player: PlayerId, *, on: bool) -> TableEvent:
    number, seat = _seat_of(table, player)
    if table.config.house.straddle == "none":
        raise Illegal("no_straddles", "there are no straddles at this table")
    if seat.straddle == on:
        raise Illegal("already_so", "no change: already set")
    return StraddleSet(number, on)


def _set_run_it(table: Table, player: PlayerId, times: int) -> TableEvent:
    number, seat = _seat_of(table, player)
    most = table.config.house.run_it
    if not 1 <= times <= most:
        details = Details(field="times", min=1, max=most)
        raise Illegal("not_so_often", f"at this table `times` must be from 1 to {most}", details)
    if seat.run_it == times:
        raise Illegal("already_so", "no change: already set")
    return RunItSet(number, times)


def _choose_game(table: Table, command: ChooseGame) -> TableEvent:
    number, _ = _seat_of(table, command.player)
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


def _check_balance(amount: int, balance: int | None) -> None:
    """Raise Illegal unless an account with `balance` can pay; None means no account."""
    if balance is not None and amount > balance:
        raise Illegal(
            "insufficient_chips",
            f"{counted(amount, 'chip is', 'chips are')} needed, and the account has {balance}",
            Details(needed=amount, available=balance),
        )


def _resume(table: Table, command: Resume, now_ms: int) -> list[TableEvent]:
    events: list[TableEvent] = []
    if command.restart_log:
        events.append(LogRestarted(deepcopy(table)))
    if command.cancel_hand and table.hand is not None:
        return [*events, _cancelled(table, table.hand, "cards_seen")]
    deadline_ms = table.deadline_ms
    if deadline_ms is not None:
        left_ms = max(0, deadline_ms - command.saved_ms)
        # The grace is for players to reconnect; the next hand needs none.
        grace_ms = 0 if table.hand is None else command.grace_ms
        events.append(ClockResumed(now_ms + left_ms + grace_ms))
    return events


def _close(table: Table, reason: CloseReason) -> list[TableEvent]:
    events: list[TableEvent] = []
    put_in: dict[int, int] = {}
    if table.hand is not None:
        put_in = chips_put_in(table, table.hand)
        events.append(_cancelled(table, table.hand, "closed"))
    if table.next_hand_at_ms is not None:
        events.append(NextHandCancelled())
    for number, seat in enumerate(table.seats):
        if seat is not None:
            events.append(PlayerStood(number, seat.player, seat.stack + put_in.get(number, 0)))
    events.append(TableClosed(reason))
    return events


def _cancelled(table: Table, hand: Hand, reason: CancelReason) -> HandCancelled:
    put_in = chips_put_in(table, hand)
    refunds = [Share(number, amount) for number, amount in put_in.items() if amount]
    return HandCancelled(hand.number, refunds, reason)


def chips_put_in(table: Table, hand: Hand) -> dict[int, int]:
    """The chips that each seat has put into the hand.

    Hands stored by older versions do not record who paid dead chips.  There they are the big
    blind's ante.  No pot has been awarded yet, because one command awards all of them.
    """
    put_in: dict[int, int] = {}
    unrecorded = hand.dead
    for number in hand.order:
        seat = hand_seat(hand, number)
        put_in[number] = seat.bet + seat.in_pots + seat.dead
        unrecorded -= seat.dead
    if unrecorded and table.big_blind is not None:
        put_in[table.big_blind] += unrecorded
    if sum(put_in.values()) != table.total_pot:
        raise Inconsistent("the chips that the seats put in do not add up to the pot")
    return put_in


def _in_hand(table: Table, number: int) -> bool:
    return table.hand is not None and table.hand.seats[number] is not None


def _seat_of(table: Table, player: PlayerId) -> tuple[int, Seat]:
    number = table.seat_of(player)
    seat = None if number is None else table.seats[number]
    if number is None or seat is None:
        raise Illegal("not_seated", "you have no seat at this table")
    return number, seat
