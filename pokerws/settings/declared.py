"""Every setting: its name, default, limits and meaning."""

import re
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

# The most that an account is given at once: exact in a browser, with room to win more.
MAX_CHIPS = 10**12
# Thirty days.
MAX_MS = 2_592_000_000
SECRETS = frozenset({"database_url", "metrics_token", "session_key", "vault_keys"})
# Shown are scheme, host, port and name. A URL that does not read plainly might show a piece of its
# password in their place, so of that one nothing is shown.
_PLAIN_URL = re.compile(r"(postgres(?:ql)?://)(?:[^/@?]*@)?([^/@?]*(?:/[^@?]*)?)(?:\?[^@]*)?")


def _whole(low: int, high: int, meaning: str) -> Meta:
    return Meta(ge=low, le=high, title=f"a whole number from {low} to {high}", description=meaning)


def _flag(meaning: str) -> Meta:
    return Meta(title="true or false (or 1/0, yes/no, on/off)", description=meaning)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator chose. Made by `load`, which also checks the fields against each other.

    Of each field, `title` says what is accepted and `description` what it means.
    """

    host: Annotated[
        str,
        Meta(min_length=1, title="an address", description="Address to listen on."),
    ] = "127.0.0.1"
    port: Annotated[int, _whole(0, 65535, "Port to listen on; 0 takes any free one.")] = 8765
    allowed_origins: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^https?://[^/\s]+$")], ...],
        Meta(
            title="origins like https://poker.example, separated by commas",
            description="Web origins that may connect besides the server's own; "
            "separated by commas.",
        ),
    ] = ()
    session_key: Annotated[
        str,
        Meta(
            pattern=r"^$|^.{32}",
            title="at least 32 characters",
            description="Secret that signs guest sessions, at least 32 characters; if empty, one "
            "is kept in the database, or made anew at each start without a database.",
        ),
    ] = ""

    database_url: Annotated[
        str,
        Meta(
            pattern=r"^(embedded(:.+)?|postgres(ql)?://.+)$",
            title="embedded, embedded:DIR or postgres://USER:PASSWORD@HOST:PORT/NAME",
            description="Postgres to use: postgres://USER:PASSWORD@HOST:PORT/NAME, or one that the "
            "server runs itself: embedded (in var/postgres) or embedded:DIR.",
        ),
    ] = "embedded"
    db_statement_timeout_ms: Annotated[
        int, _whole(10, 600_000, "Longest that a database statement may take.")
    ] = 5000

    vault_keys: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]{43}=$")], ...],
        Meta(
            title="keys like ID:BASE64 of 32 bytes, separated by commas; make one with: "
            "python server.py vault-key",
            description="Secret keys that seal the cards in the database, ID:BASE64, separated by "
            "commas: the first seals, the others only open; if empty, VAULT_KEY_FILE is used.",
        ),
    ] = ()
    vault_key_file: Annotated[
        str,
        Meta(
            min_length=1,
            title="a file",
            description="File with the keys, where VAULT_KEYS is empty; it is made with a fresh "
            "key when it is first needed. Keep a copy of it apart from the database.",
        ),
    ] = "var/vault.key"

    use_db_repository: Annotated[bool, _flag("Store tables in the database.")] = False
    use_event_persistence: Annotated[
        bool, _flag("Store every event too; needs USE_DB_REPOSITORY.")
    ] = False
    use_input_validation: Annotated[
        bool, _flag("Check every message strictly against the protocol.")
    ] = False
    use_auth_middleware: Annotated[
        bool, _flag("Admit only players with a signed token; not available yet.")
    ] = False
    use_durable_acks: Annotated[
        bool, _flag("Show nothing before it is stored; needs USE_DB_REPOSITORY.")
    ] = False

    log_format: Annotated[
        Literal["console", "json"],
        Meta(title="console or json", description="Form of the log lines: console or json."),
    ] = "console"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(
            title="debug, info, warning or error",
            description="Least severe log lines to print: debug, info, warning or error.",
        ),
    ] = "info"

    metrics_token: Annotated[
        str,
        Meta(
            pattern=r"^$|^[!-~]{16,}$",
            title="at least 16 letters, digits or signs of ASCII without a space",
            description="Secret that opens /metrics to other machines, which send it as a bearer "
            "token, at least 16 characters; if empty, only this machine may read them.",
        ),
    ] = ""
    report_interval_ms: Annotated[
        int, _whole(0, 86_400_000, "Time between two games_report lines in the log; 0 writes none.")
    ] = 60_000

    bots: Annotated[int, _whole(0, 9, "Bots to seat at a table of their own; 0 makes none.")] = 0
    bot_table: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=40,
            title="a name of 1 to 40 characters",
            description="Name of the table that the bots play at.",
        ),
    ] = "Main table"
    bot_min_delay_ms: Annotated[int, _whole(0, 60_000, "Shortest that a bot thinks.")] = 500
    bot_max_delay_ms: Annotated[int, _whole(0, 60_000, "Longest that a bot thinks.")] = 2000

    turn_time_ms: Annotated[
        int, _whole(100, 600_000, "Time for a turn, at tables that the server itself makes.")
    ] = 20_000
    next_hand_delay_ms: Annotated[
        int, _whole(0, 60_000, "Pause between two hands, at tables that the server itself makes.")
    ] = 5000

    grant_chips: Annotated[int, _whole(0, MAX_CHIPS, "Chips that a new player's account gets.")] = (
        100_000
    )
    refill_below: Annotated[
        int, _whole(0, MAX_CHIPS, "An account with less than this can be filled up by its player.")
    ] = 20_000
    refill_to: Annotated[int, _whole(0, MAX_CHIPS, "What an account is filled up to.")] = 100_000
    refill_interval_ms: Annotated[
        int, _whole(0, MAX_MS, "Shortest time between two refills of an account.")
    ] = 3_600_000

    max_tables: Annotated[int, _whole(1, 1_000_000, "Most tables that may exist at once.")] = 1000
    load_all_tables: Annotated[
        bool, _flag("Load all stored tables at the start, instead of each when it is asked for.")
    ] = False
    idle_table_ms: Annotated[
        int,
        _whole(0, MAX_MS, "Time after which an unwatched table leaves memory; 0 is never."),
    ] = 600_000
    abandoned_table_ms: Annotated[
        int,
        _whole(
            0,
            MAX_MS,
            "Time after which an unwatched table is closed, its chips sent home; 0 is never.",
        ),
    ] = 86_400_000
    compare_interval_ms: Annotated[
        int,
        _whole(0, MAX_MS, "Time between two comparisons of a table with its row; 0 makes none."),
    ] = 1000
    max_message_bytes: Annotated[
        int, _whole(256, 1_048_576, "Longest message accepted from a client.")
    ] = 4096
    outbox_frames: Annotated[
        int, _whole(1, 65_536, "Messages that may wait for a slow client before it is cut off.")
    ] = 256
    hello_timeout_ms: Annotated[
        int, _whole(10, 600_000, "Time for a new connection to say hello.")
    ] = 10_000
    ping_interval_ms: Annotated[
        int, _whole(10, 600_000, "Time between two checks that a client is still there.")
    ] = 20_000
    stop_timeout_ms: Annotated[
        int, _whole(0, 600_000, "Time to finish and store everything when told to stop.")
    ] = 10_000

    @property
    def embedded_dir(self) -> Path | None:
        """Data directory of the server's own Postgres; None when DATABASE_URL is an address."""
        kind, _, directory = self.database_url.partition(":")
        return Path(directory or "var/postgres") if kind == "embedded" else None

    @property
    def database_label(self) -> str:
        """DATABASE_URL without user, password and options, fit to be shown."""
        if self.embedded_dir is not None:
            return self.database_url
        plain = _PLAIN_URL.fullmatch(self.database_url)
        return "".join(plain.groups()) if plain else "postgres://(not shown)"

    def __repr__(self) -> str:
        shown = {name: repr(getattr(self, name)) for name in self.__struct_fields__}
        shown["database_url"] = repr(self.database_label)
        for name in SECRETS - {"database_url"}:
            shown[name] = "(secret)" if getattr(self, name) else "''"
        return f"Settings({', '.join(f'{name}={text}' for name, text in shown.items())})"
