import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose, parse_duration

from pokerws.health import DEADLINE_S
from pokerws.settings import load, secret_files, variables

ROOT = Path(__file__).resolve().parents[2]
IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TEXT)["services"][name]
    return found


def given() -> dict[str, str]:
    """The server's environment where nothing but the required is set for compose."""
    environment = service("server")["environment"]
    return {name: interpolated(text, "secret") for name, text in environment.items()}


def interpolated(text: str, required: str) -> str:
    """A value as compose reads it, when each variable without a default is set to `required`."""
    return re.sub(
        r"\$\{\w+:(?:-(.*?)|\?.+?)\}",
        lambda found: required if found[1] is None else found[1],
        text,
    )


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


def test_nothing_starts_with_a_password_that_everybody_knows() -> None:
    """Compose refuses to start without what `:?` asks for, and shows the text behind it."""
    passwords = [
        service("db")["environment"]["POSTGRES_PASSWORD"],
        service("server")["environment"]["DATABASE_URL"],
    ]
    for text in passwords:
        assert re.search(r"\$\{POSTGRES_PASSWORD:\?set it [^}]+\}", text)
        assert "POSTGRES_PASSWORD:-" not in text
    assert load(given()).storage.database_url == "postgres://poker:secret@db:5432/poker"


@pytest.mark.parametrize("name", ["db", "server"])
def test_a_container_may_do_no_more_than_it_needs(name: str) -> None:
    contained = service(name)
    assert contained["read_only"] is True
    assert "/tmp" in contained["tmpfs"]
    assert contained["cap_drop"] == ["ALL"]
    assert contained["security_opt"] == ["no-new-privileges:true"]
    assert set(contained["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert set(contained["logging"]["options"]) == {"max-size", "max-file"}
    assert contained["logging"]["driver"] == "json-file"


def test_the_server_has_a_file_for_each_connection() -> None:
    connections = load(given()).limits.max_connections
    assert service("server")["ulimits"]["nofile"] >= 2 * connections


def test_a_container_is_asked_for_its_health_as_the_image_says() -> None:
    check = service("server")["healthcheck"]
    (line,) = re.findall(r"^HEALTHCHECK (.*) \\\n +CMD (.*)$", IMAGE, re.MULTILINE)
    options = dict(word.removeprefix("--").split("=") for word in line[0].split())
    assert options == {
        "interval": check["interval"],
        "timeout": check["timeout"],
        "start-period": check["start_period"],
        "retries": str(check["retries"]),
    }
    assert json.loads(line[1]) == check["test"][1:]
    # The check gives up by itself, with a line that says why.
    assert parse_duration(check["timeout"]) > DEADLINE_S


def test_secrets_in_files_as_the_guide_shows() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    (block,) = [
        text for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "secrets:" in text
    ]
    check(block)
    override = yaml.safe_load(block)
    added = override["services"]["server"]["environment"]
    assert set(added) <= {*variables(), *secret_files()}
    mounted = {f"/run/secrets/{name}" for name in override["services"]["server"]["secrets"]}
    assert mounted == {file for file in added.values() if file}
    assert set(override["secrets"]) == set(override["services"]["server"]["secrets"])
