"""Automatic chips: top-ups and rebuys between hands."""

from pokerws.game.commands import AutoChips, BringChips
from pokerws.game.counted import counted
from pokerws.game.events import AutoChipsSet, ChipsAdded, PlayerSatOut, TableEvent
from pokerws.game.illegal import Details, Illegal
from pokerws.game.seating.seats import check_balance, check_no_bank, in_hand, seat_of
from pokerws.game.state import AutoBuy, PlayerId, Seat, Table

_NONE = AutoBuy()


def set_auto_chips(table: Table, command: AutoChips) -> TableEvent:
    """Change which chips are added to the player's stack between hands."""
    number, seat = seat_of(table, command.player)
    check_no_bank(table)
    config, auto = table.config, command.auto
    if not auto.top_up_to and not auto.rebuy_to:
        auto = _NONE
    elif not config.seating.auto_chips:
        raise Illegal("no_auto_chips", "this table adds no chips automatically")
    for field, amount in (("top_up_to", auto.top_up_to), ("rebuy_to", auto.rebuy_to)):
        legal = Details(field=field, min=config.min_buy_in, max=config.max_buy_in)
        if amount and amount < config.min_buy_in:
            raise Illegal("amount_too_small", f"the minimum is {config.min_buy_in}", legal)
        if amount > config.max_buy_in:
            raise Illegal("amount_too_large", f"the maximum stack is {config.max_buy_in}", legal)
    wanted = None if auto == _NONE else auto
    if seat.auto == wanted:
        raise Illegal("already_so", "no change: already set")
    return AutoChipsSet(number, wanted)


def bring_chips(table: Table, command: BringChips) -> list[TableEvent]:
    """Add the chips that are due; a player who cannot pay a rebuy sits out."""
    number, seat = seat_of(table, command.player)
    amount = 0 if in_hand(table, number) else amount_due(table, seat)
    if not amount:
        raise Illegal("already_so", "no chips are due")
    if not seat.stack and command.balance is not None and amount > command.balance:
        return [PlayerSatOut(number, "busted")]
    check_balance(amount, command.balance)
    return [ChipsAdded(number, command.player, amount, auto=True)]


def players_due(table: Table) -> list[PlayerId]:
    """The players who are due automatic chips now, between hands."""
    if table.hand is not None:
        return []
    return [seat.player for seat in table.seats if seat is not None and amount_due(table, seat)]


def amount_due(table: Table, seat: Seat) -> int:
    """The chips to add to a stack between hands; 0 for none."""
    auto, config = seat.auto, table.config
    if auto is None or seat.leaving or seat.sitting_out or table.closed:
        return 0
    if not config.seating.auto_chips:
        return 0  # The host has turned them off since.
    wanted = min(auto.top_up_to if seat.stack else auto.rebuy_to, config.max_buy_in) - seat.stack
    if auto.left is not None:
        wanted = min(wanted, auto.left)
    return wanted if wanted > 0 and seat.stack + wanted >= config.min_buy_in else 0


def describe(auto: AutoBuy) -> str:
    """The setting in words, for logs of events."""
    parts = []
    if auto.top_up_to:
        parts.append(f"tops up to {auto.top_up_to}")
    if auto.rebuy_to:
        parts.append(f"buys in again for {auto.rebuy_to}")
    if auto.left is not None:
        parts.append(f"with at most {counted(auto.left, 'chip')}")
    return ", ".join(parts)
