"""Settings: the database, and how the server uses it."""

import re
from typing import Annotated, Literal

from msgspec import Meta, field
from msgspec.structs import FieldInfo

from pokerws.settings.section import MAX_MS, SECRET, Section, flag, whole

# Only scheme, host, port and name are shown.  Of a URL in another form nothing is shown, since a
# part of its password could be mistaken for one of these.
_PLAIN_URL = re.compile(r"(postgres(?:ql)?://)(?:[^/@?]*@)?([^/@?]*(?:/[^@?]*)?)(?:\?[^@]*)?")


class Storage(Section, frozen=True, kw_only=True):
    """The database, and how the server uses it."""

    database_url: Annotated[
        str,
        Meta(
            pattern=r"^(embedded(:.+)?|postgres(ql)?://.+)$",
            title="embedded, embedded:DIR or postgres://USER:PASSWORD@HOST:PORT/NAME",
            description="Connection URL of the database, postgres://USER:PASSWORD@HOST:PORT/NAME; "
            "or a PostgreSQL that the server runs itself: embedded (in var/postgres) or "
            "embedded:DIR.",
            extra=SECRET,
        ),
    ] = "embedded"
    schema: Annotated[
        str,
        Meta(
            pattern=r"^((?!pg_)[a-z_][a-z0-9_]{0,62})?$",
            title="a name of lower-case letters, digits and _, such as poker",
            description="Schema of the tables, created if it is missing; if empty, the first one "
            "of the role's search_path, usually public.",
        ),
    ] = field(default="", name="DB_SCHEMA")
    statement_timeout_ms: Annotated[
        int, whole(10, 600_000, "Time limit of a database statement.")
    ] = field(default=5000, name="DB_STATEMENT_TIMEOUT_MS")
    overtake: Annotated[
        bool,
        flag("Start in memory although the database has tables in play, and leave them behind."),
    ] = False
    overtaken_tables: Annotated[
        Literal["", "resume", "refund"],
        Meta(
            title="resume or refund",
            description="What to do with tables that were left behind when play went on in "
            "memory: resume continues them as they were, refund closes them and returns their "
            "chips; if empty, the server refuses to start with such tables.",
        ),
    ] = ""
    node_name: Annotated[
        str,
        Meta(
            max_length=64,
            pattern=r"^[ -~]*$",
            title="a name of up to 64 printable ASCII characters",
            description="Name of this server, shown when another server is refused its tables; if "
            "empty, the machine's name and the port.",
        ),
    ] = ""
    compare_interval_ms: Annotated[
        int,
        whole(0, MAX_MS, "Interval at which a table in memory is compared with its row; 0 is off."),
    ] = 1000
    closed_games_days: Annotated[
        int,
        whole(
            0,
            36_500,
            "Days after which a closed table is deleted, with its events and transfers; balances "
            "stay; 0 is never.",
        ),
    ] = 0
    chat_days: Annotated[
        int,
        whole(0, 36_500, "Days after which stored lines of chat are deleted; 0 stores none."),
    ] = 30
    connection_days: Annotated[
        int,
        whole(
            0,
            36_500,
            "Days for which it is stored from which address players were connected, for `audit`; 0 "
            "stores nothing.",
        ),
    ] = 30

    @property
    def database_label(self) -> str:
        """DATABASE_URL without user, password and options, fit to be shown."""
        if self.database_url.startswith("embedded"):
            return self.database_url
        plain = _PLAIN_URL.fullmatch(self.database_url)
        return "".join(plain.groups()) if plain else "postgres://(not shown)"

    def shown(self, setting: FieldInfo) -> str:
        is_url = setting.name == "database_url"
        return repr(self.database_label) if is_url else Section.shown(self, setting)
