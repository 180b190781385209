"""Starts the next hand: its game, positions, forced bets and deck."""

from pokerws.game.blinds.button import (
    Positions,
    button_blind_positions,
    frozen_positions,
    next_positions,
    ready_seats,
)
from pokerws.game.cards import Card
from pokerws.game.clocks.turn_clock import fill_banks
from pokerws.game.config.stakes import Stakes, forced_of, stakes_of
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import Shuffle
from pokerws.game.events import BlindKind, GameChanged, TableEvent
from pokerws.game.extras.stand_up import started_round
from pokerws.game.extras.votes import is_voted
from pokerws.game.hand import Ante, Blind, Deal, deal_hand
from pokerws.game.state import Table
from pokerws.game.variants import MIXES, VARIANTS, Forced, Variant


def games_of(config: TableConfig) -> tuple[str, ...]:
    """The codes of the variants that are played at a table."""
    if config.variant in VARIANTS:
        return (config.variant,)
    return config.mix.games or MIXES[config.variant].games


def next_variant(table: Table) -> Variant:
    """The variant of the next hand."""
    if table.game is not None:
        return VARIANTS[table.game.variant]
    return VARIANTS[games_of(table.config)[0]]


def next_game(table: Table) -> list[TableEvent]:
    """The change to the next game of a mix, if it is due."""
    config = table.config
    if config.variant in VARIANTS or (table.game is not None and table.game.hands_left > 0):
        return []
    games = games_of(config)
    choice = config.mix.rotation == "choice"
    if table.game is None:
        variant = games[0]
    elif choice:
        variant = table.game.variant
    else:
        variant = games[(games.index(table.game.variant) + 1) % len(games)]
    return [
        GameChanged(variant, _hands_of_game(table), chooser=_chooser(table) if choice else None)
    ]


def _hands_of_game(table: Table) -> int:
    match table.config.mix.rotation:
        case "orbit":
            return max(1, len(ready_seats(table)))
        case "hands":
            return table.config.mix.hands
        case "choice":
            return 1


def _chooser(table: Table) -> int | None:
    """The seat that the button moves to next, whatever game is chosen; None if it is free."""
    button = next_positions(table, everyone=True).button
    return None if table.seats[button] is None else button


def positions_for(table: Table, variant: Variant, *, bomb_pot: bool = False) -> Positions:
    """The positions of the next hand if it is of this variant.

    The button does not move in stud and in bomb pots, unless every hand is a bomb pot, or the
    player on the button chooses the game.
    """
    forced = forced_of(table.config, variant)
    if forced is Forced.BLINDS and not bomb_pot:
        return next_positions(table)
    if forced is Forced.BUTTON_BLIND and not bomb_pot:
        return button_blind_positions(table)
    stays = forced is Forced.BRING_IN
    if bomb_pot:
        stays = table.config.house.bomb_pot_every != 1
    if stays and table.config.mix.rotation != "choice":
        return frozen_positions(table)
    return next_positions(table, everyone=True)


def next_payer(table: Table) -> int | None:
    """The seat that the blind comes to in the next hand; None for a hand without blinds."""
    variant = next_variant(table)
    if _is_bomb_pot(table, variant):
        return None
    match forced_of(table.config, variant):
        case Forced.BLINDS:
            return positions_for(table, variant).big_blind
        case Forced.BUTTON_BLIND:
            return positions_for(table, variant).button
        case _:
            return None


def start_hand(table: Table, now_ms: int, shuffle: Shuffle) -> list[TableEvent]:
    """The events that start the next hand."""
    variant, config = next_variant(table), table.config
    stakes = stakes_of(config, variant)
    deck = shuffle(variant.deck)
    if _is_bomb_pot(table, variant):
        return _start_bomb_pot(table, now_ms, variant, stakes, deck)
    positions = positions_for(table, variant)
    forced = forced_of(config, variant)
    one_ante = forced is Forced.BLINDS and config.ante_kind == "big_blind"
    payers = [positions.big_blind, *positions.entering] if one_ante else positions.order
    antes = [Ante(seat, stakes.ante, one_ante) for seat in payers] if stakes.ante else []
    blinds = _blinds(table, variant, positions, stakes)
    # A player who antes for the whole table posts the blind first (TDA procedure RP-11).  Who posts
    # a blind to be dealt in posts what the big blind does.
    deal = Deal(
        variant=variant,
        positions=positions,
        antes=antes,
        blinds=blinds,
        min_bet=stakes.min_bet,
        deck=deck,
        blinds_first=one_ante,
        now_ms=now_ms,
    )
    return _dealt(table, deal)


