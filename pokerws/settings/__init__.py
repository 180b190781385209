"""The settings of the server, in sections, read once from the environment.

This package owns every setting's name, default, limits and meaning.  `.env.example` is generated:

    python -m pokerws.settings > .env.example

Each section has its own file.  A setting's variable is the field's name in upper case, unless the
field gives another name.  A secret may be in a file instead: `secret_files.py`.  Nothing else here
reads a file or the process's environment by itself, and no secret appears in an error or in `repr`.
"""

from pokerws.settings.reading import compose, load, misspelt, secret_files, variables
from pokerws.settings.section import SettingsError
from pokerws.settings.sections import Settings
from pokerws.settings.sources.env_file import read_env_file

__all__ = [
    "Settings",
    "SettingsError",
    "compose",
    "load",
    "misspelt",
    "read_env_file",
    "secret_files",
    "variables",
]
