"""X9: a hub moves in with five thousand members, survives a kill halfway, and can take all of it back."""

import json
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from import_builders import a_file, members
from journey import Json, Person, Platform, until
from portal_person import browser

from chassis.ids import new_id

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(1_500)]

SIREN, CHIEF = "200072031", "aliette@chateau-thierry.example"
BASE = f"/v1/territories/{SIREN}"
COUNT, DAMAGED = 5_000, 40


@pytest.fixture(scope="module")
def chief(platform: Platform, operator: Person) -> Person:
    """The administrator of a territory that has just been opened."""
    operator.post("membership", BASE, {"kind": "sandbox", "starts_at": "2026-03-02T09:00:00Z"})
    person = {"person_id": str(new_id()), "given_name": "Aliette", "family_name": "Roussel", "mail": CHIEF}
    operator.post("membership", f"{BASE}/persons", person)
    role = {"grant_id": str(new_id()), "role": "territory-administrator", "person_id": person["person_id"]}
    operator.post("membership", f"{BASE}/roles", role)
    return platform.sign_in(CHIEF)


def test_five_thousand_members_come_in_but_for_the_damaged_ones_and_can_all_be_taken_back(
    platform: Platform, chief: Person, tmp_path: Path
) -> None:
    lines, wrong = members(COUNT, DAMAGED)
    file, errors = tmp_path / "adherents.csv", tmp_path / "a-corriger.csv"
    file.write_bytes(a_file(lines, encoding="cp1252"))
    import_id, sound = new_id(), COUNT - DAMAGED
    bring = ("bring", str(file), "--kind", "members", "--id", str(import_id))

    code, looked = _import(chief, *bring, "--errors", str(errors))
    assert (code, looked["state"], looked["sound"], looked["damaged"]) == (5, "checked", sound, DAMAGED)
    damaged = chief.get("membership", f"{BASE}/imports/{import_id}/damaged?limit=200")["items"]
    assert {each["line"]: each["findings"][0]["rule"] for each in damaged} == wrong
    assert len(errors.read_text("cp1252").splitlines()) == 1 + DAMAGED
    assert _mails(chief) == {CHIEF}, "a dry run brings nobody in"

    command = subprocess.Popen(_words(*bring, "--start"), env=_signed(chief), stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    until(lambda: _state(chief, import_id)["brought"] >= sound // 2, timeout=300)
    command.kill()
    platform.run("kill", "membership")
    until(platform.is_ready, timeout=120)
    assert command.wait() != 0
    code, done = _import(chief, *bring, "--start")
    assert (code, done["state"], done["brought"], done["damaged"]) == (5, "done", sound, DAMAGED)
    wanted = {line[3] for number, line in enumerate(lines) if number + 2 not in wrong}
    assert _mails(chief) == wanted | {CHIEF}, "what a run that nothing stops would have left"

    with browser(platform) as visit:
        visit.sign_in(CHIEF)
        shown = visit.open(f"/imports/{import_id}")
        assert "Tout annuler" in shown.text
        visit.send(f"/imports/{import_id}/undo", key=str(new_id()))
    until(lambda: _state(chief, import_id)["state"] == "undone", timeout=400)
    assert _state(chief, import_id)["undone"] == sound
    assert _mails(chief) == {CHIEF}, "nothing is left"
    code, again = _import(chief, "undo", str(import_id))
    assert (code, again["state"]) == (0, "undone")


def _words(*words: str) -> list[str]:
    signed = ("--territory", SIREN, "--as", CHIEF, "--json")
    return [sys.executable, "-m", "maillage", "import", *signed, *words]


def _signed(chief: Person) -> dict[str, str]:
    """The environment of a command that acts as somebody who has signed in."""
    return {**chief.platform.environment, "MAILLAGE_TOKEN": chief.token}


def _import(chief: Person, *words: str) -> tuple[int, Json]:
    done = subprocess.run(  # noqa: S603 - our own command
        _words(*words), env=_signed(chief), capture_output=True, text=True, check=False, timeout=900
    )
    assert done.stdout, done.stderr
    said: Json = json.loads(done.stdout.splitlines()[-1])
    return done.returncode, said


def _asked(chief: Person, path: str) -> httpx.Response:
    """Ask membership; whoever looks for longer than a token lives signs in again."""
    response = chief.send("GET", "membership", path)
    if response.status_code == 401:
        chief.token = chief.platform.sign_in(CHIEF).token
        response = chief.send("GET", "membership", path)
    assert response.is_success, response.text
    return response


def _state(chief: Person, import_id: UUID) -> Json:
    found: Json = _asked(chief, f"{BASE}/imports/{import_id}").json()
    return found


def _mails(chief: Person) -> set[str]:
    """The mail address of everybody whom the territory knows."""
    found, following = set[str](), f"{BASE}/persons?limit=200"
    while following:
        response = _asked(chief, following)
        found |= {each["mail"] for each in response.json()["items"]}
        following = response.links.get("next", {}).get("url", "")
    return found
