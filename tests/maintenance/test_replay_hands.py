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
from pokerws.maintenance.hand_files import MAX_HAND_BYTES
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
SUMMARY = "{}: {} agree, {} differ, {} not supported, 0 without result"
# The same hand in the standard's format.
PHH = """\
# A comment before the first field.
variant = "NT"
antes = [0, 0]
blinds_or_straddles = [1, 2]
min_bet = 2
starting_stacks = [100, 100]
actions = [
  "d dh p1 5d5c",
  "d dh p2 9hQd",  # The button.
  "p2 f # Without a look.",
]
author = "An Author"
event = "An \u00e9vent"
currency = "USD"
time = 12:30:00
seats = [1, 4]
seat_count = 6
finishing_stacks = [101, 99]
_own = {table = [1, 2], "x" = "[1]"}
"""


def replayed(
    paths: Sequence[Path], variant: str | None = None, stdin: bytes = b"", **options: Any
) -> tuple[int, list[str]]:
    """The exit code and the lines that were written."""
    out = io.StringIO()
    buffered = io.BufferedReader(io.BytesIO(stdin))
    code = replay_hands(paths, out, variant, stdin=buffered, **options)
    return code, out.getvalue().splitlines()


def without_result(lines: list[str]) -> bool:
    return lines[-1] == "1 hand: 0 agree, 0 differ, 0 not supported, 1 without result"


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
def test_sample_hands_agree_by_the_rulebook_too() -> None:
    assert replayed([ACPC, WSOP], rules="rulebook") == (
        0,
        [SUMMARY.format("350 hands", 350, 0, 0)],
    )


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


def test_a_file_that_goes_on_with_empty_lines_is_not_read_to_its_end(tmp_path: Path) -> None:
    endless = tmp_path / "endless.gz"
    blank = b" " * 1024 + b"\n"
    endless.write_bytes(gzip.compress(json.dumps(HAND).encode() + b"\n" + blank * 5_000))
    code, lines = replayed([endless])
    assert code == 1
    assert lines[0].startswith(f"{endless}: cannot be read: there are only empty lines before line")


def test_a_line_that_is_no_json_is_named_by_its_place(hands: Hands) -> None:
    code, lines = replayed([hands(HAND, "{ nonsense", HAND)])
    assert code == 1
    assert lines[0].startswith(f"{hands.path}:2: not JSON:")
    assert lines[-1] == SUMMARY.format("3 hands", 2, 1, 0)


def test_a_hand_without_a_source_is_named_by_its_place(hands: Hands) -> None:
    nameless = {name: value for name, value in HAND.items() if name != "src"}
    code, lines = replayed([hands(nameless | {"final_stacks": [99, 101]})])
    assert code == 1
    assert lines[0] == f"{hands.path}:1: final stacks are 101, 99, not 99, 101"


def test_a_hand_that_tells_no_result_is_counted_apart(hands: Hands) -> None:
    for told in ({"final_stacks": None}, {"final_stacks": None, "actions": HAND["actions"][:2]}):
        code, lines = replayed([hands(HAND | told)])
        assert code == 0
        assert len(lines) == 1
        assert without_result(lines)


def test_an_incomplete_hand_of_ours_is_named_and_does_not_differ(hands: Hands) -> None:
    code, lines = replayed([hands(HAND | {"_incomplete": "the events after these were not kept"})])
    assert code == 0
    assert without_result(lines)
    assert lines[0].endswith("the hand is incomplete: the events after these were not kept")


def test_the_chips_that_were_won_are_a_result_too(hands: Hands) -> None:
    told = HAND | {"final_stacks": None}
    assert replayed([hands(told | {"winnings": [2, 0]})])[0] == 0
    code, lines = replayed([hands(told | {"winnings": [3, 0]})])
    assert code == 1
    assert lines[0] == "somewhere.phh: chips won are 2, 0, not 3, 0"


def test_a_result_of_the_wrong_length_differs(hands: Hands) -> None:
    assert replayed([hands(HAND | {"final_stacks": [101]})])[0] == 1


def test_an_older_export_that_cannot_be_replayed_is_not_called_different(hands: Hands) -> None:
    older = HAND | {"_game": "g", "_not_replayable": "several boards", "final_stacks": [1, 2]}
    code, lines = replayed([hands(older)])
    assert code == 1
    assert lines[0] == "somewhere.phh: marked as not replayable: several boards"
    assert lines[1] == SUMMARY.format("1 hand", 0, 0, 1)


