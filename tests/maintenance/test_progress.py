import io

from pokerws.maintenance.progress import Progress
from pokerws.maintenance.verify import verify
from pokerws.storage.postgres.address import address_of
from tests.storage.played import play_a_game


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def test_the_bar_is_drawn_on_a_terminal_only(database_url: str) -> None:
    await play_a_game(database_url, hands=1)
    for bar, drawn in ((Terminal(), True), (io.StringIO(), False)):
        await verify(address_of(database_url), None, io.StringIO(), bar)
        assert ("100 % of 1 game" in bar.getvalue()) is drawn
        assert bar.getvalue().endswith("\r\x1b[K" if drawn else "")


def test_the_bar_is_drawn_again_for_a_percent_more() -> None:
    out = Terminal()
    bar = Progress(out, 1_000)
    for done in range(1_001):
        bar.show(done)
    assert out.getvalue().count("\r") == 101
