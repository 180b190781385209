"""What hand histories say of time banks and lost connections."""

import pytest

from pokerws.game.config.clocks import Clocks, DisconnectProtection, LagAllowance, TimeBank
from pokerws.hand_histories.ohh.write import write_ohh
from pokerws.hand_histories.pokerstars.write import write_pokerstars
from tests.hand_histories.test_phh_write import RecordedGame

CLOCKS = Clocks(
    bank=TimeBank(refill_hands=1), protection=DisconnectProtection(), lag=LagAllowance()
)


@pytest.fixture
def game() -> RecordedGame:
    """Alice uses the bank, Bob loses the line and is back, Carol does not come back."""
    game = RecordedGame(clocks=CLOCKS)
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    alice.runs_out()
    game.now_ms += 1_000
    alice.raises_to(300)
    bob.runs_out(connected=False)
    bob.is_back()
    game.now_ms = game.turn.deadline_ms + 100
    bob.calls()
    carol.runs_out(connected=False)
    carol.runs_out(connected=False)
    bob.checks()
    alice.bets(300)
    bob.folds()
    return game


def test_pokerstars_says_who_is_disconnected_and_connected(game: RecordedGame) -> None:
    lines = write_pokerstars(game.before, game.kept, started_ms=1_000).splitlines()
    first = lines.index("alice: raises 200 to 300")
    assert lines[first : first + 7] == [
        "alice: raises 200 to 300",
        "bob is disconnected",
        "bob is connected",
        "bob: calls 250",
        "carol is disconnected",
        "carol has timed out while disconnected",
        "carol: folds",
    ]


def test_phh_has_the_same_actions_as_without_clocks(game: RecordedGame) -> None:
    actions = game.told()["actions"]
    assert actions[3:6] == ["p3 cbr 300", "p1 cc", "p2 f # time ran out"]


def test_open_hand_history_has_the_same_actions_too(game: RecordedGame) -> None:
    text = write_ohh(game.before, game.kept, started_ms=1_000)
    assert "Fold" in text
    assert "bank" not in text
