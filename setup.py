"""Compiles the rules with mypyc if POKERWS_COMPILED is 1, for `make compiled`.

All else about the package is in pyproject.toml; docs/decisions/0055-compiled-rules.md says why.
"""

import os

from setuptools import setup

# The hot path of the rules. The modules are compiled as they are, and imported as before.
COMPILED = [
    "pokerws/game/apply.py",
    "pokerws/game/apply_hand.py",
    "pokerws/game/betting/actions.py",
    "pokerws/game/betting/fixed_limit.py",
    "pokerws/game/betting/pots.py",
    "pokerws/game/blinds/button.py",
    "pokerws/game/hand.py",
    "pokerws/game/showdown.py",
    "pokerws/game/streets.py",
    "pokerws/game/table.py",
]

if os.environ.get("POKERWS_COMPILED") == "1":
    from mypyc.build import mypycify

    extensions = mypycify(COMPILED, opt_level="2", debug_level="0")
else:
    extensions = []

setup(ext_modules=extensions)
