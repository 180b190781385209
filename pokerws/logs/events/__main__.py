"""Prints `docs/logs.md`: `python -m pokerws.logs.events`."""

import sys

from pokerws.logs.events.page import page

sys.stdout.write(page())
