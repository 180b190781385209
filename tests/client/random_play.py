"""Tables played by the rules alone, without a server or a clock."""

import random
from collections.abc import Callable, Iterator

from msgspec import convert

from pokerws.game.commands import Act, Action, Sit, TimeUp
from pokerws.game.deal import Shuffle, shuffler
from pokerws.game.events import TableEvent
from pokerws.game.state import PlayerId, Table, TableConfig, TableId, Turn
from pokerws.game.table import open_table, play

# Answers the open turn of a table.
Answer = Callable[[Table, Turn], Act]


def random_config(rng: random.Random) -> TableConfig:
    """Stakes of all sorts, down to stacks that a blind eats up."""
    big_blind = rng.choice([1, 2, 100])
    return TableConfig(
        seats=rng.randint(2, 10),
        small_blind=rng.randint(0, big_blind),
        big_blind=big_blind,
        ante=rng.choice([0, 0, 1, big_blind]),
        ante_kind=rng.choice(["each", "big_blind"]),
        min_buy_in=big_blind,
        max_buy_in=200 * big_blind,
    )


def player_in(seat: int) -> PlayerId:
    return PlayerId(f"p_{seat}")


def played(rng: random.Random, answer: Answer) -> Iterator[tuple[Table, list[TableEvent]]]:
    """The table after each command, with the events that it caused, until nobody can play on."""
    config = random_config(rng)
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
        action = rng.choice([*turn.actions[1:] * 5, "fold"])
        amount = None
        if action in ("bet", "raise"):
            amount = turn.min_to if rng.random() < 0.8 else rng.randint(turn.min_to, turn.max_to)
        return Act(player_in(turn.seat), turn.number, convert(action, Action), amount)

    return answer
