"""A progress bar for an operator's commands that go through all games.  It knows no database."""

from typing import TextIO

from pokerws.game.counted import counted

BAR_WIDTH = 30


class Progress:
    """Draws a bar on a terminal, and nothing elsewhere."""

    def __init__(self, out: TextIO, total: int) -> None:
        self._out = out if out.isatty() else None
        self._total = max(total, 1)
        self._shown = -1

    def show(self, done: int) -> None:
        """Draw the bar, if it has grown by a percent."""
        percent = min(100, 100 * done // self._total)
        if self._out is not None and percent != self._shown:
            self._shown = percent
            bar = "#" * (BAR_WIDTH * percent // 100)
            print(
                f"\r{bar:.<{BAR_WIDTH}} {percent} % of {counted(self._total, 'game')}",
                end="",
                file=self._out,
                flush=True,
            )

    def clear(self) -> None:
        """Remove the bar, before lines are printed."""
        if self._out is not None and self._shown >= 0:
            self._shown = -1
            print("\r\x1b[K", end="", file=self._out, flush=True)
