"""Tables played by the rules alone, without a server or a clock."""

import random
from collections.abc import Callable, Iterator

from msgspec import convert

from pokerws.game.commands import Act, Action, Sit, TimeUp
from pokerws.game.config.table_config import HouseRules, TableConfig
from pokerws.game.deal import Shuffle, shuffler
from pokerws.game.events import TableEvent
from pokerws.game.state import PlayerId, Table, TableId, Turn
from pokerws.game.table import open_table, play
from pokerws.game.variants import MIXES, VARIANTS

# All that a table can be opened with and needs nothing more.
GAMES = [*VARIANTS, *(code for code, mix in MIXES.items() if mix.games)]

# Answers the open turn of a table.
Answer = Callable[[Table, Turn], Act]


def random_config(rng: random.Random, game: str | None = None) -> TableConfig:
    """Stakes of all sorts, down to stacks that a blind eats up; for any game if none is given."""
    game = game or rng.choice(GAMES)
    big_blind = rng.choice([2, 10, 100])
    return TableConfig(
        variant=game,
        seats=rng.randint(2, most_seats(game)),
        small_blind=rng.randint(0, big_blind),
        big_blind=big_blind,
        ante=rng.choice([0, 0, 1, big_blind]),
        ante_kind=rng.choice(["each", "big_blind"]),
        min_buy_in=big_blind,
        max_buy_in=200 * big_blind,
        house=HouseRules(bomb_pot_every=rng.choice([0, 3])),
    )


def most_seats(game: str) -> int:
    """How many can sit at a table of a variant or a mix."""
    codes = (game,) if game in VARIANTS else MIXES[game].games
    return min(VARIANTS[code].max_seats for code in codes)


def player_in(seat: int) -> PlayerId:
    return PlayerId(f"p_{seat}")


def played(
    rng: random.Random, answer: Answer, config: TableConfig | None = None
) -> Iterator[tuple[Table, list[TableEvent]]]:
    """The table after each command, with the events that it caused, until nobody can play on."""
    config = config or random_config(rng)
    table, events = open_table(TableId("t1"), "Random", config)
    yield table, events
    shuffle: Shuffle = shuffler(rng.randbytes)
    for seat in range(config.seats):
        stack = rng.randint(config.min_buy_in, config.max_buy_in)
        sit = Sit(player_in(seat), f"Player {seat}", seat, stack)
        yield table, play(table, sit, 0, shuffle)
    while table.deadline_ms is not None:
        turn = None if table.hand is None else table.hand.turn
        command = TimeUp() if turn is None else answer(table, turn)
        yield table, play(table, command, table.deadline_ms, shuffle)


def any_legal(rng: random.Random) -> Answer:
    """Anything that is legal, folding and going all-in seldom enough for long games."""

    def answer(table: Table, turn: Turn) -> Act:
        assert table.hand is not None
        others = [action for action in turn.actions if action != "fold"]
        folds = rng.random() < 0.1 and "fold" in turn.actions
        action = convert("fold" if folds else rng.choice(others), Action)
        amount = cards = None
        if action in ("bet", "raise"):
            amount = turn.min_to if rng.random() < 0.8 else rng.randint(turn.min_to, turn.max_to)
            amount = rng.choice(turn.sizes or [amount])
        if action == "discard":
            part = table.hand.seats[turn.seat]
            assert part is not None
            count = rng.randint(max(1, turn.discard_min), turn.discard_max)
            cards = rng.sample(part.cards, count)
        return Act(player_in(turn.seat), turn.number, action, amount, cards)

    return answer
