"""Numbers with their nouns, for texts that people read."""


def counted(number: int, one: str, more: str | None = None) -> str:
    """A number and its noun, as in `1 game` and `2 games`; `more` is an irregular plural."""
    return f"{number} {one if number == 1 else more or f'{one}s'}"
