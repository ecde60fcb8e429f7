"""Rules of settings: typed, complete or refused by name, silent about secrets."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from chassis.settings import Settings, SettingsError

Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return {
        "MAILLAGE_DATABASE_URL": "postgresql://booking_worker:hush@/booking?host=/var/lib/sockets",
        "MAILLAGE_MIGRATOR_URL": "postgresql://booking_migrator:hush@db.example:5432/booking",
        "MAILLAGE_KAFKA": "one.example:9192,two.example:9192",
        "MAILLAGE_PORT": "8102",
        "MAILLAGE_ISSUER": "http://127.0.0.1:8101",
        "MAILLAGE_SMTP_URL": "smtp://post:hush@127.0.0.1:2525",
        "MAILLAGE_SECRETS_DIR": str(tmp_path / "secrets"),
        "MAILLAGE_DATA_DIR": str(tmp_path / "data"),
        "MAILLAGE_PUBLIC_URL": "https://hub.example/",
    }


def refused(environment: Environment) -> list[str]:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment("booking", environment)
    return str(refusal.value).splitlines()


def test_a_complete_environment_is_read_with_its_types(environment: Environment, tmp_path: Path) -> None:
    settings = Settings.from_environment("booking", environment | {"OTEL_TRACES_SAMPLER_ARG": "0.25"})
    assert settings.port == 8102
    assert settings.data_dir == tmp_path / "data"
    assert settings.public_url == "https://hub.example"
    assert settings.trace_ratio == 0.25
    assert (settings.copy, settings.debug, settings.otlp_endpoint) == ("0", False, None)
    assert Settings.from_environment("booking", environment | {"MAILLAGE_COPY": "2"}).copy == "2"


def test_without_a_setting_one_new_trace_in_ten_is_kept(environment: Environment) -> None:
    assert Settings.from_environment("booking", environment).trace_ratio == 0.1


def test_settings_do_not_change(environment: Environment) -> None:
    settings = Settings.from_environment("booking", environment)
    with pytest.raises(FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]


def test_no_secret_shows_when_settings_are_printed(environment: Environment) -> None:
    settings = Settings.from_environment("booking", environment)
    assert "hush" in settings.database_url
    assert "hush" not in f"{settings!r} {settings}"


def test_every_missing_setting_is_named_at_once() -> None:
    missing = {line.split()[0] for line in refused({})}
    assert missing == {
        f"MAILLAGE_{name}"
        for name in ("DATABASE_URL", "KAFKA", "PORT", "ISSUER", "SECRETS_DIR", "DATA_DIR", "PUBLIC_URL")
    }
    assert all(line.endswith(" is missing.") for line in refused({}))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("MAILLAGE_PORT", "http", "MAILLAGE_PORT is no number from 1 to 65535."),
        ("MAILLAGE_PORT", "70000", "MAILLAGE_PORT is no number from 1 to 65535."),
        ("MAILLAGE_KAFKA", "broker", "MAILLAGE_KAFKA is no list of host:port: broker."),
        ("MAILLAGE_ISSUER", "ftp://x", "MAILLAGE_ISSUER is no address that begins with http or https://."),
        (
            "MAILLAGE_DATABASE_URL",
            "postgresql://postgres:hush@/booking",
            "MAILLAGE_DATABASE_URL is no address that begins with postgresql://booking_worker.",
        ),
        (
            "MAILLAGE_MIGRATOR_URL",
            "mysql://booking_migrator:hush@/booking",
            "MAILLAGE_MIGRATOR_URL is no address that begins with postgresql://booking_migrator.",
        ),
        ("OTEL_TRACES_SAMPLER_ARG", "2", "OTEL_TRACES_SAMPLER_ARG is no number from 0 to 1."),
        ("OTEL_TRACES_SAMPLER_ARG", "nan", "OTEL_TRACES_SAMPLER_ARG is no number from 0 to 1."),
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence(
    environment: Environment, name: str, value: str, sentence: str
) -> None:
    assert refused(environment | {name: value}) == [sentence]


def test_a_folder_that_is_a_file_is_refused(environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert refused(environment) == ["MAILLAGE_DATA_DIR is a file: it must be a folder."]


def test_a_password_may_come_from_the_file_of_its_role(environment: Environment, tmp_path: Path) -> None:
    environment["MAILLAGE_DATABASE_URL"] = "postgresql://booking_worker@/booking?host=/var/lib/sockets"
    file = tmp_path / "secrets" / "booking_worker"
    assert refused(environment) == [
        f"MAILLAGE_DATABASE_URL has no password, and there is no file {file} to take it from."
    ]
    file.parent.mkdir()
    file.write_text("d'accord/@\n", encoding="utf-8")
    assert Settings.from_environment("booking", environment).database_url == (
        "postgresql://booking_worker:d%27accord%2F%40@/booking?host=/var/lib/sockets"
    )


def test_only_migrate_needs_the_migrator_and_only_mail_the_relay(environment: Environment) -> None:
    del environment["MAILLAGE_MIGRATOR_URL"], environment["MAILLAGE_SMTP_URL"]
    settings = Settings.from_environment("booking", environment)
    assert (settings.migrator_url, settings.smtp_url) == (None, None)
