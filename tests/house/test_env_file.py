"""Mistakes in names and form that would start a server with other settings than were meant."""

import pytest

from pokerws.settings import SettingsError, load, misspelt, read_env_file
from tests.settings import settings_of


def problems(text: str, **environ: str) -> list[str]:
    """The lines that an operator gets for a file and an environment."""
    with pytest.raises(SettingsError, match=r".") as caught:
        load(environ, read_env_file("poker.env", text))
    return str(caught.value).splitlines()


def test_a_misspelt_name_in_a_file_is_refused_with_the_nearest_setting() -> None:
    assert problems("USE_DB_REPOSTORY=true\n") == [
        (
            "USE_DB_REPOSTORY in line 1 of poker.env is not a setting; did you mean "
            "USE_DB_REPOSITORY? correct it"
        )
    ]


def test_all_mistakes_are_reported_at_once_one_line_each() -> None:
    found = problems(
        "PORT=80x\n\n# a comment\nuse_durable_acks=true\nGRAFANA=1\nno assignment\n"
        "BOTS=1\nBOTS=2\nUSE_INPUT_VALIDATION=ture\n",
        USE_EVENT_PERSISTANCE="true",
        USE_CCACHE="1",
        **{"USE-DB-REPOSITORY": "true", " USE_DURABLE_ACKS": "true"},
    )
    assert found == [
        (
            "' USE_DURABLE_ACKS' in the environment is not a setting; did you mean "
            "USE_DURABLE_ACKS? correct or unset it"
        ),
        (
            "USE-DB-REPOSITORY in the environment is not a setting; did you mean "
            "USE_DB_REPOSITORY? correct or unset it"
        ),
        "USE_CCACHE in the environment is not a setting: unset it",
        (
            "USE_EVENT_PERSISTANCE in the environment is not a setting; did you mean "
            "USE_EVENT_PERSISTENCE? correct or unset it"
        ),
        "line 6 of poker.env is not like NAME=value: correct it, or put # before it",
        "BOTS is set twice in poker.env, in lines 7 and 8, to different values: keep one of them",
        (
            "use_durable_acks in line 4 of poker.env is not a setting; did you mean "
            "USE_DURABLE_ACKS? correct it"
        ),
        "GRAFANA in line 5 of poker.env is not a setting: remove it",
        "PORT must be a whole number from 0 to 65535; it is '80x'",
        "USE_INPUT_VALIDATION must be true or false (or 1/0, yes/no, on/off); it is 'ture'",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "USE_DB_REPOSITORY=true\nPORT=1\n",
        "export USE_DB_REPOSITORY=true\nexport PORT=1\n",
        "USE_DB_REPOSITORY=\"true\"\nPORT='1'\n",
        "USE_DB_REPOSITORY=true\r\nPORT=1\r\n",
        "USE_DB_REPOSITORY=true  # tables are stored\nPORT = 1\n",
        "PORT=1\nUSE_DB_REPOSITORY=true\nPORT=1",
        "A=true\nUSE_DB_REPOSITORY=${TZ}\nPORT=1".replace("A=", "TZ="),
    ],
)
def test_every_usual_form_of_a_file_is_read(text: str) -> None:
    settings = load({}, read_env_file("poker.env", text))
    assert settings == settings_of(use_db_repository=True, port=1)


def test_names_that_compose_and_libpq_read_may_stand_in_the_file() -> None:
    text = "POSTGRES_PASSWORD=x\nCOMPOSE_PROJECT_NAME=x\nPGSSLMODE=require\nTZ=UTC\nPORT=1\n"
    assert load({}, read_env_file("poker.env", text)).network.port == 1


def test_the_environment_wins_over_the_file() -> None:
    assert load({"PORT": "2"}, read_env_file("poker.env", "PORT=1")).network.port == 2


def test_nothing_of_a_secret_that_was_broken_into_two_lines_is_shown() -> None:
    found = problems("VAULT_KEYS=k1:hunter2\nhunter2hunter2=\nk2:hunter2hunter2=\n")
    assert "hunter2" not in "\n".join(found)
    assert found[0] == "the name in line 2 of poker.env is not a setting: remove it"


def test_other_names_in_the_environment_are_only_pointed_out_if_almost_a_setting() -> None:
    environ = {"DATABSE_URL": "x", "VAULT_KEY": "x", "HOSTS": "x", "PATH": "/", "PGDATABASE": "x"}
    assert load(environ) == settings_of()
    assert misspelt(environ) == {"DATABSE_URL": "DATABASE_URL", "VAULT_KEY": "VAULT_KEYS"}
