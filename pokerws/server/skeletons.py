"""When two names look the same: the skeleton of a name.

Names with one skeleton can be taken for each other, so only one player may have one of them.  It
is what Unicode's report 39 calls by that word, made coarser: capitals, spaces, signs and what
nobody sees do not count, and neither does the difference between i, l and 1, or o and 0.

`LOOKALIKES` has the letters and digits that look like some of ASCII and are not made equal to them
by NFKC.  They are those of Unicode 17's `confusables.txt`, of which the data files are
© Unicode, Inc. under the Unicode License v3 (https://www.unicode.org/license.txt).
"""

import unicodedata

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
# A dot over what has one already shows nothing.
_ALIKE = (("i\u0307", "i"), ("j\u0307", "j"), ("rn", "m"), ("vv", "w"))
_TO_ONE = str.maketrans("i10", "llo", "\u3164\uffa0\u115f\u1160\u2800\u034f")
# Separators, punctuation, and characters that are there for others' sake.
_DROPPED = ("Z", "P", "C")


def skeleton(name: str) -> str:
    """What of a name has to differ from all others'; never empty for a name that shows something.

    It depends on the Unicode version of the Python that runs.
    """
    text = unicodedata.normalize("NFKC", name).replace("|", "l")
    # Capitals look like other letters than small ones do, so they are looked up first.
    text = text.translate(_TO_ASCII).casefold().translate(_TO_ASCII)
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    kept = "".join(one for one in text if not _is_dropped(one))
    # A name of signs alone, like "!?", is told by them.
    text = kept or "".join(text.split()) or text
    for shown, letter in _ALIKE:
        text = text.replace(shown, letter)
    return text.translate(_TO_ONE) or text


def _is_dropped(character: str) -> bool:
    return unicodedata.category(character)[0] in _DROPPED or "\ufe00" <= character <= "\ufe0f"
