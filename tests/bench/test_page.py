"""The page's frames are counted for a moment."""

import shutil

import pytest

from bench import page
from tests.browser_fixtures import needed_chromium


def test_frames_of_the_page_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "SETTLE_S", 0)
    monkeypatch.setattr(page, "ROUND_S", 1.0)
    monkeypatch.setattr(page, "CHROMIUM", (needed_chromium(),))

    part = page.measure(1)

    long, busy = part.figures
    assert 0 <= long.ours <= 100
    assert busy.ours > 0
    frames, events = [int(word) for word in part.notes[0].split() if word.isdigit()][:2]
    assert frames > 0
    assert events > 0


def test_without_a_browser_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)

    assert page.measure(1).notes == ["No Chromium is installed."]
