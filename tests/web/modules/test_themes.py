"""The colours of the page's themes: contrast as WCAG 2.2 computes it."""

import re

import pytest

from tests.web.room import WEB_ROOT

STYLE = (WEB_ROOT / "css" / "themes.css").read_text("utf-8")
THEMES = ("dark", "light", "contrast")
# Text and what is behind it; a gradient counts at both ends.
TEXTS = [
    *[(ink, ground) for ink in ("--ink", "--soft") for ground in ("--ground", "--glow", "--bar")],
    *[(ink, ground) for ink in ("--ink", "--soft") for ground in ("--surface", "--raised")],
    ("--ink", "--well"),
    ("--soft", "--list"),
    ("--list-ink", "--list"),
    ("--strong", "--list"),
    ("--link", "--list"),
    ("--gold-ink", "--list"),
    ("--gold-ink", "--bar"),
    ("--gold-ink", "--raised"),
    ("--gold-ink", "--well"),
    ("--on-gold", "--gold"),
    ("--win-ink", "--ground"),
    ("--win-ink", "--glow"),
    ("--wrong", "--surface"),
    ("--wrong", "--ground"),
    ("--got", "--surface"),
    *[
        (ink, plate)
        for ink in ("--plate-ink", "--gold-ink", "--soft")
        for plate in ("--plate-top", "--plate", "--plate-act-top", "--plate-act")
    ],
    ("--words-ink", "--words-ground"),
]
# What is no text but tells something: fields, focus, clocks and dots.
MARKS = [
    ("--well-line", "--well"),
    ("--link", "--ground"),
    ("--link", "--surface"),
    ("--clock-calm", "--track"),
    ("--clock-late", "--track"),
    ("--good", "--bar"),
]
WHITE_ON = ("#b8483f", "#8f2f28", "#277d52", "#1c6641", "#c23b30")
Colour = tuple[float, float, float, float]


def colours(theme: str) -> dict[str, Colour]:
    """The custom properties of a theme, on top of those of the dark one."""
    found: dict[str, str] = {}
    for selector in (":root {", f':root[data-theme="{theme}"] {{'):
        if selector in STYLE:
            block = STYLE.split(selector, 1)[1].split("}", 1)[0]
            found |= dict(re.findall(r"(--[\w-]+): ([^;]+);", block))
    return {name: parsed(value) for name, value in found.items() if value.startswith("#")}


def parsed(text: str) -> Colour:
    digits = text.removeprefix("#")
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *alpha = (
        int(digits[at : at + 2], 16) / 255 for at in range(0, len(digits), 2)
    )
    return red, green, blue, alpha[0] if alpha else 1.0


def over(colour: Colour, ground: Colour) -> Colour:
    """A colour on an opaque one."""
    alpha = colour[3]
    mixed = [alpha * a + (1 - alpha) * b for a, b in zip(colour[:3], ground[:3], strict=True)]
    return mixed[0], mixed[1], mixed[2], 1.0


def luminance(colour: Colour) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(first: Colour, second: Colour) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def ratio(theme: str, ink: str, behind: str) -> float:
    names = colours(theme)
    # Where nothing is behind the words, the felt or the page is.
    ground = over(names.get(behind, names["--felt-dark"]), names["--ground"])
    return contrast(over(names[ink], ground), ground)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast(parsed("#000"), parsed("#fff")) == pytest.approx(21)
    assert contrast(parsed("#777777"), parsed("#fff")) == pytest.approx(4.48, abs=0.01)
    assert over(parsed("#ffffff80"), parsed("#000"))[0] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_texts_can_be_read(theme: str) -> None:
    ratios = {pair: ratio(theme, *pair) for pair in TEXTS}
    least = 7.0 if theme == "contrast" else 4.5
    assert {pair: found for pair, found in ratios.items() if found < least} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_marks_can_be_seen(theme: str) -> None:
    ratios = {pair: ratio(theme, *pair) for pair in MARKS}
    assert {pair: found for pair, found in ratios.items() if found < 3} == {}


def test_white_can_be_read_on_the_buttons_of_actions() -> None:
    style = "".join(path.read_text("utf-8") for path in (WEB_ROOT / "css").iterdir())
    for colour in WHITE_ON:
        assert colour in style
        assert contrast(parsed(colour), parsed("#fff")) >= 4.5, colour


def test_each_theme_has_only_colours_of_the_first_one() -> None:
    known = set(colours("dark"))
    for theme in THEMES[1:]:
        block = STYLE.split(f':root[data-theme="{theme}"] {{', 1)[1].split("}", 1)[0]
        assert set(re.findall(r"(--[\w-]+):", block)) <= known | {"--words-ground"}


def test_every_colour_that_is_used_is_defined() -> None:
    style = "".join(path.read_text("utf-8") for path in (WEB_ROOT / "css").iterdir())
    for name in colours("dark"):
        assert f"var({name})" in style, f"{name} is not used"
