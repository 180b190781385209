"""Each claim of docs/security.md has a mutant: a line that a test must notice when it is broken.

Of docs/cluster.md those have one that tests without processes notice.
"""

from pathlib import Path

import pytest

from tests.mutants.mutants import Mutant, evidence, mutants

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = list(mutants())


def test_each_claim_has_a_mutant_and_each_mutant_a_claim() -> None:
    claims = {mutant.claim for mutant in MUTANTS}
    assert set(evidence("security")) <= claims <= set(evidence())


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_mutant_changes_one_place_and_names_tests_of_its_claim(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.line) == 1, mutant.file
    assert mutant.becomes != mutant.line
    assert set(mutant.tests) <= set(evidence()[mutant.claim])
    if mutant.file.endswith(".py"):
        compile(text.replace(mutant.line, mutant.becomes), mutant.file, "exec")


def test_a_file_is_broken_and_its_text_given_back(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("one = 1\ntwo = 2\n", encoding="utf-8")
    before = Mutant("a-claim", "a.py", "two = 2", "two = 3", ()).apply(tmp_path)
    assert file.read_text(encoding="utf-8") == "one = 1\ntwo = 3\n"
    assert before == "one = 1\ntwo = 2\n"
    with pytest.raises(ValueError, match="once, not 0 times"):
        Mutant("a-claim", "a.py", "two = 2", "two = 3", ()).apply(tmp_path)
