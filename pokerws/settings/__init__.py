"""The settings of the server, read once from the environment.

This room owns every setting's name, default, limits and meaning; `.env.example` is made from it:

    python -m pokerws.settings > .env.example

A setting's name is its field's name in upper case. Nothing here reads a file or the process's
environment by itself, and no secret appears in an error or in `repr`.
"""

from pokerws.settings.declared import Settings
from pokerws.settings.reading import SettingsError, load

__all__ = ["Settings", "SettingsError", "load"]
