"""The command line of a checkout: `python server.py` is what `pokerws` is when installed."""

import sys

from pokerws.main import main

if __name__ == "__main__":
    sys.exit(main())
