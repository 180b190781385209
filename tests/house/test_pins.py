import re
import tomllib
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINS = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_a_pin_is_a_name_and_an_exact_version_and_nothing_else() -> None:
    assert [pin for pin in PINS if not re.fullmatch(r"[\w.-]+==[\w.!+]+", pin)] == []


def test_everything_that_the_project_asks_for_is_pinned_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {normal(re.split(r"[^\w.-]", requirement)[0]) for requirement in wanted}
    names.remove("pokerws")  # An extra may ask for another one.
    pinned = [normal(pin.partition("==")[0]) for pin in PINS]
    assert names <= set(pinned)
    assert len(pinned) == len(set(pinned))
