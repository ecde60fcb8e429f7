"""What the portal reads from its environment."""

import pytest

from chassis.settings import SettingsError
from portal.settings import Settings

GOOD = {
    "MAILLAGE_PORT": "8100",
    "MAILLAGE_PUBLIC_URL": "https://hub.example/",
    "MAILLAGE_SECRETS_DIR": "/secrets",
    "MAILLAGE_MEMBERSHIP_URL": "http://127.0.0.1:8101",
    "MAILLAGE_BOOKING_URL": "http://127.0.0.1:8102",
    "MAILLAGE_BILLING_URL": "http://127.0.0.1:8103",
    "MAILLAGE_NOTIFICATIONS_URL": "http://127.0.0.1:8104",
}


def test_settings_are_read() -> None:
    settings = Settings.from_environment(GOOD)
    assert (settings.port, settings.public_url) == (8100, "https://hub.example")
    assert settings.services["billing"] == "http://127.0.0.1:8103"


@pytest.mark.parametrize("name", GOOD)
def test_each_setting_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is missing"):
        Settings.from_environment({**GOOD, name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAILLAGE_PORT", "http"), ("MAILLAGE_PORT", "0"), ("MAILLAGE_BOOKING_URL", "booking")],
)
def test_each_setting_that_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({**GOOD, name: value})