def _dealt(table: Table, deal: Deal) -> list[TableEvent]:
    """The deal, and what a new hand brings its players."""
    order = deal.positions.order
    return [*deal_hand(table, deal), *fill_banks(table, order), *started_round(table, order)]


def _blinds(table: Table, variant: Variant, positions: Positions, stakes: Stakes) -> list[Blind]:
    forced = forced_of(table.config, variant)
    if forced is Forced.BUTTON_BLIND:
        entries = [Blind(seat, stakes.big_blind, "entry") for seat in positions.entering]
        return [*entries, Blind(positions.button, stakes.big_blind, "button")]
    if forced is not Forced.BLINDS:
        return []
    big_blind, small_blind = positions.big_blind, positions.small_blind
    blinds = [Blind(seat, stakes.big_blind, "entry") for seat in positions.entering]
    if small_blind in positions.order and small_blind not in positions.entering:
        blinds.append(Blind(small_blind, stakes.small_blind, "small"))
    blinds.append(Blind(big_blind, stakes.big_blind, "big"))
    blinds += _straddle(table, positions, stakes)
    for number in positions.order:
        seat = table.seats[number]
        if seat is None or not seat.owes_small or number == big_blind:
            continue
        if number in positions.entering or (not seat.owes_blind and number != small_blind):
            blinds.append(Blind(number, stakes.small_blind, "dead"))
    return blinds


def _straddle(table: Table, positions: Positions, stakes: Stakes) -> list[Blind]:
    """The straddle of the hand, if any; there is at most one, of two big blinds.

    Under the gun it comes from the seat after the big blind.  A Mississippi straddle may come from
    any seat but the blinds; the seat nearest to the button has precedence, the button first.  A
    sleeper may too, but the first to act has precedence.  The betting starts after the straddle,
    or after the big blind if it is a sleeper.  A stack that is too short does not straddle.
    """
    kind = table.config.house.straddle
    order = positions.order
    if kind == "none" or len(order) < 3:
        return []
    after = order.index(positions.big_blind) + 1
    seats = [n for n in order[after:] + order[:after] if n != positions.small_blind][:-1]
    if kind == "under_the_gun":
        seats = seats[:1]
    elif kind == "mississippi":
        seats.reverse()
    amount = 2 * stakes.big_blind
    needed = amount + (stakes.ante if table.config.ante_kind == "each" else 0)
    for number in seats:
        seat = table.seats[number]
        if number in positions.entering or seat is None or seat.stack < needed:
            continue
        if seat.straddle:
            blind: BlindKind = "sleeper" if kind == "sleeper" else "straddle"
            return [Blind(number, amount, blind)]
    return []


def has_bomb_pots(variant: Variant) -> bool:
    """Whether a hand of this variant can be a bomb pot."""
    # In pineapple the discard comes before the flop, where a bomb pot begins.
    return variant.has_board and not variant.streets[0].discard


def _is_bomb_pot(table: Table, variant: Variant) -> bool:
    if not has_bomb_pots(variant):
        return False
    every = table.config.house.bomb_pot_every
    # All who are ready are dealt in.
    return (every and not (table.hand_number + 1) % every) or is_voted(table, ready_seats(table))


def _start_bomb_pot(
    table: Table, now_ms: int, variant: Variant, stakes: Stakes, deck: list[Card]
) -> list[TableEvent]:
    house = table.config.house
    positions = positions_for(table, variant, bomb_pot=True)
    amount = house.bomb_pot_ante or 2 * max(stakes.big_blind, stakes.min_bet)
    antes = [Ante(seat, amount, dead=False) for seat in positions.order]
    deal = Deal(
        variant=variant,
        positions=positions,
        antes=antes,
        blinds=[],
        min_bet=stakes.min_bet,
        deck=deck,
        bomb_pot=True,
        boards=house.bomb_pot_boards,
        now_ms=now_ms,
    )
    return _dealt(table, deal)
