"""The exceptions of the operator's commands."""


class MaintenanceError(Exception):
    """Base class of what an operator's command raises; the message is one line."""


class NotStored(MaintenanceError):
    """There is no such game, hand or event."""


class ArchiveError(MaintenanceError):
    """Nothing can be archived; the message says what to do."""


class NotArchivable(MaintenanceError):
    """A game cannot be archived, and nothing of it was changed."""


class PruneError(MaintenanceError):
    """Nothing can be deleted now; the message says what to do."""


class NotErasable(MaintenanceError):
    """Nothing about the player was erased; the message says why."""


class RepairError(MaintenanceError):
    """The table was left as it is; the message says why."""


class ProgramError(MaintenanceError):
    """A client program cannot be run; the message says what to do."""


class UnknownFormat(MaintenanceError):
    """A file is in no format that can be read; the message says what was expected."""
