"""The portal beside the services: started where people can sign in, told where the services are."""

from pathlib import Path

from maillage import portal
from maillage.services import Service
from maillage.settings import Settings


def settings(data: Path) -> Settings:
    ports = {"MAILLAGE_PORTAL_PORT": "9100", "MAILLAGE_BOOKING_PORT": "9102"}
    return Settings.read({"MAILLAGE_DATA_DIR": str(data), **ports})


def test_the_portal_runs_where_people_can_sign_in(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    [part] = portal.parts(chosen, [Service("membership", chosen)])
    assert (part.name, part.address) == ("portal", "http://127.0.0.1:9100")
    assert portal.parts(chosen, [Service("billing", chosen)]) == []


def test_the_portal_is_told_its_address_and_the_services(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    [part] = portal.parts(chosen, [Service("membership", chosen)])
    environment = part.environment()
    assert environment["MAILLAGE_PORT"] == "9100"
    assert environment["MAILLAGE_BOOKING_URL"] == "http://127.0.0.1:9102"
    assert environment["MAILLAGE_NOTIFICATIONS_URL"] == "http://127.0.0.1:8104"
    assert not [name for name in environment if "DATABASE" in name or "KAFKA" in name]


def test_mailed_links_lead_to_the_portal(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    assert Service("membership", chosen).environment()["MAILLAGE_PUBLIC_URL"] == "http://127.0.0.1:9100"
