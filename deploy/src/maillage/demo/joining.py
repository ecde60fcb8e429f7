"""Act two: forty persons and twelve companies join, one of them the French branch of an Italian company."""

from __future__ import annotations

from datetime import timedelta

from maillage.demo.cast import LAST_DAYS, LEAVER, WALK_IN, WILDIX, Character, Company
from maillage.demo.opening import described, sign_in
from maillage.demo.stage import Stage, all_of
from maillage.demo.tables import PLAN_OF
from maillage.demo.wire import Json

_STREETS = ("Rue Lamarck", "Rue Georges Brassens", "Boulevard Denis Papin", "Rue Antoine Marty")


async def everybody_joins(stage: Stage) -> None:
    """The staff of La Mêlée register persons and memberships; the hub manager registers companies."""
    desk = stage.by("desk")
    persons = stage.cast.persons.values()
    await all_of(desk.act("membership", "/persons", described(who, site_id=stage.site_id)) for who in persons)
    stage.payers |= {who.person_id: who.key for who in persons}
    await all_of(_company_joins(stage, company) for company in stage.cast.companies.values())
    await _comes_from_italy(stage)
    await all_of(_person_takes_plan(stage, who) for who in stage.cast.members() if not who.company)
    await sign_in(stage, [who for who in persons if who.mail])


async def one_leaves(stage: Stage) -> None:
    """A project holder ends, in the middle of the second month."""
    month = stage.months[1]
    body = {"ended_on": str(month.day(LAST_DAYS + 1)), "reason": "Projet abouti"}
    path = f"/memberships/{stage.id('membership', LEAVER)}/end"
    await stage.by("desk").act("membership", path, body)


async def check_joined(stage: Stage) -> None:
    """Look at who is there: forty, twelve, and one whom nobody can write to."""
    hub, check = stage.by("hub"), stage.facts.check
    ours = {who.person_id for who in stage.cast.persons.values()}
    persons = {each["person_id"]: each for each in await hub.items("membership", "/persons")}
    check("persons", "Persons who joined", 40, len(ours & persons.keys()))
    walk_in = persons.get(stage.person(WALK_IN).person_id, {})
    contacts = [walk_in.get(name, "unknown") for name in ("mail", "phone", "address")]
    check("walk-in", "One walked in without any contact", [None, None, None], contacts)
    listed = await hub.items("membership", "/organisations")
    companies = [each for each in listed if each["organisation_id"] in stage.payers]
    addressed = [each for each in companies if each["address"] and each["country"] == "FR"]
    check("companies", "Companies that joined, each with an address", 12, len(addressed))
    links = await hub.get("membership", f"/organisations/{stage.organisation(WILDIX)}/links")
    parents = {each["organisation_id"]: each for each in listed}
    foreign = [[link["kind"], parents[link["other_id"]]["country"]] for link in links["items"]]
    check("wildix", "Wildix France is the branch of a company from Italy", [["branch_of", "IT"]], foreign)
    ids = [stage.id("membership", who.payer) for who in stage.cast.members()]
    listed = await hub.items("membership", "/memberships")
    live = {each["membership_id"] for each in listed}
    check("memberships", "Memberships confirmed", 38, len(live.intersection(ids)))


async def _company_joins(stage: Stage, company: Company) -> None:
    hub, who = stage.by("hub"), stage.person(f"for-{company.key}")
    number = 2 * stage.draws.number(100, "street number", company.key) + 1
    street = _STREETS[stage.draws.number(len(_STREETS), "street", company.key)]
    lines = ["302 Rue Lamarck"] if company.key == WILDIX else [f"{number} {street}"]
    body = {
        "registration_id": stage.id("registration", company.key),
        "name": company.name,
        "country": "FR",
        "identifiers": [{"scheme": "siren", "value": company.siren}],
        "address": {"lines": lines, "postcode": "11000", "town": "Carcassonne", "country": "FR"},
    }
    known = await hub.act("membership", "/organisations", body)
    stage.payers[known["organisation_id"]] = company.key
    affiliation = {
        "affiliation_id": stage.id("affiliation", company.key),
        "person_id": who.person_id,
        "organisation_id": known["organisation_id"],
        "role": "administrator",
        "valid_from": str(stage.draws.month.first),
    }
    await hub.act("membership", "/affiliations", affiliation)
    if company.key == WILDIX:
        return
    holder = {"organisation_id": known["organisation_id"]}
    await stage.by("desk").act("membership", "/memberships", _membership(stage, who, company.key, holder))


async def _comes_from_italy(stage: Stage) -> None:
    hub = stage.by("hub")
    number = f"VR-{stage.draws.number(10**6, 'register'):06d}"
    parent = {
        "registration_id": stage.id("registration", "parent"),
        "name": "Wildix S.r.l.",
        "country": "IT",
        "language": "en",
        "identifiers": [{"scheme": "register", "value": number, "country": "IT"}],
    }
    known = await hub.act("membership", "/organisations", parent)
    link = {
        "link_id": stage.id("link", "parent"),
        "other_id": known["organisation_id"],
        "kind": "branch_of",
        "valid_from": str(stage.draws.month.first),
    }
    await hub.act("membership", f"/organisations/{stage.organisation(WILDIX)}/links", link)


async def _person_takes_plan(stage: Stage, who: Character) -> None:
    """A student shows a card; without one the plan is refused."""
    desk = stage.by("desk")
    body = _membership(stage, who, who.key, {"person_id": who.person_id})
    if PLAN_OF[who.audience].proof:
        if who.key == f"{who.audience}-1":
            unproven = body | {"membership_id": stage.id("membership", who.key, "unproven")}
            refused = await desk.attempt("membership", "/memberships", unproven)
            stage.facts.check("proof", "A student without a card", "proof-missing", refused.code)
        ends = stage.draws.month.first + timedelta(days=200)
        body |= {
            "proof": {"document": "Carte d’étudiant", "valid_until": str(ends)},
            "valid_until": str(ends),
        }
    await desk.act("membership", "/memberships", body)


def _membership(stage: Stage, who: Character, key: str, holder: dict[str, str]) -> Json:
    return {
        "membership_id": stage.id("membership", key),
        "holder": holder,
        "plan_id": stage.id("plan", who.audience),
        "audience": who.audience,
        "site_ids": [stage.site_id],
        "valid_from": str(stage.draws.month.day(who.since)),
    }
