"""The bounds that docs/fair-play.md states are those of the code."""

from pathlib import Path

from pokerws.fair_play import findings, records

PAGE = Path(__file__).parents[3] / "docs" / "fair-play.md"


def test_the_table_of_signs_has_the_bounds_of_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = dict(
        line.removeprefix("| `").split("` | ", 1) for line in page.splitlines() if "| `" in line
    )
    assert rows.keys() == findings.LIMITS.keys()
    assert f"in {findings.LEAST_FLOW_HANDS} hands or more" in rows["chip_flow"]
    assert findings.ONE_WAY == 10
    assert "at most a tenth" in rows["chip_flow"]
    assert f"with {findings.LEAST_HEADS_UP} decisions or more each" in rows["soft_play"]
    assert f"once in {round(1 / findings.MOST_CHANCE):,} times" in rows["soft_play"]
    assert f"in {findings.LEAST_TIMED} decisions or more" in rows["timing"]
    assert f"less than {findings.LEAST_VARIATION} of their mean" in rows["timing"]
    assert f"for {findings.MOST_PLAY_MS // 3_600_000} hours" in rows["timing"]
    assert (records.INSTANT_MS, records.PAUSE_MS) == (500, 30 * 60_000)
    assert "half a second" in page
    assert "pause of half an hour" in rows["timing"]
