"""The manifests of `deploy/kubernetes/`, by Kubernetes' own schemas and by the server's settings.

There is no Kubernetes where the tests run.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes_validate import ValidationError, latest_version, validate

from pokerws import __version__
from pokerws.settings import Settings, SettingsError, load, variables
from pokerws.storage.vault.keys import new_key, written
from tests.e2e.process import REPOSITORY
from tests.external.programs import program

MANIFESTS = REPOSITORY / "deploy" / "kubernetes"
# The oldest Kubernetes that the manifests are for, and the newest that the schemas know.
VERSIONS = ["1.27", latest_version()]
DURABLE = ("use_db_repository", "use_event_persistence", "use_input_validation", "use_durable_acks")
SECRETS = {
    "DATABASE_URL": "postgres://poker:secret@db.example:5432/poker",
    "VAULT_KEYS": written(new_key()),
    "OPERATOR_KEY": "o" * 48,
    "METRICS_TOKEN": "m" * 48,
    "NATS_TOKEN": "n" * 48,
}
# The variable of a manifest that is for another one, and for NATS.
NOT_OURS = {"NATS_TOKEN"}
FILES = ["server.yaml", "cluster.yaml"]


def documents(file: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((MANIFESTS / file).read_text(encoding="utf-8")))


def one(file: str, *kinds: str, name: str = "pokerws") -> dict[str, Any]:
    """The only object of a kind and name in a file."""
    (found,) = (
        document
        for document in documents(file)
        if document["kind"] in kinds and document["metadata"]["name"] == name
    )
    return found


def pod(file: str, name: str = "pokerws") -> dict[str, Any]:
    found: dict[str, Any] = one(file, "Deployment", "StatefulSet", name=name)["spec"]["template"]
    return found


def container(file: str, name: str = "pokerws") -> dict[str, Any]:
    (found,) = pod(file, name)["spec"]["containers"]
    return dict(found)


def environment(file: str) -> dict[str, str]:
    """What the server is given there: as Kubernetes reads it, in the pod pokerws-0."""
    given: dict[str, str] = {}
    for variable in container(file)["env"]:
        match variable:
            case {"value": text}:
                value = re.sub(r"\$\((\w+)\)", lambda name: given[name[1]], text)
            case {"valueFrom": {"secretKeyRef": {"name": "pokerws", "key": key}}}:
                value = SECRETS[key]
            case _:
                assert variable["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}
                value = "pokerws-0"
        given[variable["name"]] = value
    return given


def settings(file: str) -> Settings:
    return load({"HOST": "0.0.0.0", "PORT": "8765", **environment(file)})


def check(text: str, version: str) -> None:
    """Raise ValidationError for what a version of Kubernetes does not know."""
    for document in yaml.safe_load_all(text):
        validate(document, version, strict=True)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("file", ["secret.yaml", *FILES, "ingress.yaml"])
def test_each_manifest_is_valid_by_the_schema_of_its_kind(file: str, version: str) -> None:
    check((MANIFESTS / file).read_text(encoding="utf-8"), version)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("readOnlyRootFilesystem", "readonlyRootFilesystem"),
        ("replicas: 3", "replicas: three"),
        ("httpGet: {path", "httpget: {path"),
        ("maxUnavailable: 1", "maxUnavailable: [1]"),
    ],
)
def test_a_mistake_would_be_found(right: str, wrong: str) -> None:
    text = (MANIFESTS / "cluster.yaml").read_text(encoding="utf-8")
    assert right in text
    with pytest.raises(ValidationError):
        check(text.replace(right, wrong), VERSIONS[-1])


@pytest.mark.parametrize("file", FILES)
def test_the_server_is_given_settings_that_it_has(file: str) -> None:
    assert set(environment(file)) - NOT_OURS <= set(variables())
    read = settings(file)
    assert all(getattr(read.features, name) for name in DURABLE)
    assert read.node == "pokerws-0"
    assert container(file)["image"].endswith(f"/pokerws:{__version__}")


def test_only_the_cluster_has_a_bus() -> None:
    assert not settings("server.yaml").cluster.cluster_url
    assert settings("cluster.yaml").cluster.cluster_url == f"nats://{'n' * 48}@nats:4222"
    (port,) = one("cluster.yaml", "Service", name="nats")["spec"]["ports"]
    assert port["port"] == 4222


def test_the_server_does_not_start_with_the_secrets_of_the_file() -> None:
    (secret,) = documents("secret.yaml")
    assert set(secret["stringData"]) == set(SECRETS)
    for name in ("VAULT_KEYS", "OPERATOR_KEY"):
        with pytest.raises(SettingsError, match=name):
            load({name: secret["stringData"][name]})


def test_the_two_files_differ_in_what_a_cluster_needs_alone() -> None:
    ours, theirs = container("server.yaml"), container("cluster.yaml")
    names = {variable["name"] for variable in ours["env"]}
    added = [variable for variable in theirs["env"] if variable["name"] not in names]
    assert [variable["name"] for variable in added] == ["NATS_TOKEN", "CLUSTER_URL"]
    assert {**theirs, "env": ours["env"]} == ours


@pytest.mark.parametrize("file", FILES)
def test_a_pod_has_time_to_store_everything(file: str) -> None:
    command = container(file)["lifecycle"]["preStop"]["exec"]["command"]
    assert command[0] == "sleep"
    needed_s = int(command[1]) + settings(file).network.stop_timeout_ms / 1000
    assert pod(file)["spec"]["terminationGracePeriodSeconds"] > needed_s


@pytest.mark.parametrize("file", FILES)
def test_probes_ask_the_port_of_the_settings_for_what_each_is_for(file: str) -> None:
    server = container(file)
    assert server["ports"] == [{"name": "http", "containerPort": settings(file).network.port}]
    asked = {probe: server[f"{probe}Probe"] for probe in ("startup", "liveness", "readiness")}
    assert {name: probe["httpGet"]["path"] for name, probe in asked.items()} == {
        "startup": "/livez",
        "liveness": "/livez",
        "readiness": "/readyz",
    }
    startup_s = asked["startup"]["periodSeconds"] * asked["startup"]["failureThreshold"]
    assert startup_s == 15 * 60


@pytest.mark.parametrize(
    ("file", "name"), [*((file, "pokerws") for file in FILES), (FILES[1], "nats")]
)
def test_a_container_may_do_no_more_than_it_needs(file: str, name: str) -> None:
    contained, around = container(file, name), pod(file, name)["spec"]
    assert around["securityContext"]["runAsNonRoot"] is True
    assert around["securityContext"]["runAsUser"] == 1000
    assert around["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert around["automountServiceAccountToken"] is False
    assert around["enableServiceLinks"] is False
    assert contained["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "memory" in contained["resources"]["limits"]


@pytest.mark.parametrize("file", FILES)
def test_what_belongs_together_finds_each_other(file: str) -> None:
    objects = documents(file)
    labels = {
        document["metadata"]["name"]: document["spec"]["template"]["metadata"]["labels"]
        for document in objects
        if document["kind"] in {"Deployment", "StatefulSet"}
    }
    for document in objects:
        name, spec = document["metadata"]["name"], document.get("spec", {})
        selector = spec.get("selector", spec.get("podSelector"))
        if selector is None:
            continue
        wanted = selector.get("matchLabels", selector)
        assert wanted == labels[name.removesuffix("-nodes")]
    served = one("server.yaml", "Service")["spec"]["ports"]
    (rule,) = one("ingress.yaml", "Ingress")["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert path["backend"]["service"] == {"name": "pokerws", "port": {"name": served[0]["name"]}}
    assert rule["host"] in settings(file).network.allowed_hosts


def test_prometheus_asks_each_server_with_its_token() -> None:
    (monitor,) = documents("podmonitor.yaml")
    assert monitor["apiVersion"] == "monitoring.coreos.com/v1"
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    (port,) = container("cluster.yaml")["ports"]
    assert endpoint["port"] == port["name"]
    assert endpoint["authorization"]["credentials"] == {"name": "pokerws", "key": "METRICS_TOKEN"}
    wanted = monitor["spec"]["selector"]["matchLabels"].items()
    assert wanted <= pod("cluster.yaml")["metadata"]["labels"].items()
    # As in the alerts, which look at `up` by this job.
    assert pod("cluster.yaml")["metadata"]["labels"][monitor["spec"]["jobLabel"]] == "pokerws"


def test_nats_reads_its_configuration_and_its_token(tmp_path: Path) -> None:
    text = (REPOSITORY / "deploy" / "nats.conf").read_text(encoding="utf-8")
    assert one("cluster.yaml", "ConfigMap", name="nats")["data"] == {"nats.conf": text}
    config = tmp_path / "nats.conf"
    config.write_text(text)
    nats: list[str | Path] = [program("nats-server", Path(sys.executable).parent)]

    def read(**given: str) -> tuple[int, str]:
        ran = subprocess.run(
            [*nats, "-t", "--config", config],
            env={"PATH": os.environ["PATH"], **given},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return ran.returncode, ran.stderr

    assert read(NATS_TOKEN="a-token")[0] == 0
    code, said = read()
    assert code != 0
    assert "NATS_TOKEN" in said
