"""Rules for the text of names and chat.

Invalid text is refused, never silently corrected.  Every text must have a visible character, and
none that could reorder, hide or forge adjacent text on a page or in a log.  Strict validation also
normalises to Unicode NFC, so that equal-looking texts are equal.  It allows invisible characters
only to join the emoji of a sequence, or to select the presentation of a symbol, and few marks on a
letter; names are held to this in any case.  Length limits apply before and after normalisation.
"""

import unicodedata
from itertools import groupby

from pokerws.messages import (
    MAX_CHAT_LENGTH,
    MAX_NAME_LENGTH,
    MAX_REASON_LENGTH,
    MAX_TABLE_NAME_LENGTH,
    Details,
    Refused,
)

ZERO_WIDTH_JOINER = "\u200d"
# Variation selectors: they select the presentation of a symbol as text or emoji.
VARIATIONS = "\ufe0e\ufe0f"
KEYCAPS = "#*0123456789"
SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
# Blank letters, marks and symbols.  With VARIATIONS they include all characters that Unicode calls
# default ignorable (DerivedCoreProperties), except control, format and unassigned characters.
BLANKS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\ufffc"
    "\U00013441\U00013442\U00016fe4\U0001d159"
    + "".join(map(chr, range(0xFE00, 0xFE0E)))
    + "".join(map(chr, range(0x1DA9B, 0x1DAB0)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
# More marks than this on one letter would overlap adjacent lines; no language needs more.
MAX_MARKS = 4


def player_name(text: str, *, strict: bool) -> str:
    """A player's name, normalised.  Raises Refused("bad_name")."""
    return _name(text, MAX_NAME_LENGTH, strict=strict)


def table_name(text: str, *, strict: bool) -> str:
    """A table's name, normalised.  Raises Refused("bad_name")."""
    return _name(text, MAX_TABLE_NAME_LENGTH, strict=strict)


def chat_text(text: str, *, strict: bool) -> str:
    """A line of chat, normalised.  Raises Refused("invalid_value")."""
    text = unicodedata.normalize("NFC", text) if strict else text
    fault = _fault(text, MAX_CHAT_LENGTH, strict=strict)
    if fault:
        details = Details(field="text", min=1, max=MAX_CHAT_LENGTH)
        raise Refused("invalid_value", f"chat {fault}", details)
    return text


def reason_text(text: str) -> str:
    """The reason that an operator gives, normalised.  Raises Refused("invalid_value")."""
    text = unicodedata.normalize("NFC", text)
    fault = _fault(text, MAX_REASON_LENGTH, strict=True)
    if fault:
        details = Details(field="reason", min=1, max=MAX_REASON_LENGTH)
        raise Refused("invalid_value", f"a reason {fault}", details)
    return text


def _name(text: str, most: int, *, strict: bool) -> str:
    text = unicodedata.normalize("NFC", text) if strict else text
    fault = _fault(text, most, strict=strict)
    # Names identify players, so these rules apply without strict validation too.
    fault = fault or _hidden(text)
    if text != text.strip():
        fault = fault or "must have no space at its ends"
    if strict and "  " in text:
        fault = fault or "must not have two spaces in a row"
    if fault:
        raise Refused("bad_name", f"a name {fault}", Details(field="name", min=1, max=most))
    return text


def _fault(text: str, most: int, *, strict: bool) -> str:
    """The rule that a text violates, or an empty string."""
    if not text.strip():
        return "must have a visible character"
    if len(text) > most:
        return f"must have at most {most} characters in Unicode's form NFC"
    if not text.replace(ZERO_WIDTH_JOINER, "").isprintable():
        return "must have printable characters only, and none that change the direction"
    return _hidden(text) if strict else ""


def _hidden(text: str) -> str:
    """The rule about invisible and overlapping characters that a text violates, or nothing."""
    if not all(_is_seen(text, place) for place in range(len(text))):
        return "must have no invisible characters"
    runs = [(mark, len(list(run))) for mark, run in groupby(text, _is_mark)]
    if runs[0][0] or any(mark and length > MAX_MARKS for mark, length in runs):
        return f"must have at most {MAX_MARKS} combining marks in a row, and a letter under them"
    return ""


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M" and character not in VARIATIONS


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sm")


def _is_seen(text: str, place: int) -> bool:
    """Whether a character is visible, or has its proper effect on its neighbours."""
    character, before = text[place], text[place - 1 : place]
    if character in VARIATIONS:
        return bool(before) and (_is_symbol(before) or before in KEYCAPS + "‼⁉〰")
    if character == ZERO_WIDTH_JOINER:
        after = text[place + 1 : place + 2]
        joins = bool(before) and (_is_symbol(before) or before in SKIN_TONES + VARIATIONS)
        return joins and bool(after) and _is_symbol(after)
    return character not in BLANKS
