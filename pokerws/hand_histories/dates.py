"""Converts milliseconds UTC to the dates of hand histories.

It reads no clock.  Its one time zone is US Eastern (ET), because programs that read hand histories
expect that.
"""

from typing import NamedTuple

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
# Days from 0000-03-01, where the years of `_date` begin, to 1970-01-01, a Thursday.
_EPOCH_DAYS = 719_468
_EPOCH_WEEKDAY = 4
_DAYS_OF_ERA = 146_097  # 400 years


class Moment(NamedTuple):
    """A date and a time of day."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int


def moment(at_ms: int) -> Moment:
    """The date and time of day in UTC."""
    days, of_day_ms = divmod(at_ms, _DAY_MS)
    minutes, seconds = divmod(of_day_ms // 1000, 60)
    return Moment(*_date(days), *divmod(minutes, 60), seconds)


def eastern(at_ms: int) -> Moment:
    """The date and time of day in US Eastern time, by the rule in force since 2007.

    Daylight saving time lasts from 2:00 on the second Sunday of March to 2:00 on the first Sunday
    of November.
    """
    winter = moment(at_ms - 5 * _HOUR_MS)
    begin_ms = _first_sunday_ms(winter.year, 3) + 7 * _DAY_MS + 7 * _HOUR_MS
    end_ms = _first_sunday_ms(winter.year, 11) + 6 * _HOUR_MS
    return moment(at_ms - 4 * _HOUR_MS) if begin_ms <= at_ms < end_ms else winter


def _first_sunday_ms(year: int, month: int) -> int:
    days = _days(year, month, 1)
    return (days + -(days + _EPOCH_WEEKDAY) % 7) * _DAY_MS


def _date(days: int) -> tuple[int, int, int]:
    """Converts days since 1970 to year, month and day, by H. Hinnant's `civil_from_days`."""
    era, of_era = divmod(days + _EPOCH_DAYS, _DAYS_OF_ERA)
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month += 3 if month < 10 else -9
    return year + 400 * era + (month <= 2), month, day


def _days(year: int, month: int, day: int) -> int:
    """Converts a date to days since 1970, by H. Hinnant's `days_from_civil`."""
    era, of_era = divmod(year - (month <= 2), 400)
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * _DAYS_OF_ERA + of_era * 365 + of_era // 4 - of_era // 100 + of_year - _EPOCH_DAYS
