"""The exceptions of the storage.

They differ by where the cause lies: in the database, in the data, or in the operator's set-up.
"""


class StorageError(Exception):
    """Base class of all exceptions that the storage raises; the message is one line."""


class StoreUnavailable(StorageError):
    """The database did not answer.

    Whether it carried out the request is unknown; a retry may help.
    """


class StoreFull(StoreUnavailable):
    """There is no room left on the database's disk."""


class StoreRejected(StorageError):
    """The database refuses the data; nothing was written."""


class Overdrawn(StoreRejected):
    """A player pays more than the account has."""


class PruneBusy(StorageError):
    """Another process is pruning this database."""


class OwnedElsewhere(StorageError):
    """Another server owns the table: `is_alive` if its lease is not over, else it may come back."""

    def __init__(self, node: str, incarnation: str | None = None, *, is_alive: bool = True) -> None:
        super().__init__(f"the server {node} owns the table")
        self.node = node
        self.incarnation = incarnation
        self.is_alive = is_alive


class DatabaseError(StorageError):
    """The database cannot be used; the message says what to do."""

    @classmethod
    def of(cls, error: StorageError | TimeoutError) -> "DatabaseError":
        """Convert another error; one that does not say what to do gets a hint."""
        text = str(error) or "the database did not answer in time"
        says = isinstance(error, MigrationError) or "DATABASE_URL" in text
        return cls(text if says else f"{text}; check DATABASE_URL")


class AddressError(DatabaseError):
    """The address of the database cannot be used; the message says what to write instead."""


class RightsMissing(DatabaseError):
    """The role has no right to do what is asked; the message says what to do."""


class MigrationError(StorageError):
    """The database cannot be brought up to date; the message says what to do."""


class EmbeddedError(StorageError):
    """The embedded PostgreSQL cannot be used; the message says what to do."""


class DirectoryInUse(EmbeddedError):
    """Another process uses the directory of the embedded PostgreSQL."""


class VaultError(StorageError):
    """There is no usable key; the message says what to do."""


class SealedByUnknownKey(StorageError):
    """The cards were sealed by a key that this vault does not have."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"its cards are sealed by the key {key_id!r}, which is missing")
        self.key_id = key_id


class LogBroken(StorageError):
    """The events after a snapshot do not lead to the row's version; the message names the event."""


class SealBroken(StorageError):
    """A sealed text does not open: it was edited, moved from another row, or has another key."""
