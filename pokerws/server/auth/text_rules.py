"""What names and chat may be made of.

What is not allowed is refused and never taken out in silence.  In both ways of checking a text has
something to show and nothing that could turn around, hide or forge what stands beside it on a page
or in a log.  Strict checking brings a text to Unicode's form NFC, so that what looks the same is
the same, and is exact about what cannot be seen: the emoji of a sequence may be joined and a symbol
may ask for its colours, and that is all.  Lengths are bounded as a text comes and as it is kept.
"""

import unicodedata
from itertools import groupby

from pokerws.messages import MAX_CHAT_LENGTH, MAX_NAME_LENGTH, MAX_TABLE_NAME_LENGTH, Refused

ZERO_WIDTH_JOINER = "\u200d"
# They ask for a symbol in black and white, or in colours.
VARIATIONS = "\ufe0e\ufe0f"
KEYCAPS = "#*0123456789"
SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
# Letters, marks and symbols by their category that show nothing, or only what another shows.  With
# VARIATIONS they are all of those that Unicode calls default ignorable (DerivedCoreProperties), but
# for those of the categories of control, format and unassigned characters.
BLANKS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\ufffc"
    "\U00013441\U00013442\U00016fe4\U0001d159"
    + "".join(map(chr, range(0xFE00, 0xFE0E)))
    + "".join(map(chr, range(0x1DA9B, 0x1DAB0)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
# More marks than this on one letter run over the lines above and below it; no language has them.
MAX_MARKS = 4


def player_name(text: str, *, strict: bool) -> str:
    """A player's name as it is kept.  Raises Refused("bad_name")."""
    return _name(text, MAX_NAME_LENGTH, strict=strict)


def table_name(text: str, *, strict: bool) -> str:
    """A table's name as it is kept.  Raises Refused("bad_name")."""
    return _name(text, MAX_TABLE_NAME_LENGTH, strict=strict)


def chat_text(text: str, *, strict: bool) -> str:
    """What is said, as others hear it.  Raises Refused("invalid_value")."""
    text = unicodedata.normalize("NFC", text) if strict else text
    fault = _fault(text, MAX_CHAT_LENGTH, strict=strict)
    if fault:
        raise Refused("invalid_value", f"chat {fault}")
    return text


def _name(text: str, most: int, *, strict: bool) -> str:
    text = unicodedata.normalize("NFC", text) if strict else text
    fault = _fault(text, most, strict=strict)
    # By their names players are told apart, so these are exact in both ways of checking.
    if not all(_is_seen(text, place) for place in range(len(text))):
        fault = fault or "has no invisible characters"
    if text != text.strip():
        fault = fault or "has no space at its ends"
    if strict and "  " in text:
        fault = fault or "has no two spaces in a row"
    if fault:
        raise Refused("bad_name", f"a name {fault}")
    return text


def _fault(text: str, most: int, *, strict: bool) -> str:
    """What is wrong with a text, said of what it should be; empty where nothing is."""
    if not text.strip():
        return "has something to show"
    if len(text) > most:
        return f"has at most {most} characters in Unicode's form NFC"
    if not text.replace(ZERO_WIDTH_JOINER, "").isprintable():
        return "has printable characters only, and none that change the direction"
    if not strict:
        return ""
    if not all(_is_seen(text, place) for place in range(len(text))):
        return "has no invisible characters"
    runs = [(mark, len(list(run))) for mark, run in groupby(text, _is_mark)]
    if runs[0][0] or any(mark and length > MAX_MARKS for mark, length in runs):
        return f"has at most {MAX_MARKS} combining marks in a row, and a letter under them"
    return ""


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M" and character not in VARIATIONS


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sm")


def _is_seen(text: str, place: int) -> bool:
    """Whether a character shows, or does to its neighbours what it is there for."""
    character, before = text[place], text[place - 1 : place]
    if character in VARIATIONS:
        return bool(before) and (_is_symbol(before) or before in KEYCAPS + "‼⁉〰")
    if character == ZERO_WIDTH_JOINER:
        after = text[place + 1 : place + 2]
        joins = bool(before) and (_is_symbol(before) or before in SKIN_TONES + VARIATIONS)
        return joins and bool(after) and _is_symbol(after)
    return character not in BLANKS
