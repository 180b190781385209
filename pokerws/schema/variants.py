"""The variants and mixes as a JavaScript module: what the page needs to know of each to show it.

A server makes it at its start, so that a new variant is played in the page without another word.
The module's types are in `pokerws/web/variants.d.ts`.
"""

import msgspec

from pokerws.game.variants import MIXES, VARIANTS, Variant


def variants_js() -> bytes:
    """The whole module."""
    variants = {code: _facts(variant) for code, variant in VARIANTS.items()}
    mixes = {code: {"name": mix.name, "games": mix.games} for code, mix in MIXES.items()}
    return b"export const VARIANTS = %b;\nexport const MIXES = %b;\n" % (
        msgspec.json.encode(variants),
        msgspec.json.encode(mixes),
    )


def _facts(variant: Variant) -> dict[str, object]:
    streets = variant.streets
    return {
        "name": variant.name,
        "betting": variant.betting,
        "forced": variant.forced,
        "seats": variant.max_seats,
        "streets": [street.name for street in streets],
        "down": sum(street.down for street in streets),
        "up": sum(street.up for street in streets),
        "board": sum(street.board for street in streets),
        "fromHole": variant.from_hole,
        "draws": any(street.draw for street in streets),
        "hiLo": len(variant.rankings) > 1,
    }
