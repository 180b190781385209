"""Every setting: its name, default, limits and meaning."""

import re
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

# The ways to sign a token that PyJWT has and nobody should be without: no `none`, and of HMAC one.
AuthAlgorithm = Literal[
    "HS256",
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
]
# The most that an account is given at once: exact in a browser, with room to win more.
MAX_CHIPS = 10**12
# Thirty days.
MAX_MS = 2_592_000_000
SECRETS = frozenset({"auth_secret", "database_url", "metrics_token", "session_key", "vault_keys"})
# Shown are scheme, host, port and name. A URL that does not read plainly might show a piece of its
# password in their place, so of that one nothing is shown.
_PLAIN_URL = re.compile(r"(postgres(?:ql)?://)(?:[^/@?]*@)?([^/@?]*(?:/[^@?]*)?)(?:\?[^@]*)?")


def _whole(low: int, high: int, meaning: str) -> Meta:
    return Meta(ge=low, le=high, title=f"a whole number from {low} to {high}", description=meaning)


def _rate(meaning: str) -> Meta:
    return Meta(
        pattern=r"^(0|[1-9]\d{0,5}/[1-9]\d{0,4}s)$",
        title="a rate like 60/3s, or 0 for no limit",
        description=f"{meaning} 60/3s is 60 at once, and all of them again in 3 seconds.",
    )


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
    tls_cert_file: Annotated[
        str,
        Meta(
            title="a file",
            description="Certificate in PEM form, with those that it was signed with; with it the "
            "server speaks https and wss, without it http and ws.",
        ),
    ] = ""
    tls_key_file: Annotated[
        str, Meta(title="a file", description="The certificate's key in PEM form, no password.")
    ] = ""
    trusted_proxies: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[0-9a-fA-F.:]+(/\d{1,3})?$")], ...],
        Meta(
            title="addresses or networks like 10.0.0.0/8, separated by commas",
            description="Addresses or networks of the proxies whose X-Forwarded-For is believed; "
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
        bool, _flag("Admit only players with a signed token; needs a key: see AUTH_SECRET.")
    ] = False
    use_durable_acks: Annotated[
        bool, _flag("Show nothing before it is stored; needs USE_DB_REPOSITORY.")
    ] = False

    auth_secret: Annotated[
        str,
        Meta(
            pattern=r"^$|^.{32}",
            title="at least 32 characters",
            description="Secret that players' tokens are signed with (HS256), at least 32 "
            "characters. With USE_AUTH_MIDDLEWARE set this, AUTH_KEY_FILE or AUTH_JWKS.",
        ),
    ] = ""
    auth_key_file: Annotated[
        str,
        Meta(
            title="a file",
            description="PEM file with the public keys, RSA, EC or Ed25519, that check players' "
            "tokens; it is read at the start.",
        ),
    ] = ""
    auth_jwks: Annotated[
        str,
        Meta(
            title="a file, or an address like https://login.example/jwks.json",
            description="JWK Set with these keys: a file or an https address (http on this "
            "machine), read again as AUTH_JWKS_REFRESH_MS says and when an unknown key turns up.",
        ),
    ] = ""
    auth_jwks_refresh_ms: Annotated[
        int, _whole(1000, 21_600_000, "Time between two readings of AUTH_JWKS.")
    ] = 600_000
    auth_algorithms: Annotated[
        tuple[AuthAlgorithm, ...],
        Meta(
            title=f"some of {', '.join(get_args(AuthAlgorithm))}, separated by commas",
            description="Algorithms that tokens may be signed with, separated by commas; if empty, "
            "those that fit the keys.",
        ),
    ] = ()
    auth_issuer: Annotated[
        str, Meta(title="a text", description="What `iss` of a token must be; if empty, anything.")
    ] = ""
    auth_audience: Annotated[
        str,
        Meta(
            title="a text",
            description="What `aud` of a token must have; if empty, a token must have none.",
        ),
    ] = ""
    auth_leeway_ms: Annotated[
        int, _whole(0, 600_000, "How far the clocks of who signs tokens and of this may be apart.")
    ] = 10_000
    auth_warning_ms: Annotated[
        int,
        _whole(0, 3_600_000, "How long before its token ends a client is told; 0 tells none."),
    ] = 60_000

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
            "token, at least 16 characters; if empty, only this machine may read them, and nobody "
            "where TRUSTED_PROXIES is set.",
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
    bot_games: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[A-Z0-9/-]{1,8}$")], ...],
        Meta(
            title="codes of games like PO or HORSE, separated by commas",
            description="Codes of further games, separated by commas, each with a table of its own "
            "where as many bots wait for somebody to play with.",
        ),
    ] = ()
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
    max_tables_opened_per_player: Annotated[
        int,
        _whole(
            0,
            1_000_000,
            "Most open tables that a player has opened, since the server started; 0 is no limit.",
        ),
    ] = 5
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
    unused_table_ms: Annotated[
        int,
        _whole(
            0,
            MAX_MS,
            "Likewise for a table where no hand was played and nobody sits; 0 is never.",
        ),
    ] = 600_000
    absent_seat_ms: Annotated[
        int,
        _whole(
            0,
            MAX_MS,
            "Time without a connection after which a player's seat is freed and the chips return "
            "to the account; 0 is never.",
        ),
    ] = 180_000
    compare_interval_ms: Annotated[
        int,
        _whole(0, MAX_MS, "Time between two comparisons of a table with its row; 0 makes none."),
    ] = 1000
    max_message_bytes: Annotated[
        int, _whole(256, 1_048_576, "Longest message accepted from a client.")
    ] = 4096
    max_violations: Annotated[
        int,
        _whole(
            1,
            10_000,
            "Messages that break the protocol after which a connection is closed; one is forgiven "
            "every ten seconds.",
        ),
    ] = 20
    max_headers: Annotated[int, _whole(16, 1024, "Most header lines of an HTTP request.")] = 64
    max_header_bytes: Annotated[
        int, _whole(1024, 1_048_576, "Longest HTTP request, with all its header lines.")
    ] = 16_384
    max_connections: Annotated[
        int, _whole(0, 1_000_000, "Most connections; 0 is no limit. Each takes an open file.")
    ] = 10_000
    max_connections_per_address: Annotated[
        int,
        _whole(
            0, 1_000_000, "Most connections from one address, or one /64 of IPv6; 0 is no limit."
        ),
    ] = 100
    max_connections_per_player: Annotated[
        int, _whole(0, 1_000_000, "Most connections of one player; 0 is no limit.")
    ] = 10
    max_tables_per_player: Annotated[
        int, _whole(0, 1_000_000, "Most tables that a player may sit at; 0 is no limit.")
    ] = 24
    max_watched_tables: Annotated[
        int, _whole(0, 1_000_000, "Most tables that one connection may watch; 0 is no limit.")
    ] = 50
    max_watchers_per_table: Annotated[
        int,
        _whole(
            0,
            1_000_000,
            "Most connections that may watch a table, besides its players; 0 is no limit.",
        ),
    ] = 1000
    connection_command_rate: Annotated[str, _rate("Messages of a connection.")] = "60/3s"
    player_command_rate: Annotated[str, _rate("Messages of a player.")] = "120/3s"
    address_command_rate: Annotated[str, _rate("Messages from an address.")] = "1200/3s"
    player_chat_rate: Annotated[str, _rate("Lines of chat of a player.")] = "5/5s"
    address_chat_rate: Annotated[str, _rate("Lines of chat from an address.")] = "50/5s"
    player_table_rate: Annotated[str, _rate("Tables that a player opens.")] = "10/100s"
    address_table_rate: Annotated[str, _rate("Tables opened from an address.")] = "50/100s"
    player_read_rate: Annotated[
        str, _rate("Tables, hands, lists and accounts that a player asks to be told.")
    ] = "60/30s"
    address_read_rate: Annotated[
        str, _rate("Tables, hands, lists and accounts asked for from an address.")
    ] = "200/10s"
    player_seat_rate: Annotated[
        str, _rate("What a player does with a seat beside playing: sit, stand, add chips, ….")
    ] = "12/12s"
    address_connection_rate: Annotated[str, _rate("Connections from an address.")] = "100/10s"
    address_newcomer_rate: Annotated[
        str, _rate("Guests from an address who have never been here; each gets a name and chips.")
    ] = "60/600s"
    refusal_rate: Annotated[
        str, _rate("Refusals as too fast, before the connection is closed.")
    ] = "100/10s"
    frame_rate: Annotated[
        str, _rate("Frames of a connection, pings included, before it is closed.")
    ] = "1000/1s"
    outbox_frames: Annotated[
        int, _whole(1, 65_536, "Messages that may wait for a slow client before it is cut off.")
    ] = 256
    outbox_bytes: Annotated[
        int, _whole(1024, 1_073_741_824, "Bytes that may wait likewise, and be unread besides.")
    ] = 1_048_576
    write_buffer_bytes: Annotated[
        int, _whole(1024, 1_048_576, "Bytes given to the system before the others wait.")
    ] = 32_768
    write_timeout_ms: Annotated[
        int, _whole(10, 600_000, "Time for a slow client to read what the system was given.")
    ] = 20_000
    open_timeout_ms: Annotated[
        int, _whole(10, 600_000, "Time for a new connection to ask for something.")
    ] = 5000
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
