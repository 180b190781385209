"""Exceptions of the client."""

from pokerws.messages import Details


class ClientError(Exception):
    """Base of this package's exceptions."""


class CommandRejected(ClientError):
    """The server refused a command, and nothing has changed.

    `table_unavailable` alone may stand for an answer that did not come in time: the command may
    have been carried out, or may still be.  So look at the view before trying it again.

    `code` is stable (`pokerws.messages.REJECT_CODES`); `message` is the text for people.
    `retryable` tells whether the same command may succeed later.  `retry_after_ms` is how long to
    wait before that, in milliseconds, or None if the server does not say.  `category` is one of
    `pokerws.messages.CATEGORIES`, which say what to do; it is empty if the server sent none.
    `details` has the bounds, limits and amounts of `message` as data.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: bool,
        retry_after_ms: int | None = None,
        category: str = "",
        details: Details | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retryable = retryable
        self.retry_after_ms = retry_after_ms
        self.category = category
        self.details = details or Details()


class ConnectionEnded(ClientError):
    """The connection has ended for good.

    `code` is the WebSocket close code, 1000 if this client closed, None if no connection was
    made.
    """

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(reason if code is None else f"closed with {code}: {reason}")
        self.code = code
        self.reason = reason


class TableLost(ClientError):
    """The table is no longer watched: the server no longer has it, or it was unwatched.

    `code` is the reject code of the server, `unwatched`, or `not_understood` if its snapshot needs
    a newer client.
    """

    def __init__(self, table: str, code: str) -> None:
        super().__init__(f"table {table}: {code}")
        self.table = table
        self.code = code


class NotUnderstood(ClientError):
    """The server's answer to a command needs a newer client.

    The command may have been carried out.
    """
