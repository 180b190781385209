"""What names and chat may be made of."""

from pokerws.game.illegal import Illegal

ZERO_WIDTH_JOINER = "\u200d"


def is_printable(text: str) -> bool:
    """Whether a text has something to show and no control characters.

    The joiner that holds emoji together is the one invisible character that has its use.
    """
    return text.replace(ZERO_WIDTH_JOINER, "").isprintable() and bool(text.strip())


def check_name(name: str) -> None:
    """Raise Illegal("bad_name") for a name that cannot be shown as it is."""
    if not is_printable(name) or name != name.strip():
        raise Illegal("bad_name", "a name has printable characters and no space at its ends")
