import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from dotenv import dotenv_values
from msgspec.structs import astuple

from pokerws.settings import Settings, SettingsError, load, variables
from pokerws.settings.__main__ import example
from tests.settings import settings_of

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "USE_DB_REPOSITORY",
    "USE_EVENT_PERSISTENCE",
    "USE_INPUT_VALIDATION",
    "USE_AUTH_MIDDLEWARE",
    "USE_DURABLE_ACKS",
]


def refusal(environ: Mapping[str, str]) -> str:
    with pytest.raises(SettingsError, match=r".") as caught:
        load(environ)
    return str(caught.value)


def read_env(name: str) -> dict[str, str]:
    return {key: value or "" for key, value in dotenv_values(ROOT / name).items()}


def test_nothing_given_means_the_defaults_and_every_flag_off() -> None:
    settings = load({})
    assert settings == Settings()
    assert (settings.network.host, settings.network.port) == (("127.0.0.1", "::1"), 8765)
    assert settings.storage.database_url == "embedded"
    assert not any(astuple(settings.features))


def test_other_variables_are_none_of_our_business() -> None:
    assert load({"PATH": "/bin", "port": "1", "HOME": ""}) == Settings()


def test_each_value_is_read_as_its_type() -> None:
    settings = load(
        {
            "PORT": "0",
            "HOST": "::1",
            "BOT_TABLE": "High stakes",
            "LOG_FORMAT": "json",
            "ALLOWED_ORIGINS": "https://poker.example, http://localhost:3000",
            "SESSION_KEY": "k" * 32,
        }
    )
    assert settings == settings_of(
        admin_socket="admin.sock",
        port=0,
        host=("::1",),
        bot_table="High stakes",
        log_format="json",
        allowed_origins=("https://poker.example", "http://localhost:3000"),
        session_key="k" * 32,
    )


@pytest.mark.parametrize("word", ["true", "TRUE", "True", "1", "yes", "Yes", "on", "ON"])
def test_a_flag_is_turned_on_by_any_of_the_usual_words(word: str) -> None:
    assert load({"USE_DB_REPOSITORY": word}).features.use_db_repository is True


@pytest.mark.parametrize("word", ["false", "FALSE", "0", "no", "No", "off", "OFF"])
def test_a_flag_is_turned_off_by_any_of_the_usual_words(word: str) -> None:
    assert load(dict.fromkeys(FLAGS, word)) == Settings()


@pytest.mark.parametrize("word", ["", " ", "2", "enabled", "t", "y", "true ", "null", "-1", "1.0"])
def test_any_other_word_for_a_flag_is_refused(word: str) -> None:
    flag = "USE_DB_REPOSITORY"
    assert refusal({flag: word}) == (
        f"{flag} must be true or false (or 1/0, yes/no, on/off); it is {word!r}"
    )


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("PORT", "eighty", "a whole number from 0 to 65535"),
        ("PORT", "", "a whole number from 0 to 65535"),
        ("PORT", "65536", "a whole number from 0 to 65535"),
        ("PORT", "-1", "a whole number from 0 to 65535"),
        ("PORT", "80.5", "a whole number from 0 to 65535"),
        ("PORT", "8_765", "a whole number from 0 to 65535"),
        ("PORT", "9" * 30, "a whole number from 0 to 65535"),
        ("HOST", "", "addresses or names like 127.0.0.1,::1, without brackets"),
        ("HOST", "[::1]", "addresses or names like 127.0.0.1,::1, without brackets"),
        ("HOST", "*", "addresses or names like 127.0.0.1,::1, without brackets"),
        ("BASE_PATH", "poker", "a path like /poker"),
        ("BASE_PATH", "/poker/../admin", "a path like /poker"),
        ("BASE_PATH", "/poker?x", "a path like /poker"),
        ("ALLOWED_HOSTS", "https://poker.example", "names like poker.example"),
        ("ALLOWED_HOSTS", "poker.example:8443", "names like poker.example"),
        ("BOTS", "10", "a whole number from 0 to 9"),
        ("BOT_TABLE", "", "a name of 1 to 40 characters"),
        ("BOT_TABLE", "x" * 41, "a name of 1 to 40 characters"),
        ("BOT_GAMES", "PO, horse", "codes of games like PO or HORSE, separated by commas"),
        ("LOG_FORMAT", "xml", "console or json"),
        ("LOG_FORMAT", "JSON", "console or json"),
        ("LOG_LEVEL", "verbose", "debug, info, warning or error"),
        ("MAX_MESSAGE_BYTES", "0", "a whole number from 256 to 1048576"),
        ("ALLOWED_ORIGINS", "poker.example", "origins like https://poker.example"),
        ("ALLOWED_ORIGINS", "https://poker.example/lobby", "origins like https://poker.example"),
        ("ALLOWED_ORIGINS", "https://[poker", "origins like https://poker.example"),
        ("ALLOWED_ORIGINS", "https://:8443", "origins like https://poker.example"),
        ("ALLOWED_ORIGINS", "https://poker.example:x", "origins like https://poker.example"),
        ("ALLOWED_ORIGINS", "https://*.example", "origins like https://poker.example"),
    ],
)
def test_a_bad_value_is_refused_by_name_with_what_is_wanted(
    name: str, value: str, wanted: str
) -> None:
    message = refusal({name: value})
    assert message.startswith(f"{name} must be {wanted}")
    assert message.endswith(f"; it is {value!r}")
    assert "\n" not in message


