"""Settings: bots at tables of the server, and at those of players who want some."""

from typing import Annotated

from msgspec import Meta, field

from pokerws.settings.section import Section, SettingsError, whole


class Bots(Section, frozen=True, kw_only=True):
    """Bots at tables of the server, and at those of players who want some."""

    count: Annotated[
        int, whole(0, 9, "Number of bots to seat at a table of their own; 0 is none.")
    ] = field(default=0, name="BOTS")
    table: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=40,
            title="a name of 1 to 40 characters",
            description="Name of the bots' table.",
        ),
    ] = field(default="Main table", name="BOT_TABLE")
    games: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[A-Z0-9/-]{1,8}$")], ...],
        Meta(
            title="codes of games like PO or HORSE, separated by commas",
            description="Codes of further games, separated by commas; at a table of each, the "
            "same number of bots waits for a player.",
        ),
    ] = field(default=(), name="BOT_GAMES")
    min_delay_ms: Annotated[int, whole(0, 60_000, "Shortest time that a bot takes to act.")] = (
        field(default=500, name="BOT_MIN_DELAY_MS")
    )
    max_delay_ms: Annotated[int, whole(0, 60_000, "Longest time that a bot takes to act.")] = field(
        default=2000, name="BOT_MAX_DELAY_MS"
    )

    most_per_table: Annotated[
        int, whole(0, 9, "Most bots that a player may have at a table of their own; 0 is none.")
    ] = field(default=5, name="MAX_BOTS_PER_TABLE")
    most_per_server: Annotated[
        int, whole(0, 100, "Most bots of all such tables in memory together.")
    ] = field(default=40, name="MAX_BOTS_PER_SERVER")

    def check(self) -> None:
        if self.min_delay_ms > self.max_delay_ms:
            raise SettingsError(
                f"BOT_MIN_DELAY_MS is {self.min_delay_ms} and BOT_MAX_DELAY_MS is "
                f"{self.max_delay_ms}: set BOT_MIN_DELAY_MS to no more than BOT_MAX_DELAY_MS"
            )
