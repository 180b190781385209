"""The errors of the commands about servers."""

from pokerws.maintenance.errors import MaintenanceError


class NotMoved(MaintenanceError):
    """The table was not moved.  The message is one line for the operator."""