@pytest.mark.parametrize(
    "url",
    ["", "postgres://", "embedded:", "mysql://u:hunter2@db/poker", "host=db password=hunter2"],
)
def test_a_bad_database_url_is_refused_without_showing_it(url: str) -> None:
    message = refusal({"DATABASE_URL": url})
    assert message.startswith("DATABASE_URL must be embedded, embedded:DIR or postgres://")
    assert "hunter2" not in message


def test_a_short_session_key_is_refused_without_showing_it() -> None:
    assert refusal({"SESSION_KEY": "hunter2" * 4 + "abc"}) == (
        "SESSION_KEY must be at least 32 characters; the value given is not"
    )


@pytest.mark.parametrize("token", ["hunter2", "hunter2 hunter2 hunter2", "hunter2hunter2é"])
def test_a_weak_metrics_token_is_refused_without_showing_it(token: str) -> None:
    message = refusal({"METRICS_TOKEN": token})
    assert message.startswith("METRICS_TOKEN must be at least 16 letters")
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "keys",
    ["hunter2", "k1:hunter2", f"k 1:{'A' * 43}=", f":{'A' * 43}=", f"k1:{'A' * 42}==", "k1:,k2:"],
)
def test_keys_that_are_none_are_refused_without_showing_them(keys: str) -> None:
    message = refusal({"VAULT_KEYS": keys})
    assert message.startswith("VAULT_KEYS must be keys like ID:BASE64 of 32 bytes")
    assert "make one with: pokerws vault-key" in message
    assert message.endswith("; the value given is not")


def test_keys_are_separated_by_commas_have_ids_of_their_own_and_are_never_shown() -> None:
    keys = [f"k{number}:{letter * 43}=" for number, letter in enumerate("AB")]
    settings = load({"VAULT_KEYS": ", ".join(keys)})
    assert settings.vault.keys == tuple(keys)
    assert "A" * 10 not in repr(settings)
    assert "keys=(secret)" in repr(settings)
    assert "two keys with the same id" in refusal({"VAULT_KEYS": f"{keys[0]},{keys[0]}"})


def test_events_without_tables_are_refused() -> None:
    assert "set USE_DB_REPOSITORY=true" in refusal({"USE_EVENT_PERSISTENCE": "true"})
    both = {"USE_EVENT_PERSISTENCE": "on", "USE_DB_REPOSITORY": "on"}
    assert load(both).features.use_event_persistence


def test_durable_acks_without_tables_are_refused() -> None:
    assert "set USE_DB_REPOSITORY=true" in refusal({"USE_DURABLE_ACKS": "true"})
    assert load({"USE_DURABLE_ACKS": "on", "USE_DB_REPOSITORY": "on"}).features.use_durable_acks


