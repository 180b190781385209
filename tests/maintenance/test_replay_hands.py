"""`replay-hands`: real hands from files come to the same final stacks."""

import gzip
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pokerws.hand_histories.errors import Refused
from pokerws.hand_histories.phh.read import final_stacks
from pokerws.hand_histories.phh.record import read_record
from pokerws.maintenance.replay_hands import replay_hands

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
PLURIBUS, ACPC, WSOP = (
    DATA / f"{name}.jsonl"
    for name in ("pluribus_sample", "acpc_headsup_sample", "wsop_and_famous_sample")
)

HAND: dict[str, Any] = {
    "src": "somewhere.phh",
    "variant": "NT",
    "antes": [0, 0],
    "blinds_or_straddles": [1, 2],
    "min_bet": 2,
    "starting_stacks": [100, 100],
    "actions": ["d dh p1 5d5c", "d dh p2 9hQd", "p2 f"],
    "final_stacks": [101, 99],
}
SUMMARY = "{}: {} agree, {} differ, {} not supported"


def replayed(paths: Sequence[Path], variant: str | None = None) -> tuple[int, list[str]]:
    """The exit code and the lines that were written."""
    out = io.StringIO()
    code = replay_hands(paths, out, variant)
    return code, out.getvalue().splitlines()


@pytest.fixture
def hands(tmp_path: Path) -> "Hands":
    return Hands(tmp_path / "hands.jsonl")


