"""The pot of a hand in a list has its rake, which no player has won."""

from pokerws.game.config.table_config import HouseRules, Rake
from pokerws.game.state import PlayerId
from pokerws.hand_histories.cutter import of_hand
from pokerws.server.tables.hands.summaries import Finished, summary_of
from tests.game.script import Game, decode_event


def test_rake_is_in_the_pot_and_in_nobodys_winnings() -> None:
    game = Game(house=HouseRules(rake=Rake(percent=1_000)))
    game.seat(1_000, 1_000)
    first = len(game.log)
    game.deal("2c7d9hJs3d", alice="AsAh", bob="KsKh")
    game.check_down()
    events = [*of_hand(map(decode_event, game.log[first:]))]
    hand = Finished(game.table.id, 1, len(events), 0, 1, events)
    alice, bob = (summary_of(hand, PlayerId(name)) for name in ("alice", "bob"))
    assert (alice.pot, alice.net, bob.net) == (200, 80, -100)