def test_tables_are_left_behind_by_a_server_in_memory_only() -> None:
    message = refusal({"OVERTAKE": "true", "USE_DB_REPOSITORY": "true"})
    assert message.startswith("OVERTAKE (or --overtake) is on and USE_DB_REPOSITORY is on: ")
    assert load({"OVERTAKE": "true"}).storage.overtake
    assert "OVERTAKEN_TABLES must be resume or refund" in refusal({"OVERTAKEN_TABLES": "close"})
    both = {"OVERTAKEN_TABLES": "refund", "USE_DB_REPOSITORY": "true"}
    assert load(both).storage.overtaken_tables == "refund"
    message = refusal({"OVERTAKEN_TABLES": "refund"})
    assert message.startswith("OVERTAKEN_TABLES (or --overtaken) is set and USE_DB_REPOSITORY is ")


def test_auth_needs_the_one_place_that_the_keys_come_from() -> None:
    message = refusal({"USE_AUTH_MIDDLEWARE": "1", "AUTH_ISSUER": "x"})
    assert "set AUTH_SECRET, AUTH_KEY_FILE or AUTH_JWKS, or unset USE_AUTH_MIDDLEWARE" in message
    sources = {"AUTH_SECRET": "s" * 32, "AUTH_KEY_FILE": "key.pem", "AUTH_JWKS": "keys.json"}
    for name, value in sources.items():
        assert load({"USE_AUTH_MIDDLEWARE": "1", name: value}).features.use_auth_middleware
        # It can be set up before the flag is turned on.
        assert not load({name: value}).features.use_auth_middleware
    message = refusal({"USE_AUTH_MIDDLEWARE": "1", **sources})
    assert message.startswith("AUTH_SECRET and AUTH_KEY_FILE and AUTH_JWKS are set: ")


def test_the_secret_of_tokens_is_long_and_no_other_ones() -> None:
    assert "AUTH_SECRET must be at least 32" in refusal({"AUTH_SECRET": "s" * 31})
    both = {"AUTH_SECRET": "s" * 32, "SESSION_KEY": "s" * 32, "USE_AUTH_MIDDLEWARE": "1"}
    assert "give each its own" in refusal(both)


@pytest.mark.parametrize(
    ("source", "algorithms", "fit"),
    [
        ("AUTH_SECRET", "HS256", True),
        ("AUTH_SECRET", "RS256", False),
        ("AUTH_SECRET", "HS256,RS256", False),
        ("AUTH_JWKS", "RS256, ES256,EdDSA", True),
        ("AUTH_JWKS", "HS256", False),
        ("AUTH_KEY_FILE", "RS256,HS256", False),
        ("AUTH_SECRET", "none", False),
        ("AUTH_JWKS", "none", False),
        ("AUTH_JWKS", "HS512", False),
    ],
)
def test_no_algorithm_makes_a_secret_of_a_public_key(
    source: str, algorithms: str, *, fit: bool
) -> None:
    given = {"USE_AUTH_MIDDLEWARE": "1", source: "x" * 32, "AUTH_ALGORITHMS": algorithms}
    if fit:
        assert load(given).auth.algorithms
    else:
        assert "AUTH_ALGORITHMS" in refusal(given)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://login.example/jwks.json", True),
        ("https://login.example:8443/jwks.json?v=1", True),
        ("http://127.0.0.1:9000/jwks.json", True),
        ("http://localhost/jwks.json", True),
        ("http://[::1]/jwks.json", True),
        ("http://login.example/jwks.json", False),
        ("http://localhost.example/jwks.json", False),
        ("http://localhost:80@login.example/jwks.json", False),
        ("https://user:password@login.example/jwks.json", False),
        ("https://login.example:port/jwks.json", False),
        ("https://login.example/jwks json", False),
        ("https:///jwks.json", False),
        ("ftp://login.example/jwks.json", False),
        ("file:///etc/passwd", False),
    ],
)
def test_keys_are_fetched_where_nobody_on_the_way_can_change_them(
    address: str, *, safe: bool
) -> None:
    given = {"USE_AUTH_MIDDLEWARE": "1", "AUTH_JWKS": address}
    if safe:
        assert load(given).auth.jwks == address
    else:
        assert "AUTH_JWKS must be" in refusal(given)


