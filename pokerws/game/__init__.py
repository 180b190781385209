"""The rules of poker as a pure core: commands in, events out, no clock, no I/O.

Modules here take time, shuffles and ids as arguments and import nothing of ours from outside this
package.  `play` in `table.py` is the entry point: it carries out a command and returns its events.
"""
