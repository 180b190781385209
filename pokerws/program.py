"""How an operator starts this program, for messages that name one of its commands."""

import sys
from pathlib import Path

# `python server.py` in a checkout; otherwise the installed entry point.
PROGRAM = "python server.py" if Path(sys.argv[0]).name == "server.py" else "pokerws"
