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
NODES = ("node-1", "node-2", "node-3")


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TEXT)["services"][name]
    return found


def given(name: str = "server") -> dict[str, str]:
    """A server's environment where nothing but the required is set for compose."""
    environment = service(name)["environment"]
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
    looks up the networks, secrets and configs that services name, but not their volumes.  It does
    not know `<<`, which Docker resolves before.
    """
    compose = PyCompose.from_yaml(yaml.safe_dump(yaml.safe_load(text)))
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
        f"@${{POSTGRES_AT:-db:5432}}/{made['POSTGRES_DB']}"
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


@pytest.mark.parametrize("name", yaml.safe_load(TEXT)["services"])
def test_a_container_may_do_no_more_than_it_needs(name: str) -> None:
    contained = service(name)
    assert contained["read_only"] is True
    assert "/tmp" in {mount.partition(":")[0] for mount in contained["tmpfs"]}
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


def test_nothing_but_the_server_is_started_unless_it_is_asked_for() -> None:
    services: dict[str, Any] = yaml.safe_load(TEXT)["services"]
    profiles = {name: one["profiles"] for name, one in services.items() if "profiles" in one}
    assert set(services) - set(profiles) == {"db", "server"}
    asked = {"cluster": ["caddy", *NODES, "nats"], "pooler": ["pooler"]}
    asked["monitoring"] = ["prometheus", "grafana"]
    assert profiles == {name: [one] for one, names in asked.items() for name in names}


def test_caddy_starts_the_cluster_and_not_the_lone_server() -> None:
    started, waiting = set(), ["caddy"]
    while waiting:
        started.add(name := waiting.pop())
        waiting += service(name).get("depends_on", {})
    assert started == {"caddy", *NODES, "nats", "db"}


@pytest.mark.parametrize("name", NODES)
def test_a_node_is_a_durable_server_of_its_own_name_behind_caddy(name: str) -> None:
    settings = load(given(name))
    assert settings.node == name
    assert settings.features.use_durable_acks
    assert settings.cluster.cluster_url == "nats://secret@nats:4222"
    assert service("nats")["environment"]["NATS_TOKEN"].startswith("${POSTGRES_PASSWORD:?")
    assert settings.network.allowed_hosts == ("localhost",)
    assert f" {name}:{settings.network.port} " in (ROOT / "deploy/Caddyfile-cluster").read_text()
    # All else is as in the lone server, with the same vault key.
    ours, lone = service(name), service("server")
    assert ours["ports"] == []
    differs = {"environment", "profiles", "depends_on", "ports"}
    assert {key: ours[key] for key in lone if key not in differs} == {
        key: lone[key] for key in lone if key not in differs
    }
    assert set(given(name)) >= set(given())


def test_a_server_can_reach_postgres_through_the_pooler() -> None:
    text = (ROOT / "deploy/pgbouncer/pgbouncer.ini").read_text(encoding="utf-8")
    port = re.search(r"^listen_port = (\d+)$", text, re.MULTILINE)
    assert port is not None
    assert f"POSTGRES_AT=pooler:{port[1]}" in TEXT.partition("name:")[0]
    assert "\npoker = host=db port=5432\n" in text


def test_only_this_machine_reaches_monitoring_where_nobody_has_to_log_in() -> None:
    for name in ("prometheus", "grafana"):
        assert all(port.startswith("127.0.0.1:") for port in service(name)["ports"])
    environment = service("grafana")["environment"]
    # Nobody can log in, so the password that Grafana begins with opens nothing.
    assert environment["GF_AUTH_DISABLE_LOGIN_FORM"] == "true"
    assert environment["GF_AUTH_BASIC_ENABLED"] == "false"
    assert environment["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"


def test_prometheus_has_the_token_that_the_server_asks_for() -> None:
    (secret,) = service("prometheus")["secrets"]
    assert yaml.safe_load(TEXT)["secrets"][secret] == {"environment": "METRICS_TOKEN"}
    assert service("server")["environment"]["METRICS_TOKEN"] == "${METRICS_TOKEN:-}"
    config = yaml.safe_load((ROOT / "deploy/monitoring/prometheus.yml").read_text(encoding="utf-8"))
    (job,) = config["scrape_configs"]
    assert job["authorization"] == {"credentials_file": f"/run/secrets/{secret}"}
    assert job["file_sd_configs"] == [{"files": ["servers.yml"]}]
    text = (ROOT / "deploy/monitoring/servers.yml").read_text(encoding="utf-8")
    port = load(given()).network.port
    assert yaml.safe_load(text) == [{"targets": [f"server:{port}"]}]
    assert f"[{', '.join(f'{name}:{port}' for name in NODES)}]" in text


def test_the_files_of_monitoring_are_where_their_programs_look() -> None:
    mounts = dict(
        mount.removesuffix(":ro").split(":")
        for name in ("prometheus", "grafana")
        for mount in service(name)["volumes"]
        if mount.startswith("./")
    )
    assert all((ROOT / ours).exists() for ours in mounts)
    inside = {there: ROOT / ours for ours, there in mounts.items()}
    (config,) = [one for one in service("prometheus")["command"] if "config.file" in one]
    folder, _, file = config.removeprefix("--config.file=").rpartition("/")
    assert (inside[folder] / file).exists()
    home = service("grafana")["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    folder, _, file = home.rpartition("/")
    assert (inside[folder] / file).exists()
    boards = inside["/etc/grafana/provisioning/dashboards/pokerws.yml"]
    (provider,) = yaml.safe_load(boards.read_text(encoding="utf-8"))["providers"]
    assert provider["options"]["path"] == folder
    source = yaml.safe_load((ROOT / "deploy/monitoring/grafana/datasource.yml").read_text())
    ports = [port.rpartition(":")[2] for port in service("prometheus")["ports"]]
    assert source["datasources"][0]["url"] == f"http://prometheus:{ports[0]}"
