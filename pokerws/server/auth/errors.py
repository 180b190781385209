"""Errors of authentication that concern the operator.

What a client did wrong is an `Illegal`.
"""


class AuthError(Exception):
    """Base of the errors that this package raises."""


class KeySetError(AuthError):
    """Verification keys cannot be read or used.  The message is for the operator, without keys."""


class FetchError(AuthError):
    """A document cannot be fetched; the message says why."""
