"""Reads the settings from an environment, and checks them."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.structs import FieldInfo, fields

from pokerws.settings.accounts import Accounts
from pokerws.settings.admin import Admin, check_admin
from pokerws.settings.auth import Auth, check_auth
from pokerws.settings.bots import Bots
from pokerws.settings.cluster import Cluster, check_cluster
from pokerws.settings.features import Features
from pokerws.settings.limits import Limits
from pokerws.settings.logs import Logs
from pokerws.settings.moderation import Moderation
from pokerws.settings.names import near_misses, unknown_flags, unknown_in_file
from pokerws.settings.network import Network
from pokerws.settings.section import Section, SettingsError, is_secret, meta_of
from pokerws.settings.sections import Settings
from pokerws.settings.sources.env_file import EnvFile
from pokerws.settings.sources.secret_files import SUFFIX, with_secret_files
from pokerws.settings.storage import Storage
from pokerws.settings.tables import Tables
from pokerws.settings.vault import Vault

AnySection = TypeVar("AnySection", bound=Section)

_FLAG_WORDS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def sections() -> dict[str, type[Section]]:
    """The sections of the settings by name, in order."""
    return {field.name: field.type for field in fields(Settings)}


def variables() -> dict[str, FieldInfo]:
    """Every setting by the name of its environment variable, in order."""
    return {
        setting.encode_name: setting
        for section in sections().values()
        for setting in fields(section)
    }


def secret_files() -> list[str]:
    """The variables that may name a file with a secret, such as DATABASE_URL_FILE."""
    return [name + SUFFIX for name in _secrets()]


def load(environ: Mapping[str, str], file: EnvFile | None = None) -> Settings:
    """Read the settings from `environ`, which wins, and `file`; an absent one has its default.

    A secret may be in a file, which the variable with `_FILE` at its end names.  Raises
    SettingsError with a line for each unknown name and each invalid value, or for the first
    settings that contradict each other.
    """
    known = known_names()
    problems = list(unknown_flags(environ, known))
    if file is not None:
        problems += [*file.problems, *unknown_in_file(file.path, file.lines, known)]
    given: Mapping[str, str] = {**(file.values if file is not None else {}), **environ}
    try:
        given = with_secret_files(given, _secrets())
    except SettingsError as error:
        problems.append(str(error))
    values: dict[str, Any] = {}
    for name, setting in variables().items():
        if name in given:
            try:
                values[name] = _read(setting, given[name])
            except SettingsError as error:
                problems.append(str(error))
    if problems:
        raise SettingsError(*problems)
    settings = compose(values)
    _check(settings)
    return settings


def known_names() -> frozenset[str]:
    """The names that `load` reads."""
    return frozenset([*variables(), *secret_files()])


def misspelt(environ: Mapping[str, str]) -> dict[str, str]:
    """Names in the environment that are almost a setting's, each with that setting.

    They may belong to others, so they are no error.
    """
    return near_misses(environ, known_names())


def _secrets() -> list[str]:
    return [name for name, setting in variables().items() if is_secret(setting)]


def compose(values: Mapping[str, Any]) -> Settings:
    """Settings from the values of variables, which are neither parsed nor checked."""
    return Settings(
        network=_section(Network, values),
        storage=_section(Storage, values),
        vault=_section(Vault, values),
        features=_section(Features, values),
        auth=_section(Auth, values),
        moderation=_section(Moderation, values),
        logs=_section(Logs, values),
        bots=_section(Bots, values),
        tables=_section(Tables, values),
        accounts=_section(Accounts, values),
        limits=_section(Limits, values),
        cluster=_section(Cluster, values),
        admin=_section(Admin, values),
    )


def _section(kind: type[AnySection], values: Mapping[str, Any]) -> AnySection:
    return kind(
        **{
            setting.name: values[setting.encode_name]
            for setting in fields(kind)
            if setting.encode_name in values
        }
    )


def _read(setting: FieldInfo, text: str) -> Any:
    try:
        return msgspec.convert(_parse(setting, text), setting.type, strict=False)
    except msgspec.ValidationError:
        given = "the value given is not" if is_secret(setting) else f"it is {text!r}"
        raise SettingsError(
            f"{setting.encode_name} must be {meta_of(setting).title}; {given}"
        ) from None


def _parse(setting: FieldInfo, text: str) -> object:
    if isinstance(setting.default, bool):
        return _FLAG_WORDS.get(text.lower(), text)
    if isinstance(setting.default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _check(settings: Settings) -> None:
    for name in sections():
        getattr(settings, name).check()
    if settings.features.use_auth_middleware:
        check_auth(settings.auth)
    check_cluster(settings.cluster, settings.features)
    check_admin(settings.admin, settings.network)
    key = settings.moderation.operator_key
    if key and key in (settings.auth.secret, settings.auth.session_key):
        raise SettingsError(
            "OPERATOR_KEY is the same as AUTH_SECRET or SESSION_KEY: give each its own"
        )
    if settings.features.use_db_repository and settings.storage.overtake:
        raise SettingsError(
            "OVERTAKE (or --overtake) is on and USE_DB_REPOSITORY is on: it is for a start in "
            "memory only; unset it"
        )
    if settings.storage.overtaken_tables and not settings.features.use_db_repository:
        raise SettingsError(
            "OVERTAKEN_TABLES (or --overtaken) is set and USE_DB_REPOSITORY is off: it is for a "
            "start with the database; start as usual, with the same --env-file, or unset it"
        )
