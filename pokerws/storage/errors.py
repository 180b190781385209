"""The exceptions of the storage.

They differ by whose fault it is: the database's, the data's, or that of whoever runs the server.
"""


class StorageError(Exception):
    """Base class of all exceptions that the storage raises; the message is one line."""


class StoreUnavailable(StorageError):
    """The database could not be asked.

    Whether it did what it was asked to do is unknown; trying again may help.
    """


class StoreFull(StoreUnavailable):
    """There is no room left on the database's disk."""


class StoreRejected(StorageError):
    """The database refuses these very data; nothing of them was written."""


class Overdrawn(StoreRejected):
    """A player pays more than the account has."""


class DatabaseError(StorageError):
    """The database cannot be used; the message says what to do."""


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
        super().__init__(f"its cards are sealed by the key {key_id!r}, which is not at hand")
        self.key_id = key_id


class SealBroken(StorageError):
    """A sealed text is not what was sealed here: edited, moved from another row, or another key."""