def test_a_report_is_one_line_whatever_the_source_is_called(hands: Hands) -> None:
    _, lines = replayed([hands(HAND | {"src": "two\nlines\x1b[2J", "variant": "X\nX"})])
    assert len(lines) == 2


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_played(
    hands: Hands, tmp_path: Path
) -> None:
    missing = tmp_path / "missing.jsonl"
    damaged = tmp_path / "damaged.gz"
    damaged.write_bytes(gzip.compress(json.dumps(HAND).encode())[:-20])
    empty = tmp_path / "empty"
    empty.mkdir()
    code, lines = replayed([missing, empty, damaged, hands(HAND)])
    assert code == 1
    assert [line.partition(": cannot be read: ")[0] for line in lines[:3]] == [
        str(missing),
        str(empty),
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


# ---- the standard's files, and other formats


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\n\n# Another comment.\n"])
def test_a_hand_in_the_standards_format_is_known_by_its_content(
    tmp_path: Path, start: str, newline: str
) -> None:
    path = tmp_path / "hand"
    path.write_bytes((start + PHH).replace("\n", newline).encode())
    assert replayed([path]) == (0, [SUMMARY.format("1 hand", 1, 0, 0)])


def test_many_hands_of_a_file_are_named_by_their_sections(tmp_path: Path) -> None:
    path = tmp_path / "hands.phhs"
    other = PHH.replace("[101, 99]", "[99, 101]")
    path.write_text(f"# Hands.\n[1]\n{PHH}\n[2] # The next one.\n{other}\n[3]\n{PHH}")
    for zipped in (False, True):
        if zipped:
            path.write_bytes(gzip.compress(path.read_bytes()))
        assert replayed([path]) == (
            1,
            [
                f"{path} [2]: final stacks are 101, 99, not 99, 101",
                SUMMARY.format("3 hands", 2, 1, 0),
            ],
        )


def test_a_damaged_hand_is_named_by_its_line_and_the_others_are_played(tmp_path: Path) -> None:
    path = tmp_path / "hands.phhs"
    path.write_text(f"[1]\n{PHH}[2]\nvariant = NT\n[3]\n{PHH}[4]\nplayers = []\n")
    code, lines = replayed([path])
    assert code == 1
    assert lines[0].startswith(f"{path}:{PHH.count(chr(10)) + 2}: not TOML: ")
    assert lines[1].startswith(f"{path} [4]: malformed: ")
    assert lines[2] == SUMMARY.format("4 hands", 2, 2, 0)


def test_a_text_over_several_lines_may_have_a_line_like_a_header(tmp_path: Path) -> None:
    path = tmp_path / "hands.phhs"
    text = 'venue = """\n[2]\nThe Club"""\n'
    path.write_text(f"[1]\n{text}{PHH}[2]\n{PHH}")
    assert replayed([path]) == (0, [SUMMARY.format("2 hands", 2, 0, 0)])


def test_a_text_of_many_lines_like_headers_is_read_in_one_pass(tmp_path: Path) -> None:
    # If each line looked at all before it, this would take minutes.
    path = tmp_path / "hands.phh"
    path.write_text('note = """\n' + "[2]\n" * 100_000 + '"""\n' + PHH)
    assert replayed([path]) == (0, [SUMMARY.format("1 hand", 1, 0, 0)])


def test_hands_are_played_before_the_rest_of_their_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "hands.phhs"
    path.write_text(f"[1]\n{PHH}\n[2]\n{PHH}\n[3]\n" + "x" * MAX_HAND_BYTES)
    code, lines = replayed([path])
    assert code == 1
    assert "has more than" in lines[0]
    assert lines[1] == SUMMARY.format("2 hands", 2, 0, 0)


def test_an_unknown_stack_is_no_result_that_could_differ(tmp_path: Path) -> None:
    path = tmp_path / "hand.phh"
    path.write_text(PHH.replace("[100, 100]", "[inf, 100]").replace("[101, 99]", "[inf, 99]"))
    assert replayed([path]) == (0, [SUMMARY.format("1 hand", 1, 0, 0)])


def test_standard_input_and_directories_are_read_too(tmp_path: Path) -> None:
    below = tmp_path / "2023" / "43"
    below.mkdir(parents=True)
    (below / "1.phh").write_text(PHH)
    (below / "2.jsonl.gz").write_bytes(gzip.compress(json.dumps(HAND).encode()))
    (below / "README.md").write_text("No hands.")
    (below / ".t-1-2.phhs.part").write_text("nonsense")
    assert replayed([tmp_path]) == (0, [SUMMARY.format("2 hands", 2, 0, 0)])
    for given in (PHH.encode(), gzip.compress(PHH.encode()), json.dumps(HAND).encode()):
        assert replayed([Path("-")], stdin=given) == (0, [SUMMARY.format("1 hand", 1, 0, 0)])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("PokerStars Hand #1:  Hold'em No Limit (50/100)\n", "the text of PokerStars"),
        ("\ufeffPokerStars Game #1: Hold'em\n", "the text of PokerStars"),
        ('{"ohh":{"spec_version":"1.4.7"}}\n', "Open Hand History"),
        ('{\n  "variant": "NT"\n}\n', "JSON over several lines"),
        ("<xml/>", "XML"),
        ("PK\x03\x04", "a ZIP archive"),
        ("Seat 1: alice", "the format is unknown"),
        ("[1, 2]", "the format is unknown"),
        ("\x00\x01", "the format is unknown"),
    ],
)
def test_another_format_is_named_on_one_line(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "hands.phh"
    path.write_text(content, encoding="utf-8")
    code, lines = replayed([path])
    assert code == 1
    assert lines[0].startswith(f"{path}: cannot be read: {why}")
    assert "expected PHH" in lines[0]
    assert lines[1:] == [SUMMARY.format("0 hands", 0, 0, 0)]


@pytest.mark.parametrize(
    "broken",
    [
        {"events": []},
        {"starting": []},
        {"events": [{"seq": 1, "at_ms": 1, "event": {"type": "pot_awarded", "pot": 0}}]},
        {"config": {"seats": 11}},
    ],
)
def test_a_damaged_hand_of_our_json_is_refused_or_incomplete(
    hands: Hands, broken: dict[str, Any]
) -> None:
    ours = {
        "id": "1",
        "game": "t",
        "table": "t",
        "hand": 1,
        "started_ms": 1,
        "config": {},
        "starting": [None] * 6,
        "events": [
            {
                "seq": 1,
                "at_ms": 1,
                "event": {"type": "hand_started", "hand": 1, "button": 9, "small_blind": 9}
                | {"big_blind": 9, "order": [8, 9], "min_bet": 1},
            }
        ],
    }
    for told in (ours, ours | broken):
        _, lines = replayed([hands(json.dumps(told))])
        assert len(lines) == 2
        assert "agree, 1 differ" in lines[1] or without_result(lines)
