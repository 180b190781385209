"""Prints `.env.example`, generated from the settings:  python -m pokerws.settings"""

import sys
from textwrap import wrap

from msgspec.structs import FieldInfo, fields

from pokerws.settings.reading import secret_files, sections
from pokerws.settings.section import meta_of


def example() -> str:
    """The text of `.env.example`: every setting with its meaning and its default."""
    lines = [
        "# Every setting with its default, made by: python -m pokerws.settings > .env.example",
        "# A server reads such a file with --env-file; a variable in its environment wins.",
        "# A secret may be in a file instead, as in DATABASE_URL_FILE=/run/secrets/database_url:",
        *wrap(", ".join(secret_files()), 98, initial_indent="# ", subsequent_indent="# "),
    ]
    for name, section in sections().items():
        lines += ["", f"# == {name}: {section.__doc__}"]
        for setting in fields(section):
            lines += ["", f"# {meta_of(setting).description}", _assignment(setting)]
    return "\n".join(lines) + "\n"


def _assignment(setting: FieldInfo) -> str:
    return f"{setting.encode_name}={_written(setting)}"


def _written(setting: FieldInfo) -> str:
    match setting.default:
        case bool(on):
            return "true" if on else "false"
        case tuple(parts):
            return ",".join(parts)
        case str(text) if " " in text:
            return f'"{text}"'
        case value:
            return str(value)


if __name__ == "__main__":
    sys.stdout.write(example())
