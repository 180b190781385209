"""The refusal of a command: the player's mistake, never ours."""


class Illegal(Exception):
    """A command that the rules do not allow; nothing was changed.

    `code` is stable and part of the protocol; `detail` is a sentence for a person.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
