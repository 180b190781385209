"""Exceptions for hand histories that cannot be read or played."""


class HandHistoryError(Exception):
    """Base class of this package's exceptions."""


class Refused(HandHistoryError):
    """The record cannot be played: it is malformed, or breaks the rules."""


class NotSupported(Refused):
    """The record is of a variant that this server does not have, or in another format."""


class Unfinished(Refused):
    """The actions of the record end before the hand is over."""