class Hands:
    """A file of hands."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, *hands: dict[str, Any] | str) -> Path:
        lines = [hand if isinstance(hand, str) else json.dumps(hand) for hand in hands]
        self.path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self.path


@pytest.fixture
def samples() -> None:
    """The real hands, which are not part of the repository."""
    if not DATA.is_dir():
        missing = f"the sample hands are not in {DATA}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.mark.usefixtures("samples")
def test_all_sample_hands_agree() -> None:
    assert replayed([PLURIBUS, ACPC, WSOP]) == (0, [SUMMARY.format("2348 hands", 2348, 0, 0)])


@pytest.mark.usefixtures("samples")
def test_sample_hands_of_one_variant_agree() -> None:
    assert replayed([WSOP], "F2L3D") == (0, [SUMMARY.format("5 hands", 5, 0, 0)])


@pytest.mark.usefixtures("samples")
def test_damaged_sample_hands_are_refused_or_played() -> None:
    rng = Random(17)
    no_limit = ACPC.read_bytes().splitlines() + PLURIBUS.read_bytes().splitlines()
    all_variants = WSOP.read_bytes().splitlines()
    refused = 0
    for _ in range(2_000):
        hand = json.loads(rng.choice(rng.choice((no_limit, all_variants))))
        damage(rng, hand)
        try:
            stacks = final_stacks(read_record(json.dumps(hand).encode()))
        except Refused:
            refused += 1
        else:
            assert sum(stacks) == sum(hand["starting_stacks"])
    assert 500 < refused < 2_000


def damage(rng: Random, hand: dict[str, Any]) -> None:
    """Change one or two things in a hand."""
    for _ in range(rng.randint(1, 2)):
        actions = hand["actions"]
        first, second = (rng.randrange(len(actions)) for _ in range(2))
        match rng.randrange(6):
            case 0 if len(actions) > 3:
                del actions[first]
            case 1:
                actions[first], actions[second] = actions[second], actions[first]
            case 2:
                actions.insert(first, actions[second])
            case 3:
                hand["starting_stacks"][0] = rng.choice((1, 30, 150, 700, 10**9))
            case 4:
                hand["antes"][-1] = rng.choice((1, 50, 10**6))
            case _:
                blinds = hand.get("blinds_or_straddles") or [0]
                blinds[-1] = rng.choice((-100, -1, 3, 200, 10**6))


def test_a_hand_that_agrees_is_not_mentioned(hands: Hands) -> None:
    assert replayed([hands(HAND)]) == (0, [SUMMARY.format("1 hand", 1, 0, 0)])


def test_a_hand_that_differs_is_told_with_its_source_and_number(hands: Hands) -> None:
    other = HAND | {"final_stacks": [99, 101], "hand": 7}
    assert replayed([hands(HAND, other)]) == (
        1,
        [
            "somewhere.phh hand 7: final stacks are 101, 99, not 99, 101",
            SUMMARY.format("2 hands", 1, 1, 0),
        ],
    )


def test_a_refused_hand_differs(hands: Hands) -> None:
    illegal = HAND | {"actions": ["p1 f"]}
    code, lines = replayed([hands(illegal)])
    assert lines == [
        "somewhere.phh: refused: 'p1 f': p2 is to act",
        SUMMARY.format("1 hand", 0, 1, 0),
    ]
    assert code == 1


def test_a_hand_of_an_unknown_variant_is_not_supported(hands: Hands) -> None:
    code, lines = replayed([hands(HAND | {"variant": "XX"})])
    assert lines == [
        "somewhere.phh: the variant 'XX' is not supported",
        SUMMARY.format("1 hand", 0, 0, 1),
    ]
    assert code == 1


def test_hands_of_other_variants_than_the_one_asked_for_are_passed_by(hands: Hands) -> None:
    path = hands(HAND, HAND | {"variant": "XX"})
    assert replayed([path], "NT") == (0, [SUMMARY.format("1 hand", 1, 0, 0)])


def test_gzipped_files_are_known_by_their_first_bytes(hands: Hands) -> None:
    path = hands(HAND)
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert replayed([path, hands.path]) == (0, [SUMMARY.format("2 hands", 2, 0, 0)])


def test_blank_lines_and_a_missing_last_newline_are_no_hands(hands: Hands) -> None:
    path = hands("", json.dumps(HAND), "  ")
    path.write_bytes(path.read_bytes().rstrip())
    assert replayed([path]) == (0, [SUMMARY.format("1 hand", 1, 0, 0)])


def test_a_line_that_is_no_json_is_named_by_its_place(hands: Hands) -> None:
    code, lines = replayed([hands(HAND, "{ nonsense", HAND)])
    assert code == 1
    assert lines[0].startswith(f"{hands.path}:2: not JSON:")
    assert lines[-1] == SUMMARY.format("3 hands", 2, 1, 0)


def test_a_hand_without_a_source_is_named_by_its_place(hands: Hands) -> None:
    nameless = {name: value for name, value in HAND.items() if name != "src"}
    code, lines = replayed([hands(nameless | {"final_stacks": None})])
    assert code == 1
    assert lines[0] == f"{hands.path}:1: there are no final_stacks to compare with"


def test_a_report_is_one_line_whatever_the_source_is_called(hands: Hands) -> None:
    _, lines = replayed([hands(HAND | {"src": "two\nlines\x1b[2J", "variant": "X\nX"})])
    assert len(lines) == 2


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_played(
    hands: Hands, tmp_path: Path
) -> None:
    missing = tmp_path / "missing.jsonl"
    damaged = tmp_path / "damaged.gz"
    damaged.write_bytes(gzip.compress(json.dumps(HAND).encode())[:-20])
    code, lines = replayed([missing, tmp_path, damaged, hands(HAND)])
    assert code == 1
    assert [line.partition(": cannot be read: ")[0] for line in lines[:3]] == [
        str(missing),
        str(tmp_path),
        str(damaged),
    ]
    assert lines[3:] == [SUMMARY.format("1 hand", 1, 0, 0)]


def test_quarter_chips_are_compared_exactly(hands: Hands) -> None:
    quarters = HAND | {
        "blinds_or_straddles": [0.25, 0.5],
        "min_bet": 0.5,
        "final_stacks": [100.25, 99.75],
    }
    assert replayed([hands(quarters)])[0] == 0
    code, lines = replayed([hands(quarters | {"final_stacks": [100.5, 99.5]})])
    assert code == 1
    assert lines[0] == "somewhere.phh: final stacks are 100.25, 99.75, not 100.5, 99.5"
