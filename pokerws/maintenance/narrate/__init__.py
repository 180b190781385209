"""Describes events and tables in words, with all cards: for the operator only."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import assert_never

from pokerws.game.cards import Card
from pokerws.game.config.table_config import TableConfig
from pokerws.game.counted import counted
from pokerws.game.events import (
    AntePosted,
    AutoMuckSet,
    BetPlaced,
    BetsCollected,
    BlindPosted,
    BoardDealt,
    BombPotVoted,
    BonusPaid,
    BotsWanted,
    BringInPosted,
    Called,
    CardsDrawn,
    CardsMucked,
    CardsShown,
    Checked,
    ChipsAdded,
    ClockEvent,
    ClockResumed,
    ConnectionProtected,
    ConnectionRestored,
    DeckReshuffled,
    DrawStarted,
    ExtrasEvent,
    Folded,
    GameChanged,
    HandCancelled,
    HandEnded,
    HandEvent,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    HostingEvent,
    LagCompensated,
    LogRestarted,
    NextHandCancelled,
    NextHandScheduled,
    OfSeat,
    PartShown,
    PlayerLeaving,
    PlayerSat,
    PlayerSatIn,
    PlayerSatOut,
    PlayerStood,
    PotAwarded,
    RabbitAgreed,
    RabbitShown,
    Raised,
    RakeTaken,
    RarerHandEvent,
    RunItAgreed,
    RunItSet,
    SeatReserved,
    SessionEnding,
    SessionStarted,
    Share,
    StandUpStarted,
    StandUpWon,
    StraddleSet,
    TableClosed,
    TableEvent,
    TableOpened,
    TimeBankFilled,
    TimeBankStarted,
    TimeBankStopped,
    TurnStarted,
    TurnTimedOut,
    UncalledBetReturned,
    WaiterJoined,
    WaiterLeft,
)
from pokerws.game.state import Hand, HandSeat, Pot, Seat, Table, Turn
from pokerws.game.variants import VARIANTS
from pokerws.maintenance.narrate.hosting import tell_of_host
from pokerws.maintenance.narrate.seating import tell_of_stay, tell_of_waiting
from pokerws.maintenance.stored_log import printable


def tell(event: TableEvent, table: Table | None) -> str:
    """An event in words; `table` is the state before it is applied."""
    if isinstance(event, HandEvent):
        return _tell_of_hand(event, table)
    if isinstance(event, HostingEvent):
        return tell_of_host(event, _stakes)
    match event:
        case TableOpened(name=name, config=config):
            return f"the table {printable(name)} is opened: {_stakes(config)}"
        case LogRestarted():
            return "the log restarts here: earlier events were not kept"
        case ClockResumed(deadline_ms=deadline_ms):
            return f"the clock goes on, to {clock_time(deadline_ms)}"
        case GameChanged(variant=variant, hands=hands, seat=seat):
            by = "" if seat is None else f", as {_name(table, seat)} has chosen"
            return f"the game of the next {counted(hands, 'hand')} is {_game(variant)}{by}"
        case NextHandScheduled(at_ms=at_ms):
            return f"the next hand is due at {clock_time(at_ms)}"
        case NextHandCancelled():
            return "there is no next hand for now"
        case HandStarted():
            return _tell_of_start(event, table)
        case HandEnded(hand=hand):
            return f"hand {hand} is over"
        case HandCancelled(hand=hand, refunds=refunds):
            return f"hand {hand} is cancelled; back go {_shares(table, refunds) or 'no chips'}"
        case HandShown(hand=hand, seat=seat, cards=shown):
            return f"{_name(table, seat)} shows {cards(shown)} of hand {hand}"
        case BotsWanted(bots=bots):
            names = ", ".join(f"{printable(bot.name)} ({bot.style})" for bot in bots)
            return f"the host wants {names or 'no bots'}"
        case TableClosed(reason=reason):
            return f"the table is closed ({reason})"
        case _ if isinstance(event, ExtrasEvent):
            return _tell_of_extra(event, table)
        case WaiterJoined() | WaiterLeft() | SeatReserved():
            return tell_of_waiting(event, table)
        case _:
            return _tell_of_seat(event, table)


def _tell_of_seat(event: OfSeat, table: Table | None) -> str:
    who = _name(table, event.seat)
    match event:
        case PlayerSat(seat=seat, name=name, player=player, stack=stack):
            return f"{printable(name)} ({printable(player)}) sits down in seat {seat} with {stack}"
        case PlayerStood(seat=seat, stack=stack):
            return f"{who} stands up from seat {seat} with {stack}"
        case PlayerLeaving():
            return f"{who} will stand up after the hand"
        case ChipsAdded(amount=amount, auto=auto):
            return f"{who} adds {counted(amount, 'chip')}{' automatically' if auto else ''}"
        case PlayerSatOut(reason=reason):
            return f"{who} sits out ({reason.replace('_', ' ')})"
        case PlayerSatIn():
            return f"{who} sits in"
        case StraddleSet(on=on):
            return f"{who} straddles from now on" if on else f"{who} straddles no more"
        case RunItSet(times=times):
            return f"{who} agrees to run the board up to {times} times"
        case TimeBankFilled(bank_ms=bank_ms):
            return f"{who} has {bank_ms} ms in the time bank"
        case AutoMuckSet(on=on):
            return f"{who} {'mucks' if on else 'shows'} losing hands from now on"
        case _:
            return tell_of_stay(event, who)


def _tell_of_extra(event: ExtrasEvent, table: Table | None) -> str:
    match event:
        case PartShown(hand=hand, seat=seat, cards=shown):
            return f"{_name(table, seat)} shows {cards(shown)} of hand {hand}, and not the rest"
        case RabbitAgreed(hand=hand, seat=seat):
            return f"{_name(table, seat)} asks for the cards to come of hand {hand}"
        case RabbitShown(hand=hand, boards=boards):
            ahead = " and ".join(cards(board) for board in boards)
            return f"the cards to come of hand {hand} were {ahead}"
        case BombPotVoted(seat=seat, on=on):
            return f"{_name(table, seat)} votes {'for' if on else 'no more for'} a bomb pot"
        case BonusPaid(bonus=bonus, paid=paid, received=received):
            name = bonus.replace("_", "-")
            if not paid:
                return f"the {name} round is over, and nobody pays"
            return f"the {name} bonus is paid: {_shares(table, paid)} to {_shares(table, received)}"
        case StandUpStarted(seats=seats):
            return f"a stand-up round begins: {_names(table, seats)} stand"
        case StandUpWon(seats=seats):
            return f"{_names(table, seats)} won chips, and need not stand any more"
        case SessionStarted(ends_at_ms=ends_at_ms):
            return f"the session begins; its last hand starts after {clock_time(ends_at_ms)}"
        case SessionEnding(last_hand=last_hand):
            return f"the table closes after hand {last_hand}"
        case _:
            assert_never(event)


def _names(table: Table | None, seats: list[int]) -> str:
    return ", ".join(_name(table, seat) for seat in seats)


def _tell_of_start(event: HandStarted, table: Table | None) -> str:
    dealt_in = ", ".join(_name(table, seat) for seat in event.order)
    blinds = f", blinds seats {event.small_blind} and {event.big_blind}" if event.blinds else ""
    return (
        f"hand {event.hand} begins: button seat {event.button}{blinds}; "
        f"dealt in {dealt_in}; deck {cards(event.deck) or 'unknown'}"
    )


def _tell_of_hand(event: HandEvent, table: Table | None) -> str:
    match event:
        case TurnStarted(turn=turn):
            return f"{_name(table, turn.seat)} is to act: {_options(turn)}"
        case Folded(seat=seat, auto=auto):
            return f"{_name(table, seat)} folds{_for_absent(auto)}"
        case Checked(seat=seat, auto=auto):
            return f"{_name(table, seat)} checks{_for_absent(auto)}"
        case Called(seat=seat, amount=amount):
            return f"{_name(table, seat)} calls {amount}"
        case BetPlaced(seat=seat, to=to):
            return f"{_name(table, seat)} bets {to}"
        case Raised(seat=seat, to=to):
            return f"{_name(table, seat)} raises to {to}"
        case BlindPosted(seat=seat, blind=blind, amount=amount):
            kind = blind if blind in ("straddle", "sleeper") else f"{blind} blind"
            return f"{_name(table, seat)} posts the {kind} of {amount}"
        case BetsCollected(pots=pots):
            return f"the bets are collected: {_pots(pots)}"
        case HoleCardsDealt():
            return _tell_of_deal(event, table)
        case BoardDealt(street=street, cards=dealt, board=board):
            which = f", board {board + 1}" if board else ""
            return f"{_street(table, street)}{which}: {cards(dealt)}"
        case PotAwarded(pot=pot, shares=shares, hand=hand, board=board, side=side):
            part = f" for the {side}" if side else ""
            part += f" on board {board + 1}" if board else ""
            return f"pot {pot}{part} goes to {_shares(table, shares)}{_in_words(hand)}"
        case _:
            return _tell_of_rarer(event, table)


def _tell_of_rarer(event: RarerHandEvent, table: Table | None) -> str:
    match event:
        case TurnTimedOut(seat=seat, turn=number):
            return f"{_name(table, seat)} runs out of time in turn {number}"
        case AntePosted(seat=seat, amount=amount, dead=dead):
            return f"{_name(table, seat)} posts {'the' if dead else 'an'} ante of {amount}"
        case UncalledBetReturned(seat=seat, amount=amount):
            return f"{_name(table, seat)} takes back {amount} that nobody called"
        case CardsShown(seat=seat, cards=shown, hand=hand, low=low):
            return f"{_name(table, seat)} shows {cards(shown)}{_in_words(hand, low)}"
        case CardsMucked(seat=seat):
            return f"{_name(table, seat)} mucks"
        case DrawStarted(street=street, seats=seats):
            names = ", ".join(_name(table, seat) for seat in seats)
            return f"{_street(table, street)}: to draw or discard are {names}"
        case CardsDrawn(seat=seat, discarded=[], auto=auto):
            return f"{_name(table, seat)} stands pat{_for_absent(auto)}"
        case CardsDrawn(seat=seat, discarded=discarded, drawn=drawn, auto=auto):
            got = f" and draws {cards(drawn)}" if drawn else ""
            return f"{_name(table, seat)} throws away {cards(discarded)}{got}{_for_absent(auto)}"
        case DeckReshuffled(deck=deck):
            return f"what was thrown away is shuffled: the deck is {cards(deck) or 'unknown'}"
        case BringInPosted(seat=seat, amount=amount, auto=auto):
            return f"{_name(table, seat)} brings it in for {amount}{_for_absent(auto)}"
        case RunItAgreed(times=times):
            return f"the rest of the board is dealt {times} times"
        case RakeTaken(amount=amount):
            return f"the house takes {counted(amount, 'chip')} of rake"
        case _:
            return _tell_of_clock(event, table)


def _tell_of_clock(event: ClockEvent, table: Table | None) -> str:
    who = _name(table, event.seat)
    match event:
        case TimeBankStarted(deadline_ms=deadline_ms, left_ms=left_ms):
            return f"the time bank of {who} runs, {left_ms} ms, to {clock_time(deadline_ms)}"
        case TimeBankStopped(left_ms=left_ms):
            return f"the time bank of {who} stops with {left_ms} ms"
        case ConnectionProtected(deadline_ms=deadline_ms, left=left):
            until = f"to {clock_time(deadline_ms)} to come back, and {left} times more"
            return f"{who} is disconnected, has {until}"
        case ConnectionRestored(deadline_ms=deadline_ms):
            return f"{who} is back, and has to {clock_time(deadline_ms)}"
        case LagCompensated(late_ms=late_ms, left_ms=left_ms):
            return f"{who} is {late_ms} ms late, by the line; {left_ms} ms may still be"
        case _:
            assert_never(event)


def _tell_of_deal(event: HoleCardsDealt, table: Table | None) -> str:
    hands = []
    for seat, hidden in enumerate(event.cards):
        up = event.up[seat] if event.up else []
        if hidden or up:
            open_cards = f"({cards(up)})" if up else ""
            hands.append(" ".join(filter(None, (_name(table, seat), cards(hidden), open_cards))))
    return f"{_street(table, event.street) if event.street else 'hole cards'}: {', '.join(hands)}"


def picture(table: Table, *, hidden: bool = False) -> Iterator[str]:
    """A table as it stands, in lines: seats, stacks, cards, board, pots, whose turn it is.

    `hidden` says that the cards of its hand are not all known.
    """
    hand = table.hand
    yield f"{printable(table.name)}: {_stakes(table.config)}"
    if hand is None:
        yield f"no hand in play; hands so far: {table.hand_number}"
    else:
        boards = (cards(board) for board in (hand.board, *hand.extra_boards) if board)
        board = " / ".join(boards) or "no board"
        yield f"hand {hand.number}, {_street(table, hand.street)}: {board}"
        yield f"pot {table.total_pot}; {_pots(hand.pots)}; bet to match {hand.bet}"
    yield f"  {'seat':<6}{'player':<20}{'stack':>10}{'bet':>10}{'in pots':>10}  cards"
    for number, seat in enumerate(table.seats):
        yield _seat_line(table, number, seat).rstrip()
    if hand is not None:
        yield f"cards to come: {cards(hand.deck) or ('unknown' if hidden else 'none')}"
    yield _whose_turn(table, hand)


def _seat_line(table: Table, number: int, seat: Seat | None) -> str:
    label = f"{number} D" if number == table.button else f"{number}"
    if seat is None:
        return f"  {label:<6}-"
    hand = table.hand
    part = None if hand is None else hand.seats[number]
    to_act = hand is not None and hand.turn is not None and hand.turn.seat == number
    mark = ">" if to_act else " "
    bet, in_pots = (part.bet, part.in_pots) if part is not None else ("", "")
    held = "" if part is None else cards(part.cards)
    if part is not None and part.up:
        held = f"{held} ({cards(part.up)})".lstrip()
    words = "  ".join([held, *_notes(seat, part)])
    name = printable(seat.name)
    return f"{mark} {label:<6}{name:<20}{seat.stack:>10}{bet:>10}{in_pots:>10}  {words}"


def _notes(seat: Seat, part: HandSeat | None) -> Iterator[str]:
    if part is not None:
        if part.folded:
            yield "folded"
        elif not seat.stack:
            yield "all in"
        if part.shown:
            yield "shown"
        if part.mucked:
            yield "mucked"
        if part.drew is not None:
            yield f"drew {part.drew}"
    if seat.sitting_out:
        yield "sitting out"
    if seat.leaving:
        yield "leaving"
    if seat.owes_blind:
        yield "owes a blind"
    if seat.owes_small:
        yield "owes a small blind"
    if seat.timeouts:
        yield f"time-outs in a row: {seat.timeouts}"


def _whose_turn(table: Table, hand: Hand | None) -> str:
    if hand is not None:
        if hand.turn is None:
            return "nobody is to act"
        return f"{_name(table, hand.turn.seat)} is to act: {_options(hand.turn)}"
    if table.next_hand_at_ms is not None:
        return f"the next hand is due at {clock_time(table.next_hand_at_ms)}"
    return "no hand is due"


def _options(turn: Turn) -> str:
    words = []
    for action in turn.actions:
        match action:
            case "call":
                words.append(f"call {turn.call}")
            case "bet" | "raise":
                sizes = "/".join(map(str, turn.sizes)) or f"{turn.min_to}-{turn.max_to}"
                words.append(f"{action} to {sizes}")
            case "discard":
                words.append(f"discard {turn.discard_min or 1}-{turn.discard_max}")
            case _:
                words.append(action)
    return f"{', '.join(words)} (turn {turn.number}, until {clock_time(turn.deadline_ms)})"


def _stakes(config: TableConfig) -> str:
    ante = f", ante {config.ante} ({config.ante_kind.replace('_', ' ')})" if config.ante else ""
    blinds = f"blinds {config.small_blind}/{config.big_blind}"
    return f"{printable(config.variant)}, {config.seats} seats, {blinds}{ante}"


def _pots(pots: Sequence[Pot]) -> str:
    if not pots:
        return "no pot yet"
    return ", ".join(
        f"pot {number}: {pot.amount} (seats {', '.join(map(str, pot.seats)) or 'none'})"
        for number, pot in enumerate(pots)
    )


def _shares(table: Table | None, shares: Sequence[Share]) -> str:
    return ", ".join(f"{_name(table, share.seat)} {share.amount}" for share in shares)


def _street(table: Table | None, street: int) -> str:
    hand = None if table is None else table.hand
    variant = None if hand is None else VARIANTS.get(hand.variant)
    known = variant is not None and 0 <= street < len(variant.streets)
    return variant.streets[street].name if variant is not None and known else f"street {street}"


def _game(code: str) -> str:
    variant = VARIANTS.get(code)
    return printable(code) if variant is None else variant.name


def _name(table: Table | None, number: int) -> str:
    seat = table.seats[number] if table is not None and 0 <= number < len(table.seats) else None
    return f"seat {number}" if seat is None else printable(seat.name)


def _for_absent(auto: bool) -> str:  # noqa: FBT001  as the event has it
    return " (absent)" if auto else ""


def _in_words(hand: str, low: str = "") -> str:
    words = " / ".join(filter(None, (hand, low)))
    return f": {printable(words)}" if words else ""


def cards(some: Sequence[Card]) -> str:
    """Cards with spaces between."""
    return printable(" ".join(some))


def moment(at: datetime) -> str:
    """A date and time in UTC, to the millisecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def clock_time(at_ms: int) -> str:
    """The time of day in UTC, as the date stands beside it; a number that is no time as it is."""
    try:
        return moment(datetime.fromtimestamp(at_ms / 1000, UTC)).partition(" ")[2]
    except (OverflowError, ValueError, OSError):
        return f"{at_ms} ms"
