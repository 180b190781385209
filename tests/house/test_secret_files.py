"""A secret setting may be the content of a file, as containers hand secrets out."""

from pathlib import Path

import pytest

from pokerws.settings import SettingsError, load, secret_files, variables
from pokerws.settings.__main__ import example
from tests.settings import settings_of

SECRETS = {
    "DATABASE_URL": "postgres://poker:hunter2@db/poker",
    "VAULT_KEYS": f"k1:{'A' * 43}=",
    "SESSION_KEY": "hunter2" * 5,
    "AUTH_SECRET": "hunter3" * 5,
    "OPERATOR_KEY": "hunter4" * 5,
    "METRICS_TOKEN": "hunter2hunter2hunter2",
    "CLUSTER_URL": "tls://poker:hunter2@nats",
}
# Of a cluster.
FLAGS = dict.fromkeys(("USE_DB_REPOSITORY", "USE_EVENT_PERSISTENCE", "USE_DURABLE_ACKS"), "true")


def test_every_secret_may_be_in_a_file(tmp_path: Path) -> None:
    assert secret_files() == [f"{name}_FILE" for name in SECRETS]
    for name, secret in SECRETS.items():
        (tmp_path / name).write_text(f"{secret}\n")
    settings = load(FLAGS | {f"{name}_FILE": str(tmp_path / name) for name in SECRETS})
    assert settings == load(FLAGS | SECRETS)
    assert "hunter" not in repr(settings)


def test_no_file_of_a_secret_has_the_name_of_another_setting() -> None:
    assert set(secret_files()).isdisjoint(variables())


def test_the_example_lists_the_files_and_no_secret() -> None:
    assert ", ".join(secret_files()) in example().replace("\n# ", " ")


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_a_line_break_at_the_end_is_none_of_the_secret(end: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(f" {'k' * 32} {end}".encode())
    settings = load({"SESSION_KEY_FILE": str(tmp_path / "key"), "SESSION_KEY": ""})
    assert settings == settings_of(session_key=f" {'k' * 32} ")


def test_a_byte_order_mark_is_none_of_the_secret_either(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xef\xbb\xbf" + b"k" * 32)
    assert load({"SESSION_KEY_FILE": str(tmp_path / "key")}) == settings_of(session_key="k" * 32)


def test_no_name_of_a_file_is_the_same_as_no_setting() -> None:
    assert load({"METRICS_TOKEN_FILE": ""}) == load({})


def refusal(**environ: str) -> str:
    with pytest.raises(SettingsError, match=r".") as caught:
        load(environ)
    message = str(caught.value)
    assert "\n" not in message
    assert "hunter2" not in message
    return message


def test_a_secret_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(SECRETS["DATABASE_URL"])
    message = refusal(DATABASE_URL=SECRETS["DATABASE_URL"], DATABASE_URL_FILE=str(tmp_path / "url"))
    assert message == "DATABASE_URL and DATABASE_URL_FILE are both set: unset one of them"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: {file!r}: No such file or directory; name a file that"),
        (b"", "names an empty file: {file!r}; write the secret into it"),
        (b"\n", "names an empty file: {file!r}; write the secret into it"),
        (b"hunter2\xff", "cannot be read: {file!r}: it is not UTF-8 text"),
        (b"hunter2" * 10_000, "names a file that holds no secret: {file!r}"),
    ],
)
def test_a_file_without_a_secret_is_refused_by_name(
    content: bytes | None, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    message = refusal(METRICS_TOKEN_FILE=str(file))
    assert message.startswith(f"METRICS_TOKEN_FILE {said.format(file=str(file))}")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert "Is a directory" in refusal(METRICS_TOKEN_FILE=str(tmp_path))


def test_a_weak_secret_in_a_file_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hunter2")
    assert refusal(METRICS_TOKEN_FILE=str(tmp_path / "token")).startswith("METRICS_TOKEN must be")
