"""Two fablabs of a network: what Soissons awards counts at Château-Thierry, as long as both agree."""

from dataclasses import dataclass
from typing import Any

import pytest
from journey import Json, Person, Platform, until

from chassis.ids import new_id

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]

SOISSONS, CHATEAU_THIERRY = "240200477", "200072031"  # GrandSoissons, CA de la Région de Château-Thierry
HOME, HOST = f"/v1/territories/{SOISSONS}", f"/v1/territories/{CHATEAU_THIERRY}"
CLASS: Json = {
    "name": {"fr": "Impression 3D", "en": "3D printing"},
    "levels": [{"fr": "Usage", "en": "Use"}, {"fr": "Réglage", "en": "Tuning"}],
    "valid_months": 24,
}


@dataclass(slots=True)
class Fablabs:
    """A class of machines in each town, a trainer of Soissons, and who was trained there."""

    platform: Platform
    administrator: Person
    trainer: Person
    member: Person
    class_id: str

    def awarded(self) -> str:
        qualification_id = str(new_id())
        who = {"person_id": str(self.member.person_id), "machine_class_id": self.class_id, "level": 2}
        body = {"qualification_id": qualification_id, "evidence": {"test": "Pièce d’essai"}, **who}
        self.trainer.post("membership", f"{HOME}/qualifications", body)
        return qualification_id

    def states(self, base: str) -> list[tuple[Any, ...]]:
        """What the member sees of their own in one territory."""
        listed = self.member.get("membership", f"{base}/persons/{self.member.person_id}/qualifications")
        return [
            (each["state"], each["level"], each["valid_from"], each["valid_until"])
            for each in listed["items"]
        ]


def employed(platform: Platform, by: Person, base: str, name: str, role: str | None) -> Person:
    """Register somebody, give them a role if any, and sign them in."""
    mail = f"{name.casefold()}@fablab.example"
    person: Json = {"person_id": str(new_id()), "given_name": name, "family_name": "d'Essai", "mail": mail}
    by.post("membership", f"{base}/persons", person)
    if role:
        grant = {"grant_id": str(new_id()), "person_id": person["person_id"], "role": role}
        by.post("membership", f"{base}/roles", grant)
    return platform.sign_in(mail)


@pytest.fixture(scope="module")
def fablabs(platform: Platform, operator: Person) -> Fablabs:
    for base in (HOME, HOST):
        operator.post("membership", base, {"kind": "sandbox", "starts_at": "2026-03-01T08:00:00Z"})
    both = {"network_id": str(new_id()), "territory_ids": [SOISSONS, CHATEAU_THIERRY]}
    network = {"name": "Réseau des fablabs de l'Aisne", "kind": "territories", "formed_on": "2026-03-01"}
    operator.post("membership", "/v1/platform/networks", both | network)
    shared = {"agreement_id": str(new_id()), "kind": "qualification", "valid_from": "2026-03-01"}
    operator.post("membership", "/v1/platform/sharing-agreements", both | shared)
    here = employed(platform, operator, HOME, "Solenne", "territory-administrator")
    there = employed(platform, operator, HOST, "Thibault", "territory-administrator")
    trainer = employed(platform, here, HOME, "Thècle", "trainer")
    member = employed(platform, here, HOME, "Élodie", None)
    member.post("membership", f"{HOST}/join")
    member = platform.sign_in(member.mail)  # a token tells the territories of its day
    ours, theirs = str(new_id()), str(new_id())
    here.post("membership", f"{HOME}/machine-classes", CLASS | {"machine_class_id": ours})
    there.post("membership", f"{HOST}/machine-classes", CLASS | {"machine_class_id": theirs})
    appointed = {"person_id": str(trainer.person_id), "appointed_from": "2026-03-01"}
    here.post("membership", f"{HOME}/machine-classes/{ours}/trainers", appointed)
    recognition = {
        "recognition_id": str(new_id()),
        "home_territory_id": SOISSONS,
        "home_machine_class_id": ours,
        "machine_class_id": theirs,
        "highest_level": 1,
        "valid_from": "2026-03-01",
        "valid_until": "2026-09-01",
    }
    there.post("membership", f"{HOST}/recognitions", recognition)
    return Fablabs(platform, there, trainer, member, ours)


def test_what_is_awarded_in_one_town_counts_in_the_other_until_it_is_revoked_or_the_agreement_ends(
    fablabs: Fablabs,
) -> None:
    first = fablabs.awarded()
    assert fablabs.states(HOME) == [("held", 2, "2026-03-01", "2028-03-01")]
    agreed = ("held", 1, "2026-03-01", "2026-09-01")  # the lower level, the nearer end
    until(lambda: fablabs.states(HOST) == [agreed], 60)
    revoke = f"{HOME}/qualifications/{first}/revoke"
    fablabs.trainer.post("membership", revoke, {"reason": "Machine laissée sans surveillance"})
    revoked = ("revoked", 1, "2026-03-01", "2026-03-01")
    until(lambda: fablabs.states(HOST) == [revoked], 60)
    fablabs.awarded()
    until(lambda: fablabs.states(HOST) == [revoked, agreed], 60)
    fablabs.administrator.post("membership", f"{HOST}/move-clock", {"to": "2026-09-01T08:00:00Z"})
    expired = ("expired", 1, "2026-03-01", "2026-09-01")
    until(lambda: fablabs.states(HOST) == [revoked, expired], 60)
    assert fablabs.states(HOME)[-1] == ("held", 2, "2026-03-01", "2028-03-01")
