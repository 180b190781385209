"""Tables of stud for tests: antes are 4, the bring-in is 6, bets are 20 and 40."""

from pokerws.game.config.table_config import LimitStakes
from tests.game.script import Game, Player


def stud(
    *stacks: int, board: str = "", variant: str = "F7S", ante: int = 0, **hands: str
) -> tuple[Game, list[Player]]:
    limit = LimitStakes(stud_ante=ante)
    game = Game(variant=variant, seats=8, small_blind=10, big_blind=20, limit=limit)
    players = game.seat(*stacks)
    game.deal(board, **hands)
    return game, players


def only_size(game: Game) -> int:
    assert game.turn.min_to == game.turn.max_to
    return game.turn.max_to
