"""What can go wrong for a client, by whose fault."""


class ClientError(Exception):
    """Base of everything that this package raises by itself."""


class CommandRejected(ClientError):
    """The server refused a command, and nothing has changed.

    `code` is stable (`pokerws.messages.REJECT_CODES`), `message` a sentence for a person, and
    `retryable` tells whether the same command may succeed later.
    """

    def __init__(self, code: str, message: str, *, retryable: bool) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retryable = retryable


class ConnectionEnded(ClientError):
    """There is no connection any more, and there will be none.

    `code` is the WebSocket close code, 1000 when this client closed, None when no connection was
    made at all.
    """

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(reason if code is None else f"closed with {code}: {reason}")
        self.code = code
        self.reason = reason


class TableLost(ClientError):
    """A table is not followed any more: it is gone from the server, or was unwatched.

    `code` is the server's for refusing to show it, or `unwatched`.
    """

    def __init__(self, table: str, code: str) -> None:
        super().__init__(f"table {table}: {code}")
        self.table = table
        self.code = code
