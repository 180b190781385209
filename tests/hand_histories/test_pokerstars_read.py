"""What readers make of our texts in the form of PokerStars: PokerKit's, and one of a few lines."""

import re
import warnings
from collections import Counter
from copy import deepcopy

import pytest
from pokerkit.notation import PokerStarsParser

from pokerws.game.apply import apply
from pokerws.game.cards import DECK, UNKNOWN, Card
from pokerws.game.config.table_config import HouseRules, TableConfig
from pokerws.game.events import (
    BoardDealt,
    CardsDrawn,
    CardsShown,
    HandEnded,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    TableEvent,
)
from pokerws.game.redaction import redact
from pokerws.game.state import PlayerId, TableId
from pokerws.game.table import open_table
from pokerws.game.variants import MIXES, VARIANTS
from pokerws.hand_histories.pokerstars.words import header
from pokerws.hand_histories.pokerstars.write import write_pokerstars
from tests.game.pokerkit.played_hands import PlayedHand, played_hands

MOST_SEATS = 6
GAMES = [*VARIANTS, *(mix for mix in MIXES if MIXES[mix].games)]

POSTED = re.compile(r"(\w+): posts (the ante|[a-z& ]+?) (\d+)")
WAGERED = re.compile(r"(\w+): (?:calls|bets|brings in for) (\d+)")
RAISED = re.compile(r"(\w+): raises (\d+) to (\d+)")
RETURNED = re.compile(r"Uncalled bet \((\d+)\) returned to (\w+)")
COLLECTED = re.compile(r"(\w+) collected (\d+) from (?:main |side )?pot(?:-\d)?")
SEATED = re.compile(r"Seat \d+: (\w+) \((\d+) in chips\)")
# Nothing stands over the draw where there is one alone.
STREET = re.compile(
    r"\*\*\* (?:FIRST |SECOND |THIRD )?(?:FLOP|TURN|RIVER|\dth STREET|DRAW) \*\*\*"
    r"|\w+: (?:discards|stands pat)"
)
TOTAL = re.compile(r"Total pot (\d+)((?: \w+ pot(?:-\d)? \d+\.)*) \| Rake 0")
CARD = re.compile(r"\b[2-9TJQKA][cdhs]\b")


def written(hand: PlayedHand, events: list[TableEvent] | None = None) -> str:
    return write_pokerstars(hand.before, events or hand.events, started_ms=1_000)


def seats_of(game: str) -> int:
    return min(MOST_SEATS, VARIANTS[game].max_seats) if game in VARIANTS else MOST_SEATS


def stacks_after(hand: PlayedHand) -> dict[str, int]:
    """The stacks of who was dealt in, when the hand was over."""
    table = deepcopy(hand.before)
    order: list[int] = []
    for event in hand.events:
        apply(table, event)
        if isinstance(event, HandStarted):
            order = event.order
        if isinstance(event, HandEnded):
            break
    return {seat.name: seat.stack for n in order if (seat := table.seats[n]) is not None}


def stacks_read(text: str) -> dict[str, int]:
    """The stacks that the lines come to."""
    stacks: Counter[str] = Counter()
    street: Counter[str] = Counter()
    for line in text.partition("*** SUMMARY ***")[0].splitlines():
        if found := SEATED.match(line):
            stacks[found[1]] = int(found[2])
        elif STREET.match(line):
            street.clear()
        elif found := POSTED.match(line):
            # Dead chips, such as antes, do not count toward later raises.
            live = 0 if found[2] == "the ante" else int(found[3])
            street[found[1]] += live
            stacks[found[1]] -= int(found[3])
        elif found := WAGERED.match(line):
            street[found[1]] += int(found[2])
            stacks[found[1]] -= int(found[2])
        elif found := RAISED.match(line):
            stacks[found[1]] -= int(found[3]) - street[found[1]]
            street[found[1]] = int(found[3])
        elif found := RETURNED.match(line):
            stacks[found[2]] += int(found[1])
        elif found := COLLECTED.match(line):
            stacks[found[1]] += int(found[2])
    return dict(stacks)


