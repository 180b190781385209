"""Each limit is in `welcome`, or in the protocol document's table of those that are not."""

import re
from pathlib import Path

import pytest

from pokerws.server.limits.limits import limits_of, quotas_of
from pokerws.settings.limits import Limits
from tests.settings import settings_of

ROOT = Path(__file__).resolve().parents[3]
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")


def documented() -> list[str]:
    """The settings in the table, in lower case."""
    _, _, table = PROTOCOL.partition("**Not in `welcome`**")
    table, _, _ = table.partition("**Length of messages.**")
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return [name.lower() for row in rows for name in re.findall(r"`([A-Z_]+)`", row)]


def is_in_welcome(name: str) -> bool:
    """Whether `welcome` tells another value of the setting."""
    before, other = settings_of(), "7/7s" if name.endswith("_rate") else 777
    after = settings_of(**{name: other})
    return limits_of(before, quotas_of(before)) != limits_of(after, quotas_of(after))


@pytest.mark.parametrize("name", Limits.__struct_fields__)
def test_a_limit_is_in_welcome_or_in_the_table_of_those_that_are_not(name: str) -> None:
    assert is_in_welcome(name) != (name in documented())


def test_the_table_has_only_settings_that_exist() -> None:
    assert set(documented()) < set(Limits.__struct_fields__)


@pytest.mark.parametrize(
    ("place", "row"),
    [
        ("### Object HandSeat\n", r"\| `acted_to\?` \| integer \| [^|]*; the default is null \|"),
        ("### Object Hand\n", r"\| `last_actor\?` \| integer \| [^|]*; the default is null \|"),
        ("### `hole_cards_dealt`\n", r"\| `opener\?` \| integer \| [^|]*; the default is null \|"),
        ("### `watch`\n", r"\| `tables\?` \| list of \S+ \(1 to 32 entries\) \|"),
        ("### Object TableFilter\n", r"\| `games\?` \| [^|]* \(up to 64 entries\) \|"),
    ],
)
def test_a_number_that_may_be_null_and_the_length_of_a_list_are_told(place: str, row: str) -> None:
    """0 is a seat, so a client must know which of the two a missing number is."""
    _, _, section = PROTOCOL.partition(place)
    assert re.search(row, section.partition("\n### ")[0])
