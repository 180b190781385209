"""Betting rounds: who acts next, what is legal, and the events of an action.

In all structures a fold is legal at every turn, even if checking is free (TDA rule 58).  The bet to
match before the flop is the whole big blind, even if its poster was short (Robert's Rules of Poker,
section 14).

No limit and pot limit: a raise is at least as large as the largest full bet or raise before it on
the street (TDA rule 43).  A smaller all-in does not reopen the betting to players who have acted,
unless several add up to a full raise (TDA rule 47).  A pot-limit raise is at most the pot as it
is after the call (Robert's Rules, section 14); on the first street short or dead blinds count as
whole (TDA rule 54), and the ante of the big blind does not count.

Fixed limit is in `fixed_limit.py`.
"""

from pokerws.game.betting.fixed_limit import after_wager, raise_sizes
from pokerws.game.commands import Act, Action
from pokerws.game.config.stakes import stakes_of
from pokerws.game.config.turn_time import turn_time_ms
from pokerws.game.events import (
    BetPlaced,
    BringInPosted,
    Called,
    Checked,
    Folded,
    Raised,
    TableEvent,
)
from pokerws.game.illegal import Details, Illegal, Inconsistent
from pokerws.game.state import Hand, HandSeat, Seat, Table, Turn
from pokerws.game.variants import VARIANTS, Betting, Forced

# Looking up a member of an enum takes as long as five other lookups.
_POT_LIMIT, _BRING_IN = Betting.POT_LIMIT, Forced.BRING_IN


def hand_seat(hand: Hand, number: int) -> HandSeat:
    """The part of a seat in the hand.  Raises Inconsistent if it was not dealt in."""
    seat = hand.seats[number]
    if seat is None:
        raise Inconsistent(f"seat {number} is not in the hand")
    return seat


def taken_seat(table: Table, number: int) -> Seat:
    """A taken seat.  Raises Inconsistent if it is free."""
    seat = table.seats[number]
    if seat is None:
        raise Inconsistent(f"seat {number} is empty")
    return seat


def stack_of(table: Table, number: int) -> int:
    """The stack of a taken seat."""
    return taken_seat(table, number).stack


def live_seats(hand: Hand) -> list[int]:
    """The seats that have not folded, from the left of the button."""
    live = []
    for number in hand.order:
        part = hand.seats[number]
        if part is None:
            raise Inconsistent(f"seat {number} is not in the hand")
        if not part.folded:
            live.append(number)
    return live


def next_turn(table: Table, hand: Hand, now_ms: int) -> Turn | None:
    """The next turn of the betting round, or None if the round is over.

    A player who owes nothing gets no turn if nobody is left who could call a bet.
    """
    order, bet = hand.order, hand.bet
    if hand.last_actor is not None:
        place = order.index(hand.last_actor) + 1
    else:
        place = 0 if hand.opener is None else order.index(hand.opener)
    count = len(order)
    for _ in order:
        if place == count:
            place = 0
        number = order[place]
        place += 1
        part = hand.seats[number]
        if part is None:
            raise Inconsistent(f"seat {number} is not in the hand")
        if part.folded or (part.bet >= bet and part.acted_to is not None):
            continue
        seat = table.seats[number]
        if seat is None:
            raise Inconsistent(f"seat {number} is empty")
        if not seat.stack:
            continue
        others = _answer_of_others(table, hand, number)
        if bet < others or part.bet < others:
            return _turn(table, hand, number, part, seat, others, now_ms)
    return None


def possible_turn(table: Table, hand: Hand, number: int) -> Turn:
    """The turn that a seat with chips would have if it were to act now."""
    part, seat = hand_seat(hand, number), taken_seat(table, number)
    return _turn(table, hand, number, part, seat, _answer_of_others(table, hand, number), 0)


def _answer_of_others(table: Table, hand: Hand, number: int) -> int:
    """The largest total for the street that another player can reach; -1 if there is none.

    If it is above the bet, it may be that of any such player, since callers need no more.
    """
    bet, most = hand.bet, -1
    for other in hand.order:
        if other == number:
            continue
        part, seat = hand.seats[other], table.seats[other]
        if part is None or seat is None:
            raise Inconsistent(f"seat {other} is not in the hand")
        if not part.folded:
            reach = part.bet + seat.stack
            if reach > bet:
                return reach
            if reach > most:
                most = reach
    return most