@pytest.mark.parametrize("game", GAMES)
def test_the_lines_of_a_hand_come_to_its_stacks_and_its_pots_to_what_was_collected(
    game: str,
) -> None:
    for hand in played_hands(game, seats_of(game), 12, 1):
        text = written(hand)
        if "small & big" not in text:
            assert stacks_read(text) == stacks_after(hand), text
        total = TOTAL.search(text)
        assert total is not None, text
        collected = [int(chips) for _, chips in COLLECTED.findall(text)]
        assert int(total[1]) == sum(collected)
        if pots := re.findall(r"(\d+)\.", total[2]):
            assert sum(map(int, pots)) == sum(collected)
        won = re.findall(r"(?:won|collected) \((\d+)\)", text.partition("*** SUMMARY ***")[2])
        assert sum(map(int, won)) == sum(collected)


def open_cards(events: list[TableEvent], player: PlayerId) -> set[Card]:
    """What a player may know of the cards: the own ones, the board, and what lies face up."""
    known: set[Card] = set()
    seat = None
    for event in events:
        match event:
            case HoleCardsDealt(cards=cards, players=players, up=up):
                if player in players:
                    seat = players.index(player)
                    known.update(cards[seat])
                known.update(card for cards in up for card in cards)
            case BoardDealt(cards=board):
                known.update(board)
            case CardsShown(cards=shown) | HandShown(cards=shown):
                known.update(shown)
            case CardsDrawn(player=whose, drawn=drawn) if whose == player:
                known.update(drawn)
            case _:
                pass
    return known


@pytest.mark.parametrize("game", GAMES)
def test_no_card_is_told_that_the_player_did_not_see(game: str) -> None:
    told: set[Card] = set()
    for hand in played_hands(game, seats_of(game), 8, 2):
        for player in map(PlayerId, ("p1", "nobody")):
            text = written(hand, [redact(event, player) for event in hand.events])
            cards = set(map(Card, CARD.findall(text)))
            assert cards <= open_cards(hand.events, player) <= set(DECK)
            assert UNKNOWN not in text
            told |= cards
    assert told


def test_pokerkit_reads_hands_of_no_limit_holdem_and_comes_to_the_same_stacks() -> None:
    read = 0
    for seats in (2, 3, 6):
        for hand in played_hands("NT", seats, 8, 3, HouseRules()):
            text = written(hand)
            if "small & big blinds" in text or any(isinstance(e, HandShown) for e in hand.events):
                # PokerKit knows no dead blinds, and nobody who shows without having to.
                continue
            with warnings.catch_warnings():
                # Of its own field for the time zone it says that it should have another name.
                warnings.simplefilter("ignore")
                (history,) = PokerStarsParser()(text, error_status=True)
                *_, state = history
            assert dict(zip(history.players or (), state.stacks, strict=True)) == stacks_after(hand)
            read += 1
    assert read > 10


def test_every_game_has_a_name_that_pokerstars_gives_or_could() -> None:
    named = set()
    for game, variant in VARIANTS.items():
        table, _ = open_table(TableId("t"), "T", TableConfig(variant=game, seats=2))
        line = header(table, variant, 1, boards=1, started_ms=0)[0]
        found = re.fullmatch(
            r"PokerStars Hand #\d+:  (.+ (?:No |Pot |)Limit) \(.+\) - 1970/01/01 0:00:00 UTC "
            r"\[1969/12/31 19:00:00 ET\]",
            line,
        )
        assert found is not None, line
        named.add(found[1])
    assert len(named) == len(VARIANTS)
    table, _ = open_table(TableId("t"), "T", TableConfig(variant="8-GAME", seats=2))
    assert (
        "8-Game (Razz Limit, 100/200)"
        in header(table, VARIANTS["FR"], 1, boards=1, started_ms=0)[0]
    )
