"""Errors of the rules: a command that they do not allow, and data that contradicts them."""


class Illegal(Exception):
    """A command that the rules do not allow; nothing was changed.

    `code` is stable and part of the protocol; `detail` is a sentence for a person.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Inconsistent(Exception):
    """A stored event or table contradicts the rules or the table's state."""
