"""X8: four years pass; who has had no tie since is erased everywhere by the rule, who has one stays."""

import httpx
import pytest
from journey import Json, Person, Platform, until
from sandbox_clock import until_it_is

from chassis.ids import new_id

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]

SIREN = "243500782"  # CA du Pays de Saint-Malo: no journey lets time pass there but this one
BASE = f"/v1/territories/{SIREN}"
PURGE = f"{BASE}/retention/accounts/purge"
LATER = "2030-12-02T08:00:00Z"


@pytest.fixture(scope="module")
def administrator(platform: Platform, operator: Person) -> Person:
    operator.post("membership", BASE, {"kind": "sandbox", "starts_at": "2026-03-02T08:00:00Z"})
    person_id = registered(operator, "Goulven")
    grant = {"grant_id": str(new_id()), "person_id": person_id, "role": "territory-administrator"}
    operator.post("membership", f"{BASE}/roles", grant)
    return platform.sign_in("goulven@x8.example")


def registered(by: Person, name: str) -> str:
    person: Json = {"person_id": str(new_id()), "given_name": name, "family_name": "Le Bihan"}
    by.post("membership", f"{BASE}/persons", person | {"mail": f"{name.casefold()}@x8.example"})
    return str(person["person_id"])


def test_who_has_no_tie_since_is_erased_by_the_rule_and_who_has_one_stays(
    platform: Platform, administrator: Person
) -> None:
    gone, stays = (registered(administrator, name) for name in ("Azenor", "Briac"))
    _takes_a_plan(administrator, stays)
    rule = _rule(administrator)
    early = administrator.refused("membership", PURGE, {"cut_off_on": "2026-03-02"})
    assert (rule["due"], early["code"]) == (0, "cut-off-too-late"), "nobody goes before the time"

    administrator.post("membership", f"{BASE}/move-clock", {"to": LATER})
    until_it_is(platform, SIREN, LATER)
    rule = until(lambda: _due(administrator))
    assert (rule["months"], rule["cut_off_on"]) == (36, "2027-12-02")
    [due] = administrator.get("membership", f"{BASE}/retention/accounts/due")["items"]
    assert due["id"] == gone, "the dry run names who would go, and nobody else"
    purge = {"cut_off_on": rule["cut_off_on"]}
    done = administrator.post("membership", PURGE, purge)
    assert done["taken"] == 1

    erasure = until(lambda: _erased(administrator, gone), 60)
    certificate = httpx.get(f"{platform.address('membership')}/v1/certificates/{erasure['certificate']}")
    receipts = {each["service"] for each in certificate.json()["receipts"]}
    assert receipts == {"membership", "booking", "billing", "notifications"}
    names = [each["given_name"] for each in administrator.get("membership", f"{BASE}/persons")["items"]]
    assert ("Azenor" in names, "Briac" in names) == (False, True)
    again = administrator.post("membership", PURGE, purge)
    assert again["taken"] == 0


def _rule(administrator: Person) -> Json:
    rules: list[Json] = administrator.get("membership", f"{BASE}/retention")["rules"]
    return next(each for each in rules if each["purpose"] == "accounts")


def _due(administrator: Person) -> Json:
    rule = _rule(administrator)
    return rule if rule["due"] else {}


def _erased(administrator: Person, person_id: str) -> Json:
    found: list[Json] = administrator.get("membership", f"{BASE}/erasures")["items"]
    return next((each for each in found if (each["person_id"], each["state"]) == (person_id, "done")), {})


def _takes_a_plan(administrator: Person, person_id: str) -> None:
    plan = {
        "plan_id": str(new_id()),
        "name": {"fr": "Nomade", "en": "Nomad"},
        "family": "coworking",
        "audiences": ["nomad"],
        "cadence": "month",
        "price_code": "plan-nomad",
        "valid_from": "2026-03-01",
    }
    administrator.post("membership", f"{BASE}/plans", plan)
    membership = {"membership_id": str(new_id()), "holder": {"person_id": person_id}}
    taken = {"plan_id": plan["plan_id"], "audience": "nomad", "valid_from": "2026-03-02"}
    administrator.post("membership", f"{BASE}/memberships", membership | taken)
