"""The end of a hand in the format of PokerStars: the showdown, and the summary.

This module owns the lines after the last action.  `write` collects what they say.
"""

from collections.abc import Sequence

from msgspec import Struct

from pokerws.game.betting.actions import hand_seat
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.events import HandShown, PartShown, PotAwarded
from pokerws.game.state import Hand, HandSeat
from pokerws.game.variants import Ranking, Variant
from pokerws.hand_histories.currency import Money
from pokerws.hand_histories.pokerstars.hand_words import hand_in_words, with_article
from pokerws.hand_histories.pokerstars.words import ORDINALS, cards_in

_TIMES = {2: "twice", 3: "three times"}


class Player(Struct):
    """What the text needs to know about a player.

    `place` is the position and `folded` when the player folded, both in the words of the summary.
    `won` has the chips won on each board.
    """

    name: str
    starting: int
    place: str = ""
    folded: str = ""
    won: dict[int, int] = {}


class Outcome(Struct):
    """How a hand ended: who showed, in this order, and what was won.

    `split` says that there were several boards from the start, `over` that the hand has ended.
    `rake` is what was taken of each pot.
    """

    money: Money
    players: dict[int, Player] = {}
    showing: list[int] = []
    awards: list[PotAwarded] = []
    shown_later: list[HandShown] = []
    shown_parts: list[PartShown] = []
    split: bool = False
    over: bool = False
    rake: list[int] = []

    def award(self, award: PotAwarded) -> None:
        """Note what a pot, or a part of one, gave to its winners."""
        self.awards.append(award)
        for share in award.shares:
            won = self.players[share.seat].won
            won[award.board] = won.get(award.board, 0) + share.amount


def showdown(outcome: Outcome, variant: Variant, hand: Hand) -> list[str]:
    """The lines from the showdown to the summary."""
    lines: list[str] = []
    players, boards = outcome.players, [hand.board, *hand.extra_boards]
    contested = sum(not player.folded for player in players.values()) > 1
    for number, board in enumerate(boards):
        if contested and outcome.awards:
            which = f"{ORDINALS[number]} " if len(boards) > 1 else ""
            lines.append(f"*** {which}SHOW DOWN ***")
            lines += [_shows(outcome, variant, hand, seat, board) for seat in outcome.showing]
        lines += _collected(outcome, number)
        if contested and _is_without_low(outcome, variant, number):
            lines.append("No low hand qualified")
    later = [event.seat for event in outcome.shown_later]
    for event in outcome.shown_later:
        hand_seat(hand, event.seat).cards = event.cards
    lines += [_shows(outcome, variant, hand, seat, hand.board, later=True) for seat in later]
    lines += [
        f"{players[event.seat].name}: shows {cards_in(event.cards)}"
        for event in outcome.shown_parts
    ]
    if outcome.awards and not contested:
        (winner,) = {share.seat for award in outcome.awards for share in award.shares}
        if winner not in [*later, *outcome.showing]:
            lines.append(f"{players[winner].name}: doesn't show hand")
    return lines


def _collected(outcome: Outcome, board: int) -> list[str]:
    return [
        f"{outcome.players[share.seat].name} collected {outcome.money.written(share.amount)} from "
        f"{_pot_name(outcome, award.pot)}"
        for award in outcome.awards
        if award.board == board
        for share in award.shares
    ]


def _is_without_low(outcome: Outcome, variant: Variant, board: int) -> bool:
    """Whether nobody had a low hand, in a game that splits pots between high and low."""
    sides = {award.side for award in outcome.awards if award.board == board}
    return bool(sides) and Ranking.EIGHT_OR_BETTER in variant.rankings and "low" not in sides


def _shows(
    outcome: Outcome,
    variant: Variant,
    hand: Hand,
    seat: int,
    board: Sequence[Card],
    *,
    later: bool = False,
) -> str:
    part, player = hand_seat(hand, seat), outcome.players[seat]
    if not (part.shown or later):
        return f"{player.name}: mucks hand"
    held = _held(part)
    words = "" if player.folded and _changes_cards(variant) else hand_in_words(variant, held, board)
    return f"{player.name}: shows {cards_in(held)}" + (f" ({words})" if words else "")


def _changes_cards(variant: Variant) -> bool:
    """Whether a folded hand may have too many or too few cards to be ranked."""
    return any(street.draw or street.discard for street in variant.streets)


def _pot_name(outcome: Outcome, index: int) -> str:
    pots = max(award.pot for award in outcome.awards)
    if not pots:
        return "pot"
    if not index:
        return "main pot"
    return "side pot" if pots == 1 else f"side pot-{index}"


def summary(outcome: Outcome, variant: Variant, hand: Hand, unfinished_pot: int) -> list[str]:
    """The summary; `unfinished_pot` is the pot of a hand that is not over."""
    total = _total(outcome, unfinished_pot)
    rake = outcome.money.written(sum(outcome.rake))
    lines = ["*** SUMMARY ***", f"Total pot {total} | Rake {rake}"]
    boards = [hand.board, *hand.extra_boards]
    if len(boards) > 1:
        if not outcome.split:
            lines.append(f"Hand was run {_TIMES[len(boards)]}")
        lines += [
            f"{ORDINALS[number]} Board {cards_in(board)}" for number, board in enumerate(boards)
        ]
    elif hand.board:
        lines.append(f"Board {cards_in(hand.board)}")
    return lines + [
        f"Seat {number + 1}: {player.name}{player.place}"
        f"{_fate(outcome, variant, hand, number, player)}"
        for number, player in sorted(outcome.players.items())
    ]


def _total(outcome: Outcome, unfinished_pot: int) -> str:
    pots: dict[int, int] = dict(enumerate(outcome.rake))
    for award in outcome.awards:
        won = sum(share.amount for share in award.shares)
        pots[award.pot] = pots.get(award.pot, 0) + won
    written = outcome.money.written
    total = written(sum(pots.values()) if outcome.over else unfinished_pot)
    if len(pots) > 1:
        named = (
            f"{_pot_name(outcome, pot).capitalize()} {written(pots[pot])}." for pot in sorted(pots)
        )
        total += f" {' '.join(named)}"
    return total


def _fate(outcome: Outcome, variant: Variant, hand: Hand, number: int, player: Player) -> str:
    """The result of a player, in the words of the summary."""
    part = hand_seat(hand, number)
    if player.folded:
        return f" {player.folded}"
    if part.shown and outcome.awards:
        boards = [hand.board, *hand.extra_boards]
        results = [
            _result(outcome, variant, player.won.get(at, 0), _held(part), board)
            for at, board in enumerate(boards)
        ]
        return f" showed {cards_in(_held(part))} and {', and '.join(results)}"
    won = sum(player.won.values())
    if part.mucked and not won:
        return f" mucked {cards_in(_held(part))}" if UNKNOWN not in part.cards else " mucked"
    return f" collected ({outcome.money.written(won)})" if outcome.over else ""


def _result(
    outcome: Outcome, variant: Variant, won: int, held: Sequence[Card], board: Sequence[Card]
) -> str:
    words = hand_in_words(variant, held, board)
    result = f"won ({outcome.money.written(won)})" if won else "lost"
    return result + (f" with {with_article(words)}" if words else "")


def _held(part: HandSeat) -> list[Card]:
    """The cards of a hand in the order of the deal; in stud the last card is face down again."""
    return part.cards[:2] + part.up + part.cards[2:] if part.up else part.cards
