"""Reads the settings from an environment, and checks them against each other."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta
from msgspec.structs import FieldInfo

from pokerws.settings.declared import SECRETS, Settings

_FLAG_WORDS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


# The one algorithm whose key is a secret.
HMAC_ALGORITHM = "HS256"


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
        _check_auth(settings)
    if bool(settings.tls_cert_file) != bool(settings.tls_key_file):
        given, other = "TLS_CERT_FILE", "TLS_KEY_FILE"
        if settings.tls_key_file:
            given, other = other, given
        raise SettingsError(f"{given} is set and {other} is not: TLS needs both, or unset {given}")
    for proxy in settings.trusted_proxies:
        try:
            ip_network(proxy)
        except ValueError as error:
            raise SettingsError(
                f"TRUSTED_PROXIES must be addresses or networks like 10.0.0.0/8: {error}"
            ) from None
    ids = [key.partition(":")[0] for key in settings.vault_keys]
    if len(set(ids)) < len(ids):
        raise SettingsError("VAULT_KEYS has two keys with the same id: give each its own")
    if settings.bot_min_delay_ms > settings.bot_max_delay_ms:
        raise SettingsError(
            f"BOT_MIN_DELAY_MS is {settings.bot_min_delay_ms} and BOT_MAX_DELAY_MS is "
            f"{settings.bot_max_delay_ms}: set BOT_MIN_DELAY_MS to no more than BOT_MAX_DELAY_MS"
        )


def _check_auth(settings: Settings) -> None:
    sources = {
        "AUTH_SECRET": settings.auth_secret,
        "AUTH_KEY_FILE": settings.auth_key_file,
        "AUTH_JWKS": settings.auth_jwks,
    }
    given = [name for name, value in sources.items() if value]
    if not given:
        raise SettingsError(
            "USE_AUTH_MIDDLEWARE is on and there is no key to check tokens with: set AUTH_SECRET, "
            "AUTH_KEY_FILE or AUTH_JWKS, or unset USE_AUTH_MIDDLEWARE"
        )
    if len(given) > 1:
        raise SettingsError(f"{' and '.join(given)} are set: leave the one that has the keys")
    if settings.auth_secret and settings.auth_secret == settings.session_key:
        raise SettingsError("AUTH_SECRET and SESSION_KEY are the same: give each its own")
    unfit = [
        name
        for name in settings.auth_algorithms
        if (name == HMAC_ALGORITHM) != bool(settings.auth_secret)
    ]
    if unfit:
        raise SettingsError(
            f"AUTH_ALGORITHMS has {unfit[0]}, which is not for {given[0]}: {HMAC_ALGORITHM} is "
            "for AUTH_SECRET, and the others are for public keys"
        )
    if "://" in settings.auth_jwks and not _is_safe_address(settings.auth_jwks):
        raise SettingsError(
            "AUTH_JWKS must be a file, or an address like https://login.example/jwks.json without "
            "a password in it; http is for this machine alone"
        )


def _is_safe_address(url: str) -> bool:
    """Whether nobody on the way can put other keys, and so anybody, in their place."""
    try:
        parts = urlsplit(url)
        is_whole = parts.hostname is not None and parts.port != 0
    except ValueError:
        return False
    if not is_whole or "@" in parts.netloc or not url.isascii() or " " in url:
        return False
    is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return parts.scheme == "https" or (parts.scheme == "http" and is_here)
