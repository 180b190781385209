"""Exceptions for hand histories that cannot be read, played or written."""


class HandHistoryError(Exception):
    """Base class of this package's exceptions."""


class Refused(HandHistoryError):
    """The record cannot be played: it is malformed, or breaks the rules."""


class NotSupported(Refused):
    """The record is of a variant that this server does not have, or in another format."""


class Unfinished(Refused):
    """The actions of the record end before the hand is over."""


class NotExpressible(HandHistoryError):
    """The hand cannot be written in this format, which has no such game or no such end."""
