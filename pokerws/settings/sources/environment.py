"""Where a command's settings come from: its environment, and a file of `--env-file`."""

import os
from collections.abc import Mapping
from pathlib import Path

from pokerws.settings.reading import load
from pokerws.settings.section import SettingsError
from pokerws.settings.sections import Settings
from pokerws.settings.sources.env_file import EnvFile, read_env_file


def read_settings(env_file: Path | None, choices: Mapping[str, str]) -> Settings:
    """The settings of `choices`, the environment and the file, which win in this order.

    Raises SettingsError.
    """
    return load({**os.environ, **choices}, None if env_file is None else _read(env_file))


def environment(env_file: Path | None) -> dict[str, str]:
    """The variables of the file and of the environment, which wins.  Raises SettingsError."""
    return {**({} if env_file is None else _read(env_file).values), **os.environ}


def _read(env_file: Path) -> EnvFile:
    if not env_file.is_file():
        raise SettingsError(f"--env-file names no file: {env_file}")
    try:
        # Some editors write a byte order mark.
        text = env_file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"--env-file {env_file} cannot be read: {reason}") from error
    return read_env_file(str(env_file), text)