def test_bots_cannot_take_longer_at_least_than_at_most() -> None:
    message = refusal({"BOT_MIN_DELAY_MS": "300", "BOT_MAX_DELAY_MS": "200"})
    assert "set BOT_MIN_DELAY_MS to no more than BOT_MAX_DELAY_MS" in message
    assert load({"BOT_MIN_DELAY_MS": "0", "BOT_MAX_DELAY_MS": "0"}).bots.max_delay_ms == 0


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("embedded:some/dir", "embedded:some/dir"),
        ("postgres://db/poker", "postgres://db/poker"),
        ("postgresql://poker:hunter2@db:5432/poker", "postgresql://db:5432/poker"),
        ("postgres://poker@db?password=hunter2", "postgres://db"),
        ("postgres://poker:hunter2@[::1]:5432/poker?ssl=on", "postgres://[::1]:5432/poker"),
        ("postgres://poker:pass/hunter2@db/poker", "postgres://(not shown)"),
        ("postgres://poker:pass?hunter2@db/poker", "postgres://(not shown)"),
        ("postgres://poker:pass@hunter2@db/poker", "postgres://(not shown)"),
        ("postgres://db/poker?password=pass@hunter2", "postgres://(not shown)"),
    ],
)
def test_a_secret_is_never_shown(url: str, label: str) -> None:
    secret = "hunter2" * 5
    settings = load(
        {
            "DATABASE_URL": url,
            **dict.fromkeys(("SESSION_KEY", "METRICS_TOKEN", "AUTH_SECRET"), secret),
        }
    )
    assert settings.storage.database_label == label
    for shown in (repr(settings), str(settings), f"{settings}", settings.storage.database_label):
        assert "hunter2" not in shown
    assert "port=8765" in repr(settings)


def test_the_example_file_lists_every_setting_with_its_default_and_meaning() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert text == example(), "run: python -m pokerws.settings > .env.example"
    names = re.findall(r"^# \S.+\.\n([A-Z_]+)=.*$", text, flags=re.MULTILINE)
    assert names == list(variables())
    assert list(read_env(".env.example")) == names
    assert load(read_env(".env.example")) == Settings()


def test_make_run_stores_what_its_bots_play() -> None:
    given = read_env("local.env")
    assert set(given) <= set(variables())
    settings = load(given)
    assert settings.features.use_db_repository
    assert settings.features.use_event_persistence
    assert settings.bots.count > 1


def test_a_cluster_needs_all_that_hands_tables_over() -> None:
    flags = dict.fromkeys(("USE_DB_REPOSITORY", "USE_EVENT_PERSISTENCE"), "true")
    assert refusal({"CLUSTER_URL": "nats://bus", **flags}) == (
        "CLUSTER_URL is set and USE_DURABLE_ACKS is off: servers hand tables over through the "
        "database; set USE_DURABLE_ACKS=true, or unset CLUSTER_URL"
    )
    assert "USE_DB_REPOSITORY=true and USE_EVENT_PERSISTENCE=true" in refusal(
        {"CLUSTER_URL": "nats://bus"}
    )
    assert refusal({"WORKERS": "2", **flags}) == (
        "WORKERS is 2 and USE_DURABLE_ACKS is off: servers hand tables over through the "
        "database; set USE_DURABLE_ACKS=true, or unset WORKERS"
    )
    settings = load({"CLUSTER_URL": "nats://bus", "USE_DURABLE_ACKS": "on", **flags})
    assert settings.cluster.cluster_url == "nats://bus"


def test_a_certificate_for_the_bus_needs_its_key() -> None:
    assert "belong together" in refusal({"CLUSTER_CERT_FILE": "node.pem"})
