"""The page uses nothing that the oldest supported browsers lack: docs/browsers.md names them.

It looks for features that came later, by their spelling.  Where one is used, `FALLBACKS` says what
a browser without it does, so a new use needs a look.
"""

import re

import pytest

from tests.web.room import WEB_ROOT

# Oldest versions: Safari 15.4, Firefox 101, Chrome 108.  The versions with each feature are beside.
NEWER_SCRIPT = {
    "findLast": (r"\.findLast(?:Index)?\(", "list.findLast(one)"),  # Firefox 104
    "toSorted": (r"\.to(?:Sorted|Reversed|Spliced)\(", "list.toSorted()"),  # 16, 115, 110
    "with": (r"\]\.with\(", "[1, 2].with(0, 1)"),  # 16, 115, 110
    "groupBy": (r"\b(?:Object|Map)\.groupBy\(", "Object.groupBy(list, key)"),  # 17.4, 119, 117
    "fromAsync": (r"\bArray\.fromAsync\(", "Array.fromAsync(all)"),  # 16.4, 115, 121
    "withResolvers": (r"\bPromise\.(?:withResolvers|try)\(", "Promise.withResolvers()"),  # 17.4
    "AbortSignal": (r"\bAbortSignal\.(?:timeout|any)\(", "AbortSignal.timeout(5)"),  # Safari 16
    "idle": (r"\brequestIdleCallback\(", "requestIdleCallback(work)"),  # no Safari
    "scheduler": (r"\bscheduler\.", "scheduler.yield()"),  # Chrome 94 and Firefox 142 only
    "popover": (r"\b(?:show|hide|toggle)Popover\(", "menu.showPopover()"),  # 17, 125, 114
    "transition": (r"\bstartViewTransition\(", "document.startViewTransition()"),  # 18, 144, 111
    "set methods": (r"\.(?:isSubsetOf|isDisjointFrom|symmetricDifference)\(", "a.isSubsetOf(b)"),
    "iterators": (r"\.(?:values|keys|entries)\(\)\.(?:map|filter|toArray)\(", "a.values().map(f)"),
    "regex sets": (r"/[dgimsuy]*v[dgimsuy]*[.,;)]", "/[a--b]/v.test(text)"),  # 17, 116, 112
    "lookbehind": (r"\(\?<[=!]", "/(?<=a)b/"),  # Safari 16.4
    "static block": (r"^\s*static \{", "  static {"),  # Safari 16.4
    "import maps": (r"type=.importmap", '<script type="importmap">'),  # Safari 16.4, Firefox 108
    "import attributes": (r"\bwith \{ type:", 'import a from "a" with { type: "json" }'),  # 17.2
}
NEWER_STYLE = {
    ":has": (r":has\(", "#a:has(b) {}"),  # Firefox 121
    "@container": (r"@container|container-type:", "@container (width < 8px)"),  # 16, 110, 105
    "media range": (r"@media[^{]*\(\s*(?:width|height)\s*[<>]", "@media (width < 8px)"),  # 16.4
    "mask": (r"(?<!-)\bmask(?:-[a-z]+)?:", "mask: none"),  # Chrome 120
    "color-mix": (r"color-mix\(", "color-mix(in srgb, red, blue)"),  # 16.2, 113, 111
    "nesting": (r"^\s*&", "  &:hover {}"),  # 17.2, 117, 120
    "text-wrap": (r"text-wrap:", "text-wrap: balance"),  # 17.5, 121, 114
    "subgrid": (r"\bsubgrid\b", "grid: subgrid"),  # 16, 71, 117
    "lab colours": (r"\bok(?:lab|lch)\(", "oklch(1 0 0)"),  # 15.4, 113, 111
    "light-dark": (r"\blight-dark\(", "light-dark(red, blue)"),  # 17.5, 120, 123
    "@starting-style": (r"@starting-style", "@starting-style {}"),  # 17.5, 129, 117
    "@scope": (r"@scope", "@scope (a) {}"),  # 17.4, 146, 118
    "field-sizing": (r"field-sizing:", "field-sizing: content"),  # 26.2, none, 123
    "anchors": (r"anchor-name:|anchor\(", "anchor-name: --a"),  # 26, 147, 125
    "@property": (r"@property", "@property --a {}"),  # 16.4, 128, 85
    "linear()": (r"[\s:]linear\(", "transition: a linear(0, 1)"),  # 17.2, 112, 113
    "overflow clip": (r"overflow(?:-[xy])?:\s*clip", "overflow: clip"),  # Safari 16
    "backdrop-filter": (r"(?<!-)\bbackdrop-filter:", "backdrop-filter: none"),  # 18, 103, 76
    "container units": (r"\d(?:cqw|cqh|cqi|cqb|cqmin|cqmax)\b", "width: 5cqw"),  # 16, 110, 105
    "trigonometry": (r"\b(?:sin|cos|tan|round|mod)\(", "left: sin(1rad)"),  # 15.4, 108, 111
}
# What a browser without a feature shows instead.
FALLBACKS = {
    ":has": "an empty line keeps its place, and a result is shown above a line that it replaces",
    "@container": "the action bar has its widest form; on a phone the media queries narrow it",
    "media range": "the page has its wide form",
    "mask": "with the prefix beside it, the ring of the plate is the same",
    "text-wrap": "lines break where they would have",
    "lab colours": "a plain colour stands before it",
    "backdrop-filter": "what lies behind is not blurred",
    "container units": "a length in plain units stands before it",
}


def uses(kinds: tuple[str, ...], features: dict[str, tuple[str, str]]) -> set[str]:
    """The features that files with these suffixes use."""
    files = [path for path in WEB_ROOT.rglob("*") if path.suffix in kinds]
    texts = [path.read_text("utf-8") for path in files]
    return {
        name
        for name, (pattern, _) in features.items()
        if any(re.search(pattern, text, re.MULTILINE) for text in texts)
    }


def test_scripts_use_nothing_newer_than_the_oldest_browsers() -> None:
    assert uses((".js", ".html"), NEWER_SCRIPT) == set()


def test_styles_use_newer_features_only_where_a_browser_can_do_without() -> None:
    assert uses((".css",), NEWER_STYLE) - FALLBACKS.keys() == set()


@pytest.mark.parametrize("name", [*NEWER_SCRIPT, *NEWER_STYLE])
def test_each_newer_feature_would_be_found(name: str) -> None:
    pattern, example = {**NEWER_SCRIPT, **NEWER_STYLE}[name]
    assert re.search(pattern, example, re.MULTILINE)
