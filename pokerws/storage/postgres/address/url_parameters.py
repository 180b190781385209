"""The parameters of a PostgreSQL connection URL: which are known, and what becomes of each.

The names are those of libpq, https://www.postgresql.org/docs/current/libpq-connect.html, and a few
that hosts of PostgreSQL add to the addresses that they show.
"""

from types import MappingProxyType

# Read by `address.py`.
HONOURED = frozenset(
    "application_name channel_binding client_encoding connect_timeout database dbname "
    "fallback_application_name gssencmode gsslib host hostaddr krbsrvname load_balance_hosts "
    "options passfile password pgbouncer pooler port replication require_auth service servicefile "
    "ssl_max_protocol_version ssl_min_protocol_version sslcert sslcrl sslkey sslmode "
    "sslnegotiation sslpassword sslrootcert target_session_attrs user".split()
)
# The driver reads these itself.
OF_DRIVER = (
    *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl", "sslnegotiation"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version"),
    *("gsslib", "krbsrvname", "passfile", "target_session_attrs"),
)
# Accepted, since play does not depend on them; the start names the ones that are given.
# Each with the value that asks for nothing.
WITHOUT_EFFECT = MappingProxyType(
    {
        **dict.fromkeys(("gssdelegation", "requiressl", "sslcompression", "tcp_user_timeout"), "0"),
        **dict.fromkeys(("keepalives", "sslsni"), "1"),
        **dict.fromkeys(("keepalives_count", "keepalives_idle", "keepalives_interval"), "0"),
        **dict.fromkeys(("max_protocol_version", "min_protocol_version", "sslkeylogfile"), ""),
        "sslcertmode": "allow",
        "supa": "base-pooler.x",
    }
)
# Asking for these is asking for a protection, or for another protocol, that there is not.
REFUSED = frozenset(
    "oauth_client_id oauth_client_secret oauth_issuer oauth_scope requirepeer scram_client_key "
    "scram_server_key sslcrldir".split()
)
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SESSION_ATTRIBUTES = ("any", "primary", "standby", "read-write", "read-only", "prefer-standby")
# The values that a parameter may have.
VALUES = MappingProxyType(
    {
        "channel_binding": ("disable", "prefer", "require"),
        "client_encoding": ("auto", "utf8", "UTF8", "utf-8", "UTF-8"),
        "gssencmode": ("disable", "prefer"),
        "gsslib": ("gssapi", "sspi"),
        "load_balance_hosts": ("disable", "random"),
        "pgbouncer": ("true", "false"),
        "pooler": ("none", "session", "transaction"),
        "replication": ("false", "off", "no", "0"),
        "require_auth": ("",),
        "ssl_max_protocol_version": ("TLSv1.2", "TLSv1.3"),
        "ssl_min_protocol_version": ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
        "sslmode": SSL_MODES,
        "sslnegotiation": ("postgres", "direct"),
        "target_session_attrs": SESSION_ATTRIBUTES,
    }
)
# What to do about a parameter of another program.
ADVICE = MappingProxyType(
    {
        "connection_limit": "remove it",
        "currentschema": "remove it and set DB_SCHEMA",
        "pool_timeout": "remove it",
        "prepared_statements": "remove it, or write pooler=transaction for a pooler that needs it",
        "prepareThreshold": "remove it, or write pooler=transaction for a pooler that needs it",
        "schema": "remove it and set DB_SCHEMA",
        "search_path": "remove it and set DB_SCHEMA",
        "ssl": "write sslmode=require, or verify-full with sslrootcert",
        "statement_timeout": "remove it and set DB_STATEMENT_TIMEOUT_MS",
    }
)
