"""pokerws: a real-time poker server over WebSockets.

The package itself only carries its version; `pokerws.cli` is the command line.
"""

__version__ = "0.1.0"
