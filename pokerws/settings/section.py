"""The base class of the sections of settings, and the annotations of their fields."""

from typing import get_args

import msgspec
from msgspec import Meta
from msgspec.structs import FieldInfo, fields

# Thirty days.
MAX_MS = 2_592_000_000
# Marks a setting whose value is never shown.
SECRET = {"secret": True}


class SettingsError(Exception):
    """The server cannot start with these settings.

    Each argument is one line for the operator, and a problem of its own.
    """

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))


class Section(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """A group of settings.

    A setting is read from the variable of its name in upper case, unless `field` names another.
    In its annotation, `title` describes the accepted values and `description` the meaning.
    """

    def check(self) -> None:
        """Check the settings of this section against each other.  Raises SettingsError."""

    def __repr__(self) -> str:
        shown = (f"{setting.name}={self.shown(setting)}" for setting in fields(type(self)))
        return f"{type(self).__name__}({', '.join(shown)})"

    def shown(self, setting: FieldInfo) -> str:
        """The value of a setting as text, or a placeholder for a secret."""
        value = getattr(self, setting.name)
        return "(secret)" if value and is_secret(setting) else repr(value)


def meta_of(setting: FieldInfo) -> Meta:
    """The annotation of a setting."""
    _, meta = get_args(setting.type)
    if not isinstance(meta, Meta):
        raise TypeError(f"{setting.encode_name} has no Meta")
    return meta


def is_secret(setting: FieldInfo) -> bool:
    """Whether a setting's value must never be shown."""
    return meta_of(setting).extra == SECRET


def whole(low: int, high: int, meaning: str) -> Meta:
    """A setting that is a whole number."""
    return Meta(ge=low, le=high, title=f"a whole number from {low} to {high}", description=meaning)


def rate(meaning: str) -> Meta:
    """A setting that is a rate, as `limits.rate_of` reads it."""
    return Meta(
        pattern=r"^(0|[1-9]\d{0,5}/[1-9]\d{0,4}s)$",
        title="a rate like 60/3s, or 0 for no limit",
        description=f"{meaning} 60/3s is a burst of 60, replenished evenly in 3 seconds.",
    )


def flag(meaning: str) -> Meta:
    """A setting that is on or off."""
    return Meta(title="true or false (or 1/0, yes/no, on/off)", description=meaning)
