import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose, parse_duration

from pokerws.settings import load, variables

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TEXT)["services"][name]
    return found


def given() -> dict[str, str]:
    """The server's environment where nothing is set in the one that compose is run in."""
    environment = service("server")["environment"]
    return {name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", text) for name, text in environment.items()}


def check(text: str) -> None:
    """Raise ValueError for what the Compose Specification does not allow.

    The parser knows every key and the form of its value, durations and ports included; it is
    stricter than the specification's JSON schema, which takes any string for those. `validate`
    looks up the networks, secrets and configs that services name, but not their volumes.
    """
    compose = PyCompose.from_yaml(text)
    compose.validate()


def test_the_file_is_valid_by_the_compose_specification() -> None:
    check(TEXT)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("healthcheck:", "healthchek:"),
        ("condition: service_healthy", "condition: healthy"),
        ("interval: 2s", "interval: often"),
        ("retries: 30", "retries: many"),
        ('"8765:8765"', '"8765:poker"'),
        ("services:", "servcies:"),
    ],
)
def test_a_mistake_in_the_file_would_be_found(right: str, wrong: str) -> None:
    assert right in TEXT
    with pytest.raises(ValueError, match=r"."):
        check(TEXT.replace(right, wrong))


def test_the_server_waits_for_a_healthy_postgres() -> None:
    assert service("db")["healthcheck"]["test"]
    assert service("server")["depends_on"] == {"db": {"condition": "service_healthy"}}


def test_the_database_outlives_its_container() -> None:
    ((volume, _),) = [mount.split(":") for mount in service("db")["volumes"]]
    assert volume in yaml.safe_load(TEXT)["volumes"]


def test_the_key_of_the_cards_outlives_its_container() -> None:
    settings = load(given())
    assert not settings.vault.keys
    ((volume, mounted),) = [mount.split(":") for mount in service("server")["volumes"]]
    assert volume in yaml.safe_load(TEXT)["volumes"]
    # The image makes this folder for its own account, which a new volume takes over.
    assert mounted == "/app/var"
    assert settings.vault.key_file.startswith("var/")


def test_the_server_is_given_settings_that_it_has() -> None:
    assert set(given()) <= set(variables())
    assert all(isinstance(value, str) for value in given().values())
    settings = load(given())
    assert settings.features.use_db_repository
    assert settings.features.use_event_persistence
    assert settings.features.use_input_validation
    assert (settings.network.host, settings.logs.format) == (("0.0.0.0",), "json")
    assert service("server")["ports"] == [f"{settings.network.port}:{settings.network.port}"]


def test_the_server_is_sent_to_the_database_that_is_made() -> None:
    made = service("db")["environment"]
    assert service("server")["environment"]["DATABASE_URL"] == (
        f"postgres://{made['POSTGRES_USER']}:{made['POSTGRES_PASSWORD']}"
        f"@db:5432/{made['POSTGRES_DB']}"
    )


def test_docker_waits_longer_than_the_server_takes_to_stop() -> None:
    grace_s = parse_duration(service("server")["stop_grace_period"])
    assert grace_s * 1000 > load(given()).network.stop_timeout_ms
