"""Where a command's settings come from: its environment, and a file of `--env-file`."""

import os
from pathlib import Path

from pokerws.settings.section import SettingsError


def environment(env_file: Path | None) -> dict[str, str]:
    """The variables of the file and of the environment, which wins.  Raises SettingsError."""
    if env_file is None:
        return dict(os.environ)
    if not env_file.is_file():
        raise SettingsError(f"--env-file names no file: {env_file}")
    from dotenv import dotenv_values  # noqa: PLC0415  without a file it need not be installed

    return {**{name: value or "" for name, value in dotenv_values(env_file).items()}, **os.environ}
