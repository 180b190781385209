"""Settings: chips of players' accounts."""

from typing import Annotated

from pokerws.settings.section import MAX_MS, Section, whole

# Limit of a grant: far below 2**53, so that balances stay exact in a browser.
MAX_CHIPS = 10**12


class Accounts(Section, frozen=True, kw_only=True):
    """Chips of players' accounts."""

    grant_chips: Annotated[
        int, whole(0, MAX_CHIPS, "Initial balance of a new player's account.")
    ] = 100_000
    refill_below: Annotated[
        int, whole(0, MAX_CHIPS, "Balance below which a player may request a refill.")
    ] = 20_000
    refill_to: Annotated[int, whole(0, MAX_CHIPS, "Balance after a refill.")] = 100_000
    refill_interval_ms: Annotated[
        int, whole(0, MAX_MS, "Shortest time between two refills of an account.")
    ] = 3_600_000
