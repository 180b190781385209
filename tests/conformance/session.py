"""A recorded session, as a file of the kit."""

from pathlib import Path
from typing import Any, NamedTuple

from tests.conformance.recording import TABLE, Recorder, lines

FOLDER = Path(__file__).resolve().parents[2] / "pokerws/web/client/conformance"


class Session(NamedTuple):
    """What one viewer receives.  `name` is the path of its file, `about` says what happens."""

    name: str
    about: str
    recorder: Recorder
    needs: str = ""

    def text(self) -> str:
        """The content of the file."""
        self.recorder.end()
        about: dict[str, Any] = {
            "session": self.name,
            "about": self.about,
            "player": self.recorder.player,
            "table": TABLE,
        }
        if self.needs:
            about["needs"] = self.needs
        return "".join(lines(about, self.recorder.steps))
