"""docs/variants.md has a row for each game, and none for others."""

import re
from pathlib import Path

from pokerws.game.variants import MIXES, VARIANTS, Forced, Ranking, Variant

PAGE = Path(__file__, "../../../../docs/variants.md").resolve().read_text("utf-8")
ROW = re.compile(r"^\| `(\S+)` \| ([^|]+) \|", re.MULTILINE)


def rows(section: str) -> dict[str, str]:
    """The names by code in the table of a section."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return dict(ROW.findall(text))


def test_each_variant_has_its_row() -> None:
    assert rows("Variants") == {variant.code: variant.name for variant in VARIANTS.values()}


FORCED_BETS = {
    Forced.BLINDS: "blinds",
    Forced.BUTTON_BLIND: "antes, button blind",
    Forced.ANTES: "antes",
    Forced.BRING_IN: "antes, bring-in",
}
WINS = {
    Ranking.HIGH: "high",
    Ranking.SHORT_DECK: "high, short deck",
    Ranking.ACE_TO_FIVE: "A-5 low",
    Ranking.EIGHT_OR_BETTER: "8 or better",
    Ranking.DEUCE_TO_SEVEN: "2-7 low",
    Ranking.BADUGI: "badugi",
    Ranking.HIGH_CARD: "high card",
}


def row(variant: Variant) -> str:
    """The row that the data of a variant gives."""
    wins = " and ".join(WINS[ranking] for ranking in variant.rankings)
    if variant.from_hole:
        wins += f", {variant.from_hole} of the hole cards"
    forced, betting = FORCED_BETS[variant.forced], variant.betting.replace("_", " ")
    cells = (f"`{variant.code}`", variant.name, forced, betting, wins, str(variant.max_seats))
    return f"| {' | '.join(cells)} |"


def test_a_row_says_what_the_data_of_its_variant_say() -> None:
    text = PAGE.split("\n## Variants\n")[1].split("\n## ")[0]
    found = [line for line in text.splitlines() if line.startswith("| `")]
    assert found == [row(variant) for variant in VARIANTS.values()]


def test_the_page_tells_which_codes_the_standard_has() -> None:
    listed = re.search(r"if it has one\s+\(([^)]+)\)", PAGE)
    assert listed is not None
    standard = [variant.code for variant in VARIANTS.values() if variant.standard]
    assert sorted(listed[1].replace("\n", " ").split(", ")) == sorted(standard)


def test_each_mix_has_its_row_with_its_games() -> None:
    assert rows("Mixes") == {code: mix.name for code, mix in MIXES.items()}
    for code, mix in MIXES.items():
        assert f"| `{code}` | {mix.name} | {', '.join(mix.games)}" in PAGE
