"""Reads the settings from an environment, and checks them against each other."""

from collections.abc import Mapping
from typing import Any, get_args

import msgspec
from msgspec import Meta
from msgspec.structs import FieldInfo

from pokerws.settings.declared import SECRETS, Settings

_FLAG_WORDS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


class SettingsError(Exception):
    """A setting that the server cannot start with. The message is one line for the operator."""


def load(environ: Mapping[str, str]) -> Settings:
    """Read the settings from `environ`; a variable that is absent takes its default.

    Raises SettingsError, whose one line names the variable, for the first value that is not
    accepted and for choices that do not go together.
    """
    given = {
        field.name: _read(field, environ[field.name.upper()])
        for field in msgspec.structs.fields(Settings)
        if field.name.upper() in environ
    }
    settings = Settings(**given)
    _check(settings)
    return settings


def _read(field: FieldInfo, text: str) -> Any:
    try:
        return msgspec.convert(_parse(field, text), field.type, strict=False)
    except msgspec.ValidationError:
        but = "the value given is not" if field.name in SECRETS else f"it is {text!r}"
        raise SettingsError(f"{field.name.upper()} must be {meta_of(field).title}; {but}") from None


def _parse(field: FieldInfo, text: str) -> object:
    if isinstance(field.default, bool):
        return _FLAG_WORDS.get(text.lower(), text)
    if isinstance(field.default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def meta_of(field: FieldInfo) -> Meta:
    meta = get_args(field.type)[1]
    assert isinstance(meta, Meta)
    return meta


def _check(settings: Settings) -> None:
    if settings.use_event_persistence and not settings.use_db_repository:
        raise SettingsError(
            "USE_EVENT_PERSISTENCE is on and USE_DB_REPOSITORY is off: events are stored beside "
            "their table; set USE_DB_REPOSITORY=true, or unset USE_EVENT_PERSISTENCE"
        )
    if settings.use_durable_acks and not settings.use_db_repository:
        raise SettingsError(
            "USE_DURABLE_ACKS is on and USE_DB_REPOSITORY is off: nothing would be stored; "
            "set USE_DB_REPOSITORY=true, or unset USE_DURABLE_ACKS"
        )
    if settings.use_auth_middleware:
        raise SettingsError("USE_AUTH_MIDDLEWARE is not available yet; unset it")
    ids = [key.partition(":")[0] for key in settings.vault_keys]
    if len(set(ids)) < len(ids):
        raise SettingsError("VAULT_KEYS has two keys with the same id: give each its own")
    if settings.bot_min_delay_ms > settings.bot_max_delay_ms:
        raise SettingsError(
            f"BOT_MIN_DELAY_MS is {settings.bot_min_delay_ms} and BOT_MAX_DELAY_MS is "
            f"{settings.bot_max_delay_ms}: set BOT_MIN_DELAY_MS to no more than BOT_MAX_DELAY_MS"
        )
