"""Reports progress on stderr. It must not print while anything is timed."""

import sys
from collections.abc import Iterator


def rounds(what: str, count: int) -> Iterator[int]:
    """The numbers of the rounds, each announced before it begins."""
    for number in range(count):
        print(f"{what}: {number + 1} of {count}", file=sys.stderr, flush=True)
        yield number
