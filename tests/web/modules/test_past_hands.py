"""Past hands without a browser: their steps and states, and the rates of statistics."""

import json
import random
from typing import Any

import msgspec

from pokerws.game.commands import Action
from pokerws.game.config.table_config import HouseRules
from pokerws.game.events import CardsShown, HandEnded, HandStarted, TableEvent
from pokerws.game.redaction import redact_all
from pokerws.game.state import Hand, PlayerId
from pokerws.game.variants import VARIANTS
from pokerws.messages import HandEvents
from tests.game.script import Game, Player
from tests.node_programs import FOLDER, run

VIEWER = PlayerId("alice")
STACKS = (4_000, 900, 2_500, 10_000)
HANDS_PER_GAME = 4


def played(code: str, chance: random.Random, house: HouseRules) -> tuple[dict[str, Any], Hand]:
    """A hand at random, as the server tells it, and its state before its end."""
    seats = min(5, VARIANTS[code].max_seats)
    game = Game(variant=code, seats=seats, house=house)
    for player in game.seat(*STACKS[:seats]):
        if house.run_it > 1:
            player.would_run_it(house.run_it)
    game.deal()
    events: list[TableEvent] = list(game.events)
    hand = game.hand
    while game.table.hand is not None:
        act(game, chance)
        events += game.events
    first = next(at for at, event in enumerate(events) if isinstance(event, HandStarted))
    last = next(at for at, event in enumerate(events) if isinstance(event, HandEnded))
    shown = redact_all(events[first : last + 1], VIEWER)
    answer = HandEvents("1", game.table.id, 1, 1, 1, shown, None, code, game.table.config)
    stacks = [seat and seat.stack for seat in game.table.seats]
    end = {"stacks": stacks, "board": hand.board, "boards": hand.extra_boards}
    end["cards"] = cards_seen(hand, shown)
    return {"answer": msgspec.to_builtins(answer), "end": msgspec.to_builtins(end)}, hand


def cards_seen(hand: Hand, shown: list[TableEvent]) -> list[list[str]]:
    """The cards by seat that the viewer knows at the end."""
    told = {event.seat for event in shown if isinstance(event, CardsShown)}
    return [
        []
        if part is None
        else list(map(str, part.cards))
        if number in told or number == 0
        else ["??"] * len(part.cards)
        for number, part in enumerate(hand.seats)
    ]


def act(game: Game, chance: random.Random) -> None:
    turn, held = game.turn, game.hand.seats[game.turn.seat]
    assert held is not None
    options = [one for one in turn.actions if one != "fold" or chance.random() < 0.2]
    action = msgspec.convert(chance.choice(options or list(turn.actions)), Action)
    amount = None
    if action in ("bet", "raise"):
        amount = chance.choice(turn.sizes or (turn.min_to, turn.min_to, turn.max_to))
    cards = None
    if action == "discard":
        count = max(1, turn.discard_min)
        cards = chance.sample(held.cards, chance.randint(count, turn.discard_max))
    name = game.to_act
    assert name is not None
    Player(game, name).acts(action, amount, cards)


async def test_hands_of_all_games_are_replayed_to_the_servers_end() -> None:
    chance = random.Random(11)
    lines, hands = [], []
    for code, variant in VARIANTS.items():
        for number in range(HANDS_PER_GAME):
            house = HouseRules()
            if variant.has_board and number == 1:
                house = HouseRules(bomb_pot_every=1, bomb_pot_ante=100, bomb_pot_boards=2)
            elif variant.has_board and number == 2:
                house = HouseRules(run_it=3)
            told, hand = played(code, chance, house)
            lines.append(json.dumps(told))
            hands.append((code, hand))
    printed = await run("node", FOLDER / "past-hands.mjs", given="\n".join(lines))
    answers = [json.loads(line) for line in printed.splitlines()]
    assert len(answers) == len(hands)
    for (code, hand), answer in zip(hands, answers, strict=True):
        assert answer["own"] == 0, code
        assert answer["steps"] > 2, code
        # A street each, and the showdown or what the last player wins.
        assert len(answer["streets"]) >= hand.street + 1, (code, answer)


async def test_statistics_are_shares_of_what_could_have_been() -> None:
    assert await run("node", FOLDER / "rates.mjs") == "rates hold\n"
