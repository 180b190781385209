"""Detects names that look alike, by their skeleton.

Names with the same skeleton look alike, so only one player may have one of them.  The skeleton is
that of Unicode's UTS 39, made coarser.  It ignores case, spaces, punctuation and invisible
characters.  It does not distinguish i, l and 1, nor o and 0.  It ignores all marks on letters, also
strokes, hooks and tails, since they are easily overlooked, so José equals Jose.  In scripts that
write vowels or tones as marks (Hindi, Thai, Hebrew, Arabic, Vietnamese), names that differ only by
such marks are equal too.

`LOOKALIKES` has the letters and digits that look like ASCII ones and are not mapped to them by
NFKC.  They are those of Unicode 17's `confusables.txt`, of which the data files are
© Unicode, Inc. under the Unicode License v3 (https://www.unicode.org/license.txt).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from pokerws.server.auth.text_rules import BLANKS, VARIATIONS

LOOKALIKES = {
    "2": "ƧϨᒿꙄꛯꝚ",
    "3": "ƷȜЗӠ३૩ⲜⳄⳌꝪꞫ𑣊𖼻",
    "4": "Ꮞ𑢯",
    "5": "Ƽ𑢻",
    "6": "ϬбᏮⳒⳓⳜ𑣕",
    "7": "𐓒𑣆",
    "8": "Ȣȣ৪੪𐌚\U0001e8cb",
    "9": "৭੧୨൭ⳊⳋꝮ𑢬𑣌𑣖",
    "a": "ɑΑαАаᎪᗅꓮ𐊠𖽀",
    "aa": "Ꜳꜳ",
    "ae": "ÆæӔӕ",
    "ao": "Ꜵꜵ",
    "au": "Ꜷꜷ",
    "av": "ꜸꜹꜺꜻ",
    "ay": "Ꜽꜽ",
    "b": "ƄΒВЬᏏᏴᑲᖯᗷⲂꓐꞴ𐊂𐊡𐌁",
    "bl": "Ы",
    "c": "СсငၚᏟᴄⲤⲥꓚꮯ𐊢𐌂𐐕𐐽𐔜𑣩𑣲",
    "d": "ԁᎠᏧᑯᗞᗪꓒꓓ",
    "dz": "ʣ",
    "e": "ΕЕеҽᎬⴹꓰꬲ𐊆𑢦𑢮",
    "f": "ƒϜքᖴẝꓝꞘꞙꬵ𐊇𐊥𐔥𑢢𑣂",
    "g": "ƍɡԌցᏀᏳᶃꓖ",
    "h": "ΗНһհᎻᏂᕼⲎꓧ𐋏",
    "j": "ͿϳЈјᎫᒍꓙꞲ",
    "k": "ΚКᏦᛕⲔꓗ𐔘",
    "l": "ıƖǀɩɪΙιІіӀӏւ\u05d5\u05df\u0627\u0661۱\u07caᎥᏞᒪᛁⲒⲓⳐⵏꓡꓲꙇꭵ𐊊𐌉𐌠𐐛𐔦𑢣𑢲𑣃𖼖𖼨\U0001e8c7",
    "ll": "ǁ\u05f0",
    "lo": "Ю",
    "ls": "ʪ",
    "lz": "ʫ",
    "m": "ΜϺМᎷᗰᛖⲘꓟ𐊰𐌑𑜀𑣣",
    "n": "ΝոռⲚꓠ𐔓",
    "o": (
        "ΟοσϭОоՕօ\u05e1\u0647\u0665\u06be\u06c1\u06d5۵\u07c0०০੦૦ଠ୦௦౦೦ഠ൦๐໐ဝ၀ჿዐ០ᴏᴑⲞⲟⵔ〇ꓳꬽ𐊒𐊫𐐄𐐬𐓂𐓪𐔖𑓐𑢵𑣈𑣗𑣠"
    ),
    "oe": "Œœ",
    "oo": "ꚘꚙꝎꝏ",
    "p": "þƿΡρϸРрᏢᑭⲢⲣⳎⳏꓑ𐊕",
    "q": "ԛգզⵕ",
    "r": "ƦгᎡᏒᖇᴦⲅꓣꭇꭈꮁ𐒴𖼵",
    "s": "ƽЅѕՏടᏕᏚꓢꜱꮪ𐊖𐐠𐑈𑣁𖼺",
    "ss": "βᏰꞵꟖ",
    "t": "ΤТᎢⲦꓔ𐊗𐊱𐌕𑢼𖼊",
    "t3": "Ꜩ",
    "tf": "ꝷ",
    "ts": "ʦ",
    "u": "ʋυՍսሀᑌᴜꓴꞟꭎꭒ𐓎𐓶𑢸𑣘𖽂",
    "ue": "ᵫ",
    "uo": "ꭣ",
    "v": "νѴѵ\u05d8\u0667۷Ꮩᐯᴠⴸꓦꛟꮩ𐔝𑜆𑢠𑣀𖼈",
    "w": "ɯшѡԜԝաᎳᏔᴡⲽꓪꮃ𑜊𑜎𑜏𑣦𑣯",
    "x": "ΧХхᕁᕽᚷⲬⵝꓫꞳ𐊐𐊴𐌗𐌢𐔧𑣬",
    "y": "ɣʏΥγУуҮүყᎩᎽᶌỿⲨⲩꓬꭚ𐊲𑢤𑣜𖽃",
    "z": "ΖᏃᴢꓜꮓ𐋵𑢩𑣄𑣥",
}

_TO_ASCII = str.maketrans(
    {character: ascii_ for ascii_, alike in LOOKALIKES.items() for character in alike}
)
# Letters with a stroke, hook or tail, which Unicode does not decompose into a letter and a mark;
# and capitals of the size of small letters.
_ALTERED = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH |LATIN LETTER SMALL CAPITAL ([A-Z])$")
_ALIKE = (("rn", "m"), ("vv", "w"))
_TO_ONE = str.maketrans("i10", "llo")


@lru_cache(maxsize=4096)
def skeleton(name: str) -> str:
    """The part of a name that must be unique; never empty for a visible name.

    It depends on the Unicode version of the Python that runs.
    """
    text = unicodedata.normalize("NFKD", name).replace("|", "l")
    # Capitals look like other letters than lower-case ones do, so they are mapped first.
    text = text.translate(_TO_ASCII).casefold()
    text = "".join(map(_unaltered, text)).translate(_TO_ASCII)
    text = unicodedata.normalize("NFKD", text)
    seen = _without(text, lambda one: _is_unseen(one) or _is_mark(one))
    # A name that has only punctuation, like "!?", or only marks keeps them.
    text = _without(seen, _is_sign) or seen or _without(text, _is_unseen) or text
    for shown, letter in _ALIKE:
        text = text.replace(shown, letter)
    return text.translate(_TO_ONE)


def _unaltered(character: str) -> str:
    """The letter that a Latin one was made from, or the character itself."""
    if character.isascii():
        return character
    altered = _ALTERED.match(unicodedata.name(character, ""))
    return character if altered is None else (altered[1] or altered[2]).lower()


def _without(text: str, is_dropped: Callable[[str], bool]) -> str:
    return "".join(one for one in text if not is_dropped(one))


def _is_unseen(character: str) -> bool:
    """Whether a character is a space, invisible, or modifies others."""
    return (
        unicodedata.category(character)[0] in "ZC" or character in BLANKS or character in VARIATIONS
    )


def _is_mark(character: str) -> bool:
    """Whether it is a non-spacing mark; spacing marks are vowels beside their letter."""
    return unicodedata.category(character) in ("Mn", "Me")


def _is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] == "P"
