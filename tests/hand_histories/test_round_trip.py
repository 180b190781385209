"""`replay-hands` comes to the stacks of hands of all variants and mixes, in each export format."""

import io
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from pokerws.game.config.table_config import HouseRules
from pokerws.game.events import HandStarted
from pokerws.game.state import PlayerId
from pokerws.game.variants import MIXES, VARIANTS
from pokerws.hand_histories.formats import HandFormat, HandWriter
from pokerws.hand_histories.kept_hand import KeptHand
from pokerws.hand_histories.phh.write import write_hand
from pokerws.maintenance.archive_file import Archive, HandsFile
from pokerws.maintenance.replay_hands import replay_hands
from tests.game.pokerkit.played_hands import played_hands

# Two boards in a bomb pot and three in an all-in, straddles, odd chips and caps of the house.
HOUSES = (
    HouseRules(straddle="mississippi", run_it=3, bomb_pot_every=2, bomb_pot_boards=2),
    HouseRules(straddle="sleeper", run_it=2, max_bets=3, odd_chips="button", whole_pot=True),
)
GAMES = (*VARIANTS, *(code for code, mix in MIXES.items() if mix.games))
# Of each game: the second hand of the first house is a bomb pot.
HANDS = (2, 1)


@pytest.fixture(scope="module")
def hands() -> list[KeptHand]:
    """Some of each variant and mix."""
    return [*_hands()]


def _hands() -> Iterator[KeptHand]:
    for code in GAMES:
        seats = min(4, VARIANTS[code].max_seats if code in VARIANTS else 4)
        for house, most in zip(HOUSES, HANDS, strict=True):
            for before, events in played_hands(code, seats, most, 7, house):
                number = next(event for event in events if isinstance(event, HandStarted)).hand
                seqs = [*range(1, len(events) + 1)]
                yield KeptHand(before, number, 1_000, events, seqs, [1_000 for _ in events])


def replayed(*paths: Path) -> tuple[int, str]:
    """The exit code, and all that is told."""
    out = io.StringIO()
    return replay_hands(paths, out), out.getvalue()


def all_agree(hands: list[KeptHand]) -> tuple[int, str]:
    number = len(hands)
    assert number == len(GAMES) * sum(HANDS)
    return 0, f"{number} hands: {number} agree, 0 differ, 0 not supported, 0 without result\n"


# An operator sees all cards; the player sees the own cards and those that were shown.
@pytest.mark.parametrize(("hand_format", "player"), [("phh", None), ("phh", "p0"), ("json", "p0")])
def test_every_exported_hand_agrees(
    hands: list[KeptHand], tmp_path: Path, hand_format: HandFormat, player: str | None
) -> None:
    write = HandWriter(hand_format, None if player is None else PlayerId(player), sections=True)
    path = tmp_path / "hands"
    path.write_text("".join(map(write, hands)), encoding="utf-8")
    assert replayed(path) == all_agree(hands)


def test_every_archived_hand_agrees(hands: list[KeptHand], tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    file = HandsFile(archive, "t")
    for number, hand in zip(count(1), hands, strict=False):
        file.add(number, write_hand(hand.before, hand.events, started_ms=hand.started_ms))
    kept = file.keep()
    assert kept.name.endswith(".phhs.gz")
    assert replayed(tmp_path) == all_agree(hands)


def test_the_text_of_pokerstars_is_named_as_not_supported(
    hands: list[KeptHand], tmp_path: Path
) -> None:
    path = tmp_path / "hands.txt"
    path.write_text(HandWriter("pokerstars", None, sections=True)(hands[0]), encoding="utf-8")
    code, told = replayed(path)
    assert code == 1
    assert told.startswith(f"{path}: cannot be read: the text of PokerStars is not supported; ")
    assert told.count("\n") == 2
