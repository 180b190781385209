"""Commands of players about their seats: each returns its event, or raises Illegal."""

from pokerws.game.blinds.departures import (
    check_brought_back,
    has_blinds,
    least_buy_in,
    stood,
)
from pokerws.game.clocks.turn_clock import new_clock
from pokerws.game.commands import AddChips, Sit
from pokerws.game.counted import counted
from pokerws.game.events import (
    ChipsAdded,
    PlayerLeaving,
    PlayerSat,
    RunItSet,
    StraddleSet,
    TableEvent,
)
from pokerws.game.illegal import Details, Illegal
from pokerws.game.seating.waiting_list import seat_for
from pokerws.game.state import BOT_PREFIX, PlayerId, Seat, Table


def sit(table: Table, command: Sit, now_ms: int) -> TableEvent:
    """Take a seat."""
    config = table.config
    if table.seat_of(command.player) is not None:
        raise Illegal("already_seated", "you have a seat at this table")
    number = seat_for(table, command.player, command.seat)
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
    check_balance(command.buy_in, command.balance)
    owes_small = departure is not None and departure.owes_blinds
    played = departure is not None
    clock = new_clock(config.clocks)
    # Only the server's bots can have such an id.
    is_bot = command.player.startswith(BOT_PREFIX)
    posts = command.entry == "post" and has_blinds(config)
    return PlayerSat(
        number,
        command.player,
        command.name,
        command.buy_in,
        owes_small=owes_small,
        played=played,
        clock=clock,
        bot=is_bot,
        posts=posts,
    )


def stand(table: Table, player: PlayerId, now_ms: int) -> TableEvent:
    """Leave the seat; a player in a hand leaves at its end."""
    number, seat = seat_of(table, player)
    if table.hand is None or table.hand.seats[number] is None:
        return stood(table, number, seat, now_ms)
    if seat.leaving:
        raise Illegal("already_leaving", "you leave when this hand is over")
    return PlayerLeaving(number)


def add_chips(table: Table, command: AddChips) -> TableEvent:
    """Bring more chips to the seat."""
    number, seat = seat_of(table, command.player)
    check_no_bank(table)
    if in_hand(table, number):
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
    check_balance(amount, balance)
    return ChipsAdded(number, command.player, amount)


def set_straddle(table: Table, player: PlayerId, *, on: bool) -> TableEvent:
    """Turn straddling on or off."""
    number, seat = seat_of(table, player)
    if table.config.house.straddle == "none":
        raise Illegal("no_straddles", "there are no straddles at this table")
    if seat.straddle == on:
        raise Illegal("already_so", "no change: already set")
    return StraddleSet(number, on)


def set_run_it(table: Table, player: PlayerId, times: int) -> TableEvent:
    """Agree to run the board up to `times` times."""
    number, seat = seat_of(table, player)
    most = table.config.house.run_it
    if not 1 <= times <= most:
        details = Details(field="times", min=1, max=most)
        raise Illegal("not_so_often", f"at this table `times` must be from 1 to {most}", details)
    if seat.run_it == times:
        raise Illegal("already_so", "no change: already set")
    return RunItSet(number, times)


def check_no_bank(table: Table) -> None:
    """Raise Illegal at a table whose chips come from its bank."""
    if table.config.hosting.bank:
        raise Illegal("host_gives_chips", "at this table the host gives chips out of the bank")


def check_balance(amount: int, balance: int | None) -> None:
    """Raise Illegal unless an account with `balance` can pay; None means no account."""
    if balance is not None and amount > balance:
        raise Illegal(
            "insufficient_chips",
            f"{counted(amount, 'chip is', 'chips are')} needed, and the account has {balance}",
            Details(needed=amount, available=balance),
        )


def in_hand(table: Table, number: int) -> bool:
    """Whether a seat was dealt into the hand in play."""
    return table.hand is not None and table.hand.seats[number] is not None


def seat_of(table: Table, player: PlayerId) -> tuple[int, Seat]:
    """The player's seat and its number.  Raises Illegal without one."""
    number = table.seat_of(player)
    seat = None if number is None else table.seats[number]
    if number is None or seat is None:
        raise Illegal("not_seated", "you have no seat at this table")
    return number, seat
