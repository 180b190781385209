"""How the generator takes its seats at the ceiling, which knows no poker."""

from collections.abc import Sequence

import msgspec

from pokerws.load.joining import Joined, viewers_of
from pokerws.load.load import Load
from pokerws.load.play import Turn


def join_script(load: Load, numbers: Sequence[int], /) -> list[Joined]:
    """Take the seats of tables at the ceiling, which answers with the open turn."""
    with viewers_of(load, numbers) as viewers:
        for number, those in zip(numbers, viewers, strict=True):
            for seat, caller in enumerate(those):
                caller.send(table=number, seat=seat)
        turns = [[caller.receive_text() for caller in those] for those in viewers]
        return [
            Joined(str(number), those, msgspec.json.decode(first, type=Turn))
            for number, those, (first, *_) in zip(numbers, viewers, turns, strict=True)
        ]
