"""All settings of the server, by section."""

from socket import gethostname

import msgspec

from pokerws.settings.accounts import Accounts
from pokerws.settings.admin import Admin
from pokerws.settings.auth import Auth
from pokerws.settings.bots import Bots
from pokerws.settings.cluster import Cluster
from pokerws.settings.features import Features
from pokerws.settings.limits import Limits
from pokerws.settings.logs import Logs
from pokerws.settings.moderation import Moderation
from pokerws.settings.network import Network
from pokerws.settings.storage import Storage
from pokerws.settings.tables import Tables
from pokerws.settings.vault import Vault


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a server, as read and checked by `load`."""

    network: Network = Network()
    storage: Storage = Storage()
    vault: Vault = Vault()
    features: Features = Features()
    auth: Auth = Auth()
    moderation: Moderation = Moderation()
    logs: Logs = Logs()
    bots: Bots = Bots()
    tables: Tables = Tables()
    accounts: Accounts = Accounts()
    limits: Limits = Limits()
    cluster: Cluster = Cluster()
    admin: Admin = Admin()

    @property
    def node(self) -> str:
        """The name of this server for people."""
        return self.storage.node_name or f"{gethostname()}:{self.network.port}"
