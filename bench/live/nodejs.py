"""Where the Node.js is that the peer runs on, if there is one."""

import os
import shutil
import sys
from pathlib import Path

PEER = Path(__file__).parent / "peer"
HOW_TO_HAVE_IT = "run tests/install-node.sh bench/live/peer"


def find_node() -> str | None:
    """The path of `node`, or None where it or the peer's packages are missing."""
    # Where the machine has none, or an old one, tests/install-node.sh puts one beside Python.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return shutil.which("node", path=path) if (PEER / "node_modules").is_dir() else None
