"""Becomes another program, which has the given descriptors from 3 on: `inherited` starts this.

    python pass_descriptors.py 7,12 PROGRAM ARGUMENT...

It runs without the package, and only sets what can be known in the new process alone.
"""

import fcntl
import os
import sys

FIRST = 3


def main(numbers: list[int], command: list[str]) -> None:
    """Move the descriptors, and run the command in place of this program."""
    end = FIRST + len(numbers)
    # First out of the way, since one may be where another has to be.
    copies = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, end) for number in numbers]
    for place, copy in enumerate(copies, FIRST):
        os.dup2(copy, place)
    for number in numbers:
        if number >= end:
            os.close(number)
    os.environ["LISTEN_PID"] = str(os.getpid())
    os.execvp(command[0], command)  # noqa: S606  the caller's command, as in `subprocess`


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1].split(",")], sys.argv[2:])
