"""Settings: chips of players' accounts."""

from typing import Annotated

from pokerws.settings.section import MAX_MS, Section, SettingsError, whole

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
    free_chips_per_address: Annotated[
        int,
        whole(
            0,
            MAX_CHIPS,
            "Grants and refills, in chips, that all guests of one address, or one IPv6 /64, may "
            "have at once; used ones come back evenly within a day; 0 is no limit.",
        ),
    ] = 1_000_000
    newcomer_chips: Annotated[
        int,
        whole(
            0,
            MAX_CHIPS,
            "Chips of the grant that a new guest may bring to tables during NEWCOMER_MS; 0 is no "
            "limit.",
        ),
    ] = 20_000
    newcomer_ms: Annotated[
        int, whole(0, MAX_MS, "How long a guest's account is new after it was opened.")
    ] = 3_600_000
    flow_alert_chips: Annotated[
        int,
        whole(
            0,
            MAX_CHIPS,
            "Chips that one player wins from another within a day, and at most a tenth goes back, "
            "until chips_flow_one_way is logged; 0 is never.",
        ),
    ] = 100_000

    def check(self) -> None:
        most = max(self.grant_chips, self.refill_to)
        if 0 < self.free_chips_per_address < most:
            raise SettingsError(
                f"FREE_CHIPS_PER_ADDRESS is {self.free_chips_per_address}: set it to at least "
                f"{most}, the larger of GRANT_CHIPS and REFILL_TO, or to 0"
            )
