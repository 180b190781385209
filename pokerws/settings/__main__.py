"""Prints `.env.example`, which is made from the settings:  python -m pokerws.settings"""

import sys

from msgspec.structs import FieldInfo, fields

from pokerws.settings.declared import Settings
from pokerws.settings.reading import meta_of


def example() -> str:
    """The text of `.env.example`: every setting with its meaning and its default."""
    lines = [
        "# Every setting with its default, made by: python -m pokerws.settings > .env.example",
        "# A server reads such a file with --env-file; a variable in its environment wins.",
    ]
    for field in fields(Settings):
        lines += ["", f"# {meta_of(field).description}", f"{field.name.upper()}={_written(field)}"]
    return "\n".join(lines) + "\n"


def _written(field: FieldInfo) -> str:
    match field.default:
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
