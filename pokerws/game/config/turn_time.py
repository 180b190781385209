"""The time of a turn, by street."""

from pokerws.game.config.table_config import TableConfig


def turn_time_ms(config: TableConfig, street: int) -> int:
    """The time of a turn on a street; the first is 0."""
    times = config.clocks.street_ms
    if not times:
        return config.turn_time_ms
    return (times[street] if street < len(times) else 0) or config.turn_time_ms
