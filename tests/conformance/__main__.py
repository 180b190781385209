"""Writes the conformance kit: `python -m tests.conformance`."""

import shutil

from tests.conformance.kit import files
from tests.conformance.session import FOLDER

if __name__ == "__main__":
    made = files()
    shutil.rmtree(FOLDER / "sessions", ignore_errors=True)
    for path, text in made.items():
        file = FOLDER / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