def _turn(  # noqa: PLR0917 -- Keywords take longer, and this is called once an action.
    table: Table,
    hand: Hand,
    number: int,
    part: HandSeat,
    seat: Seat,
    others: int,
    now_ms: int,
) -> Turn:
    """The turn of a seat, with the legal actions and their exact bounds."""
    config, bet, owned = table.config, hand.bet, part.bet + seat.stack
    answered = bet if bet < others else others
    call = (answered if answered < owned else owned) - part.bet
    actions: list[Action] = ["fold", "call" if call else "check"]
    min_to = max_to = 0
    sizes: list[int] = []
    if bet < owned and bet < others:
        if hand.limit is not None:
            min_to, max_to, sizes = raise_sizes(table, hand, hand.limit, part.acted_to, owned)
        elif part.acted_to is None or bet - part.acted_to >= hand.min_raise:
            max_to = owned
            if VARIANTS[hand.variant].betting is _POT_LIMIT:
                max_to = _pot_limit(table, hand, part, owned)
            min_to = bet + hand.min_raise
            if min_to > max_to:
                min_to = max_to
        if max_to:
            actions.append("raise" if bet else "bet")
    if not bet and _brings_in(hand):
        actions, call = _bring_in_actions(table, hand, number, owned)
        if "bet" not in actions:
            min_to = max_to = 0
    elif max_to and hand.limit is not None and not hand.limit.bets and bet:
        # Completing a bring-in is the first bet of the street, not a raise.
        actions[-1] = "bet"
    # Mostly without a call.
    turn_ms = turn_time_ms(config, hand.street) if config.clocks.street_ms else config.turn_time_ms
    return Turn(
        number,
        table.turns + 1,
        actions,
        call,
        min_to,
        max_to,
        now_ms,
        now_ms + turn_ms,
        sizes,
    )


def _pot_limit(table: Table, hand: Hand, part: HandSeat, owned: int) -> int:
    """The largest legal total: a raise by the pot as it is after the call, and a full raise."""
    pot = _pot_to_bet(table, hand) + hand.bet - part.bet
    return min(owned, hand.bet + max(pot, hand.min_raise))


def _pot_to_bet(table: Table, hand: Hand) -> int:
    """The chips that count for a pot-limit bet; on the first street blinds count as whole."""
    pot = table.total_pot
    if hand.street or VARIANTS[hand.variant].forced is not Forced.BLINDS:
        return pot
    stakes = stakes_of(table.config, VARIANTS[hand.variant])
    for number, blind in (
        (table.small_blind, stakes.small_blind),
        (table.big_blind, stakes.big_blind),
    ):
        if number is None:
            raise Inconsistent("a hand is in play, but the table has no blinds")
        part, seat = hand.seats[number], table.seats[number]
        if part is None:
            pot += blind
        elif seat is not None and not seat.stack:
            pot += max(0, blind - part.bet)
        if part is not None and number == table.big_blind and not table.config.house.whole_pot:
            pot -= part.dead
    return pot


def _brings_in(hand: Hand) -> bool:
    """Whether the street waits for its bring-in."""
    return hand.street == 0 and VARIANTS[hand.variant].forced is _BRING_IN


def _bring_in_actions(
    table: Table, hand: Hand, number: int, owned: int
) -> tuple[list[Action], int]:
    """The actions of a bring-in: post it, or bet in full.

    A player who must act only because others are all-in may also fold (TDA RP-10).
    """
    bring_in = stakes_of(table.config, VARIANTS[hand.variant]).bring_in
    actions: list[Action] = ["bring_in", "bet"] if owned > bring_in else ["bring_in"]
    if number != hand.opener:
        actions.insert(0, "fold")
    return actions, min(owned, bring_in)


def act(table: Table, hand: Hand, turn: Turn, command: Act) -> TableEvent:
    """The event of an action in the current turn.  Raises Illegal."""
    action, amount = command.action, command.amount
    if action not in turn.actions:
        raise Illegal(
            "illegal_action",
            f"cannot {action} now, only {', '.join(turn.actions)}",
            Details(field="action", choices=tuple(turn.actions)),
        )
    if command.cards is not None:
        raise Illegal("cards_not_allowed", f"{action} takes no cards", Details(field="cards"))
    if action in ("bet", "raise"):
        return _wager(table, hand, turn, amount)
    if amount is not None:
        raise Illegal("amount_not_allowed", f"{action} takes no amount", Details(field="amount"))
    match action:
        case "fold":
            return Folded(turn.seat)
        case "check":
            return Checked(turn.seat)
        case "call":
            return Called(turn.seat, turn.call)
        case _:
            return bring_in(table, hand, turn)


def _legal(turn: Turn) -> Details:
    """The legal amounts of a bet or raise."""
    return Details(field="amount", min=turn.min_to, max=turn.max_to, sizes=tuple(turn.sizes))


def _wager(table: Table, hand: Hand, turn: Turn, amount: int | None) -> TableEvent:
    if amount is None:
        raise Illegal("amount_missing", "a bet or raise needs an amount", _legal(turn))
    if amount < turn.min_to:
        text = f"{amount} is less than the minimum, {turn.min_to}"
        raise Illegal("amount_too_small", text, _legal(turn))
    if amount > turn.max_to:
        text = f"{amount} is more than the maximum, {turn.max_to}"
        raise Illegal("amount_too_large", text, _legal(turn))
    if turn.sizes and amount not in turn.sizes:
        text = f"only {' or '.join(map(str, turn.sizes))} is legal"
        raise Illegal("amount_not_a_size", text, _legal(turn))
    limit = None if hand.limit is None else after_wager(table, hand, hand.limit, amount)
    if "bet" in turn.actions:
        return BetPlaced(turn.seat, amount, limit)
    return Raised(turn.seat, amount, limit)


def bring_in(table: Table, hand: Hand, turn: Turn, *, auto: bool = False) -> BringInPosted:
    """The event of a bring-in; the bet to match is the whole bring-in."""
    to_match = stakes_of(table.config, VARIANTS[hand.variant]).bring_in
    return BringInPosted(turn.seat, turn.call, to_match, auto)
