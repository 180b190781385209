"""The exceptions of the hand histories."""


class HandHistoryError(Exception):
    """Base class of what is raised for a hand history that cannot be used."""


class Refused(HandHistoryError):
    """A record that cannot be played: malformed, or against the rules."""


class NotSupported(Refused):
    """A record of a game that this server does not have."""
